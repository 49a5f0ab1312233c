"""Programs of two versions on one ledger, while one machine after the other is upgraded.

Each migration says which is the ``oldest`` program (by the revision that it was written for) that can work on what it
makes. One that only adds (expand) leaves older programs going; one that takes away (contract) runs only when none of
them is left, and ends those that come back. Every process notes that it lives, and looks whether it still may.
"""

import asyncio
import contextlib
import datetime as dt
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import sqlalchemy as sa
import structlog

from ingest.errors import ConfigError, IngestError
from ingest.store.ledger import Ledger
from ingest.store.migrate import HEAD
from ingest.store.schema import programs, schema_rules

TICK_SECONDS = 10.0
FORGOTTEN = dt.timedelta(days=1)

log = structlog.get_logger()


@asynccontextmanager
async def noted(ledger: Ledger, role: str, revision: str = HEAD, tick: float = TICK_SECONDS) -> AsyncIterator[None]:
    """Notes that this process lives, for as long as the context lasts.

    Ends the context with a ConfigError when the ledger is no longer one that this program can work on.
    """
    program = _Program(ledger, role, revision)
    await program.note()
    try:
        async with asyncio.TaskGroup() as tasks:
            noting = tasks.create_task(program.run(tick), name="noting that this process lives")
            try:
                yield
            finally:
                noting.cancel()
                await asyncio.gather(noting, return_exceptions=True)
                with contextlib.suppress(IngestError):  # it is forgotten in a minute anyway
                    await program.leave()
    except BaseExceptionGroup as group:
        if len(group.exceptions) > 1:
            raise
        raise group.exceptions[0] from None  # as it was raised: callers know errors by their kind


class _Program:
    def __init__(self, ledger: Ledger, role: str, revision: str) -> None:
        self._ledger = ledger
        self._role = role
        self._revision = revision
        self._id = secrets.token_hex(8)

    async def run(self, tick: float) -> None:
        while True:
            await asyncio.sleep(tick)
            try:
                await self.note()
            except ConfigError:
                raise
            except IngestError as error:
                log.warning("cannot say in the ledger that this process lives; trying again", error=str(error))

    async def note(self) -> None:
        """Raises ConfigError when this program is too old for the ledger."""
        at = self._ledger.clock()
        values = {
            "role": self._role, "place": f"{socket.gethostname()} (process {os.getpid()})",
            "version": version("bill-ingest"), "revision": self._revision, "seen_at": at,
        }  # fmt: skip

        def work(connection: sa.Connection) -> str | None:
            if connection.execute(programs.update().where(programs.c.id == self._id).values(values)).rowcount == 0:
                connection.execute(programs.delete().where(programs.c.seen_at < at - FORGOTTEN))
                connection.execute(programs.insert().values(id=self._id, **values))
            return connection.execute(sa.select(sa.func.max(schema_rules.c.oldest))).scalar()

        oldest = await self._ledger.in_transaction(work)
        if oldest is not None and oldest > self._revision:
            raise ConfigError(
                f"the ledger was upgraded and can no longer be used by this version ({self._revision}; it needs "
                f"{oldest}): install the version that the others have, and start this process again"
            )

    async def leave(self) -> None:
        await self._ledger.in_transaction(
            lambda connection: connection.execute(programs.delete().where(programs.c.id == self._id)).rowcount
        )
