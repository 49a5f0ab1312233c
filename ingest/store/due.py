"""Which deliveries are due: in the order of their bills' priority, however many there are.

Each priority is looked for by itself, so that an index gives the oldest ones without looking at the others. Built once:
to build such a query takes longer than to run it.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from ingest.store.lists import as_list, listed
from ingest.store.rows import FILE, Delivery, Priority, to_delivery
from ingest.store.schema import deliveries


def _in_turn() -> sa.ColumnElement[bool]:
    earlier = deliveries.alias()
    before = sa.or_(
        earlier.c.sequence < deliveries.c.sequence,
        sa.and_(earlier.c.sequence == deliveries.c.sequence, earlier.c.id < deliveries.c.id),
    )
    same = (earlier.c.bill_id == deliveries.c.bill_id, earlier.c.target == deliveries.c.target)
    return sa.and_(
        deliveries.c.delivered_at.is_(None), ~sa.exists().where(*same, earlier.c.delivered_at.is_(None), before)
    )


IN_TURN = _in_turn()
"""Open, and none before it for the same bill and target is."""


def _of(priority: Priority) -> sa.Select[Any]:
    chosen = (
        sa.select(deliveries)
        .where(deliveries.c.priority == int(priority), deliveries.c.next_at <= sa.bindparam("at"))
        .where(deliveries.c.id.not_in(listed("busy")))
        .where(
            sa.or_(
                deliveries.c.target == FILE,
                deliveries.c.account.not_in(listed("no_webhooks_of")),
            )
        )
        .where(IN_TURN)
        .order_by(deliveries.c.next_at)
        .limit(sa.bindparam("most"))
    )
    return sa.select(chosen.subquery())


_DUE = sa.union_all(*map(_of, Priority)).limit(sa.bindparam("most"))
_NEXT = sa.select(sa.func.min(deliveries.c.next_at)).where(deliveries.c.next_at > sa.bindparam("at"))
TURNS_OF_BILLS = sa.select(deliveries).where(deliveries.c.bill_id.in_(sa.bindparam("bills", expanding=True)), IN_TURN)
"""With ``bills`` (ids): of each target the one whose turn it is, due or not."""


def due_deliveries(
    connection: sa.Connection, at: dt.datetime, busy: Collection[str], limit: int, no_webhooks_of: Collection[str]
) -> tuple[list[Delivery], dt.datetime | None]:
    """See ``Ledger.due_deliveries``."""
    values = {"at": at, "busy": as_list(busy), "no_webhooks_of": as_list(no_webhooks_of), "most": max(0, limit)}
    found = [to_delivery(row) for row in connection.execute(_DUE, values)]
    return found, connection.execute(_NEXT, {"at": at}).scalar_one()
