"""A role without a port says every few seconds that it lives, for the web role to show."""

import asyncio
import contextlib
import fcntl
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import structlog

from ingest.errors import NotReady, Unavailable
from ingest.metrics import Metrics
from ingest.store.disk import disk_errors
from ingest.web.readiness import names_of, remove_heartbeat, write_heartbeat

TICK_SECONDS, TICKS_BETWEEN_BEATS = 0.5, 10
"""The state of folders is told as soon as it changes, that the role lives every few seconds."""

log = structlog.get_logger()


@asynccontextmanager
async def heartbeat(
    data_dir: Path, role: str, metrics: Metrics, folders: Callable[[], dict[str, str | None]] = dict
) -> AsyncIterator[None]:
    """Tells the web role, every few seconds, that this one lives, how its folders are, and what it counted.

    A role that stops as it was told takes back what it said; of one that fails it stays and grows old.
    """
    stopping = asyncio.Event()

    async def beat(said: dict[str, str | None]) -> None:
        try:
            await asyncio.to_thread(write_heartbeat, data_dir, said, metrics, role=role)
        except Unavailable as error:
            log.warning("cannot say that this role lives", error=str(error))

    async def go_on(said: dict[str, str | None]) -> None:
        for tick in itertools.count(1):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await stopping.wait()
                return
            if folders() != said or tick % TICKS_BETWEEN_BEATS == 0:
                await beat(said := folders())

    await beat(first := folders())
    beating = asyncio.create_task(go_on(first), name="heartbeat")
    try:
        yield
    finally:
        stopping.set()  # not cancelled: a beat on its way to the disk would arrive there later
        await beating
    try:
        await asyncio.to_thread(remove_heartbeat, data_dir, role)
    except Unavailable as error:
        log.warning("cannot say that this role stopped", error=str(error))


@contextmanager
def own_name(data_dir: Path, role: str, processes: int) -> Iterator[str]:
    """The first name of a role that no other process has: under it this one's heartbeat and counters are found.

    Held by a lock, so that it is free when the process ends in whatever way. Raises NotReady when there is none left.
    """
    if processes == 1:
        yield role
        return
    with contextlib.ExitStack() as locks:
        with disk_errors():
            data_dir.mkdir(parents=True, exist_ok=True)
        for name in names_of(role, processes):
            with disk_errors():
                file = locks.enter_context((data_dir / f"{name}.lock").open("w"))
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield name
            return
    raise NotReady(f"as many processes of the role {role} as {role}.processes says ({processes}) run here already")
