"""The ledger as the crash harness reads it: while the service comes to rest, and whole at the end."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from ingest.store.queries import WHOLE
from ingest.store.rows import to_whole_bill
from ingest.store.schema import arrivals, bills, deliveries, events, messages, parts
from ingest.store.urls import is_postgresql

Row = Any


@dataclass(frozen=True, slots=True)
class State:
    """All rows of the ledger."""

    bills: list[Row]
    events: dict[str, list[Row]]
    arrivals: list[Row]
    deliveries: list[Row]
    parts: dict[str, list[str]]
    messages: list[Row]

    @property
    def by_id(self) -> dict[str, Row]:
        return {bill.id: bill for bill in self.bills}


OPEN_RECEIPT = messages.c.receipt.in_(("due", "sending"))
OPEN_DELIVERY = deliveries.c.delivered_at.is_(None)


async def progress(url: str) -> tuple[int, Counter[str], int]:
    """What grows as long as there is progress, the bills by step, and deliveries, receipts and jobs that wait."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        steps = await connection.execute(sa.select(bills.c.step, sa.func.count()).group_by(bills.c.step))
        newest = await connection.execute(sa.select(sa.func.max(events.c.id)))
        waiting = 0
        for table, still_open in ((deliveries, OPEN_DELIVERY), (messages, OPEN_RECEIPT)):
            counted = await connection.execute(sa.select(sa.func.count()).select_from(table).where(still_open))
            waiting += counted.scalar_one()
        if is_postgresql(url):  # a job of a version that has moved on is there until its time has come
            waiting += (await connection.exec_driver_sql("SELECT count(*) FROM pgqueuer")).scalar_one()
        found = newest.scalar() or 0, Counter(dict(map(tuple, steps))), waiting
    await engine.dispose()
    return found


async def let_time_pass(url: str) -> None:
    """What was put off is due now: after a second failure a webhook would wait for five minutes, a receipt for four."""
    at = dt.datetime.now(dt.UTC)
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        for table, due, still_open in (
            (deliveries, deliveries.c.next_at, OPEN_DELIVERY),
            (messages, messages.c.due_at, OPEN_RECEIPT),
        ):
            await connection.execute(table.update().where(still_open, due > at).values({due: at}))
    await engine.dispose()


async def read_state(url: str) -> State:
    """In one go, when nothing runs any more."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:

        async def rows(table: sa.Table, *order: sa.Column[Any]) -> list[Row]:
            return list((await connection.execute(sa.select(table).order_by(*order))).all())

        of_bill: dict[str, list[Row]] = defaultdict(list)
        for event in await rows(events, events.c.id):
            of_bill[event.bill_id].append(event)
        children: dict[str, list[str]] = defaultdict(list)
        for part in await rows(parts, parts.c.parent_id, parts.c.position):
            children[part.parent_id].append(part.bill_id)
        state = State(
            [to_whole_bill(row) for row in (await connection.execute(WHOLE)).all()],
            of_bill,
            await rows(arrivals),
            await rows(deliveries),
            children,
            await rows(messages),
        )
    await engine.dispose()
    return state
