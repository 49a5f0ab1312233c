"""``bill-ingest parse``: the local reading of documents, printed as it is finished, in the order of the arguments."""

import asyncio
import itertools
import json
import os
import pkgutil
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import typer
from pydantic import SecretStr

import parsers.utilities
from ingest.commands.tables import show_document
from ingest.config import Ocr
from ingest.errors import ConfigError, Unavailable
from ingest.exit_codes import DONE, NOT_ALL
from ingest.ocr import Readers, make_ocr_pool
from ingest.parsing import ParserPool
from parsers.errors import DocumentError
from parsers.model import Document, DocumentKind
from parsers.pdf.formats import PHOTO_SUFFIXES

T = TypeVar("T")

AHEAD = 4
"""Documents begun for each child while the first one is not printed yet."""


@dataclass(frozen=True, slots=True)
class Options:
    """Those of ``parsers.read``: ``generic`` leaves all parsers of single companies out, ``without`` some of them."""

    engine: str = "pdfium"
    generic: bool = False
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """How documents are read and shown; ``pictures`` is a folder for their pages as PNG.

    ``passwords`` are tried on documents that open only with one.
    """

    as_json: bool = False
    explain: bool = False
    pictures: Path | None = None
    reading: Options = Options()
    jobs: int = 2
    passwords: tuple[SecretStr, ...] = ()


@dataclass(frozen=True, slots=True)
class _Explained:
    kind: DocumentKind
    text: str
    pictures: tuple[Path, ...] = ()
    failed: str | None = None


async def run(paths: Sequence[Path], wanted: Wanted) -> int:
    """Exit code 1 when a file cannot be read or a document is not a bill that was read."""
    files, unreadable = _files(paths)
    for path, why in unreadable:
        typer.echo(f"bill-ingest: {path}: {why}", err=True)
    check_codes(wanted.reading.without)
    if wanted.pictures:
        check_folder(wanted.pictures)
    names = _picture_names(files)
    all_read = not unreadable
    scans = make_ocr_pool(Ocr(), size=wanted.jobs)
    async with ParserPool(size=wanted.jobs) as pool, scans or nullcontext():
        readers = Readers(pool, scans)

        async def read(file: Path) -> Document | _Explained:
            reading = await _read(readers, file, wanted, names[file])
            if _kind(reading) is DocumentKind.PASSWORD_REQUIRED and wanted.passwords:
                return await _read_unlocked(readers, file, wanted, names[file]) or reading
            return reading

        async for file, reading in _in_order(files, read, wanted.jobs * AHEAD):
            try:
                all_read &= _show(file, await reading, as_json=wanted.as_json)
            except Unavailable as error:
                typer.echo(f"bill-ingest: {file}: {error}", err=True)
                all_read = False
    return DONE if all_read else NOT_ALL


async def _read(readers: Readers, file: Path, wanted: Wanted, name: str) -> Document | _Explained:
    if wanted.explain or wanted.pictures:
        return await _explain(readers, file, wanted, name)
    return await readers.read(file, **asdict(wanted.reading))


async def _read_unlocked(readers: Readers, file: Path, wanted: Wanted, name: str) -> Document | _Explained | None:
    """The reading of a copy without encryption; None where no password opens the file."""
    secrets = [secret.get_secret_value() for secret in wanted.passwords]
    with tempfile.TemporaryDirectory(prefix="bill-ingest-unlocked-") as folder:
        copy = Path(folder) / file.name
        try:
            opened_by = await readers.pool.unlock(file, copy, secrets)
        except DocumentError as error:
            return Document(document=error.kind, detail=error.detail)
        return None if opened_by is None else await _read(readers, copy, wanted, name)


def _kind(reading: Document | _Explained) -> DocumentKind:
    return reading.document if isinstance(reading, Document) else reading.kind


async def _explain(readers: Readers, file: Path, wanted: Wanted, name: str) -> _Explained:
    try:
        explained = await readers.explain(file, **asdict(wanted.reading))
    except DocumentError as error:
        return _Explained(error.kind, f"{error}\n")
    pictures: list[Path] = []
    failed = None
    for page in range(1, explained.pages + 1) if wanted.pictures else ():
        target = Path(wanted.pictures or "") / f"{name}-page-{page}.png"
        try:
            await readers.pool.draw(file, page, explained.marks, target)
            pictures.append(target)
        except DocumentError as error:
            failed = f"page {page} could not be drawn: {error.detail}"
        except Unavailable as error:
            failed = str(error)
    return _Explained(explained.kind, explained.text, tuple(pictures), failed)


def check_codes(codes: Iterable[str]) -> None:
    """Raises ``ConfigError`` for a code that is no parser's. The modules are not loaded: the children do that."""
    known = {module.name for module in pkgutil.iter_modules(parsers.utilities.__path__)}
    for code in codes:
        if code not in known:
            raise ConfigError(
                f"--without: no company has the code {code}; those that have a parser: {', '.join(sorted(known))}."
            )


def check_folder(folder: Path) -> None:
    """Raises ``ConfigError`` where pictures cannot be written there."""
    if not folder.exists():
        raise ConfigError(f"--png: there is no folder {folder}; make it first.")
    if not folder.is_dir():
        raise ConfigError(f"--png: {folder} is not a folder.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(f"--png: the folder {folder} may not be written to.")


def _picture_names(files: Sequence[Path]) -> dict[Path, str]:
    """A name for the pictures of each file: its own, numbered where files of several folders share it."""
    names: dict[Path, str] = {}
    for file in dict.fromkeys(files):
        numbers = itertools.count(2)
        name = file.stem
        while name in names.values():
            name = f"{file.stem}-{next(numbers)}"
        names[file] = name
    return names


def _show(file: Path, reading: Document | _Explained, *, as_json: bool) -> bool:
    """Whether it is a bill."""
    if isinstance(reading, _Explained):
        pictures = [str(picture) for picture in reading.pictures]
        named = {"pictures": pictures} if pictures else {}
        line = json.dumps({"file": str(file), "explanation": reading.text, **named})
        typer.echo(line if as_json else "\n".join([str(file), reading.text, *pictures]))
        if reading.failed:
            typer.echo(f"bill-ingest: {file}: {reading.failed}", err=True)
        return reading.kind is DocumentKind.BILL and reading.failed is None
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
                files.extend(_documents(path))
            elif path.exists():
                files.append(path)
            else:
                unreadable.append((path, "there is no such file"))
        except OSError as error:  # a name that is too long, a folder that may not be entered
            unreadable.append((path, error.strerror or str(error)))
    return files, unreadable


def _documents(folder: Path) -> Iterator[Path]:
    ends = tuple(f".{suffix}" for suffix in ("pdf", *PHOTO_SUFFIXES))
    yield from sorted(file for file in folder.rglob("*") if file.suffix.lower() in ends and file.is_file())
