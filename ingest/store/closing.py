"""Deliveries that succeeded, and the bills that are delivered with them; many in few statements."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from ingest.engine.jobs import job_of_bill
from ingest.store import ending, transactions
from ingest.store.lists import as_list, listed
from ingest.store.rows import Bill, Delivery, Step, to_bill
from ingest.store.schema import bills, deliveries

_LOCKED = sa.select(bills).where(bills.c.id.in_(listed("bills"))).order_by(bills.c.id).with_for_update()
_CLOSED = (
    deliveries.update()
    .where(deliveries.c.id.in_(listed("ids")), deliveries.c.delivered_at.is_(None))
    .values(delivered_at=sa.bindparam("at"), next_at=None, attempts=deliveries.c.attempts + 1, last_error=None)
    .returning(deliveries.c.id)
)
_STILL_OPEN = sa.select(deliveries.c.bill_id).where(
    deliveries.c.bill_id.in_(listed("bills")), deliveries.c.final, deliveries.c.delivered_at.is_(None)
)
_DELIVERED = (
    bills.update()
    .where(bills.c.id.in_(listed("bills")))
    .values(step=Step.DELIVERED, step_at=sa.bindparam("at"), version=bills.c.version + 1, updated_at=sa.bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class Success:
    """One delivery, and when it succeeded."""

    delivery: Delivery
    at: dt.datetime


def close_deliveries(connection: sa.Connection, successes: Sequence[Success]) -> list[None]:
    """The deliveries succeeded; with the last final one its bill is delivered. Done once, nothing happens again.

    The rows of the bills are held meanwhile: two processes that close the last two deliveries of a bill would each take
    the other's for open.
    """
    at = max(each.at for each in successes)
    standing = _hold(connection, {each.delivery.bill_id for each in successes})
    ids = as_list({each.delivery.id for each in successes})
    closed = {row.id for row in connection.execute(_CLOSED, {"ids": ids, "at": at})}
    done = [each.delivery for each in successes if each.delivery.id in closed]
    for delivery in done:
        ending.add_turn(connection, delivery.bill_id, delivery.target, at)
    finished = {each.bill_id for each in done if each.final and standing[each.bill_id].step is Step.RECONCILED}
    _deliver(connection, [bill for key, bill in standing.items() if key in finished], at)
    return [None] * len(successes)


def _hold(connection: sa.Connection, keys: set[str]) -> dict[str, Bill]:
    return {row.id: to_bill(row) for row in connection.execute(_LOCKED, {"bills": as_list(keys)})}


def _deliver(connection: sa.Connection, finished: Sequence[Bill], at: dt.datetime) -> None:
    """Those of which no final delivery is open any more."""
    if not finished:
        return
    rows = connection.execute(_STILL_OPEN, {"bills": as_list(bill.id for bill in finished)})
    still_open = {row.bill_id for row in rows}
    delivered = [bill for bill in finished if bill.id not in still_open]
    if not delivered:
        return
    connection.execute(_DELIVERED, {"bills": as_list(bill.id for bill in delivered), "at": at})
    for bill in delivered:
        after = replace(bill, step=Step.DELIVERED, version=bill.version + 1)
        transactions.add_event(connection, after, "delivered", at, {})
        ending.add_job(connection, job_of_bill(after), at)
