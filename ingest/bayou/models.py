"""The API's bill object, read leniently once and strict from then on.

``ApiBill.read`` takes any JSON object: it knows the spellings that the API is documented or seen to use
(``ingest.bayou.reading``), keeps unknown fields in ``extra`` and what it cannot read in ``unreadable``, both by path
(``total_amount``, ``meters.0.address.country``).
"""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ingest.bayou import reading
from ingest.bayou.reading import Unreadable
from parsers.model import Address, Quantity

Drift = Callable[[str, str], None]
"""Told of each ``("unknown_field" | "unreadable" | "unknown_status", name)`` in an answer; the name has no indices."""

KNOWN_STATUSES = frozenset(
    {
        "unparsed", "not_supported", "locked", "unlocked",  # documented
        "unlocked_for_gas", "unlocked_for_electric", "partially_unlocked", "paid",  # met by clients
    }
)  # fmt: skip

VALUE_FIELDS = (
    "utility", "account_number", "billed_on", "billing_period_from", "billing_period_to", "electricity_consumption",
    "electricity_amount", "delivery_charge", "supply_charge", "community_solar_bill_credit", "gas_consumption",
    "gas_consumption_unit", "gas_amount", "outstanding_balance", "total_amount", "past_due",
)  # fmt: skip
"""The values that the API and ``parsers.model.Bill`` both have, under the same names (besides ``meters``)."""

FROM_LOCAL_PARSERS = "local_parsers"
"""What the sandbox writes into ``values_from`` where its values are those of the local parsers."""


DEEPEST = 32
"""Levels of an unknown value that are kept."""


