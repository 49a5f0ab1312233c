"""Zip archives: the PDFs in one, read one by one into memory and never unpacked to disk."""

import stat
import zipfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Self

from ingest.checking import MAGIC, MAGIC_WITHIN
from ingest.config import Limits
from ingest.errors import Refused
from ingest.reasons import Reason
from ingest.sources.names import is_junk, is_junk_folder, printable
from ingest.zipped import ENCRYPTED, PACKED, broken_as_refused, directory_is_small, unpacks_suspiciously
from parsers.pdf.formats import HEAD, may_be_page

_DAMAGED_HERE = "The archive is damaged at this document"


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may hold. Ratios are of unpacked to packed bytes; small entries may have any."""

    entries: int = 10_000
    ratio: int = 200
    total_bytes: int = 8 * 1024**3
    document_bytes: int = Limits().max_document_bytes


@dataclass(frozen=True, slots=True)
class Zipped:
    """A PDF in an archive."""

    archive: Path
    entry: zipfile.ZipInfo


@dataclass(slots=True)
class ArchiveListing:
    """The PDFs of an archive by their names in it, those that cannot be read, and how many others there are."""

    documents: list[tuple[str, Zipped | Refused]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def list_archive(path: Path, limits: ArchiveLimits) -> ArchiveListing:
    """Raises Refused when the archive as a whole cannot be taken, OSError when the file cannot be opened."""
    listing = ArchiveListing()
    with path.open("rb") as file, broken_as_refused("The archive is damaged"):
        if not directory_is_small(file, limits.entries):
            raise _too_many(limits)
        with zipfile.ZipFile(file) as archive:
            _list(archive, path, limits, listing)
    return listing


def _list(archive: zipfile.ZipFile, path: Path, limits: ArchiveLimits, listing: ArchiveListing) -> None:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    _check_totals(entries, limits)
    for entry in entries:
        _add(archive, Zipped(path, entry), limits, listing)


class ArchiveReader:
    """Reads documents out of archives; the last archive stays open, as its documents come one after the other."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._archive: zipfile.ZipFile | None = None
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()
        self._path = self._archive = None

    def read(self, document: Zipped) -> bytes:
        """The PDF's bytes. Raises Refused when the archive is damaged there, OSError when it cannot be read."""
        if self._path != document.archive:
            self.__exit__()
            file = self._opened.enter_context(document.archive.open("rb"))
            with broken_as_refused("The archive is damaged"):
                self._archive = self._opened.enter_context(zipfile.ZipFile(file))
            self._path = document.archive
        assert self._archive is not None  # noqa: S101 - opened above
        with (
            broken_as_refused("The archive is damaged at this document"),
            self._archive.open(document.entry) as content,
        ):
            return content.read(document.entry.file_size)


def _add(archive: zipfile.ZipFile, document: Zipped, limits: ArchiveLimits, listing: ArchiveListing) -> None:
    entry = document.entry
    name = PurePosixPath(printable(entry.filename.replace("\\", "/")))
    if is_junk(name.name) or any(is_junk_folder(part) for part in name.parts[:-1] if part not in (".", "..")):
        listing.skipped["junk"] += 1
        return
    try:
        _check_entry(entry, name, limits)
        with broken_as_refused(_DAMAGED_HERE), archive.open(entry) as content:
            head = content.read(HEAD)
        found = MAGIC in head[:MAGIC_WITHIN] or may_be_page(head)
    except Refused as error:
        if _named_as_document(name):
            listing.documents.append((str(name), error))
        else:
            listing.skipped["no document"] += 1
        return
    if found or name.suffix.casefold() == ".pdf":
        listing.documents.append((str(name), document))
    else:
        listing.skipped["no document"] += 1


def _named_as_document(name: PurePosixPath) -> bool:
    return name.suffix.casefold() in (".pdf", ".zip", "")


def _check_entry(entry: zipfile.ZipInfo, name: PurePosixPath, limits: ArchiveLimits) -> None:
    if entry.flag_bits & ENCRYPTED:
        raise Refused(Reason.PASSWORD_REQUIRED, "The archive is protected with a password; unpack it first.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused(Reason.NOT_A_PDF, "It is a link.")
    if name.suffix.casefold() == ".zip":
        raise Refused(Reason.NOT_A_PDF, "It is an archive in an archive; unpack it first.")
    if entry.compress_type not in PACKED:
        raise Refused(Reason.DAMAGED, "It is packed by a method that is not supported; unpack the archive first.")
    if entry.file_size > limits.document_bytes:
        raise Refused(Reason.TOO_LARGE, f"It has {entry.file_size} bytes; {limits.document_bytes} are allowed.")
    if unpacks_suspiciously(entry, limits.ratio):
        raise Refused(Reason.TOO_LARGE, "It unpacks to suspiciously many times its packed size.")


def _check_totals(entries: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    if len(entries) > limits.entries:
        raise _too_many(limits)
    if sum(entry.file_size for entry in entries) > limits.total_bytes:
        raise Refused(
            Reason.TOO_LARGE,
            f"The archive unpacks to more than {limits.total_bytes} bytes; unpack it and import the folder.",
        )


def _too_many(limits: ArchiveLimits) -> Refused:
    return Refused(
        Reason.TOO_LARGE, f"The archive holds more than {limits.entries} files; unpack it and import the folder."
    )
