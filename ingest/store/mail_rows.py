"""Rows of the mails that were taken and of the daily digests."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LONGEST_SUBJECT = 500
LONGEST_ID = 998
"""RFC 5322 allows no longer line."""
MOST_REFERENCES = 30
LONGEST_ERROR = 500


class ReceiptState(StrEnum):
    """What became of the receipt of a mail, or of a digest."""

    NONE = "none"
    """None is wanted: the account's receipts were off, or no smarthost was set, when the mail came."""
    DUE = "due"
    SENDING = "sending"
    """Written before the text goes to the smarthost. Who finds it so after a crash does not send again."""
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"
    """The smarthost's answer to the text was lost: it may have taken it, so that it is not sent again."""
    SUPPRESSED = "suppressed"
    """A rule forbids it; ``receipt_reason`` names the rule."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A mail of which at least one document is taken.

    ``envelope_from`` is empty for the null sender. ``header_from`` is the one mailbox of the From field, and
    ``authenticated`` says whether it was shown to be true (``envelope`` mode shows nothing). ``message_id`` and
    ``references`` are the header fields' ids as they came, with their angle brackets, the oldest first.
    ``unanswerable`` names what forbids an answer (``auto_reply``, ``bounce``, ``list``, ``calendar``, …).
    """

    account: str
    sha256: str
    envelope_from: str
    header_from: str | None = None
    authenticated: bool = False
    subject: str | None = None
    message_id: str | None = None
    references: tuple[str, ...] = ()
    unanswerable: str | None = None
    receipt_wanted: bool = False
    """The account's receipts are on and a smarthost is set (``ingest.receipts.rules.receipt_wanted``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A mail that was taken, with the state of its receipt."""

    id: str
    account: str
    received_at: dt.datetime
    sha256: str
    envelope_from: str
    header_from: str | None
    authenticated: bool
    subject: str | None
    message_id: str | None
    references: tuple[str, ...]
    unanswerable: str | None
    receipt: ReceiptState
    receipt_reason: str | None
    due_at: dt.datetime | None
    attempts: int
    last_error: str | None
    sent_at: dt.datetime | None
    problems_only: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The digest of one account and day, with its state."""

    account: str
    day: str
    state: ReceiptState
    made_at: dt.datetime
    due_at: dt.datetime | None
    attempts: int
    last_error: str | None
    sent_at: dt.datetime | None

    @property
    def id(self) -> str:
        """For a Scheduler."""
        return f"{self.account} {self.day}"


def to_message(row: Any) -> Message:
    """A row of ``messages`` as it is used."""
    values = dict(row._mapping)  # noqa: SLF001 - the public name of SQLAlchemy rows begins with an underscore
    values["receipt"] = ReceiptState(values["receipt"])
    values["references"] = tuple(values["references"])
    return Message(**values)


def to_digest(row: Any) -> Digest:
    """A row of ``digests`` as it is used."""
    values = dict(row._mapping)  # noqa: SLF001
    return Digest(**{**values, "state": ReceiptState(values["state"])})
