"""A nudge from the process that wrote to the ledger to the worker that acts on it.

One empty datagram on a local socket. A nudge that is lost costs seconds, never a bill: the worker looks by itself.
"""

import asyncio
import contextlib
import functools
import hashlib
import os
import socket
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import structlog

LONGEST_SOCKET_PATH = 100

log = structlog.get_logger()


def socket_path(data_dir: Path) -> Path:
    """In the data folder, or in the temporary folder where the system's limit for socket names is too short."""
    return _socket_path(data_dir.absolute())


@functools.cache
def _socket_path(data_dir: Path) -> Path:
    """Each document that comes in asks for it, and to follow links costs as much as the nudge."""
    inside = data_dir.resolve() / "worker.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
        return inside
    name = hashlib.sha256(str(inside).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"bill-ingest-{name}.sock"


def wake(data_dir: Path) -> None:
    """Nudges the worker, if there is one."""
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as sender:
        sender.setblocking(False)
        with contextlib.suppress(OSError):  # no worker, or one with many nudges waiting: it looks by itself
            sender.sendto(b"", str(socket_path(data_dir)))


@contextlib.asynccontextmanager
async def listening(data_dir: Path, woken: Callable[[], None]) -> AsyncIterator[None]:
    """Calls ``woken`` on each nudge for as long as the context lasts."""
    path = socket_path(data_dir)
    if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
        log.warning(
            "nobody can nudge this worker, which looks for new bills every few seconds all the same: "
            "the paths of data_dir and of the temporary folder ($TMPDIR) are too long for a socket", path=str(path),
        )  # fmt: skip
        yield
        return
    path.unlink(missing_ok=True)
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.setblocking(False)
    receiver.bind(str(path))
    loop = asyncio.get_running_loop()
    loop.add_reader(receiver.fileno(), _drain, receiver, woken)
    try:
        yield
    finally:
        loop.remove_reader(receiver.fileno())
        receiver.close()
        path.unlink(missing_ok=True)


def _drain(receiver: socket.socket, woken: Callable[[], None]) -> None:
    with contextlib.suppress(BlockingIOError):
        while True:
            receiver.recv(16)
    woken()
