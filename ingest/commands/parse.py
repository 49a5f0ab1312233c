"""``bill-ingest parse``: the local reading of documents, printed as it is finished, in the order of the arguments."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import typer

from ingest.commands.tables import show_document
from ingest.errors import Unavailable
from ingest.parsing import ParserPool
from parsers.errors import DocumentError
from parsers.model import Document, DocumentKind

T = TypeVar("T")

DONE, NOT_ALL = 0, 1
AHEAD = 4
"""Documents begun for each child while the first one is not printed yet."""


@dataclass(frozen=True, slots=True)
class _Explained:
    kind: DocumentKind
    text: str


async def run(paths: Sequence[Path], *, as_json: bool, explain: bool, engine: str, jobs: int) -> int:
    """Exit code 1 when a file cannot be read or a document is not a bill that was read."""
    files, unreadable = _files(paths)
    for path, why in unreadable:
        typer.echo(f"bill-ingest: {path}: {why}", err=True)
    all_read = not unreadable
    async with ParserPool(size=jobs) as pool:

        async def read(file: Path) -> Document | _Explained:
            return await (_explain(pool, file, engine) if explain else pool.read(file, engine=engine))

        async for file, reading in _in_order(files, read, jobs * AHEAD):
            try:
                all_read &= _show(file, await reading, as_json=as_json)
            except Unavailable as error:
                typer.echo(f"bill-ingest: {file}: {error}", err=True)
                all_read = False
    return DONE if all_read else NOT_ALL


async def _explain(pool: ParserPool, file: Path, engine: str) -> _Explained:
    try:
        return _Explained(*await pool.explain(file, engine=engine))
    except DocumentError as error:
        return _Explained(error.kind, f"{error}\n")


def _show(file: Path, reading: Document | _Explained, *, as_json: bool) -> bool:
    """Whether it is a bill."""
    if isinstance(reading, _Explained):
        line = json.dumps({"file": str(file), "explanation": reading.text})
        typer.echo(line if as_json else f"{file}\n{reading.text}")
        return reading.kind is DocumentKind.BILL
    if as_json:
        typer.echo(json.dumps({"file": str(file), **reading.to_json()}))
    else:
        show_document(file, reading)
    return reading.document is DocumentKind.BILL


async def _in_order(
    files: Iterable[Path], read: Callable[[Path], Coroutine[Any, Any, T]], ahead: int
) -> AsyncIterator[tuple[Path, asyncio.Task[T]]]:
    """Each file with its reading; the next ones are read while the first is waited for."""
    left = iter(files)
    begun: deque[tuple[Path, asyncio.Task[T]]] = deque()
    try:
        while True:
            while len(begun) < ahead and (file := next(left, None)) is not None:
                begun.append((file, asyncio.create_task(read(file))))
            if not begun:
                return
            yield begun[0]
            begun.popleft()
    finally:
        for _, task in begun:
            task.cancel()


def _files(paths: Sequence[Path]) -> tuple[list[Path], list[tuple[Path, str]]]:
    """The files that are meant, folders opened, and the paths that lead nowhere, each with the reason."""
    files: list[Path] = []
    unreadable: list[tuple[Path, str]] = []
    for path in paths:
        try:
            if path.is_dir():
                files.extend(_pdfs(path))
            elif path.exists():
                files.append(path)
            else:
                unreadable.append((path, "there is no such file"))
        except OSError as error:  # a name that is too long, a folder that may not be entered
            unreadable.append((path, error.strerror or str(error)))
    return files, unreadable


def _pdfs(folder: Path) -> Iterator[Path]:
    yield from sorted(file for file in folder.rglob("*") if file.suffix.lower() == ".pdf" and file.is_file())
