"""Wake-ups on PostgreSQL: rows as a job finds them, and rows that no job would wake. A part of ``Ledger``."""

import datetime as dt
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from ingest.engine.jobs import Job
from ingest.engine.reading import GroupReader
from ingest.store import ending
from ingest.store.due import IN_TURN
from ingest.store.rows import NEEDS_API, Bill, Delivery, Step, to_bill, to_delivery
from ingest.store.schema import bills, deliveries, stopped_accounts
from ingest.store.writer import GroupWriter

Read = Callable[..., Awaitable[Sequence[sa.Row[Any]]]]

_jobs = sa.table("pgqueuer", sa.column("id"), sa.column("dedupe_key"), sa.column("status"))
_row_of_job = sa.func.split_part(_jobs.c.dedupe_key, " ", 1)
_PICKED = sa.text("pgqueuer.status = 'picked' AND pgqueuer.dedupe_key IS NOT NULL")
_THERE = sa.text("pgqueuer.status IN ('queued', 'picked') AND pgqueuer.dedupe_key IS NOT NULL")
"""As PgQueuer's own index has it."""


def _runnable() -> sa.ColumnElement[bool]:
    stopped = sa.select(stopped_accounts.c.account)
    return sa.or_(bills.c.step.not_in(NEEDS_API), bills.c.account.not_in(stopped))


# Built once: to build them takes longer than to run them.
_KEYS: sa.BindParameter[Any] = sa.bindparam("keys", type_=ARRAY(sa.Text))
_BILLS = sa.select(bills).where(bills.c.id == sa.any_(_KEYS), _runnable())
_DELIVERIES = sa.select(deliveries).where(deliveries.c.id == sa.any_(_KEYS), IN_TURN)


@dataclass(frozen=True, slots=True)
class Span:
    """Rows that are due after ``since`` (None: ever) and not after ``until``."""

    since: dt.datetime | None
    until: dt.datetime

    def holds(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """Whether a row is one of them."""
        return column <= self.until if self.since is None else column.between(self.since, self.until)


class Wakeups:
    """Reads without a transaction; every write is one."""

    def __init__(self, read: Read, writer: GroupWriter, clock: Callable[[], dt.datetime]) -> None:
        self._read = read
        self._writer = writer
        self._clock = clock
        self._bills = GroupReader(self._read_bills)
        self._deliveries = GroupReader(self._read_deliveries)

    async def bill(self, key: str, accounts: Collection[str]) -> Bill | None:
        """The bill, unless it is gone, or of an account that is not configured or that the API refuses."""
        bill = await self._bills.get(key)
        return bill if bill and bill.account in accounts else None

    async def delivery(self, key: str) -> Delivery | None:
        """The delivery, when it is its turn."""
        return await self._deliveries.get(key)

    async def lost_bills(
        self, limit: int, span: Span, *, steps: Collection[Step], accounts: Collection[str]
    ) -> list[Bill]:
        """Bills that are due then, could be run, and have no job."""
        wanted = (bills.c.step.in_(steps), bills.c.account.in_(accounts), _runnable())
        unknown = _without_job(bills.c.id, sa.cast(bills.c.version, sa.Text))
        query = sa.select(bills).where(span.holds(bills.c.wake_at), *wanted, unknown)
        return list(map(to_bill, await self._read(query.order_by(bills.c.priority, bills.c.wake_at).limit(limit))))

    async def lost_deliveries(self, limit: int, span: Span) -> list[Delivery]:
        """Deliveries that are due then, whose turn it is, and that have no job."""
        moment = sa.cast(sa.extract("epoch", deliveries.c.next_at) * 1_000_000, sa.BigInteger)
        version = sa.func.concat(deliveries.c.attempts, "@", moment)
        unknown = _without_job(deliveries.c.id, version)
        query = sa.select(deliveries).where(span.holds(deliveries.c.next_at), IN_TURN, unknown)
        return list(map(to_delivery, await self._read(query.order_by(deliveries.c.next_at).limit(limit))))

    async def submit(self, jobs: Sequence[Job]) -> None:
        """Writes jobs outside any change."""
        at = self._clock()

        def work(connection: sa.Connection) -> None:
            for job in jobs:
                ending.add_job(connection, job, at)

        await self._writer.write(work)

    async def submit_unless_carried(self, job: Job, but: int) -> None:
        """Writes a job for a row, unless a job of another version runs on it (``but`` is the one that asks)."""
        at = self._clock()
        running = sa.select(_jobs.c.id).where(_PICKED, _row_of_job == job.key, _jobs.c.id != but)

        def work(connection: sa.Connection) -> None:
            if connection.execute(running.limit(1)).first() is None:
                ending.add_job(connection, job, at)

        await self._writer.write(work)

    async def _read_bills(self, keys: Sequence[str]) -> dict[str, Bill]:
        return {row.id: to_bill(row) for row in await self._read(_BILLS, {"keys": keys})}

    async def _read_deliveries(self, keys: Sequence[str]) -> dict[str, Delivery]:
        return {row.id: to_delivery(row) for row in await self._read(_DELIVERIES, {"keys": keys})}


def _without_job(key: sa.ColumnElement[str], version: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Neither a job for this version waits, nor does one of any version run, whose step may go on with the row."""
    waits = sa.exists().where(_jobs.c.dedupe_key == key + " " + version, _THERE)
    return sa.and_(~waits, key.not_in(sa.select(_row_of_job).where(_PICKED)))
