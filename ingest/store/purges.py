"""The ledger's purges: rows go, an audit row stays, and the files to be removed are noted in the same transaction."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from ingest.store.families import Families, in_chunks
from ingest.store.ids import new_id
from ingest.store.purge_rows import Family, NewRemoval, Purged, RemovalKind, RemovalState, Selection
from ingest.store.receipts import Read
from ingest.store.rows import Step
from ingest.store.schema import arrivals, bills, contents, deliveries, events, messages, parts, purges, removals
from ingest.store.undecoded import Json
from ingest.store.writer import GroupWriter

MOST_REFUSED = 200
"""Refused documents that go in one transaction."""
LATER = dt.timedelta(minutes=10)
"""Longer than a step or a delivery takes that had begun before its bill was purged."""

BILL, SEVERAL, REFUSED = "bill", "document of several bills", "refused documents"


class Purges:
    """Takes bills out of the ledger. Every method is one transaction. A part of ``Ledger``."""

    def __init__(self, read: Read, writer: GroupWriter, clock: Callable[[], dt.datetime]) -> None:
        self._read = read
        self._writer = writer
        self._clock = clock

    def families(self, selection: Selection) -> Families:
        """What a selection chooses, to be read page by page."""
        return Families(self._read, selection, self._clock())

    async def purge(self, families: Sequence[Family], selection: Selection) -> Purged:
        """Deletes those that nobody changed since they were read; the others are counted as skipped."""
        at = self._clock()

        def work(connection: sa.Connection) -> Purged:
            with _overwriting(connection):
                return _purge(connection, families, selection, at)

        return await self._writer.write(work)

    async def purge_refused(self, selection: Selection) -> Purged:
        """Deletes some documents that were refused at the door; none when there are no more."""
        at = self._clock()

        def work(connection: sa.Connection) -> Purged:
            chosen = refused(selection).order_by(arrivals.c.received_at).limit(MOST_REFUSED)
            found = connection.execute(chosen).all()
            if not found:
                return Purged()
            with _overwriting(connection):
                connection.execute(arrivals.delete().where(arrivals.c.id.in_([row.id for row in found])))
            audit = _audit_row(selection, at, REFUSED, found[0].received_at, {"arrivals": len(found)})
            connection.execute(purges.insert(), audit)
            return Purged(refused=len(found), rows=len(found))

        return await self._writer.write(work)

    async def refused(self, selection: Selection) -> int:
        """How many documents refused at the door the selection chooses."""
        query = sa.select(sa.func.count()).select_from(refused(selection).subquery())
        return int((await self._read(query))[0][0])

    async def examples(self, bill_ids: Collection[str]) -> Sequence[sa.Row[Any]]:
        """Id, time, step and record of some bills."""
        columns = (bills.c.id, bills.c.received_at, bills.c.step, sa.type_coerce(contents.c.record, Json()))
        chosen = sa.select(*columns).outerjoin(contents, contents.c.bill_id == bills.c.id)
        return await self._read(chosen.where(bills.c.id.in_(bill_ids)).order_by(bills.c.received_at))

    async def accounts(self) -> set[str]:
        """The accounts that have anything in the ledger, also those that are no longer configured."""
        tables = (sa.select(bills.c.account).distinct(), sa.select(arrivals.c.account).distinct())
        return {row.account for query in tables for row in await self._read(query)}

    async def audit(self, account: str, *, limit: int = 100) -> Sequence[sa.Row[Any]]:
        """What was purged, newest first."""
        query = sa.select(purges).where(purges.c.account == account)
        return await self._read(query.order_by(purges.c.purged_at.desc(), purges.c.id.desc()).limit(limit))


def refused(selection: Selection) -> sa.Select[Any]:
    """Id and time of the documents that were refused at the door; a selection of bills chooses none."""
    query = sa.select(arrivals.c.id, arrivals.c.received_at).where(
        arrivals.c.account == selection.account, arrivals.c.bill_id.is_(None)
    )
    if selection.bill_ids:
        return query.where(sa.false())
    if selection.received_before is not None:
        query = query.where(arrivals.c.received_at < selection.received_before)
    if selection.customer is not None:
        query = query.where(arrivals.c.customer == selection.customer)
    return query


@contextmanager
def _overwriting(connection: sa.Connection) -> Iterator[None]:
    """SQLite fills with zeros what is deleted inside: else it stays in the file until something takes its place."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")


