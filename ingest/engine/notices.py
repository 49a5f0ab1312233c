"""PostgreSQL's notices, thinned: every change of the queue announces itself, and each would be answered by a look."""

import asyncio
from typing import Any

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.domain.models import TableChangedEvent, utc_now
from pgqueuer.ports.driver import NotifyCallback
from pgqueuer.queries import Queries

SECONDS = 0.05
"""Changes within this time are one."""
TAKEN = '"operation" : "update"'
"""Nobody can do anything about a job that was taken, or whose lease was prolonged. One that a worker puts back is
announced by that worker (``announce``)."""


async def announce(queries: Queries) -> None:
    """There are jobs for others."""
    channel = queries.qbe.settings.channel
    event = TableChangedEvent(
        channel=channel, operation="insert", sent_at=utc_now(), table=queries.qbe.settings.queue_table,
        type="table_changed_event",
    )  # fmt: skip
    await queries.driver.notify(channel, event.model_dump_json())


class QuietDriver(AsyncpgPoolDriver):
    """PgQueuer's driver; its listeners hear of changes at most twenty times a second."""

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """Health checks and cancellations are passed on as they are."""
        await super().add_listener(channel, _Thinned(callback))

    async def __aexit__(self, *error: object) -> None:
        """The listening connection goes back to its pool, unless it is there already.

        One that the server ended asyncpg takes back by itself, and PgQueuer does not hear of that: its goodbye would
        raise InterfaceError at the end of a worker that has stopped in order.
        """
        if self._listener_connection is not None and _is_gone(self._listener_connection):
            self._listener_connection = None
        await super().__aexit__(*error)


def _is_gone(connection: "asyncpg.pool.PoolConnectionProxy[Any]") -> bool:
    """One that was taken back answers no question, this one neither."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True


class _Thinned:
    """The first of a burst at once, the last of it at its end."""

    def __init__(self, callback: NotifyCallback) -> None:
        self._callback = callback
        self._resting = False
        self._missed: str | bytes | bytearray | None = None

    def __call__(self, payload: str | bytes | bytearray) -> None:
        text = payload if isinstance(payload, str) else payload.decode()
        if "table_changed_event" not in text:
            self._callback(payload)
        elif TAKEN in text:
            return
        elif self._resting:
            self._missed = payload
        else:
            self._tell(payload)

    def _tell(self, payload: str | bytes | bytearray) -> None:
        self._resting, self._missed = True, None
        asyncio.get_running_loop().call_later(SECONDS, self._rested)
        self._callback(payload)

    def _rested(self) -> None:
        self._resting = False
        if self._missed is not None:
            self._tell(self._missed)
