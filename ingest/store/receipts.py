"""The ledger's receipts: which are due, and how each of them ended. A part of ``Ledger``."""

import datetime as dt
import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ingest.errors import StaleVersion
from ingest.store.mail_rows import LONGEST_ERROR, Message, ReceiptState, to_message
from ingest.store.rows import Arrival, Outcome, Step, to_arrival
from ingest.store.schema import arrivals, bills, messages
from ingest.store.writer import GroupWriter

UNREAD = (Step.RECEIVED, Step.SCANNED)
HOUR = dt.timedelta(hours=1)
MOST_LEFT_OUT = 100
ALL_LIMIT = "hourly_limit"
PROBLEM_LIMIT = "hourly_limit_of_problems"
SAME_MAIL = "same_mail"
"""It came again, as it does when the sender's server did not hear our answer, and was answered the first time."""
TOLD_LATER = "hourly_limit_of_problems_told_later"
"""The next receipt for the same address spoke of it."""

Read = Callable[[sa.Select[Any]], Awaitable[Sequence[sa.Row[Any]]]]


@dataclass(frozen=True, slots=True)
class HourlyLimits:
    """Receipts for one address within an hour: in all, and of those that tell of nothing that was taken."""

    all: int
    problems: int


class Receipts:
    """Mails with the state of their receipts. Every method is one transaction."""

    def __init__(self, read: Read, writer: GroupWriter, clock: Callable[[], dt.datetime]) -> None:
        self._read = read
        self._writer = writer
        self._clock = clock

    async def one(self, message_id: str) -> Message | None:
        """One mail, or None."""
        found = await self._read(sa.select(messages).where(messages.c.id == message_id))
        return to_message(found[0]) if found else None

    async def arrivals(self, message_id: str) -> list[Arrival]:
        """The documents that it brought, in the order in which they were found in it."""
        query = sa.select(arrivals).where(arrivals.c.message_id == message_id)
        return sorted((to_arrival(row) for row in await self._read(query)), key=_place_in_mail)

    async def first_arrival(self, bill_id: str) -> Arrival | None:
        """How a bill's document came the first time; None for a bill that was first found in another document."""
        taken = (arrivals.c.bill_id == bill_id, arrivals.c.outcome == Outcome.ACCEPTED)
        found = await self._read(sa.select(arrivals).where(*taken).order_by(arrivals.c.received_at).limit(1))
        return to_arrival(found[0]) if found else None

    async def due(
        self, busy: Collection[str], limit: int, *, patience: dt.timedelta
    ) -> tuple[list[Message], dt.datetime | None]:
        """Mails whose receipt can be sent now, oldest first, without those in ``busy``; and when the next one will be.

        That is when each of their documents was read, or ``patience`` after they came. A receipt that was being sent
        when the process ended is due as well.
        """
        at = self._clock()
        left = messages.c.receipt.in_((ReceiptState.DUE, ReceiptState.SENDING))
        ready = sa.or_(messages.c.received_at <= at - patience, ~_unread_documents())
        query = (
            sa.select(messages)
            .where(left, messages.c.due_at <= at, ready, messages.c.id.not_in(busy))
            .order_by(messages.c.due_at, messages.c.id)
            .limit(limit)
        )
        found = [to_message(row) for row in await self._read(query)]
        again = sa.select(sa.func.min(messages.c.due_at)).where(left, messages.c.due_at > at)
        oldest = sa.select(sa.func.min(messages.c.received_at)).where(left, messages.c.received_at > at - patience)
        retried, came = (await self._read(again))[0][0], (await self._read(oldest))[0][0]
        return found, min(filter(None, (retried, came and came + patience)), default=None)

    async def begin(self, message: Message, limits: HourlyLimits, *, problems_only: bool) -> str | None:
        """Notes that the receipt is being sent, or returns why it must not be: SAME_MAIL, or a limit that is reached.

        Raises StaleVersion when another process deals with it.
        """
        at = self._clock()
        sending = {"receipt": ReceiptState.SENDING, "sent_at": at, "problems_only": problems_only, "due_at": at}

        def work(connection: sa.Connection) -> str | None:
            forbidden = _answered(connection, message)
            forbidden = forbidden or _exceeded(connection, message, limits, at, problems_only=problems_only)
            if forbidden is None:
                same = (messages.c.id == message.id, messages.c.receipt == ReceiptState.DUE)
                done = connection.execute(messages.update().where(*same).values(sending))
                if done.rowcount != 1:
                    raise StaleVersion(f"another process deals with the receipt of {message.id}")
            return forbidden

        return await self._writer.write(work)

    async def ended(self, message: Message, state: ReceiptState, reason: str | None = None) -> None:
        """Nothing more is done: it was sent, or never will be (``reason``)."""
        attempts = message.attempts + (state in (ReceiptState.SENT, ReceiptState.FAILED))
        values: dict[str, Any] = {"receipt": state, "receipt_reason": reason, "due_at": None, "attempts": attempts}
        if state in (ReceiptState.SUPPRESSED, ReceiptState.FAILED):
            values["sent_at"] = None
        await self._note(message, values, told=state is ReceiptState.SENT)

    async def left_out(self, message: Message) -> list[Message]:
        """Mails from the same address of which nothing was taken and that no receipt spoke of, oldest first."""
        query = sa.select(messages).where(*_left_out(message)).order_by(messages.c.received_at).limit(MOST_LEFT_OUT)
        return [to_message(row) for row in await self._read(query)]

    async def postponed(self, message: Message, error: str, until: dt.datetime) -> None:
        """An attempt failed and nothing was sent."""
        values = {"receipt": ReceiptState.DUE, "due_at": until, "sent_at": None}
        await self._note(message, {**values, "attempts": message.attempts + 1, "last_error": error[:LONGEST_ERROR]})

    async def hold(self, message: Message, seconds: float) -> None:
        """Puts it off after an error that is no fault of the mail's; for a Scheduler."""
        until = self._clock() + dt.timedelta(seconds=seconds)

        def work(connection: sa.Connection) -> None:
            same = (messages.c.id == message.id, messages.c.receipt == message.receipt)
            connection.execute(messages.update().where(*same).values(due_at=until))

        await self._writer.write(work)

    async def _note(self, message: Message, values: dict[str, Any], *, told: bool = False) -> None:
        """That it was sent is noted whatever stands there; nothing else undoes what another process noted meanwhile:
        who was thought dead, and goes on with an attempt that failed, would make the sender get a second receipt."""
        still_open = () if told else (messages.c.receipt.in_((ReceiptState.DUE, ReceiptState.SENDING)),)

        def work(connection: sa.Connection) -> None:
            connection.execute(messages.update().where(messages.c.id == message.id, *still_open).values(values))
            if told:
                connection.execute(messages.update().where(*_left_out(message)).values(receipt_reason=TOLD_LATER))

        await self._writer.write(work)


