"""What the sandbox says about a bill: the API's bill object, from a document that the local parsers read."""

from collections.abc import Collection, Mapping
from typing import Any

from ingest.bayou.models import FROM_LOCAL_PARSERS, VALUE_FIELDS
from parsers.model import Bill, Document, Meter

AMOUNTS = frozenset(
    {
        "electricity_consumption", "electricity_amount", "delivery_charge", "supply_charge",
        "community_solar_bill_credit", "gas_consumption", "gas_consumption_unit", "gas_amount",
        "outstanding_balance", "total_amount", "past_due",
    }
)  # fmt: skip
"""What a locked bill holds back, besides its meters' consumption."""

EVERY = "*"
"""In a set of utilities: all of them."""

_METER_FIELDS = {"id", "type", "billing_period_from", "billing_period_to", "consumption", "tariff", "address"}


def outcome(document: Document, *, not_supported: Collection[str], locked: Collection[str]) -> dict[str, Any]:
    """Status and values of an upload whose document was read.

    An upload is one bill: of a PDF with several only the first is used, and ``note`` says so.
    """
    if not document.bills:
        return {"status": "not_supported"}
    bill = document.bills[0]
    note = {"note": f"The PDF holds {len(document.bills)} bills; this is the first."} if document.bills[1:] else {}
    if _among(bill.utility, not_supported):
        return {"status": "not_supported", "utility": bill.utility} | note
    values = _values(bill) | {"values_from": FROM_LOCAL_PARSERS} | note
    if _among(bill.utility, locked):
        return _hold_back(values) | {"status": "locked"}
    return values | {"status": "unlocked"}


def canned_outcome(canned: Mapping[str, Any]) -> dict[str, Any]:
    """A bill that was given to the sandbox: its values are a second witness."""
    return {"status": "unlocked", **canned}


def unparsed() -> dict[str, Any]:
    """A bill that is still being read."""
    return {"status": "unparsed", "utility": None, "utility_data_velocity": "Instant"}


def numeric_id(name: str) -> int | None:
    """The number that ``name`` is, where it could be that of a record."""
    return int(name) if name.isascii() and name.isdigit() and len(name) < 19 else None


def _among(utility: str | None, utilities: Collection[str]) -> bool:
    return EVERY in utilities or utility in utilities


def _values(bill: Bill) -> dict[str, Any]:
    plain = bill.model_dump(mode="json", include=set(VALUE_FIELDS))
    return plain | {"meters": [_meter(meter) for meter in bill.meters]}


def _meter(meter: Meter) -> dict[str, Any]:
    plain = meter.model_dump(mode="json", include=_METER_FIELDS)
    return plain | {"status": "unlocked", "additional_attributes": meter.additional_attributes}


def _hold_back(values: dict[str, Any]) -> dict[str, Any]:
    meters = [
        {key: value for key, value in meter.items() if key != "consumption"} | {"status": "locked"}
        for meter in values["meters"]
    ]
    return {key: value for key, value in values.items() if key not in AMOUNTS} | {"meters": meters}
