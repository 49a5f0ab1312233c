"""What must come out of a document, in the form that the labels of a corpus have; every field is named."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

BILL_FIELDS = (
    "utility",
    "account_number",
    "billed_on",
    "due_on",
    "billing_period_from",
    "billing_period_to",
    "electricity_consumption",
    "electricity_amount",
    "delivery_charge",
    "supply_charge",
    "community_solar_bill_credit",
    "gas_consumption",
    "gas_consumption_unit",
    "gas_amount",
    "outstanding_balance",
    "total_amount",
    "amount_due",
    "past_due",
    "supplier_name",
    "meters",
)
METER_FIELDS = (
    "id",
    "type",
    "billing_period_from",
    "billing_period_to",
    "consumption",
    "demand_kw",
    "tariff",
    "address",
    "additional_attributes",
)
ADDRESS_FIELDS = ("line_1", "line_2", "city", "state", "postal_code", "postal_code_suffix")


def bill(**values: Any) -> dict[str, Any]:
    """A bill; what is not given is null."""
    return _record(BILL_FIELDS, {"past_due": False} | values)


def meter(**values: Any) -> dict[str, Any]:
    """A meter; what is not given is null."""
    return _record(METER_FIELDS, {"additional_attributes": {}} | values)


def address(line_1: str, city: str, state: str, postal_code: str, line_2: str | None = None) -> dict[str, Any]:
    """A service address."""
    values = {"line_1": line_1, "line_2": line_2, "city": city, "state": state, "postal_code": postal_code}
    return _record(ADDRESS_FIELDS, values)


def document(*bills: dict[str, Any], kind: str = "bill") -> dict[str, Any]:
    """The whole expectation of one PDF."""
    return {"document": kind, "bills": list(bills)}


def as_label(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a parser read, reduced to the fields that an expectation holds."""
    bills = [{name: bill[name] for name in BILL_FIELDS} for bill in document["bills"]]
    for one in bills:
        one["meters"] = [{name: each[name] for name in METER_FIELDS} for each in one["meters"]]
    return {"document": document["document"], "bills": bills}


def _record(fields: tuple[str, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = values.keys() - set(fields)
    if unknown:
        raise KeyError(f"not a field: {sorted(unknown)}")
    return {name: _plain(values.get(name)) for name in fields}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
