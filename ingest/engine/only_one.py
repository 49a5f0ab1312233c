"""Work that one worker at a time does for all: a lock of PostgreSQL's says which."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import structlog

from ingest.engine.work import Loop
from ingest.errors import LedgerBusy
from ingest.store.engine import ledger_errors

LOCK = 7_265_107_002
ASK_SECONDS = 5.0
KEEPALIVE = {"tcp_keepalives_idle": "15", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""A machine that is gone says no goodbye: PostgreSQL finds out within half a minute, and frees its lock."""

log = structlog.get_logger()


class OnlyOne:
    """Loops that run while this worker holds the lock. It is held until the worker stops or its connection ends."""

    name = "answering"

    def __init__(self, loops: Sequence[Loop], place: dict[str, Any]) -> None:
        self._loops = loops
        self._place = {**place, "server_settings": {**place["server_settings"], **KEEPALIVE}}
        self._stopping = asyncio.Event()

    def wake(self) -> None:
        """Passed on."""
        for loop in self._loops:
            loop.wake()

    async def run(self) -> None:
        """Until ``stop``. Raises LedgerBusy when the lock is lost: the worker ends and is started again."""
        async with self._connected() as (connection, closed):
            while not await self._is_ours(connection):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(ASK_SECONDS):
                        await self._stopping.wait()
                if self._stopping.is_set():
                    return
            async with asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(loop.run(), name=loop.name) for loop in self._loops]
                watch = tasks.create_task(closed.wait(), name="lock")
                await asyncio.wait([*running, watch], return_when=asyncio.FIRST_COMPLETED)
                if watch.done():
                    raise LedgerBusy("the connection that holds the lock was closed")
                await asyncio.gather(*running)
                watch.cancel()

    async def stop(self, deadline: float) -> None:
        """Stops the loops."""
        self._stopping.set()
        await asyncio.gather(*(loop.stop(deadline) for loop in self._loops))

    async def _is_ours(self, connection: "asyncpg.Connection[Any]") -> bool:
        with ledger_errors():
            return bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK))

    @asynccontextmanager
    async def _connected(self) -> "AsyncIterator[tuple[asyncpg.Connection[Any], asyncio.Event]]":
        closed = asyncio.Event()
        with ledger_errors():
            connection = await asyncpg.connect(**self._place)
        connection.add_termination_listener(lambda _: closed.set())
        try:
            yield connection, closed
        finally:
            connection.terminate()
