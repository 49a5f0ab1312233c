"""What happens inside one transaction of the ledger: a document comes in, a child is opened, a delivery is closed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from ingest.engine.jobs import job_of_bill
from ingest.reasons import Reason
from ingest.store import ending
from ingest.store.contents import write_contents
from ingest.store.ids import new_id
from ingest.store.rows import (
    CONTENTS,
    STANDING,
    Arrival,
    Bill,
    NewArrival,
    NewDelivery,
    Outcome,
    Step,
    WholeBill,
    to_bill,
)
from ingest.store.schema import arrivals, bills, deliveries, parts
from ingest.store.text import storable
from ingest.store.undecoded import changed

TRIED_AGAIN = {Reason.CUSTOMER_ID_INVALID, Reason.REJECTED_BY_API}
"""Reasons that people put right outside (a customer is created): the same document then starts once more."""

# Values go beside the statements, not into them: to build one with 27 values takes longer than to run it.
_SAME_BYTES = sa.select(bills).where(bills.c.account == sa.bindparam("of"), bills.c.sha256 == sa.bindparam("hash"))
_SAME_BYTES_LOCKED = _SAME_BYTES.with_for_update()
_INSERT_ARRIVAL, _INSERT_BILL, _INSERT_DELIVERY = arrivals.insert(), bills.insert(), deliveries.insert()
_INSERT_UNLESS_KNOWN = postgresql.insert(bills).on_conflict_do_nothing(index_elements=["account", "sha256"])
_ONE = bills.c.id == sa.bindparam("of")
_CHANGED = bills.update().where(_ONE)


def receive(connection: sa.Connection, new: NewArrival, at: dt.datetime, message_id: str | None = None) -> Arrival:
    """Writes the arrival and, for a document not seen before on this account, its bill.

    ``message_id`` is of the mail that brought it, whose row is there already.
    """
    new = replace(new, name=storable(new.name), detail=storable(new.detail))
    outcome, bill_id, reason = Outcome.REFUSED, None, new.reason
    if reason is None:
        outcome, bill_id = _bill_for(connection, new, at)
        reason = Reason.DUPLICATE if outcome is Outcome.DUPLICATE else None
    arrival = Arrival(
        id=new_id("arrival"),
        received_at=at,
        account=new.account,
        source=new.source,
        name=new.name,
        customer=new.customer,
        external_id=new.external_id,
        message=new.message,
        sha256=new.sha256,
        outcome=outcome,
        reason=reason,
        detail=new.detail or None,
        bill_id=bill_id,
        place=new.place,
        message_id=message_id,
    )
    connection.execute(_INSERT_ARRIVAL, {name: getattr(arrival, name) for name in arrival.__slots__})
    return arrival


def _bill_for(connection: sa.Connection, new: NewArrival, at: dt.datetime) -> tuple[Outcome, str]:
    row = _of_same_bytes(connection, new.account, _document(new))
    if row is None:
        bill = _opened(new, at)
        if _insert(connection, bill, "received", at):
            return Outcome.ACCEPTED, bill.id
        row = _of_same_bytes(connection, new.account, bill.sha256)
    known = to_bill(row)
    if known.step in (Step.RECONCILED, Step.DELIVERED) and known.reason in TRIED_AGAIN:
        _try_again(connection, known, new, at)
        return Outcome.ACCEPTED, known.id
    if new.place and known.step not in (Step.RECEIVED, Step.SCANNED):
        again = NewDelivery(event="duplicate", target="file", payload={})
        send(connection, [(again, known)], at)
    return Outcome.DUPLICATE, known.id


def _of_same_bytes(connection: sa.Connection, account: str, sha256: str) -> sa.Row[Any] | None:
    """The bill's row, which nobody else changes until the end of the transaction."""
    query = _SAME_BYTES_LOCKED if connection.dialect.name == "postgresql" else _SAME_BYTES
    return connection.execute(query, {"of": account, "hash": sha256}).one_or_none()


def _document(new: NewArrival) -> str:
    """The hash of the PDF: of the file itself, or of what was made of a photo."""
    assert new.sha256 is not None  # noqa: S101 - a document without refusal was stored
    return new.pdf_sha256 or new.sha256


