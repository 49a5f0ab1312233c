"""The ledger's daily digests: which are due, and how each of them ended. A part of ``Ledger``."""

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

import sqlalchemy as sa

from ingest.errors import StaleVersion
from ingest.store.digest_figures import FiguresOf
from ingest.store.mail_rows import LONGEST_ERROR, Digest, ReceiptState, to_digest
from ingest.store.receipts import Read
from ingest.store.schema import digests
from ingest.store.writer import GroupWriter

SETTLED = (ReceiptState.NONE, ReceiptState.SENT, ReceiptState.UNCONFIRMED)
"""Digests whose days need not be told again."""


class Digests:
    """Digests with their state. Every method is one transaction."""

    def __init__(self, read: Read, writer: GroupWriter, clock: Callable[[], dt.datetime]) -> None:
        self._read = read
        self._writer = writer
        self._clock = clock

    async def last(self, account: str) -> Digest | None:
        """The newest digest of an account, or None."""
        query = sa.select(digests).where(digests.c.account == account).order_by(digests.c.day.desc()).limit(1)
        return next(map(to_digest, await self._read(query)), None)

    async def last_told(self, account: str, before: str) -> str | None:
        """The newest day before that one which a digest told of, or None."""
        told = (digests.c.account == account, digests.c.day < before, digests.c.state.in_(SETTLED))
        day: str | None = (await self._read(sa.select(sa.func.max(digests.c.day)).where(*told)))[0][0]
        return day

    async def open(self, account: str, day: str, state: ReceiptState) -> None:
        """Makes the digest of a day, unless there is one. It tells of the days of older ones that were not sent yet."""
        at = self._clock()
        new = {"account": account, "day": day, "state": state, "made_at": at, "attempts": 0}
        new["due_at"] = at if state is ReceiptState.DUE else None

        def work(connection: sa.Connection) -> None:
            same = sa.select(digests.c.day).where(digests.c.account == account, digests.c.day == day)
            if connection.execute(same).first() is not None:
                return
            older = (digests.c.account == account, digests.c.day < day, digests.c.state == ReceiptState.DUE)
            overtaken = {"state": ReceiptState.FAILED, "due_at": None, "last_error": f"overtaken by that of {day}"}
            connection.execute(digests.update().where(*older).values(overtaken))
            connection.execute(digests.insert().values(new))

        await self._writer.write(work)

    async def due(self, busy: Collection[str], limit: int) -> tuple[list[Digest], dt.datetime | None]:
        """Digests that can be sent now, without those in ``busy``; and when the next one will be."""
        at = self._clock()
        left = digests.c.state.in_((ReceiptState.DUE, ReceiptState.SENDING))
        found = map(to_digest, await self._read(sa.select(digests).where(left, digests.c.due_at <= at)))
        again = sa.select(sa.func.min(digests.c.due_at)).where(left, digests.c.due_at > at)
        upcoming: dt.datetime | None = (await self._read(again))[0][0]
        return [digest for digest in found if digest.id not in busy][:limit], upcoming

    async def begin(self, digest: Digest) -> None:
        """Notes that it is being sent. Raises StaleVersion when another process deals with it."""
        at = self._clock()

        def work(connection: sa.Connection) -> None:
            same = (*_same(digest), digests.c.state == ReceiptState.DUE)
            sending = {"state": ReceiptState.SENDING, "sent_at": at, "due_at": at}
            if connection.execute(digests.update().where(*same).values(sending)).rowcount != 1:
                raise StaleVersion(f"another process deals with the digest of {digest.id}")

        await self._writer.write(work)

    async def ended(self, digest: Digest, state: ReceiptState, error: str | None = None) -> None:
        """Nothing more is done for it."""
        values = {"state": state, "due_at": None, "last_error": error, "attempts": digest.attempts + 1}
        await self._note(digest, values | ({"sent_at": None} if state is ReceiptState.FAILED else {}))

    async def postponed(self, digest: Digest, error: str, until: dt.datetime) -> None:
        """An attempt failed and nothing was sent."""
        values = {"state": ReceiptState.DUE, "due_at": until, "sent_at": None, "attempts": digest.attempts + 1}
        await self._note(digest, {**values, "last_error": error[:LONGEST_ERROR]})

    def figures(self, account: str) -> FiguresOf:
        """What digests of this account tell."""
        return FiguresOf(self._read, account)

    async def _note(self, digest: Digest, values: dict[str, Any]) -> None:
        """As for receipts: who was thought dead undoes nothing that another process noted meanwhile."""
        still_open = digests.c.state.in_((ReceiptState.DUE, ReceiptState.SENDING))
        fence = () if values["state"] is ReceiptState.SENT else (still_open,)

        def work(connection: sa.Connection) -> None:
            connection.execute(digests.update().where(*_same(digest), *fence).values(values))

        await self._writer.write(work)


def _same(digest: Digest) -> tuple[sa.ColumnElement[bool], ...]:
    return (digests.c.account == digest.account, digests.c.day == digest.day)
