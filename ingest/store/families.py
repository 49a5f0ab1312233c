"""Which bills a purge would take: those that a selection chooses, each with the family it cannot go without."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from ingest.store.mail_rows import ReceiptState
from ingest.store.purge_rows import FINISHED, CameAs, Family, Member, Selection
from ingest.store.receipts import Read
from ingest.store.rows import Step
from ingest.store.schema import arrivals, bills, deliveries, messages, parts

PAGE = 200
"""Bills that are looked at in one go."""
MOST_IDS = 500

Cursor = tuple[dt.datetime, str]


class Families:
    """Finds them page by page, in the order in which their bills came in, each family once.

    What comes in after ``until`` is not looked at: else a purge would never end where bills come in all the while.
    """

    def __init__(self, read: Read, selection: Selection, until: dt.datetime) -> None:
        self._read = read
        self._selection = selection
        self._until = until
        self._after: Cursor | None = None
        self._seen: set[str] = set()

    async def page(self) -> list[Family] | None:
        """The next families, of any age and state; None at the end."""
        found = await self._read(_chosen(self._selection, self._after).where(bills.c.received_at <= self._until))
        if not found:
            return None
        self._after = (found[-1].received_at, found[-1].id)
        new = [row.id for row in found if row.id not in self._seen]
        families = await self._families(new)
        self._seen.update(bill.id for family in families for bill in family.bills)
        return families

    async def _families(self, ids: Sequence[str]) -> list[Family]:
        groups = await self._closed(ids)
        everyone = [one for group in groups for one in group]
        members = {row.id: _member(row) for row in await self._of(everyone, _MEMBER, bills.c.id)}
        came: dict[str, list[CameAs]] = {}
        for row in await self._of(everyone, _CAME_AS, arrivals.c.bill_id):
            came.setdefault(row.bill_id, []).append(CameAs(**row._mapping))  # noqa: SLF001 - SQLAlchemy's public name
        waiting = await self._waiting(everyone)
        return [
            Family(
                bills=tuple(members[one] for one in sorted(group)),
                arrivals=tuple(each for one in sorted(group) for each in came.get(one, ())),
                waits=not waiting.isdisjoint(group),
            )
            for group in groups
            if group <= members.keys()  # one of them may have been purged since
        ]

    async def _closed(self, ids: Sequence[str]) -> list[set[str]]:
        """The bills, each with all that it is connected to through documents they have in common."""
        group_of = {one: {one} for one in ids}
        fresh: Collection[str] = ids
        while fresh:
            edges = await self._of(fresh, _EDGES, parts.c.parent_id, parts.c.bill_id)
            fresh = {one for edge in edges for one in edge} - group_of.keys()
            for one in fresh:
                group_of[one] = {one}
            for edge in edges:
                _join(group_of, edge.parent_id, edge.bill_id)
        return list({id(group): group for group in group_of.values()}.values())

    async def _waiting(self, ids: Collection[str]) -> set[str]:
        """Those of which a delivery, a receipt or a step is due."""
        receipt = messages.c.receipt.in_((ReceiptState.DUE, ReceiptState.SENDING))
        of_mails = sa.select(arrivals.c.bill_id).join(messages, messages.c.id == arrivals.c.message_id).where(receipt)
        open_ones = sa.select(deliveries.c.bill_id).where(deliveries.c.delivered_at.is_(None))
        due = sa.select(bills.c.id).where(bills.c.wake_at.is_not(None), bills.c.step.in_(FINISHED))
        found = [
            *await self._of(ids, open_ones, deliveries.c.bill_id),
            *await self._of(ids, of_mails, arrivals.c.bill_id),
            *await self._of(ids, due, bills.c.id),
        ]
        return {row[0] for row in found}

    async def _of(
        self, ids: Collection[str], query: sa.Select[Any], *columns: sa.ColumnElement[Any]
    ) -> list[sa.Row[Any]]:
        """The query's rows in which one of the columns is one of the ids."""
        rows: list[sa.Row[Any]] = []
        for some in in_chunks(ids):
            rows += await self._read(query.where(sa.or_(*(column.in_(some) for column in columns))))
        return rows


def in_chunks(ids: Iterable[str]) -> list[list[str]]:
    """As many at a time as a query may have."""
    listed = list(ids)
    return [listed[start : start + MOST_IDS] for start in range(0, len(listed), MOST_IDS)]


_MEMBER = sa.select(bills.c.id, bills.c.sha256, bills.c.customer, bills.c.step, bills.c.version, bills.c.received_at)
_CAME_AS = sa.select(*(arrivals.c[name] for name in CameAs.__slots__))
_EDGES = sa.select(parts.c.parent_id, parts.c.bill_id)


def _chosen(selection: Selection, after: Cursor | None) -> sa.Select[Any]:
    query = sa.select(bills.c.id, bills.c.received_at).where(bills.c.account == selection.account)
    if selection.received_before is not None:
        query = query.where(bills.c.received_at < selection.received_before)
    if selection.customer is not None:
        theirs = sa.select(arrivals.c.bill_id).where(
            arrivals.c.account == selection.account, arrivals.c.customer == selection.customer
        )
        query = query.where(sa.or_(bills.c.customer == selection.customer, bills.c.id.in_(theirs)))
    if selection.bill_ids:
        query = query.where(bills.c.id.in_(selection.bill_ids))
    if after is not None:
        moment, last = after
        later = sa.or_(bills.c.received_at > moment, sa.and_(bills.c.received_at == moment, bills.c.id > last))
        query = query.where(bills.c.received_at >= moment, later)
    return query.order_by(bills.c.received_at, bills.c.id).limit(PAGE)


def _member(row: Any) -> Member:
    values = dict(row._mapping)  # noqa: SLF001
    return Member(**{**values, "step": Step(values["step"])})


def _join(group_of: dict[str, set[str]], one: str, other: str) -> None:
    larger, smaller = sorted((group_of[one], group_of[other]), key=len, reverse=True)
    if larger is not smaller:
        larger |= smaller
        for member in smaller:
            group_of[member] = larger
