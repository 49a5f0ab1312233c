"""One receipt: whether it may be sent, what it says, and how that ended. The ledger holds what is due.

A mail is answered once at most. ``sending`` is in the ledger before the text leaves; who finds it there later (the
process ended, the smarthost's answer was lost) cannot know whether the receipt is on its way, and does not send again.
"""

import datetime as dt
from collections.abc import Callable, Collection

from ingest.config import Settings
from ingest.metrics import Metrics
from ingest.receipts import rules
from ingest.receipts.composing import Mail, compose_receipt
from ingest.receipts.contents import read_contents
from ingest.receipts.endings import CRASHED, Endings
from ingest.receipts.smarthost import SmarthostConnection
from ingest.receipts.wording import receipt_text
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import Message, ReceiptState


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
        self._endings = Endings("receipt", ledger.receipts, _about, clock, metrics or Metrics())

    async def due(self, busy: Collection[str], limit: int) -> tuple[list[Message], dt.datetime | None]:
        """For a Scheduler."""
        return await self._ledger.receipts.due(busy, limit, patience=rules.PATIENCE)

    async def step(self, message: Message) -> None:
        """Makes one attempt and notes how it ended. Raises LedgerBusy or StorageFull when that cannot be noted."""
        if message.receipt is ReceiptState.SENDING:
            await self._endings.end(message, ReceiptState.UNCONFIRMED, CRASHED)
            return
        forbidden = rules.why_not(message, self._settings)
        if forbidden is not None:
            await self._endings.end(message, ReceiptState.SUPPRESSED, forbidden)
            return
        try:
            await self._endings.of(message, self._send(message))
        except _Forbidden as error:
            await self._endings.end(message, ReceiptState.SUPPRESSED, error.limit)

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


def _about(message: Message) -> dict[str, object]:
    to_domain = (message.header_from or "").rpartition("@")[2] or None
    return {"message": message.id, "account": message.account, "to_domain": to_domain}
