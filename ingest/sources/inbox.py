"""The folder that is watched: whether it is really there, and what lies in it."""

import os
import secrets
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import NotReady
from ingest.sources.names import is_junk, is_junk_folder
from ingest.sources.stability import Fingerprint
from ingest.store.disk import disk_errors, write_durably
from parsers.pdf.formats import PHOTO_SUFFIXES

MARKER = ".bill-ingest-inbox"
MARKER_TEXT = b"By this file bill-ingest sees that its inbox is here and that the share is mounted. Leave it here.\n"
NAME = b"name: "
"""Begins the line of the marker that names the folder, whatever its path is on a machine."""

PROCESSED = "processed"
REJECTED = "rejected"
OWN_FOLDERS = frozenset({PROCESSED, REJECTED})
OWN_ENDS = tuple(f".{kind}.{note}" for kind in ("pdf", *PHOTO_SUFFIXES) for note in ("txt", "json"))
"""What is written beside a file; it comes back when somebody moves the file back together with it."""

Identity = tuple[int, int]


class Inbox:
    """A watched folder. ``memory`` is a file outside of it that remembers, over restarts, that it was there once."""

    def __init__(self, path: Path, *, create: bool, memory: Path) -> None:
        self.path = path.absolute()
        self._create = create
        self._memory = memory
        self._identity: Identity | None = None

    def check(self) -> Identity:
        """Device and inode of the folder; Unavailable when it is not there, or is not the one that it was."""
        identity = self._look()
        if identity != self._identity or not self._marked():
            self._recognise(identity)
            self._identity = identity
        return identity

    def _look(self) -> Identity:
        if self._create and self._identity is None:
            with disk_errors():
                self.path.mkdir(parents=True, exist_ok=True)
        try:
            status = self.path.stat()
        except FileNotFoundError as error:
            raise NotReady(f"the inbox {self.path} is not there: create the folder, or mount its share") from error
        except OSError as error:
            raise NotReady(f"the inbox {self.path} is out of reach: {error.strerror}") from error
        if not stat.S_ISDIR(status.st_mode):
            raise NotReady(f"the inbox {self.path} is not a folder")
        return status.st_dev, status.st_ino

    def _recognise(self, identity: Identity) -> None:
        """The one that was there, by its marker; a new one, which gets it; or the bare mount point of a lost share."""
        if not self._marked():
            if identity != self._identity and self._remembered() and not self._holds_files():
                raise NotReady(
                    f"the inbox {self.path} is empty and not the folder that was watched before: is its share mounted? "
                    f"If it is the right one, put a file named {MARKER} in it."
                )
            self._mark()
        if not self._remembered():
            write_durably(self._memory, os.fsencode(self.path))

    def _marked(self) -> bool:
        with disk_errors():
            return (self.path / MARKER).exists()

    def name(self) -> str | None:
        """The same on all machines that have this folder; None where its marker says none. Blocks."""
        with disk_errors():
            lines = (self.path / MARKER).read_bytes().splitlines()
        names = [line.removeprefix(NAME) for line in lines if line.startswith(NAME)]
        return names[0].decode("ascii", "replace") if names else None

    def _mark(self) -> None:
        try:
            with (self.path / MARKER).open("xb") as marker:
                marker.write(MARKER_TEXT + NAME + secrets.token_hex(16).encode() + b"\n")
        except FileExistsError:
            return  # another machine was faster
        except OSError as error:
            raise NotReady(
                f"the inbox {self.path} cannot be written to, so no file could be moved out of it: {error.strerror}"
            ) from error

    def _remembered(self) -> bool:
        with disk_errors():
            return self._memory.exists() and self._memory.read_bytes() == os.fsencode(self.path)

    def _holds_files(self) -> bool:
        with disk_errors():
            names = [path.name for path in self.path.iterdir()]
        return any(name not in OWN_FOLDERS and not is_junk(name) for name in names)

    def look_at(self, paths: Iterable[Path]) -> "Listing":
        """What lies at these paths now, folders with all that is in them. What is gone is left out."""
        listing = Listing()
        hints = {path for path in paths if path.is_relative_to(self.path)}
        waiting = list(hints)
        while waiting:
            path = waiting.pop()
            try:
                if path not in hints or self._concerns_us(path):  # what was found on the way was asked about above it
                    waiting += self._look_at(path, listing)
            except FileNotFoundError:
                continue
            except OSError as error:
                listing.left[path] = f"it cannot be read: {error.strerror}"
        return listing

    def _look_at(self, path: Path, listing: "Listing") -> list[Path]:
        """Adds what lies here; returns what is in it when it is a folder."""
        status = path.stat() if path == self.path else path.lstat()
        if stat.S_ISDIR(status.st_mode):
            if self._passed_over(path):
                return []
            inside = list(path.iterdir())
            listing.folders.add(path)
            return inside
        if not is_junk(path.name) and not path.name.casefold().endswith(OWN_ENDS):
            _add_file(path, status, listing)
        return []

    def _concerns_us(self, path: Path) -> bool:
        """Whether no folder on the way is ours, junk, or a link out of the inbox. OSError when one cannot be read."""
        above = [parent for parent in path.parents if parent != self.path and parent.is_relative_to(self.path)]
        return not any(self._passed_over(parent) or parent.is_symlink() for parent in above)

    def _passed_over(self, folder: Path) -> bool:
        if folder == self.path:
            return False
        ours = folder.parent == self.path and folder.name.casefold() in OWN_FOLDERS
        return ours or is_junk_folder(folder.name)


@dataclass(slots=True)
class Listing:
    """What was found: files, the real folders that hold them, and what is left where it is, with the reason."""

    files: dict[Path, Fingerprint] = field(default_factory=dict)
    folders: set[Path] = field(default_factory=set)
    left: dict[Path, str] = field(default_factory=dict)


def _add_file(path: Path, status: os.stat_result, listing: Listing) -> None:
    if stat.S_ISREG(status.st_mode):
        listing.files[path] = Fingerprint.of(status)
    elif stat.S_ISLNK(status.st_mode):
        listing.left[path] = "links are not followed: put the file itself here"
    else:
        listing.left[path] = "it is not a file"
