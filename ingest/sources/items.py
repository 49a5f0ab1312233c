"""What a batch consists of, and what became of each document of it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ingest.intake import Receipt
from ingest.reasons import Reason
from ingest.sources.archive import Zipped


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchItem:
    """One document to import, or (``problem``) one that is known not to be importable."""

    path: str
    """As reports show it; a document of an archive is ``bills.zip!/folder/bill.pdf``."""
    name: str
    customer: str | None = None
    external_id: str | None = None
    content: Path | Zipped | None = None
    problem: Reason | None = None
    detail: str = ""


class BatchOutcome(StrEnum):
    """What became of an item. The last two are worth another import when their cause is put right."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    MISSING = "missing"
    UNAVAILABLE = "unavailable"


OUTCOMES = {Reason.FILE_MISSING: BatchOutcome.MISSING, Reason.FILE_UNREADABLE: BatchOutcome.UNAVAILABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One line of the report. A duplicate's ``bill_id`` is that of the first one.

    From ``step`` on it is what the ledger says of the bill after the wait, the values as in its record (``amount_due``
    in cents); ``bills`` are those that the document was split into.
    """

    path: str
    customer: str | None
    external_id: str | None
    outcome: BatchOutcome
    reason: str | None
    sentence: str | None
    next_step: str | None
    detail: str | None
    arrival_id: str | None
    bill_id: str | None
    step: str | None = None
    utility: str | None = None
    status: str | None = None
    amount_due: int | None = None
    reasons: tuple[str, ...] = ()
    bills: tuple[str, ...] = ()


def row(
    item: BatchItem, outcome: BatchOutcome, reason: Reason | None, detail: str | None, receipt: Receipt | None = None
) -> BatchRow:
    """The item with what became of it."""
    return BatchRow(
        path=item.path,
        customer=item.customer,
        external_id=item.external_id,
        outcome=outcome,
        reason=reason and reason.value,
        sentence=reason and reason.sentence,
        next_step=reason and reason.next_step,
        detail=detail or None,
        arrival_id=receipt.arrival_id if receipt else None,
        bill_id=receipt.bill_id if receipt else None,
    )


def problem_row(item: BatchItem, problem: Reason, detail: str) -> BatchRow:
    """For what could not even be offered."""
    return row(item, OUTCOMES.get(problem, BatchOutcome.REFUSED), problem, detail)


def receipt_row(item: BatchItem, receipt: Receipt) -> BatchRow:
    """For what the intake answered."""
    return row(item, BatchOutcome(receipt.outcome.value), receipt.reason, receipt.detail, receipt)
