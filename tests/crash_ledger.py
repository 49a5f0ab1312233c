"""The ledger as the crash harness reads it: while the service comes to rest, and whole at the end."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from ingest.store.rows import to_bill
from ingest.store.schema import arrivals, bills, deliveries, events, messages, parts

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


async def progress(url: str) -> tuple[int, Counter[str], int]:
    """Something that grows as long as there is progress, the bills by step, and deliveries that wait."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        steps = await connection.execute(sa.select(bills.c.step, sa.func.count()).group_by(bills.c.step))
        waiting = await connection.execute(sa.select(sa.func.count()).where(deliveries.c.delivered_at.is_(None)))
        newest = await connection.execute(sa.select(sa.func.max(events.c.id)))
        found = newest.scalar() or 0, Counter(dict(map(tuple, steps))), int(waiting.scalar() or 0)
    await engine.dispose()
    return found


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
            [to_bill(row) for row in await rows(bills)],
            of_bill,
            await rows(arrivals),
            await rows(deliveries),
            children,
            await rows(messages),
        )
    await engine.dispose()
    return state
