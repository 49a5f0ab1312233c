"""What the ledger holds, as frozen rows: arrivals, bills, events and deliveries."""

import datetime as dt
from dataclasses import dataclass, fields
from enum import IntEnum, StrEnum
from typing import Any, Self, TypeVar

from ingest.reasons import BY_CODE, Reason
from ingest.store.undecoded import changed, late


class Step(StrEnum):
    """Where a bill stands. The first line is the plain way; each step is durable before the next begins."""

    RECEIVED = "received"
    SCANNED = "scanned"
    """Pages of it have no text; it waits for OCR. Documents with text never stand here."""
    PARSED = "parsed"
    UPLOADING = "uploading"
    POLLING = "polling"
    RESOLVED = "resolved"
    RECONCILED = "reconciled"
    DELIVERED = "delivered"
    SPLIT = "split"
    """It held several bills, which go their own ways (``Ledger.children``)."""
    REFUSED = "refused"
    """It turned out to be no bill that anybody could read; ``reason`` says why."""


FILE = "file"
"""The target of a delivery that is no webhook."""

NEEDS_API = (Step.PARSED, Step.UPLOADING, Step.POLLING, Step.RECONCILED, Step.DELIVERED)
"""Steps whose next one talks to the API."""


class Outcome(StrEnum):
    """What became of a document at the door."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class Priority(IntEnum):
    """Who goes first when there is more to do than hands: people who wait before batches."""

    SMTP = 0
    FOLDER = 1
    BATCH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArrival:
    """A document at the door: stored already (``sha256``), or refused (``reason``).

    ``pdf_sha256`` is of the PDF that was made of it, where it came as a photo.
    """

    account: str
    source: str
    name: str
    priority: Priority
    sha256: str | None = None
    pdf_sha256: str | None = None
    customer: str | None = None
    external_id: str | None = None
    message: dict[str, Any] | None = None
    place: str | None = None
    reason: Reason | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A document that came in, with its outcome. One mail can bring several."""

    id: str
    received_at: dt.datetime
    account: str
    source: str
    name: str
    customer: str | None
    external_id: str | None
    message: dict[str, Any] | None
    sha256: str | None
    outcome: Outcome
    reason: Reason | None
    detail: str | None
    bill_id: str | None
    place: str | None
    message_id: str | None = None
    """The id of the Message that brought it, where it came by mail and something of that mail was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """One bill (or a document not yet known to be several): where it stands."""

    id: str
    account: str
    sha256: str
    name: str
    source: str
    parent_id: str | None
    first_page: int | None
    last_page: int | None
    customer: str | None
    external_id: str | None
    priority: int
    received_at: dt.datetime
    step: Step
    step_at: dt.datetime
    version: int
    wake_at: dt.datetime | None
    attempts: int
    updated_at: dt.datetime
    bayou_id: str | None
    api_status: str | None
    uploaded_at: dt.datetime | None
    reason: Reason | None
    detail: str | None

    def is_due(self, at: dt.datetime) -> bool:
        """Whether the next step could run then."""
        return self.wake_at is not None and self.wake_at <= at


@late("local", "api", "record")
@dataclass(frozen=True, slots=True, kw_only=True)
class WholeBill(Bill):
    """A bill with what is known of it (``Ledger.whole``): our reading, the API's last answer, the record."""

    local: dict[str, Any] | None = None
    api: dict[str, Any] | None = None
    record: dict[str, Any] | None = None

    @classmethod
    def of(cls, bill: Bill, **contents: Any) -> Self:
        """The bill with these contents and no others."""
        return cls(**{name: getattr(bill, name) for name in STANDING}, **contents)


STANDING = tuple(field.name for field in fields(Bill))
CONTENTS = tuple(field.name for field in fields(WholeBill) if field.name not in STANDING)
AnyBill = TypeVar("AnyBill", bound=Bill)


def moved_on(bill: AnyBill, values: dict[str, Any]) -> AnyBill:
    """The bill after a change; of one without its contents, theirs are left out."""
    whole = isinstance(bill, WholeBill)
    return changed(bill, **{name: value for name, value in values.items() if whole or name not in CONTENTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change of a bill."""

    id: int
    bill_id: str
    at: dt.datetime
    kind: str
    step: Step
    version: int
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """Something that must reach ``target`` ('file', or a URL)."""

    event: str
    target: str
    payload: dict[str, Any]
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A delivery with its state. ``id`` stays the same through all attempts."""

    id: str
    bill_id: str
    account: str
    event: str
    target: str
    payload: dict[str, Any]
    created_at: dt.datetime
    sequence: int
    final: bool
    attempts: int
    next_at: dt.datetime | None
    delivered_at: dt.datetime | None
    last_error: str | None
    priority: int = 0


def to_bill(row: Any) -> Bill:
    """A row of ``bills`` as it is used."""
    return Bill(**_of_bill(row))


def to_whole_bill(row: Any) -> WholeBill:
    """The same with its contents (``queries.WHOLE``)."""
    return WholeBill(**_of_bill(row))


def _of_bill(row: Any) -> dict[str, Any]:
    values = dict(row._mapping)  # noqa: SLF001 - the public name of SQLAlchemy rows begins with an underscore
    values["step"] = Step(values["step"])
    values["reason"] = values["reason"] and BY_CODE[values["reason"]]
    return values


def to_arrival(row: Any) -> Arrival:
    """A row of ``arrivals`` as it is used."""
    values = dict(row._mapping)  # noqa: SLF001
    values["outcome"] = Outcome(values["outcome"])
    values["reason"] = values["reason"] and BY_CODE[values["reason"]]
    return Arrival(**values)


def to_event(row: Any) -> Event:
    """A row of ``events`` as it is used."""
    values = dict(row._mapping)  # noqa: SLF001
    return Event(**{**values, "step": Step(values["step"])})


def to_delivery(row: Any) -> Delivery:
    """A row of ``deliveries`` as it is used."""
    return Delivery(**row._mapping)  # noqa: SLF001
