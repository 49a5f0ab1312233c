"""Files on their way into a store: on the disk under another name, then in their places, with few fsyncs for many."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from ingest.store.disk import disk_errors, fsync_folder


class Keepable(Protocol):
    """Something on the disk that is to last. Each method blocks, and may be called again."""

    def settle(self) -> Path | None:
        """Puts it in its place; the folder whose fsync makes that durable. Raises StorageFull or Unavailable."""

    def settled(self) -> None:
        """It is durable."""


class Store(Protocol):
    """Where a file goes: a ``DocumentStore``."""

    def settle(self, file: Path, sha256: str) -> Path:
        """Puts it in its place; the folder to be fsynced."""

    def settled(self, sha256: str) -> None:
        """It is durable in its place."""


class Written:
    """Content under a temporary name, fsynced."""

    def __init__(self, temporary: Path, sha256: str, store: Store) -> None:
        self.temporary = temporary
        self.sha256 = sha256
        self.kept = False
        self._store = store

    def settle(self) -> Path | None:
        """See ``Keepable``; None once it is kept."""
        if self.kept:
            return None
        return self._store.settle(self.temporary, self.sha256)

    def settled(self) -> None:
        """It is a document of its store."""
        if not self.kept:
            self._store.settled(self.sha256)
            self.kept = True

    def drop(self) -> None:
        """Removes what was not kept. Blocks."""
        if not self.kept:
            self.temporary.unlink(missing_ok=True)


def keep(*files: Keepable) -> None:
    """Makes all of them durable in their places, or raises the first failure. Blocks."""
    for failure in keep_all([files]):
        if failure is not None:
            raise failure


def keep_all(groups: Sequence[Collection[Keepable]]) -> list[Exception | None]:
    """Makes the files of each group durable; what went wrong with it. Blocks.

    Nearly all that an fsync costs is the journal's commit, which takes everything along that was done before: so all
    are put in their places first.
    """
    places = [_settled(group) for group in groups]
    failures = _fsynced(folder for folders in places if not isinstance(folders, Exception) for folder in folders)
    return [_told(group, folders, failures) for group, folders in zip(groups, places, strict=True)]


def _settled(group: Iterable[Keepable]) -> set[Path] | Exception:
    try:
        return {folder for folder in [file.settle() for file in group] if folder is not None}
    except Exception as error:  # noqa: BLE001 - whatever it is, its own group gets it
        return error


def _fsynced(folders: Iterable[Path]) -> dict[Path, Exception]:
    failures: dict[Path, Exception] = {}
    for folder in set(folders):
        try:
            with disk_errors():
                fsync_folder(folder)
        except Exception as error:  # noqa: BLE001 - whatever it is, the groups with files there get it
            failures[folder] = error
    return failures


def _told(
    group: Iterable[Keepable], folders: set[Path] | Exception, failures: dict[Path, Exception]
) -> Exception | None:
    if isinstance(folders, Exception):
        return folders
    failure = next((failures[folder] for folder in folders if folder in failures), None)
    if failure is None:
        for file in group:
            file.settled()
    return failure