def _place_in_mail(arrival: Arrival) -> tuple[list[int], str]:
    """What was refused is written last; ``part`` says where in the mail it was (``2.1``), ids decide within one."""
    part = str((arrival.message or {}).get("part", ""))
    return [int(number) for number in re.findall(r"[0-9]{1,9}", part)], arrival.id


def _unread_documents() -> sa.ColumnElement[bool]:
    """The mail brought a document that is still to be read here."""
    return sa.exists().where(
        arrivals.c.message_id == messages.c.id, bills.c.id == arrivals.c.bill_id, bills.c.step.in_(UNREAD)
    )


def _left_out(message: Message) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        messages.c.header_from == message.header_from,
        messages.c.account == message.account,
        messages.c.receipt == ReceiptState.SUPPRESSED,
        messages.c.receipt_reason == PROBLEM_LIMIT,
    )


def _answered(connection: sa.Connection, message: Message) -> str | None:
    """The very same mail, byte for byte: what somebody sends anew has another date and another id."""
    same = (messages.c.sha256 == message.sha256, messages.c.account == message.account, messages.c.id != message.id)
    told = messages.c.receipt.in_((ReceiptState.SENDING, ReceiptState.SENT, ReceiptState.UNCONFIRMED))
    found = connection.execute(sa.select(messages.c.id).where(*same, told).limit(1)).first()
    return SAME_MAIL if found else None


def _exceeded(
    connection: sa.Connection, message: Message, limits: HourlyLimits, at: dt.datetime, *, problems_only: bool
) -> str | None:
    lately = (messages.c.header_from == message.header_from, messages.c.sent_at > at - HOUR)
    query = sa.select(sa.func.count(), sa.func.count(sa.case((messages.c.problems_only, 1)))).where(*lately)
    sent, of_problems = connection.execute(query).one()
    if sent >= limits.all:
        return ALL_LIMIT
    return PROBLEM_LIMIT if problems_only and of_problems >= limits.problems else None
