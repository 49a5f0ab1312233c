"""What a purge works on: families of bills, what chooses them, and the files that are removed after their rows."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from ingest.store.rows import Step

FINISHED = (Step.DELIVERED, Step.SPLIT, Step.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What of an account is to go: all that meets every condition which is set."""

    account: str
    rule: str
    """What the audit rows say chose it: a setting or options, never a value that names a person."""
    received_before: dt.datetime | None = None
    customer: str | None = None
    bill_ids: tuple[str, ...] = ()
    unfinished: bool = False
    """Also bills that are still under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A bill as far as a purge needs it."""

    id: str
    sha256: str
    customer: str | None
    step: Step
    version: int
    received_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CameAs:
    """An arrival as far as a purge needs it."""

    id: str
    bill_id: str
    sha256: str | None
    customer: str | None
    place: str | None
    message_id: str | None
    received_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Bills that hold pages of one another: a document, the bills that it was split into, and where else those were.

    One of them is not purged without the others: its pages would stay.
    """

    bills: tuple[Member, ...]
    arrivals: tuple[CameAs, ...]
    waits: bool
    """A result or a receipt of it has not reached its receiver yet, or a step of it is due."""

    @property
    def last_received(self) -> dt.datetime:
        """When one of its documents came in last."""
        return max(*(bill.received_at for bill in self.bills), *(came.received_at for came in self.arrivals))

    @property
    def under_way(self) -> bool:
        """Something is still to be done for it."""
        return self.waits or any(bill.step not in FINISHED for bill in self.bills)

    def of_others(self, customer: str) -> bool:
        """Whether another customer has a part in it."""
        named = {*(bill.customer for bill in self.bills), *(came.customer for came in self.arrivals)}
        return bool(named - {customer, None})


class RemovalKind(StrEnum):
    """What is removed from the disk. The first three may be shared: the last that needs it decides."""

    DOCUMENT = "document"
    ORIGINAL = "original"
    MESSAGE = "message"
    RECORD = "record"
    SIDECAR = "sidecar"
    SANDBOX = "sandbox"


SHARED = (RemovalKind.DOCUMENT, RemovalKind.ORIGINAL, RemovalKind.MESSAGE)


class RemovalState(StrEnum):
    """How far a removal is."""

    WAITING = "waiting"
    REMOVING = "removing"
    """Nobody needs it; the same document is not taken until it is gone."""
    REMOVED = "removed"
    """Remembered for a day, for whoever saw the file before it went and comes to write that he has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRemoval:
    """A file to be removed. ``later`` is for what somebody may be writing at this moment."""

    kind: RemovalKind
    account: str
    name: str
    data: dict[str, Any] = field(default_factory=dict)
    later: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A file that is still to be removed."""

    id: int
    kind: RemovalKind
    account: str
    name: str
    data: dict[str, Any]
    state: RemovalState
    due_at: dt.datetime
    problem: str | None


@dataclass(slots=True)
class Purged:
    """What went, counted; add up with ``+=``."""

    bills: int = 0
    documents: int = 0
    """As they came in: a document of several bills is one."""
    refused: int = 0
    """Documents that were refused at the door: names, subjects and addresses of mails."""
    rows: int = 0
    skipped: int = 0
    """Bills that changed while they were being looked at; the next purge finds them."""

    def __iadd__(self, other: "Purged") -> Self:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self
