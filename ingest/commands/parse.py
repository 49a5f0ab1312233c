"""``bill-ingest parse``: the local reading of documents, printed as it is finished, in the order of the arguments."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import typer

from ingest.commands.tables import show_document
from ingest.parsing import ParserPool
from parsers.errors import DocumentError
from parsers.model import Document, DocumentKind

DONE, NOT_ALL = 0, 1
AHEAD = 4
"""Documents begun for each child while the first one is not printed yet."""


async def run(paths: Sequence[Path], *, as_json: bool, explain: bool, engine: str, jobs: int) -> int:
    """Exit code 1 when a path does not exist or a document is not a bill that was read."""
    files, missing = _files(paths)
    for path in missing:
        typer.echo(f"bill-ingest: {path}: there is no such file", err=True)
    all_read = not missing
    async with ParserPool(size=jobs) as pool:
        if explain:
            for file in files:
                typer.echo(f"{file}\n{await _explanation(pool, file, engine)}")
            return DONE if all_read else NOT_ALL
        async for file, document in _read(pool, files, engine, jobs):
            all_read &= document.document is DocumentKind.BILL
            if as_json:
                typer.echo(json.dumps({"file": str(file), **document.to_json()}))
            else:
                show_document(file, document)
    return DONE if all_read else NOT_ALL


async def _explanation(pool: ParserPool, file: Path, engine: str) -> str:
    try:
        return await pool.explain(file, engine=engine)
    except DocumentError as error:
        return f"{error}\n"


async def _read(
    pool: ParserPool, files: Sequence[Path], engine: str, jobs: int
) -> AsyncIterator[tuple[Path, Document]]:
    """Some documents ahead are read while the first is waited for."""
    left = iter(files)
    begun: deque[tuple[Path, asyncio.Task[Document]]] = deque()
    try:
        while True:
            while len(begun) < jobs * AHEAD and (file := next(left, None)) is not None:
                begun.append((file, asyncio.create_task(pool.read(file, engine=engine))))
            if not begun:
                return
            file, task = begun.popleft()
            yield file, await task
    finally:
        for _, task in begun:
            task.cancel()


def _files(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The files that are meant, folders opened, and the paths that do not exist."""
    files: list[Path] = []
    missing: list[Path] = []
    for path in paths:
        if path.is_dir():
            files.extend(_pdfs(path))
        elif path.exists():
            files.append(path)
        else:
            missing.append(path)
    return files, missing


def _pdfs(folder: Path) -> Iterator[Path]:
    yield from sorted(file for file in folder.rglob("*") if file.suffix.lower() == ".pdf" and file.is_file())