def _purge(connection: sa.Connection, families: Sequence[Family], selection: Selection, at: dt.datetime) -> Purged:
    same = _unchanged(connection, families, selection)
    skipped = sum(len(family.bills) for family in families) - sum(len(family.bills) for family in same)
    if not same:
        return Purged(skipped=skipped)
    ids = [bill.id for family in same for bill in family.bills]
    audit, rows = _audit_rows(connection, same, selection, at)
    mails = {came.message_id for family in same for came in family.arrivals if came.message_id}
    _delete(connection, deliveries, (deliveries.c.bill_id,), ids)
    _delete(connection, events, (events.c.bill_id,), ids)
    _delete(connection, parts, (parts.c.parent_id, parts.c.bill_id), ids)
    _delete(connection, arrivals, (arrivals.c.bill_id,), ids)
    gone = _delete_mails(connection, mails)
    _delete(connection, contents, (contents.c.bill_id,), ids)
    _delete(connection, bills, (bills.c.id,), ids)
    connection.execute(purges.insert(), audit)
    files = [*_files(same, selection), *(_shared(RemovalKind.MESSAGE, selection, sha256) for sha256 in gone)]
    note_removals(connection, files, at)
    return Purged(bills=len(ids), documents=len(same), rows=rows + len(ids), skipped=skipped)


def _unchanged(connection: sa.Connection, families: Sequence[Family], selection: Selection) -> list[Family]:
    """Those whose bills, arrivals and ties are as they were read; they are locked until the end of the transaction."""
    ids = [bill.id for family in families for bill in family.bills]
    versions: dict[str, int] = {}
    came: Counter[str] = Counter()
    ties: dict[str, set[str]] = {}
    waiting: set[str] = set()
    for some in in_chunks(ids):
        locked = sa.select(bills.c.id, bills.c.version).where(bills.c.id.in_(some)).order_by(bills.c.id)
        versions |= {row.id: row.version for row in connection.execute(locked.with_for_update())}
        came.update(connection.execute(sa.select(arrivals.c.bill_id).where(arrivals.c.bill_id.in_(some))).scalars())
        edges = sa.select(parts.c.parent_id, parts.c.bill_id)
        for edge in connection.execute(edges.where(sa.or_(parts.c.parent_id.in_(some), parts.c.bill_id.in_(some)))):
            for one in edge:
                ties.setdefault(one, set()).update(edge)
        if not selection.unfinished:
            unsent = (deliveries.c.bill_id.in_(some), deliveries.c.delivered_at.is_(None))
            waiting.update(connection.execute(sa.select(deliveries.c.bill_id).where(*unsent)).scalars())
    same = []
    for family in families:
        known = {bill.id: bill.version for bill in family.bills}
        held = Counter(arrival.bill_id for arrival in family.arrivals)
        if (
            all(versions.get(one) == version for one, version in known.items())
            and all(came[one] == held[one] and ties.get(one, set()) <= known.keys() for one in known)
            and waiting.isdisjoint(known)
        ):
            same.append(family)
    return same


def _delete(
    connection: sa.Connection, table: sa.Table, columns: Sequence[sa.ColumnElement[Any]], ids: Iterable[str]
) -> None:
    for some in in_chunks(ids):
        connection.execute(table.delete().where(sa.or_(*(column.in_(some) for column in columns))))


