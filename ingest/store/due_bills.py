"""Which bills are due on SQLite: the most urgent ones, however many there are, and however many wait.

Each account and priority is looked for by itself, so that an index gives the oldest ones without looking at the others;
their rows are read at the end. Built once: to build such a query takes longer than to run it.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from ingest.store.lists import as_list, listed
from ingest.store.rows import NEEDS_API, Bill, Priority, Step, to_bill
from ingest.store.schema import DUE_AT_THE_API, DUE_HERE, bills, stopped_accounts

_AT = sa.bindparam("at", type_=bills.c.wake_at.type)
_MOST = sa.bindparam("most", type_=sa.Integer())
_OF = sa.bindparam("of", type_=sa.Text())
_HERE = (DUE_HERE, bills.c.step == _OF, bills.c.account.in_(listed("accounts")))
_AT_THE_API = (DUE_AT_THE_API, bills.c.account == _OF, bills.c.step.in_(listed("steps")))
_FREE = bills.c.id.not_in(listed("busy"))


def _oldest(*wanted: sa.ColumnElement[bool] | sa.TextClause) -> list[sa.Select[Any]]:
    """Of each priority what is due, most urgent first, and the one that comes next."""
    found = []
    for priority in Priority:
        same = sa.select(bills.c.priority, bills.c.wake_at, bills.c.id).order_by(bills.c.wake_at)
        same = same.where(*wanted, bills.c.priority == int(priority))
        found.append(same.where(bills.c.wake_at <= _AT, _FREE).limit(_MOST))
        found.append(same.where(bills.c.wake_at > _AT).limit(1))
    return [sa.select(each.subquery()) for each in found]


_OLDEST_HERE, _OLDEST_AT_THE_API = (sa.union_all(*_oldest(*wanted)) for wanted in (_HERE, _AT_THE_API))
_THESE = sa.select(bills).where(bills.c.id.in_(listed("ids")))
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
    values: dict[str, Any] = {"at": at, "most": max(0, limit) + 1, "busy": as_list(busy)}
    wanted = list(connection.scalars(_ACCOUNTS) if accounts is None else accounts)
    here = [step for step in steps if step not in NEEDS_API]
    there = [step for step in steps if step in NEEDS_API]
    open_ones = set(wanted) - set(connection.scalars(_STOPPED)) if there else set()
    found: list[Any] = []
    for step in here:
        found += connection.execute(_OLDEST_HERE, {**values, "of": step, "accounts": as_list(wanted)})
    for account in open_ones:
        found += connection.execute(_OLDEST_AT_THE_API, {**values, "of": account, "steps": as_list(there)})
    due = sorted(row for row in found if row.wake_at <= at)
    chosen = _in_order(connection, [row.id for row in due[: max(0, limit)]])
    if limit < len(due):
        return chosen, None
    return chosen, min((row.wake_at for row in found if row.wake_at > at), default=None)


def _in_order(connection: sa.Connection, ids: list[str]) -> list[Bill]:
    if not ids:
        return []
    bills_by_id = {row.id: to_bill(row) for row in connection.execute(_THESE, {"ids": as_list(ids)})}
    return [bills_by_id[one] for one in ids if one in bills_by_id]
