"""Zip archives of strangers: they lie about sizes, names and their own length.

What is declared is checked before anything is read, and reading never goes beyond what is declared.
"""

import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from ingest.errors import Refused
from ingest.reasons import Reason
from ingest.sources.names import printable

PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ENCRYPTED = 0x1

BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, ArithmeticError, LookupError,
    RuntimeError,
)  # fmt: skip
"""What ``zipfile`` raises on damaged archives."""

_END_RECORD = re.compile(rb"PK\x05\x06.{8}(.{4})", re.DOTALL)
_END_RECORD_WITHIN = 22 + 65535
_DIRECTORY_BYTES_PER_ENTRY = 400
_SMALL = 1024 * 1024


def directory_is_small(file: IO[bytes], entries: int) -> bool:
    """Whether no more than ``entries`` can be listed. ``zipfile`` reads the whole directory at once, of any size."""
    file.seek(0, os.SEEK_END)
    file.seek(max(0, file.tell() - _END_RECORD_WITHIN))
    declared = [int.from_bytes(found[1], "little") for found in _END_RECORD.finditer(file.read())]
    return not declared or max(declared) <= entries * _DIRECTORY_BYTES_PER_ENTRY


def unpacks_suspiciously(entry: zipfile.ZipInfo, ratio: int) -> bool:
    """Whether it says to be more than ``ratio`` times its packed size; small ones may be."""
    return entry.file_size > max(_SMALL, ratio * entry.compress_size)


@contextmanager
def broken_as_refused(what: str) -> Iterator[None]:
    """The one door at which the errors of ``zipfile`` become ours: ``Refused`` (damaged), beginning with ``what``."""
    try:
        yield
    except BROKEN as error:
        raise Refused(Reason.DAMAGED, f"{what}: {printable(str(error)) or type(error).__name__}.") from error
