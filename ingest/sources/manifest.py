"""The manifest of a batch: a CSV file that names for each document its customer and the sender's own id."""

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import ConfigError

COLUMNS = ("path", "customer", "external_id")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. ``path`` is absolute; ``written`` is how the manifest has it."""

    line: int
    path: Path
    written: str
    customer: str | None
    external_id: str | None


def read_manifest(file: Path) -> list[Entry]:
    """Its lines in order. Relative paths are relative to the manifest's folder. Raises ConfigError."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"cannot read the manifest {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8; save it as 'CSV UTF-8'") from error
    try:
        entries = list(_entries(file, text))
    except csv.Error as error:
        raise ConfigError(f"{file} is not a CSV file: {error}") from error
    _refuse_contradictions(file, entries)
    return entries


def _entries(file: Path, text: str) -> Iterator[Entry]:
    if "\0" in text:
        raise ConfigError(f"{file} is not a CSV file: it holds NUL characters")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = _columns(file, next(reader, []))
    for cells in reader:
        values = [cell.strip() for cell in cells]
        if not any(values):
            continue
        if len(values) > len(columns):
            raise ConfigError(f"{file}, line {reader.line_num}: {len(values)} cells in {len(columns)} columns")
        named = dict(zip(columns, values, strict=False))
        if not named["path"]:
            raise ConfigError(f"{file}, line {reader.line_num}: the path is empty")
        yield Entry(
            line=reader.line_num,
            path=file.absolute().parent / named["path"],
            written=named["path"],
            customer=named.get("customer") or None,
            external_id=named.get("external_id") or None,
        )


def _columns(file: Path, header: list[str]) -> list[str]:
    columns = [name.strip().casefold() for name in header]
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown:
        raise ConfigError(f"{file}: there is no column {unknown[0]!r}; allowed are {', '.join(COLUMNS)}")
    if "path" not in columns:
        raise ConfigError(f"{file}: the first line must name the columns, and 'path' among them")
    if len(set(columns)) < len(columns):
        raise ConfigError(f"{file}: a column is named twice")
    return columns


def _refuse_contradictions(file: Path, entries: list[Entry]) -> None:
    """Nobody can tell which of two customers is right, so nothing is imported before a person has."""
    first: dict[str, Entry] = {}
    for entry in entries:
        other = first.setdefault(os.path.realpath(entry.path), entry)
        for what in ("customer", "external_id"):
            if getattr(other, what) != getattr(entry, what):
                raise ConfigError(
                    f"{file}, lines {other.line} and {entry.line}: {entry.written!r} is given two values of {what}"
                )
