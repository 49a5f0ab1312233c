"""Zip archives in a message: their entries as parts; nothing is unpacked before it is asked for."""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import IO

from ingest.errors import Refused
from ingest.mail.headers import clean
from ingest.mail.part import Budget, Part
from ingest.mail.transfer import PIECE
from ingest.reasons import Reason
from ingest.sources.names import is_junk, is_junk_folder

MAX_ENTRIES = 200
MAX_NESTED = 2
MAX_RATIO = 200
SMALL = 1024 * 1024
"""Entries up to this size may have any ratio."""
MAX_ENCRYPTED = 8 * 1024 * 1024

_DIRECTORY_BYTES_PER_ENTRY = 400
_END_RECORD = re.compile(rb"PK\x05\x06.{8}(.{4})", re.DOTALL)
_END_RECORD_WITHIN = 22 + 65535
_ENCRYPTED = 0x1
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, OverflowError, NotImplementedError,
    IndexError,  # an extra field that is cut off
)  # fmt: skip
_OFFICE = ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF")


def entries(file: IO[bytes], part: Part, budget: Budget, passwords: Sequence[str]) -> list[Part] | None:
    """The files in an archive as parts; None for a document of an office program, which is a zip as well.

    Raises Refused when the archive as a whole cannot be taken; a single entry does so when its content is read.
    """
    with _broken():
        _check_directory(file)
        archive = zipfile.ZipFile(file)
        files = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_junk(entry)]
    if any(entry.filename in _OFFICE for entry in files):
        return None
    if len(files) > MAX_ENTRIES:
        raise _too_many()
    return [
        Part(
            path=(*part.path, number),
            content_type="application/octet-stream",
            name=clean(entry.filename) or None,
            attached=True,
            pieces=_reader(archive, entry, budget, passwords),
            zips=part.zips + 1,
        )
        for number, entry in enumerate(files, 1)
    ]


def _is_junk(entry: zipfile.ZipInfo) -> bool:
    *folders, name = (part for part in entry.filename.replace("\\", "/").split("/") if part not in (".", ".."))
    return is_junk(name) or any(map(is_junk_folder, filter(None, folders)))


def _reader(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget, passwords: Sequence[str]
) -> Callable[[], Iterator[bytes]]:
    if entry.flag_bits & _ENCRYPTED:
        decrypted = cache(partial(_decrypted, archive, entry, budget, passwords))
        return lambda: iter([decrypted()])

    def pieces() -> Iterator[bytes]:
        _check_entry(entry)
        with _broken(), archive.open(entry) as content:
            while piece := content.read(PIECE):
                budget.spend_bytes(len(piece))
                yield piece

    return pieces


def _decrypted(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget, passwords: Sequence[str]) -> bytes:
    """The content of an entry, if one of the passwords is right. Raises Refused."""
    if entry.compress_type in _PACKED and entry.file_size <= MAX_ENCRYPTED:
        for password in passwords:
            try:
                with archive.open(entry, pwd=password.encode()) as content:
                    budget.spend_decryption(entry.compress_size)  # one wrong password in 256 shows only at the end
                    return content.read(MAX_ENCRYPTED)
            except (RuntimeError, *_BROKEN):
                continue
    raise Refused(Reason.PASSWORD_REQUIRED, "The zip archive is protected with a password; send the PDF itself.")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.compress_type not in _PACKED:
        raise Refused(Reason.DAMAGED, "It is packed by a method that is not supported; send the PDF itself.")
    if entry.file_size > max(SMALL, MAX_RATIO * entry.compress_size):
        raise Refused(Reason.TOO_LARGE, "It unpacks to suspiciously many times its packed size.")


def _check_directory(file: IO[bytes]) -> None:
    """``zipfile`` reads the whole directory at once, whatever its size: look at that first."""
    size = file.seek(0, 2) or file.tell()
    file.seek(max(0, size - _END_RECORD_WITHIN))
    declared = [int.from_bytes(found[1], "little") for found in _END_RECORD.finditer(file.read())]
    if declared and max(declared) > MAX_ENTRIES * _DIRECTORY_BYTES_PER_ENTRY * 2:
        raise _too_many()


def _too_many() -> Refused:
    return Refused(Reason.TOO_LARGE, f"The zip archive holds more than {MAX_ENTRIES} files; send fewer in one message.")


@contextmanager
def _broken() -> Iterator[None]:
    """The one door at which the errors of ``zipfile`` become ours."""
    try:
        yield
    except _BROKEN as error:
        raise Refused(Reason.DAMAGED, f"The zip archive is damaged ({type(error).__name__}).") from error
