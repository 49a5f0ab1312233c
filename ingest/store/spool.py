"""Messages on the disk while they come in: hashed as they are written, fsynced while others open them already.

Threads of its own, so that a message does not wait for the disk behind other work of the process. What is half
written when the process is killed is found by its name (``ingest.leftovers``).
"""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from ingest.store.disk import disk_errors

THREADS = 8
"""An fsync waits for the disk; several at once cost it little more than one."""
HEAD = 16 * 1024
"""Bytes in which nearly every header ends."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SpooledMessage:
    """A message under a temporary name; whoever holds this moves the file on or removes it."""

    path: Path
    sha256: str
    size: int
    head: bytes
    """Its first ``HEAD`` bytes."""
    durable: "Future[None]"
    """Done when it is fsynced, or with StorageFull or Unavailable."""


class Spool:
    """The folder of messages that are coming in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="spool")

    def begin(self) -> "SpoolFile":
        """A message that begins to come in; nothing is on the disk yet."""
        return SpoolFile(self._folder, self._threads)

    async def close(self) -> None:
        """Waits for what the threads still have to do."""
        await asyncio.to_thread(self._threads.shutdown)


class SpoolFile:
    """One message that is coming in. One call at a time; each raises StorageFull or Unavailable."""

    def __init__(self, folder: Path, threads: ThreadPoolExecutor) -> None:
        self._folder = folder
        self._threads = threads
        self._digest = hashlib.sha256()
        self._size = 0
        self._head = b""
        self._descriptor: int | None = None
        self._path: Path | None = None
        self._job: Future[Any] | None = None
        self._discarded = False

    async def write(self, content: bytes | bytearray) -> None:
        """Adds to it. ``content`` must not change meanwhile."""
        await self._in_thread(self._append, content)

    async def finish(self, content: bytes | bytearray) -> SpooledMessage:
        """Adds the last of it. That it is ``durable`` is still to be waited for: other work can be done meanwhile."""
        await self._in_thread(self._append, content)
        assert self._path is not None  # noqa: S101 - opened to append
        self._job = durable = self._threads.submit(self._sync)
        return SpooledMessage(self._path, self._digest.hexdigest(), self._size, self._head, durable)

    async def remove(self) -> None:
        """Nothing of it is kept. Does not raise when there is nothing."""
        await self._in_thread(self._remove)

    def discard(self) -> None:
        """``remove`` without waiting, also while it is being written; again is no harm."""
        if self._job is None or self._discarded:
            return
        self._discarded = True
        if self._job.done():
            self._threads.submit(self._remove)
        else:
            self._job.add_done_callback(lambda _: self._remove())

    async def _in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        job = self._threads.submit(work, *args, **kwargs)
        self._job = job
        return await asyncio.wrap_future(job)

    def _append(self, content: bytes | bytearray) -> None:
        with disk_errors():
            if self._descriptor is None:
                self._open()
            assert self._descriptor is not None  # noqa: S101 - just opened
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        if self._size < HEAD:
            self._head += bytes(content[: HEAD - self._size])
        self._digest.update(content)
        self._size += len(content)

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._descriptor, name = tempfile.mkstemp(prefix="incoming-", suffix=".part", dir=self._folder)
        self._path = Path(name)

    def _sync(self) -> None:
        assert self._descriptor is not None  # noqa: S101 - opened to append
        with disk_errors():
            os.fsync(self._descriptor)
            self._close()

    def _close(self) -> None:
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)

    def _remove(self) -> None:
        with disk_errors():
            self._close()
            if self._path is not None:
                self._path.unlink(missing_ok=True)
