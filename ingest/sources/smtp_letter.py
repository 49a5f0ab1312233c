"""A message as it arrived, and what the ledger keeps of it."""

from dataclasses import dataclass
from typing import Any

from ingest.config import Account
from ingest.errors import Refused
from ingest.mail.message import Summary
from ingest.mail.opened import OpenedMessage
from ingest.mail.recipients import Recipient
from ingest.mail.verdict import Verdict
from ingest.offers import Offer, OnDisk
from ingest.sources.smtp_transaction import Transaction
from ingest.store.mail_rows import NewMessage
from ingest.store.spool import SpooledMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message with all that the connection tells of it."""

    transaction: Transaction
    peer: str
    helo: str | None
    tls: dict[str, Any] | None

    @property
    def message(self) -> SpooledMessage:
        """The message as it came, the dots of SMTP removed."""
        assert self.transaction.message is not None  # noqa: S101 - it has arrived
        return self.transaction.message

    @property
    def recipient(self) -> Recipient:
        """Its account and customer."""
        assert self.transaction.recipient is not None  # noqa: S101 - DATA needs an accepted RCPT
        return self.transaction.recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A message whose sender is allowed, opened."""

    letter: Letter
    account: Account
    summary: Summary
    verdict: Verdict
    opened: OpenedMessage

    def offers(self) -> list[Offer]:
        """Its documents, and what could not be taken of it, for the one door."""
        about = self._about()
        common: dict[str, Any] = {
            "account": self.letter.recipient.account,
            "source": "smtp",
            "customer": self.letter.recipient.customer,
        }
        documents = [
            Offer(
                **common, name=found.name, content=found.path,
                on_disk=OnDisk(found.sha256, found.size, found.pages),
                message={**about, "part": found.part},
            )
            for found in self.opened.documents
        ]  # fmt: skip
        refused = [
            Offer(
                **common, name=found.name, content=b"", message={**about, "part": found.part},
                refused=Refused(found.reason, found.detail),
            )
            for found in self.opened.refused
        ]  # fmt: skip
        return documents + refused

    def _about(self) -> dict[str, Any]:
        """What each arrival keeps of the message. ``sha256`` is the name under which the message itself is kept."""
        transaction = self.letter.transaction
        return {
            **self.summary.as_json(),
            "envelope": {"from": transaction.mail_from, "to": list(transaction.rcpt_tos)},
            "environment": self.account.environment,
            "kind": self.opened.kind.value,
            "peer": self.letter.peer,
            "helo": self.letter.helo,
            "tls": self.letter.tls,
            "verdict": self.verdict.as_json(),
            "sha256": self.letter.message.sha256,
            "bytes": self.letter.message.size,
        }

    def row(self, *, receipt_wanted: bool) -> NewMessage:
        """What the ledger keeps of the message itself, for its receipt."""
        sender = self.letter.transaction.sender
        return NewMessage(
            account=self.letter.recipient.account,
            sha256=self.letter.message.sha256,
            envelope_from=str(sender) if sender else "",
            header_from=self.verdict.header_from,
            authenticated=self.verdict.authenticated,
            subject=self.summary.subject,
            message_id=self.summary.message_id,
            references=self.summary.references,
            unanswerable=None if self.opened.answerable else f"{self.opened.kind.value}: {self.opened.not_answered}",
            receipt_wanted=receipt_wanted,
        )
