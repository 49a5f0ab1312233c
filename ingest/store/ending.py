"""What a transaction writes last, and once for all its writes: events, and the jobs that wake what became due.

A statement costs a way to the server and back, whatever it holds: twenty events in one cost little more than one.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from ingest.engine.jobs import Job, job_of_delivery, submit, submits
from ingest.store.due import TURNS_OF_BILLS
from ingest.store.rows import to_delivery
from ingest.store.schema import events

KEY = "what is written last"
_INSERT_EVENT = events.insert().inline()


@dataclass(slots=True)
class Ending:
    """Collected while the transaction runs."""

    events: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    turns: set[tuple[str, str]] = field(default_factory=set)
    at: dt.datetime | None = None


def begin(connection: sa.Connection) -> None:
    """From here on until ``write``, what is to be written last is kept. What was kept before is forgotten."""
    connection.info[KEY] = Ending()


def write(connection: sa.Connection) -> None:
    """Writes what was kept. Its errors are those of the writes that it was kept for."""
    kept: Ending = connection.info.pop(KEY)
    if kept.events:
        connection.execute(_INSERT_EVENT, kept.events)
    if kept.at is None:
        return
    if kept.turns:
        rows = connection.execute(TURNS_OF_BILLS, {"bills": list({bill for bill, _ in kept.turns})})
        found = (to_delivery(row) for row in rows if (row.bill_id, row.target) in kept.turns)
        kept.jobs += [job for delivery in found if (job := job_of_delivery(delivery))]
    submit(connection, kept.jobs, kept.at)


def add_event(connection: sa.Connection, event: dict[str, Any]) -> None:
    """One row of ``events``."""
    _of(connection).events.append(event)


def add_job(connection: sa.Connection, job: Job | None, at: dt.datetime) -> None:
    """A wake-up, where wake-ups are written at all; ``at`` is the present."""
    if job is not None and submits(connection):
        kept = _of(connection)
        kept.jobs.append(job)
        kept.at = at


def add_turn(connection: sa.Connection, bill_id: str, target: str, at: dt.datetime) -> None:
    """The wake-up of the delivery whose turn it is then; the bill's row must be held, so that nobody else writes it."""
    if submits(connection):
        kept = _of(connection)
        kept.turns.add((bill_id, target))
        kept.at = at


def _of(connection: sa.Connection) -> Ending:
    kept: Ending = connection.info[KEY]
    return kept
