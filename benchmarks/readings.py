"""Reads many documents as the program does: text by the parser children, scans by those of the OCR extra."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from ingest.config import Ocr
from ingest.ocr import Readers, make_ocr_pool
from ingest.parsing import ParserPool
from parsers.model import Document


def read_all(paths: Sequence[Path], options: Mapping[str, Any], jobs: int = 2) -> list[Document]:
    """Their documents, in the same order; ``options`` are those of ``parsers.read``."""
    return asyncio.run(_read_all(paths, options, jobs))


async def _read_all(paths: Sequence[Path], options: Mapping[str, Any], jobs: int) -> list[Document]:
    scans = make_ocr_pool(Ocr(), size=jobs)
    async with ParserPool(size=jobs, wall_seconds=600, cpu_seconds=600) as pool, scans or nullcontext():
        readers = Readers(pool, scans)
        return await asyncio.gather(*(readers.read(path, **options) for path in paths))
