"""One mail transaction: from MAIL to its end, with the one log line that tells how it ended."""

import time
from collections.abc import Sequence

import structlog
from aiosmtpd.smtp import Envelope

from ingest.mail.addresses import Address
from ingest.mail.recipients import Recipient
from ingest.reasons import Reason
from ingest.store.spool import SpooledMessage

log = structlog.get_logger()


class Transaction(Envelope):
    """What MAIL, RCPT and DATA brought, and what is to be said of it in the log."""

    def __init__(self) -> None:
        super().__init__()
        self.sender: Address | None = None
        self.recipient: Recipient | None = None
        self.message: SpooledMessage | None = None
        self.reason: Reason | None = None
        self._began = time.monotonic()
        self._ended = False

    @property
    def running(self) -> bool:
        """Whether MAIL was accepted."""
        return self.mail_from is not None

    def begin(self, mail_from: str, sender: Address | None) -> None:
        """MAIL was accepted; ``sender`` is None for the null sender."""
        self.mail_from = mail_from
        self.sender = sender
        self._began = time.monotonic()

    def refuse(self, reason: Reason) -> None:
        """Notes why something in it was refused; the last reason is told."""
        self.reason = reason

    def hand_over(self) -> None:
        """From here on, whoever works on the message tells how it ended."""
        self._ended = True

    def end(self, peer: str) -> None:
        """It ended without a message: refused, or given up by the client."""
        if not self._ended and (self.running or self.reason):
            self.tell(peer, "refused" if self.reason else "given_up", reason=self.reason)
        self._ended = True

    def tell(
        self,
        peer: str,
        outcome: str,
        *,
        reason: Reason | None = None,
        detail: str | None = None,
        documents: int = 0,
        arrivals: Sequence[str] = (),
    ) -> None:
        """The one line of a transaction. ``detail`` must not hold text of the message."""
        log.info(
            "mail transaction ended",
            peer=peer,
            account=self.recipient and self.recipient.account,
            outcome=outcome,
            reason=reason and reason.value,
            detail=detail,
            documents=documents,
            arrivals=list(arrivals),
            bytes=self.message.size if self.message else 0,
            seconds=round(time.monotonic() - self._began, 3),
        )
