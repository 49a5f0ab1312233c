"""Wake-ups of bills and deliveries. One is written in the transaction that makes the row due, and names its version.

On SQLite the row is the job, and nothing is written. On PostgreSQL a job wakes one version of one row: whoever gets it
reads the row, and does nothing when that has moved on.
"""

import datetime as dt
import functools
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import sqlalchemy as sa

from ingest.store.rows import FILE, NEEDS_API, Bill, Delivery, Step

EPOCH = dt.datetime.fromtimestamp(0, dt.UTC)
SOON = dt.timedelta(seconds=20)
"""What is due only later has no job: thousands of waiting jobs would stand before those that are due."""
DELIVERIES = "deliveries"
"""The queue of results that are written as files. All others are an account's own, so that each can have its limit."""
READING, SCANS = "reading", "scans"
"""Queues that older versions wrote, for all accounts together: what is left in them is read all the same."""


@dataclass(frozen=True, slots=True)
class Job:
    """The row ``key`` at ``version`` is due at ``wake_at``. Lower priorities come first."""

    queue: str
    key: str
    version: str
    priority: int
    wake_at: dt.datetime

    @property
    def name(self) -> str:
        """Unique: a second job of the same name is none."""
        return f"{self.key} {self.version}"


@dataclass(slots=True)
class Carried:
    """A bill whose job is running: for as long as it runs, the bill's next steps need no job of their own."""

    key: str
    owing: Job | None = field(default=None)
    """Written by nobody yet: the bill waits again, and the step that made it so may go on with it."""


_carried: ContextVar[Carried | None] = ContextVar("carried", default=None)


@contextmanager
def carrying(key: str) -> Iterator[Carried]:
    """Around a step: what it makes due at once, it may go on with. What it leaves so, or puts off, is ``owing``."""
    carried = Carried(key)
    token = _carried.set(carried)
    try:
        yield carried
    finally:
        _carried.reset(token)


def carried(key: str) -> Carried | None:
    """What carries this bill in the present task."""
    found = _carried.get()
    return found if found and found.key == key else None


def reading_queue(account: str) -> str:
    """The queue of an account's documents that are to be read."""
    return f"reading {account}"


def scans_queue(account: str) -> str:
    """The queue of an account's documents that the OCR is to read."""
    return f"scans {account}"


def api_queue(account: str) -> str:
    """The queue of an account's API."""
    return f"api {account}"


def webhooks_queue(account: str) -> str:
    """The queue of what goes to an account's receivers."""
    return f"webhooks {account}"


def job_of_bill(bill: Bill) -> Job | None:
    """None for a bill that waits for nothing."""
    if bill.wake_at is None:
        return None
    queue = scans_queue if bill.step is Step.SCANNED else reading_queue
    if bill.step in NEEDS_API:
        queue = api_queue
    return Job(queue(bill.account), bill.id, str(bill.version), bill.priority, bill.wake_at)


def job_of_delivery(delivery: Delivery) -> Job | None:
    """None for one that was delivered. An attempt that was put off without being made is a version as well."""
    if delivery.next_at is None:
        return None
    version = f"{delivery.attempts}@{(delivery.next_at - EPOCH) // dt.timedelta(microseconds=1)}"
    queue = DELIVERIES if delivery.target == FILE else webhooks_queue(delivery.account)
    return Job(queue, delivery.id, version, delivery.priority, delivery.next_at)


def submits(connection: sa.Connection) -> bool:
    """Whether jobs are written here at all."""
    return connection.dialect.name == "postgresql"


def submit(connection: sa.Connection, wanted: Sequence[Job], at: dt.datetime) -> None:
    """Writes jobs in the running transaction; ``at`` is the present. Jobs that are there already stay as they are.

    One that is due only later than ``SOON`` is not written: whoever looks for rows that are due soon writes it then.
    """
    soon = [job for job in wanted if job.wake_at - at <= SOON]
    jobs = sorted(soon, key=lambda job: job.name)  # two workers that write the same jobs do not cross
    if not jobs or not submits(connection):
        return
    delays = [max(dt.timedelta(0), job.wake_at - at) for job in jobs]
    connection.exec_driver_sql(
        _enqueue(),
        (
            [-job.priority for job in jobs],
            [job.queue for job in jobs],
            [job.name.encode() for job in jobs],
            delays,
            [job.name for job in jobs],
            [json.dumps(None)] * len(jobs),
        ),
    )


@functools.cache
def _enqueue() -> str:
    from pgqueuer.adapters.persistence.qb import QueryQueueBuilder

    return QueryQueueBuilder().build_enqueue_query("skip")
