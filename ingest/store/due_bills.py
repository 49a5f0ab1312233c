"""Which bills are due on SQLite: the most urgent ones, however many there are, and however many wait.

Each account and priority is looked for by itself, so that an index gives the oldest ones without looking at the others;
their rows are read at the end. Built once: to build such a query takes longer than to run it.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from ingest.store.rows import NEEDS_API, Bill, Priority, Step, to_bill
from ingest.store.schema import DUE_AT_THE_API, DUE_HERE, bills, stopped_accounts

_AT = sa.bindparam("at", type_=bills.c.wake_at.type)
_MOST = sa.bindparam("most", type_=sa.Integer())
_OF = sa.bindparam("of", type_=sa.Text())
_WANTED = (
    bills.c.step.in_(sa.bindparam("steps", expanding=True)),
    bills.c.account.in_(sa.bindparam("accounts", expanding=True)),
)


def _oldest(of: sa.ColumnElement[Any], group: sa.TextClause, priority: Priority) -> sa.Select[Any]:
    found = (
        sa.select(bills.c.priority, bills.c.wake_at, bills.c.id)
        .where(group, of == _OF, bills.c.priority == int(priority), bills.c.wake_at <= _AT, *_WANTED)
        .order_by(bills.c.wake_at)
        .limit(_MOST)
    )  # a row sorts by its first columns: the most urgent one is the least
    return sa.select(found.subquery())


def _soonest(of: sa.ColumnElement[Any], group: sa.TextClause, priority: Priority) -> sa.Select[Any]:
    later = (group, of == _OF, bills.c.priority == int(priority), bills.c.wake_at > _AT)
    first = sa.select(bills.c.wake_at).where(*later, *_WANTED).order_by(bills.c.wake_at).limit(1)
    return sa.select(first.subquery())


_DUE_HERE, _DUE_AT_THE_API = (
    sa.union_all(*(_oldest(of, group, priority) for priority in Priority))
    for of, group in ((bills.c.step, DUE_HERE), (bills.c.account, DUE_AT_THE_API))
)
_NEXT_HERE, _NEXT_AT_THE_API = (
    sa.union_all(*(_soonest(of, group, priority) for priority in Priority))
    for of, group in ((bills.c.step, DUE_HERE), (bills.c.account, DUE_AT_THE_API))
)
_THESE = sa.select(bills).where(bills.c.id.in_(sa.bindparam("ids", expanding=True)))
_STOPPED = sa.select(stopped_accounts.c.account)
_ACCOUNTS = sa.select(bills.c.account).distinct()


def due_bills(
    connection: sa.Connection,
    at: dt.datetime,
    busy: Collection[str],
    limit: int,
    steps: Collection[Step],
    accounts: Collection[str] | None,
) -> tuple[list[Bill], dt.datetime | None]:
    """See ``Ledger.due_bills``. When the next one will be is told only where all that are due are given."""
    values: dict[str, Any] = {"at": at, "steps": list(steps), "most": limit + len(busy)}
    values["accounts"] = list(connection.scalars(_ACCOUNTS) if accounts is None else accounts)
    stopped = set(connection.scalars(_STOPPED))
    here = [step for step in steps if step not in NEEDS_API]
    there = [account for account in values["accounts"] if account not in stopped] if len(here) < len(steps) else []
    found = [
        due
        for query, keys in ((_DUE_HERE, here), (_DUE_AT_THE_API, there))
        for key in keys
        for due in connection.execute(query, {**values, "of": key})
        if due.id not in busy
    ]
    chosen = [due.id for due in sorted(found)[: max(0, limit)]]
    if len(chosen) < len(found):
        return _in_order(connection, chosen), None
    soon = [
        moment
        for query, keys in ((_NEXT_HERE, here), (_NEXT_AT_THE_API, there))
        for key in keys
        for moment in connection.scalars(query, {**values, "of": key})
    ]
    return _in_order(connection, chosen), min(soon, default=None)


def _in_order(connection: sa.Connection, ids: list[str]) -> list[Bill]:
    if not ids:
        return []
    bills_by_id = {row.id: to_bill(row) for row in connection.execute(_THESE, {"ids": ids})}
    return [bills_by_id[one] for one in ids if one in bills_by_id]
