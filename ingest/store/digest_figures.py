"""The figures of a daily digest, counted by the database."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ingest.store.mail_rows import ReceiptState
from ingest.store.receipts import Read
from ingest.store.rows import Outcome, Step
from ingest.store.schema import arrivals, bills, contents, deliveries, messages, stopped_accounts

FINISHED = (Step.DELIVERED, Step.SPLIT, Step.REFUSED)
MOST_REFUSALS = 5000
"""Refused documents of one digest whose senders are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFigures:
    """What happened on one account in a time, and what waits there now."""

    came: dict[tuple[str, str], int]
    """Documents by source and outcome."""
    refused: dict[str, int]
    """Documents that were refused at the door, by reason."""
    refused_senders: dict[str, Counter[str]]
    """Of those that came by mail: the senders' domains, by reason."""
    steps: dict[str, int]
    """Bills that came in, by the step at which they stand now."""
    ended: dict[str, int]
    """Bills that came in and were refused when they were read, by reason."""
    flagged: Counter[str]
    """Bills that came in, by the reasons of their records."""
    late: dict[str, int]
    """Bills that stand at a step since before the time that was named, by step."""
    late_since: dt.datetime | None
    undelivered: int
    """Results that could not be handed out although they were tried."""
    receipts: dict[tuple[str, str], int]
    """Receipts that were not sent, by state and reason."""
    stopped: str | None
    """Why the API refuses the account."""


class FiguresOf:
    """Counts for one account."""

    def __init__(self, read: Read, account: str) -> None:
        self._read = read
        self._account = account

    async def during(self, start: dt.datetime, end: dt.datetime, *, late_before: dt.datetime) -> DigestFigures:
        """What came from ``start`` until just before ``end``, and what waits now; late is what has stood at its step
        since before ``late_before``."""
        came = self._received(arrivals, start, end)
        opened = self._received(bills, start, end)
        late = (bills.c.account == self._account, bills.c.step.not_in(FINISHED), bills.c.step_at < late_before)
        rejected = (*came, arrivals.c.outcome == Outcome.REFUSED)
        unsent = (*self._received(messages, start, end), _NOT_SENT)
        return DigestFigures(
            came={
                (source, outcome): n
                for (source, outcome), n in await self._counted(came, arrivals.c.source, arrivals.c.outcome)
            },
            refused=_flat(await self._counted(rejected, arrivals.c.reason)),
            refused_senders=await self._senders(rejected),
            steps=_flat(await self._counted(opened, bills.c.step)),
            ended=_flat(await self._counted((*opened, bills.c.step == Step.REFUSED), bills.c.reason)),
            flagged=await self._flagged(opened),
            late=_flat(await self._counted(late, bills.c.step)),
            late_since=(await self._read(sa.select(sa.func.min(bills.c.step_at)).where(*late)))[0][0],
            undelivered=await self._undelivered(),
            receipts={
                (state, reason or ""): n
                for (state, reason), n in await self._counted(unsent, messages.c.receipt, messages.c.receipt_reason)
            },
            stopped=await self._stopped(),
        )

    def _received(self, table: sa.Table, start: dt.datetime, end: dt.datetime) -> tuple[sa.ColumnElement[bool], ...]:
        return (table.c.account == self._account, table.c.received_at >= start, table.c.received_at < end)

    async def _counted(
        self, where: Sequence[sa.ColumnElement[bool]], *by: sa.ColumnElement[Any]
    ) -> list[tuple[tuple[Any, ...], int]]:
        """The values of the columns, and how many rows have them."""
        query = sa.select(*by, sa.func.count()).where(*where).group_by(*by).order_by(*by)
        return [(tuple(row)[:-1], int(row[-1])) for row in await self._read(query)]

    async def _senders(self, rejected: Sequence[sa.ColumnElement[bool]]) -> dict[str, Counter[str]]:
        """The domain of the From address where the mail was noted, of the envelope otherwise."""
        query = (
            sa.select(arrivals.c.reason, arrivals.c.message, messages.c.header_from)
            .outerjoin(messages, messages.c.id == arrivals.c.message_id)
            .where(*rejected, arrivals.c.source == "smtp")
            .limit(MOST_REFUSALS)
        )
        found: dict[str, Counter[str]] = {}
        for row in await self._read(query):
            envelope = (row.message or {}).get("envelope") or {}
            address = row.header_from or envelope.get("from") or ""
            found.setdefault(row.reason, Counter())[address.rpartition("@")[2].lower()] += 1
        return found

    async def _flagged(self, opened: Sequence[sa.ColumnElement[bool]]) -> Counter[str]:
        """Without loading the records: the database reads the one list out of each."""
        codes = sa.cast(contents.c.record["reasons"], sa.Text).label("codes")
        whole = sa.select(codes).join(bills, bills.c.id == contents.c.bill_id)
        each = whole.where(*opened, contents.c.record.is_not(None)).subquery()
        found: Counter[str] = Counter()
        for (text,), number in await self._counted((), each.c.codes):
            for code in json.loads(text or "[]"):
                found[code] += number
        return found

    async def _undelivered(self) -> int:
        waiting = (deliveries.c.account == self._account, deliveries.c.delivered_at.is_(None))
        query = sa.select(sa.func.count()).where(*waiting, deliveries.c.attempts > 0)
        return int((await self._read(query))[0][0])

    async def _stopped(self) -> str | None:
        query = sa.select(stopped_accounts.c.detail).where(stopped_accounts.c.account == self._account)
        found = await self._read(query)
        return found[0].detail if found else None


_NOT_SENT = messages.c.receipt.in_((ReceiptState.SUPPRESSED, ReceiptState.FAILED, ReceiptState.UNCONFIRMED))


def _flat(counted: list[tuple[tuple[Any, ...], int]]) -> dict[str, int]:
    return {key or "": number for (key,), number in counted}
