"""The report of a batch: one line for each document, as CSV or as JSON lines."""

import csv
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO

from ingest.errors import ConfigError
from ingest.sources.items import BatchRow
from ingest.store.disk import disk_errors, fsync_folder

COLUMNS = [field.name for field in fields(BatchRow)]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def check_report_place(path: Path) -> None:
    """Raises ConfigError when no report could be written there: better before the import than after it."""
    if path.exists() and not path.is_file() and not path.is_dir():  # a pipe or /dev/stdout
        return
    if path.is_dir() or not path.absolute().parent.is_dir() or not os.access(path.absolute().parent, os.W_OK):
        raise ConfigError(f"--report: cannot write {path}; name a file in a folder that exists and may be written to")


def write_report(rows: Iterable[BatchRow], path: Path) -> None:
    """CSV, or JSON lines when the name ends in .jsonl or .json. Replaces an earlier report as one step.

    When ``rows`` ends early (an import is interrupted), what it gave until then is the report, and the exception
    goes on. Raises StorageFull or Unavailable when the disk does not take it; then the earlier report stands.
    """
    with disk_errors(), _replacing(path) as file:
        if path.suffix.casefold() in (".jsonl", ".json"):
            for row in rows:
                file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
        else:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            for row in rows:
                writer.writerow({name: _cell(value) for name, value in asdict(row).items()})


def _cell(value: str | int | tuple[str, ...] | None) -> str | int | None:
    """Names come from strangers: a spreadsheet must not take one for a formula. JSON lines have them as they are."""
    text = " ".join(value) if isinstance(value, tuple) else value
    return f"'{text}" if isinstance(text, str) and text.startswith(FORMULA_STARTS) else text


@contextmanager
def _replacing(path: Path) -> Iterator[IO[str]]:
    if path.exists() and not path.is_file():  # a pipe or /dev/stdout
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            yield file
        return
    descriptor, name = tempfile.mkstemp(prefix=".report-", suffix=".part", dir=path.absolute().parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            try:
                yield file
            finally:
                file.flush()
                os.fsync(file.fileno())
    except OSError:
        temporary.unlink()
        raise
    except BaseException:
        _publish(temporary, path)
        raise
    _publish(temporary, path)


def _publish(temporary: Path, path: Path) -> None:
    temporary.chmod(0o644)
    temporary.replace(path)
    fsync_folder(path.absolute().parent)