def _opened(new: NewArrival, at: dt.datetime) -> Bill:
    return Bill(
        id=new_id("bill"), account=new.account, sha256=_document(new), name=new.name, source=new.source,
        parent_id=None, first_page=None, last_page=None, customer=new.customer, external_id=new.external_id,
        priority=new.priority, received_at=at, step=Step.RECEIVED, step_at=at, version=1, wake_at=at,
        attempts=0, updated_at=at,
        bayou_id=None, api_status=None, uploaded_at=None, reason=None, detail=None,
    )  # fmt: skip


def _insert(connection: sa.Connection, bill: Bill, kind: str, at: dt.datetime) -> bool:
    """False when another process opened a bill of the same bytes at the same time; its row is there then.

    SQLite has one writer, so that there whoever looked first is right.
    """
    columns = {name: getattr(bill, name) for name in STANDING}
    if connection.dialect.name == "postgresql":
        opened = connection.execute(_INSERT_UNLESS_KNOWN, columns)
        if opened.rowcount == 0:
            return False
    else:
        connection.execute(_INSERT_BILL, columns)
    data = {"name": bill.name, "sha256": bill.sha256, "source": bill.source, "parent_id": bill.parent_id}
    add_event(connection, bill, kind, at, data)
    ending.add_job(connection, job_of_bill(bill), at)
    return True


def _try_again(connection: sa.Connection, bill: Bill, new: NewArrival, at: dt.datetime) -> None:
    values = {"step": Step.PARSED, "step_at": at, "wake_at": at, "attempts": 0, "reason": None, "detail": None}
    values |= {"customer": new.customer or bill.customer, "version": bill.version + 1, "updated_at": at}
    connection.execute(bills.update().where(bills.c.id == bill.id).values(values))
    again = to_bill(connection.execute(sa.select(bills).where(bills.c.id == bill.id)).one())
    add_event(connection, again, "tried_again", at, plain(values))
    ending.add_job(connection, job_of_bill(again), at)


def add_children(connection: sa.Connection, parent: Bill, children: Sequence[WholeBill], at: dt.datetime) -> None:
    """Opens the bills that a document was split into; one whose very bytes are known already is only linked."""
    for position, child in enumerate(children):
        known = _of_same_bytes(connection, child.account, child.sha256)
        if known is None and _insert(connection, child, "split_off", at):
            write_contents(connection, [(child.id, {name: getattr(child, name) for name in CONTENTS})])
        elif known is None:
            known = _of_same_bytes(connection, child.account, child.sha256)
        link = {"parent_id": parent.id, "position": position, "bill_id": known.id if known else child.id}
        connection.execute(parts.insert().values(link))


def wake(connection: sa.Connection, bill: Bill, at: dt.datetime) -> None:
    """Makes the next step due now. A step that runs meanwhile finds a newer version and begins anew."""
    values: dict[str, Any] = {"wake_at": at, "version": bill.version + 1, "updated_at": at}
    connection.execute(_CHANGED, {**values, "of": bill.id})
    woken = changed(bill, **values)
    add_event(connection, woken, "woken", at, {})
    ending.add_job(connection, job_of_bill(woken), at)


def add_event(connection: sa.Connection, bill: Bill, kind: str, at: dt.datetime, data: dict[str, Any]) -> None:
    """One line of a bill's history."""
    values = {"bill_id": bill.id, "at": at, "kind": kind, "step": bill.step, "version": bill.version, "data": data}
    ending.add_event(connection, values)


def send(connection: sa.Connection, queued: Sequence[tuple[NewDelivery, Bill]], at: dt.datetime) -> None:
    """Queues deliveries, due at once."""
    if not queued:
        return
    rows = [
        {
            "id": new_id("msg"), "bill_id": bill.id, "account": bill.account, "event": new.event, "target": new.target,
            "payload": new.payload, "created_at": at, "sequence": bill.version, "final": new.final, "attempts": 0,
            "next_at": at, "priority": bill.priority,
        }
        for new, bill in queued
    ]  # fmt: skip
    connection.execute(_INSERT_DELIVERY, rows)
    for new, bill in queued:
        ending.add_turn(connection, bill.id, new.target, at)


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values of a row as JSON can hold them: times as ISO 8601. What they hold inside is JSON already."""
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in values.items()}
