"""A disk that can be full: a small file system of its own for root, else a limit on what processes may write."""

import contextlib
import errno
import os
import resource
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

FILLER = "filler"


class Disk(Protocol):
    """What holds the service's files."""

    what: str
    """What a full disk is here, for the report."""

    def fill(self) -> None:
        """Nothing more fits; said again, also what was freed meanwhile is taken."""

    def free(self) -> None:
        """All fits again."""


class SmallDisk:
    """A tmpfs. What is written there outlives processes, which is all that is killed here."""

    def __init__(self, folder: Path) -> None:
        self.what = "a tmpfs without a free block"
        self._filler = folder / FILLER

    def fill(self) -> None:
        with self._filler.open("ab") as filler:
            step = 1 << 24
            while step >= 4096:
                try:
                    os.posix_fallocate(filler.fileno(), os.fstat(filler.fileno()).st_size, step)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    step //= 2

    def free(self) -> None:
        self._filler.unlink(missing_ok=True)


class LimitedWrites:
    """No process of the service may write to a file beyond its first byte: the system says EFBIG, not ENOSPC."""

    def __init__(self, processes: Callable[[], Iterable[int]]) -> None:
        self.what = "RLIMIT_FSIZE of each process (to mount a small disk needs root)"
        self._processes = processes

    def fill(self) -> None:
        self._limit(1)

    def free(self) -> None:
        """Twice: a process that was started in the middle of it has its limit from its parent."""
        self._limit(resource.RLIM_INFINITY)
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        for pid in self._processes():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@contextlib.contextmanager
def opened(folder: Path, megabytes: int | None, processes: Callable[[], Iterable[int]]) -> Iterator[Disk]:
    """A disk at ``folder`` for as long as the context lasts; what is on a small one (``megabytes``) goes with it."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if megabytes is None or os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield LimitedWrites(processes)
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
