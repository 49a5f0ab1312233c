"""What stands beside a document that came in as a file: its results (``.json``), or why it was refused (``.txt``)."""

import json
from collections.abc import Iterable
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from ingest.reasons import Reason
from ingest.store.rows import Arrival, Step, WholeBill


def as_json(value: Any) -> bytes:
    """Pretty JSON in UTF-8. Text that UTF-8 cannot hold (a broken file name) stands as JSON's own escapes.

    Python's own encoder takes twenty times as long as soon as it is to indent.
    """
    try:
        return to_json(value, indent=2, inf_nan_mode="constants") + b"\n"
    except PydanticSerializationError:
        return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


def sidecar(file: str, arrival: Arrival, document: WholeBill, bills: Iterable[WholeBill]) -> dict[str, Any]:
    """The results of one file, always in this form.

    ``document`` is what came in; ``bills`` is the same row, or the bills that it was split into, in the order of their
    pages. ``pending`` of them have no record yet.
    """
    parts = list(bills)
    reason = arrival.reason or document.reason
    return {
        "file": file,
        "arrival": arrival.id,
        "outcome": arrival.outcome.value,
        "reason": reason and reason.value,
        "document": document.local["document"] if document.local else None,
        "bills": [bill.record for bill in parts if bill.record is not None],
        "pending": sum(bill.record is None and bill.step is not Step.REFUSED for bill in parts),
        "refused": [_refused(bill) for bill in parts if bill.step is Step.REFUSED],
    }


def _refused(bill: WholeBill) -> dict[str, Any]:
    pages = [bill.first_page, bill.last_page] if bill.first_page is not None else None
    return {"pages": pages, "reason": bill.reason and bill.reason.value, "detail": bill.detail}


def refusal_text(file: str, reason: Reason, detail: str | None) -> str:
    """Why a file was not taken and what to do about it, for the person who put it there."""
    parts = [f"{file} was not taken.", reason.sentence]
    if detail:
        parts.append(detail)
    parts.append(f"What to do: {reason.next_step}")
    return "\n\n".join(parts) + f"\n\n(reason: {reason.value})\n"
