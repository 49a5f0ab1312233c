"""Wake-ups on PostgreSQL: rows as a job finds them, and rows that no job would wake. A part of ``Ledger``."""

import datetime as dt
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

import sqlalchemy as sa

from ingest.engine.jobs import Job, job_of_delivery, submit, submits
from ingest.store.due import IN_TURN
from ingest.store.rows import NEEDS_API, Bill, Delivery, Step, to_bill, to_delivery
from ingest.store.schema import bills, deliveries, stopped_accounts
from ingest.store.writer import GroupWriter

Read = Callable[..., Awaitable[Sequence[sa.Row[Any]]]]

LOG_KEPT = dt.timedelta(hours=1)
"""PgQueuer notes three rows for each job and removes none of them."""
MOST_PRUNED = 50_000
_jobs = sa.table("pgqueuer", sa.column("id"), sa.column("dedupe_key"), sa.column("status", sa.Text))
_log = sa.table("pgqueuer_log", sa.column("id"), sa.column("created", sa.DateTime(timezone=True)))
_status = sa.cast(_jobs.c.status, sa.Text)
_row_of_job = sa.func.split_part(_jobs.c.dedupe_key, " ", 1)


def _runnable() -> sa.ColumnElement[bool]:
    stopped = sa.select(stopped_accounts.c.account)
    return sa.or_(bills.c.step.not_in(NEEDS_API), bills.c.account.not_in(stopped))


# Built once: to build them takes longer than to run them.
_BILL = sa.select(bills).where(
    bills.c.id == sa.bindparam("key"), bills.c.account.in_(sa.bindparam("accounts", expanding=True)), _runnable()
)
_DELIVERY = sa.select(deliveries).where(deliveries.c.id == sa.bindparam("key"), IN_TURN)
_NEXT_DELIVERY = sa.select(deliveries).where(
    deliveries.c.bill_id == sa.bindparam("bill"), deliveries.c.target == sa.bindparam("to"), IN_TURN
)


class Wakeups:
    """Reads without a transaction; every write is one."""

    def __init__(self, read: Read, writer: GroupWriter, clock: Callable[[], dt.datetime]) -> None:
        self._read = read
        self._writer = writer
        self._clock = clock

    async def bill(self, key: str, accounts: Collection[str]) -> Bill | None:
        """The bill, unless it is gone, or of an account that is not configured or that the API refuses."""
        found = await self._read(_BILL, {"key": key, "accounts": list(accounts)})
        return next(map(to_bill, found), None)

    async def delivery(self, key: str) -> Delivery | None:
        """The delivery, when it is its turn."""
        return next(map(to_delivery, await self._read(_DELIVERY, {"key": key})), None)

    async def lost_bills(self, limit: int, *, steps: Collection[Step], accounts: Collection[str]) -> list[Bill]:
        """Bills that are due, could be run, and have no job."""
        wanted = (bills.c.step.in_(steps), bills.c.account.in_(accounts), _runnable())
        unknown = _without_job(bills.c.id, sa.cast(bills.c.version, sa.Text))
        query = sa.select(bills).where(bills.c.wake_at <= self._clock(), *wanted, unknown)
        return list(map(to_bill, await self._read(query.order_by(bills.c.priority, bills.c.wake_at).limit(limit))))

    async def lost_deliveries(self, limit: int) -> list[Delivery]:
        """Deliveries that are due, whose turn it is, and that have no job."""
        moment = sa.cast(sa.extract("epoch", deliveries.c.next_at) * 1_000_000, sa.BigInteger)
        version = sa.func.concat(deliveries.c.attempts, "@", moment)
        unknown = _without_job(deliveries.c.id, version)
        query = sa.select(deliveries).where(deliveries.c.next_at <= self._clock(), IN_TURN, unknown)
        return list(map(to_delivery, await self._read(query.order_by(deliveries.c.next_at).limit(limit))))

    async def submit(self, jobs: Sequence[Job]) -> None:
        """Writes jobs outside any change."""
        at = self._clock()
        await self._writer.write(lambda connection: submit(connection, jobs, at))

    async def submit_unless_carried(self, job: Job, but: int) -> None:
        """Writes a job for a row, unless a job of another version runs on it (``but`` is the one that asks)."""
        at = self._clock()
        running = sa.select(_jobs.c.id).where(_status == "picked", _row_of_job == job.key, _jobs.c.id != but)

        def work(connection: sa.Connection) -> None:
            if connection.execute(running.limit(1)).first() is None:
                submit(connection, [job], at)

        await self._writer.write(work)

    async def prune(self) -> int:
        """Removes old lines of PgQueuer's log; the number of them."""
        old = sa.select(_log.c.id).where(_log.c.created < self._clock() - LOG_KEPT).limit(MOST_PRUNED)

        def work(connection: sa.Connection) -> int:
            return connection.execute(sa.delete(_log).where(_log.c.id.in_(old))).rowcount

        return await self._writer.write(work)


def submit_next_delivery(connection: sa.Connection, bill_id: str, target: str, at: dt.datetime) -> None:
    """Writes the job of the delivery whose turn it is now; the bill's row must be held, so that nobody else does."""
    if not submits(connection):
        return
    row = connection.execute(_NEXT_DELIVERY, {"bill": bill_id, "to": target}).one_or_none()
    job = job_of_delivery(to_delivery(row)) if row else None
    if job is not None:
        submit(connection, [job], at)


def _without_job(key: sa.ColumnElement[str], version: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Neither a job for this version waits, nor does one of any version run, whose step may go on with the row."""
    waits = sa.exists().where(_jobs.c.dedupe_key == key + " " + version, _status.in_(("queued", "picked")))
    runs = sa.exists().where(_status == "picked", _row_of_job == key)
    return sa.and_(~waits, ~runs)
