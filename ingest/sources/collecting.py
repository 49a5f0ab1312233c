"""What a batch import is asked to import: files, folders, archives and a manifest become a list of items."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.checking import MAGIC, MAGIC_WITHIN, ZIP_MAGIC
from ingest.errors import ConfigError, Refused
from ingest.reasons import Reason
from ingest.sources.archive import ArchiveLimits, Zipped, list_archive
from ingest.sources.items import BatchItem
from ingest.sources.manifest import Entry, read_manifest
from ingest.sources.names import is_junk, is_junk_folder, printable
from parsers.pdf.formats import HEAD, may_be_page


@dataclass(slots=True)
class Collected:
    """The items in a fixed order, and how many files were passed over, by why."""

    items: list[BatchItem] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def collect(
    paths: Iterable[Path],
    manifest: Path | None = None,
    customer: str | None = None,
    limits: ArchiveLimits | None = None,
) -> Collected:
    """Blocks while it looks. Raises ConfigError for a wrong manifest; what is wrong with a file is an item of its own.

    The manifest's lines come first, then what ``paths`` add. ``customer`` is for whatever the manifest gives none.
    A path named by itself is always an item; in folders and archives PDFs are, and photos as large as a page.
    """
    collector = _Collector(limits or ArchiveLimits())
    entries = read_manifest(manifest) if manifest else []
    for entry in sorted(entries, key=_names_many):  # a file's own line goes before its folder's
        _refuse_one_id_for_many(manifest, entry)
        collector.add_entry(entry, customer)
    for path in paths:
        collector.add(path, BatchItem(path=str(path), name=path.name, customer=customer))
    return collector.collected


class _Collector:
    def __init__(self, limits: ArchiveLimits) -> None:
        self.collected = Collected()
        self._limits = limits
        self._seen: set[str] = set()

    def add_entry(self, entry: Entry, customer: str | None) -> None:
        """A line of the manifest; it is an item even when it says again what an earlier one said."""
        self._seen.discard(os.path.realpath(entry.path))
        named = entry.customer or customer
        like = BatchItem(path=entry.written, name=entry.path.name, customer=named, external_id=entry.external_id)
        self.add(entry.path, like)

    def add(self, path: Path, like: BatchItem) -> None:
        """Whatever lies at the path; ``like`` has what its items have in common."""
        try:
            if path.is_dir():
                self._add_folder(path, like)
            elif not path.exists():
                self._append(replace(like, problem=Reason.FILE_MISSING))
            else:
                self._add_file(path, like, named=True)
        except OSError as error:
            self._append(unreadable_item(like, error))

    def _add_folder(self, folder: Path, like: BatchItem) -> None:
        for path, error in _files_below(folder, self.collected.skipped):
            below = replace(like, path=str(Path(like.path) / path.relative_to(folder)), name=path.name)
            try:
                if error is not None:
                    raise error
                self._add_file(path, below, named=False)
            except OSError as unreadable:
                self._append(unreadable_item(below, unreadable))

    def _add_file(self, path: Path, like: BatchItem, *, named: bool) -> None:
        """``named``: somebody named this very file, so it is an item whatever it is."""
        if not self._first_time(path):
            return
        if not path.is_file():
            self._append(replace(like, problem=Reason.FILE_UNREADABLE, detail="It is not a regular file."))
        elif path.suffix.casefold() == ".zip":
            self._add_archive(path, like)
        elif named or _is_document(path):
            self._append(replace(like, content=path))
        else:
            self.collected.skipped["no document"] += 1

    def _add_archive(self, path: Path, like: BatchItem) -> None:
        try:
            listing = list_archive(path, self._limits)
        except Refused as error:
            self._append(replace(like, problem=error.reason, detail=error.detail))
            return
        self.collected.skipped += listing.skipped
        for name, document in listing.documents:
            inside = replace(like, path=f"{like.path}!/{name}", name=name.rpartition("/")[2])
            if isinstance(document, Zipped):
                self._append(replace(inside, content=document))
            else:
                self._append(replace(inside, problem=document.reason, detail=document.detail))

    def _first_time(self, path: Path) -> bool:
        real = os.path.realpath(path)
        known = real in self._seen
        self._seen.add(real)
        return not known

    def _append(self, item: BatchItem) -> None:
        self.collected.items.append(replace(item, path=printable(item.path), name=printable(item.name)))


def unreadable_item(like: BatchItem, error: OSError) -> BatchItem:
    """The item of what the system does not let us read."""
    return replace(like, problem=Reason.FILE_UNREADABLE, detail=error.strerror or str(error))


def _names_many(entry: Entry) -> bool:
    """Whether a line of the manifest stands for whatever lies in a folder or an archive."""
    try:
        return entry.path.is_dir() or entry.path.suffix.casefold() == ".zip"
    except OSError:  # said when it is added
        return False


def _refuse_one_id_for_many(manifest: Path | None, entry: Entry) -> None:
    if entry.external_id is not None and _names_many(entry):
        raise ConfigError(
            f"{manifest}, line {entry.line}: an external_id names one document, and {entry.written!r} holds several"
        )


def _files_below(folder: Path, skipped: Counter[str]) -> Iterator[tuple[Path, OSError | None]]:
    """All files that are no junk, in the order of their names, with what kept a folder from being read.

    Links to folders are not followed: they can lead in circles.
    """
    failed: list[OSError] = []
    for above, folders, files in os.walk(folder, onerror=failed.append):
        folders[:] = sorted(name for name in folders if not is_junk_folder(name))
        for name in sorted(files):
            if is_junk(name):
                skipped["junk"] += 1
            else:
                yield Path(above, name), None
    for error in failed:
        yield Path(error.filename), error


def _is_document(path: Path) -> bool:
    """A PDF by its content or at least by its name: then a person meant it, and is told what is wrong with it.

    A photo is one where it is large enough to be a page.
    """
    if path.suffix.casefold() == ".pdf":
        return True
    with path.open("rb") as file:
        head = file.read(HEAD)
    return may_be_page(head) or (MAGIC in head[:MAGIC_WITHIN] and not head.startswith(ZIP_MAGIC))
