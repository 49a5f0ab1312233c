"""When a file has stopped changing: what was seen of it, since when, and whether it looks complete."""

import heapq
import itertools
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

ENDS = ((b"%PDF-", b"%%EOF"), (b"\xff\xd8\xff", b"\xff\xd9"), (b"\x89PNG", b"IEND"))
"""What a PDF, a JPEG or a PNG holds near its beginning, and near its end once it is whole."""
NEAR_THE_END = 1024


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells one content of a path from another, without reading it."""

    device: int
    inode: int
    size: int
    modified_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        """From what ``stat`` says."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A file with the moment since when it looks like this."""

    path: Path
    fingerprint: Fingerprint
    since: float


class Sightings:
    """The files that wait, each until the moment at which it may be taken. Moments are seconds of one clock."""

    def __init__(self, quiet_seconds: float) -> None:
        self.quiet_seconds = quiet_seconds
        self._waiting: dict[Path, _Waiting] = {}
        self._by_moment: list[_Waiting] = []
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return len(self._waiting)

    def saw(self, path: Path, fingerprint: Fingerprint, now: float) -> None:
        """Notes a file. One that is new or has changed must now stand still for the quiet time."""
        known = self._waiting.get(path)
        if known is None or known.sighting.fingerprint != fingerprint:
            self.put_back(Sighting(path, fingerprint, now), now + self.quiet_seconds)

    def put_back(self, sighting: Sighting, due: float) -> None:
        """Notes a file that is not to be taken before ``due``."""
        entry = _Waiting(due, next(self._numbers), sighting)
        self._waiting[sighting.path] = entry
        heapq.heappush(self._by_moment, entry)

    def take_due(self, now: float, most: int) -> list[Sighting]:
        """Removes and returns the files whose moment has come, those that wait longest first."""
        taken: list[Sighting] = []
        while len(taken) < most and (entry := self._next()) is not None and entry.due <= now:
            heapq.heappop(self._by_moment)
            del self._waiting[entry.sighting.path]
            taken.append(entry.sighting)
        return taken

    def next_due(self) -> float | None:
        """When the next file may be taken."""
        entry = self._next()
        return None if entry is None else entry.due

    def _next(self) -> "_Waiting | None":
        while self._by_moment and self._waiting.get(self._by_moment[0].sighting.path) is not self._by_moment[0]:
            heapq.heappop(self._by_moment)  # seen again since: another entry stands for it
        return self._by_moment[0] if self._by_moment else None


@dataclass(order=True, slots=True)
class _Waiting:
    due: float
    number: int
    sighting: Sighting = field(compare=False)


def examine(path: Path) -> tuple[Fingerprint, bool]:
    """The file's fingerprint, and whether it looks as if its writer had not finished.

    It is opened for that: network file systems ask the server again only then, and what cannot be read is known
    early. Raises OSError, also for what is no regular file; a link is not followed.
    """
    with open(path, "rb", opener=_open_plainly) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{path} is not a regular file")
        return Fingerprint.of(status), _looks_unfinished(file, status.st_size)


def _open_plainly(path: str, flags: int) -> int:
    """Neither through a link, nor waiting for a pipe's other end."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _looks_unfinished(file: IO[bytes], size: int) -> bool:
    """Nothing yet, a document without its end, or space reserved and not written (as Windows does on shares)."""
    head = file.read(NEAR_THE_END)
    if not head.strip(b"\0"):
        return True
    end = next((end for begin, end in ENDS if begin in head), None)
    if end is None:
        return False
    file.seek(max(0, size - NEAR_THE_END))
    return end not in file.read(NEAR_THE_END)
