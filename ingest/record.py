"""The record that is delivered: one bill, and for each value where it came from.

``sources`` maps a path (``total_amount``, ``meters.0.id``) to ``{"from": "api" | "local" | "both" | "conflict", …}``:
with page, box, text and rule where the local reading has the value, and with both values on a conflict.
"""

import json
from collections.abc import Iterable
from typing import Any

from ingest.bayou.models import ApiBill
from ingest.reasons import Reason
from ingest.reconcile import Merged, merge
from ingest.store.rows import WholeBill
from parsers.model import Bill as LocalBill
from parsers.model import Document, DocumentKind

NEVER_ANSWERED = "unparsed"
AMOUNTS_HELD_BACK = {"locked", "unlocked_for_gas", "unlocked_for_electric", "partially_unlocked"}


def make_record(bill: WholeBill, received: dict[str, Any] | None = None) -> dict[str, Any]:
    """The record of a bill from what its row holds: the local reading, the API's answer, or both.

    ``received`` tells how it came in (``ingest.received``).
    """
    document = Document.model_validate(bill.local) if bill.local else None
    local = document.bills[0] if document and document.bills else None
    api = ApiBill.model_validate_json(json.dumps(bill.api)) if bill.api else None
    merged = merge(local, api)
    return {
        **_identity(bill, api),
        **merged.values,
        "sources": merged.sources,
        "missing": _missing(merged, local),
        "reasons": _reasons(bill, document, local, api, merged),
        "checks": [check.model_dump() for check in local.checks] if local else [],
        "document": _document(bill, document),
        "received": received,
    }


def _identity(bill: WholeBill, api: ApiBill | None) -> dict[str, Any]:
    return {
        "id": bill.id,
        "external_id": bill.external_id,
        "bayou_id": bill.bayou_id,
        "status": (api.status if api else bill.api_status) or NEVER_ANSWERED,
        "customer_id": api.customer_id if api else None,
        "customer_external_id": bill.customer or (api.customer_external_id if api else None),
    }


def _document(bill: WholeBill, document: Document | None) -> dict[str, Any]:
    return {
        "sha256": bill.sha256,
        "name": bill.name,
        "source": bill.source,
        "received_at": bill.received_at.isoformat(),
        "page_count": document.page_count if document else None,
        "parser": document.parser if document else None,
        "split_from": bill.parent_id,
        "pages_of_whole": [bill.first_page, bill.last_page] if bill.parent_id else None,
    }


def _missing(merged: Merged, local: LocalBill | None) -> dict[str, str]:
    """Why a value is null: only of those that the API did not fill."""
    return {path: why for path, why in (local.missing if local else {}).items() if path not in merged.sources}


def _reasons(
    bill: WholeBill, document: Document | None, local: LocalBill | None, api: ApiBill | None, merged: Merged
) -> list[str]:
    found: list[str | None] = [bill.reason and bill.reason.value]
    if api and api.status == "not_supported":
        found.append(Reason.NOT_SUPPORTED.value)
    if api and api.status in AMOUNTS_HELD_BACK:
        found.append(Reason.LOCKED.value)
    if document and document.document is not DocumentKind.BILL:
        found.append(document.document.value)
    found.extend(local.reasons if local else ())
    if any(source["from"] == "conflict" for source in merged.sources.values()):
        found.append(Reason.CONFLICT.value)
    return _once(found)


def _once(codes: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(code for code in codes if code))
