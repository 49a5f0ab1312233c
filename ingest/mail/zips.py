"""Zip archives in a message: their entries as parts; nothing is unpacked before it is asked for."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import IO

from ingest.errors import Refused
from ingest.mail.headers import clean
from ingest.mail.part import Budget, Part
from ingest.mail.transfer import PIECE
from ingest.reasons import Reason
from ingest.zipped import BROKEN, ENCRYPTED, PACKED, broken_as_refused, directory_is_small, unpacks_suspiciously

MAX_ENTRIES = 200
MAX_NESTED = 2
MAX_RATIO = 200
MAX_ENCRYPTED = 8 * 1024 * 1024

_DAMAGED = "The zip archive is damaged"
_OFFICE = ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF")


def entries(file: IO[bytes], part: Part, budget: Budget, passwords: Sequence[str]) -> list[Part] | None:
    """The files in an archive as parts; None for a document of an office program, which is a zip as well.

    Raises Refused when the archive as a whole cannot be taken; a single entry does so when its content is read.
    """
    with broken_as_refused(_DAMAGED):
        if not directory_is_small(file, 2 * MAX_ENTRIES):  # names are of any length
            raise _too_many()
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
    """What a Mac packs beside each file. Other files that nobody meant to send have no document's content."""
    *folders, name = entry.filename.split("/")
    return "__MACOSX" in folders or name.startswith("._")


def _reader(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget, passwords: Sequence[str]
) -> Callable[[], Iterator[bytes]]:
    if entry.flag_bits & ENCRYPTED:
        decrypted = cache(partial(_decrypted, archive, entry, budget, passwords))
        return lambda: iter([decrypted()])

    def pieces() -> Iterator[bytes]:
        _check_entry(entry)
        with broken_as_refused(_DAMAGED), archive.open(entry) as content:
            while piece := content.read(PIECE):
                budget.spend_bytes(len(piece))
                yield piece

    return pieces


def _decrypted(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget, passwords: Sequence[str]) -> bytes:
    """The content of an entry, if one of the passwords is right. Raises Refused."""
    if entry.compress_type in PACKED and entry.file_size <= MAX_ENCRYPTED:
        for password in passwords:
            try:
                with archive.open(entry, pwd=password.encode()) as content:
                    budget.spend_decryption(entry.compress_size)  # one wrong password in 256 shows only at the end
                    return content.read(MAX_ENCRYPTED)
            except BROKEN:
                continue
    raise Refused(Reason.PASSWORD_REQUIRED, "The zip archive is protected with a password; send the PDF itself.")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.compress_type not in PACKED:
        raise Refused(Reason.DAMAGED, "It is packed by a method that is not supported; send the PDF itself.")
    if unpacks_suspiciously(entry, MAX_RATIO):
        raise Refused(Reason.TOO_LARGE, "It unpacks to suspiciously many times its packed size.")


def _too_many() -> Refused:
    return Refused(Reason.TOO_LARGE, f"The zip archive holds more than {MAX_ENTRIES} files; send fewer in one message.")
