"""One receipt: whether it may be sent, what it says, and how that ended. The ledger holds what is due.

A mail is answered once at most. ``sending`` is in the ledger before the text leaves; who finds it there later (the
process ended, the smarthost's answer was lost) cannot know whether the receipt is on its way, and does not send again.
"""

import datetime as dt
from collections.abc import Callable, Collection

import structlog

from ingest.config import Settings
from ingest.metrics import Metrics
from ingest.receipts import rules
from ingest.receipts.composing import Mail, compose_receipt
from ingest.receipts.contents import read_contents
from ingest.receipts.schedule import next_try
from ingest.receipts.smarthost import AnswerLost, NotSent, SmarthostConnection
from ingest.receipts.wording import receipt_text
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import Message, ReceiptState

CRASHED = "how its sending ended was not noted: the process ended, or the ledger could not be written"

log = structlog.get_logger()


class _Forbidden(Exception):
    """The hourly limit of its address is reached."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class ReceiptSender:
    """Sends receipts, one at a time."""

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        smarthost: SmarthostConnection,
        clock: Callable[[], dt.datetime],
        metrics: Metrics | None = None,
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._smarthost = smarthost
        self._clock = clock
        self._metrics = metrics or Metrics()

    async def due(self, busy: Collection[str], limit: int) -> tuple[list[Message], dt.datetime | None]:
        """For a Scheduler."""
        return await self._ledger.receipts.due(busy, limit, patience=rules.PATIENCE)

    async def step(self, message: Message) -> None:
        """Makes one attempt and notes how it ended. Raises LedgerBusy or StorageFull when that cannot be noted."""
        if message.receipt is ReceiptState.SENDING:
            await self._end(message, ReceiptState.UNCONFIRMED, CRASHED)
            return
        forbidden = rules.why_not(message, self._settings)
        if forbidden is not None:
            await self._end(message, ReceiptState.SUPPRESSED, forbidden)
            return
        try:
            await self._send(message)
        except _Forbidden as error:
            await self._end(message, ReceiptState.SUPPRESSED, error.limit)
        except AnswerLost as error:
            await self._end(message, ReceiptState.UNCONFIRMED, str(error))
        except NotSent as error:
            await self._not_sent(message, error)
        else:
            await self._end(message, ReceiptState.SENT)

    async def _send(self, message: Message) -> None:
        contents = await read_contents(self._ledger, message, self._clock())

        async def before_text() -> None:
            receipts = self._ledger.receipts
            limit = await receipts.begin(message, rules.LIMITS, problems_only=contents.problems_only)
            if limit is not None:
                raise _Forbidden(limit)

        await self._smarthost.send(self._mail(message, receipt_text(contents)), before_text)

    def _mail(self, message: Message, text: str) -> Mail:
        sender = self._settings.smarthost.sender
        assert sender is not None  # noqa: S101 - settings with a smarthost have one
        return compose_receipt(message, text, sender=sender, at=self._clock())

    async def _not_sent(self, message: Message, error: NotSent) -> None:
        wait = None if error.permanent else next_try(message.attempts + 1)
        if wait is None:
            await self._end(message, ReceiptState.FAILED, error.problem)
            return
        until = self._clock() + wait
        self._metrics.receipts.labels("receipt", "postponed").inc()
        log.warning(
            "receipt not sent; it is tried again",
            message=message.id, account=message.account, problem=error.problem, attempts=message.attempts + 1,
            next_at=until.isoformat(),
        )  # fmt: skip
        await self._ledger.receipts.postponed(message, error.problem, until)

    async def _end(self, message: Message, state: ReceiptState, reason: str | None = None) -> None:
        await self._ledger.receipts.ended(message, state, reason)
        self._metrics.receipts.labels("receipt", state.value).inc()
        say = log.warning if state in (ReceiptState.FAILED, ReceiptState.UNCONFIRMED) else log.info
        say(
            "receipt done",
            message=message.id, account=message.account, state=state.value, reason=reason,
            to_domain=(message.header_from or "").rpartition("@")[2] or None,
        )  # fmt: skip
