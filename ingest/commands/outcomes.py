"""What became of each document of an import after its bill was read, which the door could not know."""

from collections.abc import Iterable
from dataclasses import replace

from ingest.reasons import Reason
from ingest.sources.batch import BatchOutcome, BatchRow
from ingest.store.ledger import Ledger
from ingest.store.rows import Step, WholeBill


async def with_outcomes(ledger: Ledger, rows: Iterable[BatchRow]) -> list[BatchRow]:
    """The rows with what the ledger says of their bills by now."""
    return [await _with_outcome(ledger, row) for row in rows]


async def _with_outcome(ledger: Ledger, row: BatchRow) -> BatchRow:
    bill = await ledger.bill(row.bill_id) if row.bill_id else None
    if bill is None:
        return row
    record = bill.record or {}
    known = replace(
        row,
        step=bill.step.value,
        utility=record.get("utility"),
        status=record.get("status"),
        amount_due=record.get("amount_due"),
        reasons=tuple(record.get("reasons") or ()),
    )
    if bill.step is Step.REFUSED:
        return _refused(known, bill.reason, bill.detail)
    return _split(known, await ledger.children(bill.id)) if bill.step is Step.SPLIT else known


def _split(row: BatchRow, bills: list[WholeBill]) -> BatchRow:
    """Its reasons are those of its bills; refused when one of them was."""
    reasons = {code for bill in bills for code in (bill.record or {}).get("reasons") or ()}
    row = replace(row, bills=tuple(bill.id for bill in bills), reasons=tuple(sorted(reasons)))
    refused = [bill for bill in bills if bill.step is Step.REFUSED]
    if not refused:
        return row
    names = ", ".join(" ".join(filter(None, [f"{bill.name}:", bill.reason, bill.detail])) for bill in refused)
    return _refused(row, refused[0].reason, f"{len(refused)} of its {len(bills)} bills: {names}")


def _refused(row: BatchRow, reason: Reason | None, detail: str | None) -> BatchRow:
    return replace(
        row,
        outcome=BatchOutcome.REFUSED,
        reason=reason and reason.value,
        sentence=reason and reason.sentence,
        next_step=reason and reason.next_step,
        detail=detail,
    )