def _delete_mails(connection: sa.Connection, mails: Collection[str]) -> set[str]:
    """Of mails that brought what is purged the kept text goes, and the row unless it brought bills that stay.

    Returns the hashes of the texts.
    """
    texts: set[str] = set()
    for some in in_chunks(mails):
        mail = messages.c.id.in_(some)
        texts.update(connection.execute(sa.select(messages.c.sha256).where(mail, messages.c.sha256 != "")).scalars())
        bringing = sa.select(arrivals.c.message_id).where(
            arrivals.c.message_id.in_(some), arrivals.c.bill_id.is_not(None)
        )
        stay = set(connection.execute(bringing.distinct()).scalars())
        gone = [one for one in some if one not in stay]
        connection.execute(arrivals.delete().where(arrivals.c.message_id.in_(gone)))  # the rest of it was refused
        connection.execute(messages.delete().where(messages.c.id.in_(gone)))
        connection.execute(messages.update().where(messages.c.id.in_(stay)).values(sha256=""))
    return texts


def _audit_rows(
    connection: sa.Connection, families: Sequence[Family], selection: Selection, at: dt.datetime
) -> tuple[list[dict[str, Any]], int]:
    """One for each bill, and how many rows of other tables go with them all."""
    ids = [bill.id for family in families for bill in family.bills]
    counts: dict[str, dict[str, int]] = {one: {"events": 0, "deliveries": 0, "arrivals": 0} for one in ids}
    for table in (events, deliveries, arrivals):
        for some in in_chunks(ids):
            query = sa.select(table.c.bill_id, sa.func.count()).where(table.c.bill_id.in_(some))
            for bill_id, number in map(tuple, connection.execute(query.group_by(table.c.bill_id))):
                counts[bill_id][table.name] = number
    rows = []
    for bill in (bill for family in families for bill in family.bills):
        kind = SEVERAL if bill.step is Step.SPLIT else BILL
        row = _audit_row(selection, at, kind, bill.received_at, counts[bill.id])
        rows.append(row | {"bill_id": bill.id, "sha256": bill.sha256, "step": bill.step})
    return rows, sum(sum(each.values()) for each in counts.values())


def _audit_row(
    selection: Selection, at: dt.datetime, kind: str, received_at: dt.datetime, counts: dict[str, int]
) -> dict[str, Any]:
    return {
        "id": new_id("purge"), "account": selection.account, "kind": kind, "bill_id": None, "sha256": None,
        "received_at": received_at, "purged_at": at, "rule": selection.rule, "step": None, "counts": counts,
    }  # fmt: skip


def _files(families: Iterable[Family], selection: Selection) -> Iterable[NewRemoval]:
    """Everything on the disk that shows these bills, but for the texts of mails."""
    account = selection.account
    for family in families:
        documents = {bill.sha256 for bill in family.bills}
        for bill in family.bills:
            yield _shared(RemovalKind.DOCUMENT, selection, bill.sha256)
            yield NewRemoval(kind=RemovalKind.RECORD, account=account, name=bill.id, later=family.under_way)
            yield NewRemoval(kind=RemovalKind.SANDBOX, account=account, name=bill.sha256, later=family.under_way)
        for original in {came.sha256 for came in family.arrivals if came.sha256} - documents:
            yield _shared(RemovalKind.ORIGINAL, selection, original)
        places: dict[str, dict[str, Any]] = {}
        for came in family.arrivals:
            if came.place:
                data = places.setdefault(came.place, {"arrivals": [], "sha256": came.sha256})
                data["arrivals"].append(came.id)
        for place, data in places.items():
            yield NewRemoval(kind=RemovalKind.SIDECAR, account=account, name=place, data=data, later=family.under_way)


def _shared(kind: RemovalKind, selection: Selection, sha256: str) -> NewRemoval:
    return NewRemoval(kind=kind, account=selection.account, name=sha256)


def note_removals(connection: sa.Connection, files: Iterable[NewRemoval], at: dt.datetime) -> None:
    """Writes what is to be removed; what somebody may be writing just now is removed once more some minutes later."""
    rows = []
    for new in files:
        row = {"kind": new.kind, "account": new.account, "name": new.name, "data": new.data}
        row["state"] = RemovalState.WAITING
        rows += [row | {"due_at": due} for due in ((at, at + LATER) if new.later else (at,))]
    if rows:
        connection.execute(removals.insert(), rows)