class NotABill(ValueError):
    """A JSON value that is no bill object: not an object at all, or one without a numeric id."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ApiMeter(_Strict):
    """One meter of a bill. ``consumption`` is in Wh for electric, therms or ccf for gas."""

    id: str | None = None
    status: str | None = None
    type: Literal["electric", "gas"] | None = None
    billing_period_from: dt.date | None = None
    billing_period_to: dt.date | None = None
    consumption: Quantity | None = None
    tariff: str | None = None
    address: Address | None = None
    additional_attributes: dict[str, str] = Field(default_factory=dict)


class ApiBill(_Strict):
    """A bill as the API has it: money in cents, electricity in Wh, gas in ``gas_consumption_unit``."""

    id: int
    external_id: str | None = None
    status: str | None = Field(None, description="lower case; unknown ones are kept")
    customer_id: int | None = None
    customer_external_id: str | None = None
    utility: str | None = None
    utility_data_velocity: str | None = None
    account_number: str | None = None
    billed_on: dt.date | None = None
    billing_period_from: dt.date | None = None
    billing_period_to: dt.date | None = None
    electricity_consumption: int | None = None
    electricity_amount: int | None = None
    delivery_charge: int | None = None
    supply_charge: int | None = None
    community_solar_bill_credit: int | None = None
    gas_consumption: Quantity | None = None
    gas_consumption_unit: Literal["therms", "ccf"] | None = None
    gas_amount: int | None = None
    outstanding_balance: int | None = None
    total_amount: int | None = None
    past_due: bool | None = None
    meters: tuple[ApiMeter, ...] = ()
    file_url: str | None = Field(None, description="the PDF, for 15 minutes")
    values_from: str | None = None

    extra: dict[str, JsonValue] = Field(default_factory=dict, description="unknown fields by path, as they came")
    unreadable: dict[str, str] = Field(default_factory=dict, description="by path: why a value is None")

    @property
    def is_unparsed(self) -> bool:
        """Whether the API is still at it. Any other status, known or not, is an answer."""
        return self.status == "unparsed"

    @property
    def second_witness(self) -> bool:
        """Whether the values come from elsewhere than our own parsers, so that agreeing with them means something."""
        return self.values_from != FROM_LOCAL_PARSERS

    @property
    def expected_within(self) -> dt.timedelta | None:
        """How soon after the upload the API promises an answer for this utility, or None where it does not say."""
        return reading.velocity(self.utility_data_velocity)

    @classmethod
    def read(cls, answer: object, *, on_drift: Drift | None = None) -> Self:
        """The bill in a decoded JSON answer. Raises NotABill, and nothing else whatever the answer is."""
        if not isinstance(answer, dict):
            raise NotABill("the answer is not a JSON object")
        gathering = _Gathering()
        values = gathering.fields(answer, "", _BILL, handled={"meters"})
        if values.get("id") is None:
            raise NotABill("the object has no numeric id")
        meters = gathering.meters(answer.get("meters"))
        bill = cls(**values, meters=meters, extra=gathering.extra, unreadable=gathering.unreadable)
        if on_drift:
            _report(bill, on_drift)
        return bill


Reader = Callable[[object], Any]

_BILL: Mapping[str, Reader] = {
    "id": reading.number_id,
    "external_id": reading.identifier,
    "status": reading.lower,
    "customer_id": reading.number_id,
    "customer_external_id": reading.identifier,
    "utility": reading.text,
    "utility_data_velocity": reading.lower,
    "account_number": reading.identifier,
    "billed_on": reading.day,
    "billing_period_from": reading.day,
    "billing_period_to": reading.day,
    "electricity_consumption": reading.watt_hours,
    "electricity_amount": reading.cents,
    "delivery_charge": reading.cents,
    "supply_charge": reading.cents,
    "community_solar_bill_credit": reading.cents,
    "gas_consumption": reading.quantity,
    "gas_consumption_unit": reading.gas_unit,
    "gas_amount": reading.cents,
    "outstanding_balance": reading.cents,
    "total_amount": reading.cents,
    "past_due": reading.flag,
    "file_url": reading.text,
    "values_from": reading.lower,
}
_METER: Mapping[str, Reader] = {
    "id": reading.identifier,
    "status": reading.lower,
    "type": reading.meter_type,
    "billing_period_from": reading.day,
    "billing_period_to": reading.day,
    "consumption": reading.quantity,
    "tariff": reading.identifier,
}
_ADDRESS: Mapping[str, Reader] = {
    "line_1": reading.identifier,
    "line_2": reading.identifier,
    "city": reading.text,
    "state": reading.text,
    "postal_code": reading.postal_code,
    "postal_code_suffix": reading.postal_code_suffix,
}
_DOCUMENTED_BUT_NOT_OURS = frozenset({"meters.address.country"})


class _Gathering:
    """Reads one answer, collecting what it has no place for."""

    def __init__(self) -> None:
        self.extra: dict[str, JsonValue] = {}
        self.unreadable: dict[str, str] = {}

    def fields(
        self, source: dict[Any, Any], path: str, readers: Mapping[str, Reader], handled: set[str] | None = None
    ) -> dict[str, Any]:
        """The fields that ``readers`` names; every other one goes to ``extra``, unless it is ``handled`` elsewhere."""
        values: dict[str, Any] = {}
        for key, value in source.items():
            where = f"{path}{_clean(str(key))}"
            if key in readers:
                try:
                    values[key] = _clean(readers[key](value))
                except Unreadable as error:
                    self.unreadable[where] = str(error)
            elif key not in (handled or ()):
                self.extra[where] = _plain(value)
        return values

    def meters(self, value: object) -> tuple[ApiMeter, ...]:
        if value is None:
            return ()
        if not isinstance(value, list):
            self.unreadable["meters"] = "not a list"
            return ()
        return tuple(meter for position, item in enumerate(value) if (meter := self._meter(item, f"meters.{position}")))

    def _meter(self, value: object, path: str) -> ApiMeter | None:
        if not isinstance(value, dict):
            self.unreadable[path] = "not an object"
            return None
        values = self.fields(value, f"{path}.", _METER, handled={"address", "additional_attributes"})
        address = self._object(value, "address", path)
        values["address"] = Address(**self.fields(address, f"{path}.address.", _ADDRESS)) if address else None
        attributes = self._object(value, "additional_attributes", path)
        readers = dict.fromkeys(attributes, reading.identifier)
        named = self.fields(attributes, f"{path}.additional_attributes.", readers)
        values["additional_attributes"] = {_clean(str(key)): item for key, item in named.items() if item is not None}
        return ApiMeter(**values)

    def _object(self, holder: dict[Any, Any], key: str, path: str) -> dict[Any, Any]:
        value = holder.get(key)
        if value is not None and not isinstance(value, dict):
            self.unreadable[f"{path}.{key}"] = "not an object"
        return value if isinstance(value, dict) else {}


def _clean(value: Any) -> Any:
    """Half a surrogate pair and NUL are valid in JSON but cannot be stored everywhere: they are replaced."""
    return value.replace("\0", "?").encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _plain(value: object, depth: int = 0) -> JsonValue:
    """An unknown value as something that can be written as JSON again."""
    if isinstance(value, dict | list) and depth >= DEEPEST:
        return "nested too deeply to keep"
    if isinstance(value, dict):
        return {_clean(str(key)): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, float | Decimal):
        near = float(value)
        return near if near - near == 0 else str(value)  # infinity and NaN are not JSON
    if value is None or isinstance(value, bool | int):
        return value
    text: str = _clean(str(value))
    return text


def _report(bill: ApiBill, on_drift: Drift) -> None:
    for kind, paths in (("unknown_field", bill.extra), ("unreadable", bill.unreadable)):
        for name in sorted({_without_indices(path) for path in paths} - _DOCUMENTED_BUT_NOT_OURS):
            on_drift(kind, name)
    if bill.status is not None and bill.status not in KNOWN_STATUSES:
        on_drift("unknown_status", bill.status[:64])


def _without_indices(path: str) -> str:
    return ".".join(part for part in path.split(".") if not part.isdigit())[:64]
