"""Two readings of one bill, value by value: the API's and our own.

Where both have a value and agree, it comes from ``both``; where they differ the API's stands and both are kept
(``conflict``). The built-in sandbox answers with the local parsers' own values: it is no second witness, and what it
says stays ``local``.

Confidence is that of the local reading. A second witness that agrees raises it; of two that differ one is wrong, so it
is one half; what the API alone says has none, as nobody has measured it.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ingest.bayou.models import ApiBill, ApiMeter
from parsers.confidence import confidence
from parsers.model import Bill, Meter, Source

BILL_FIELDS = (
    "utility", "account_number", "billed_on", "due_on", "billing_period_from", "billing_period_to",
    "electricity_consumption", "electricity_amount", "delivery_charge", "supply_charge", "community_solar_bill_credit",
    "gas_consumption", "gas_consumption_unit", "gas_amount", "outstanding_balance", "total_amount", "amount_due",
    "past_due", "supplier_name",
)  # fmt: skip
METER_FIELDS = ("id", "type", "billing_period_from", "billing_period_to", "consumption", "demand_kw", "tariff")
ONE_OF_TWO = 0.5
ADDRESS_FIELDS = ("line_1", "line_2", "city", "state", "postal_code", "postal_code_suffix")

Value = str | int | Decimal | bool | dt.date | None


@dataclass(slots=True)
class Merged:
    """``values`` are those of the record, as JSON; ``sources`` says of each where it came from."""

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)


def merge(local: Bill | None, api: ApiBill | None) -> Merged:
    """Both readings as one. Either may be missing."""
    merging = _Merging(local.sources if local else {}, witness=api is None or api.second_witness)
    values: dict[str, Any] = {
        name: merging.value(name, None, getattr(local, name, None), getattr(api, name, None)) for name in BILL_FIELDS
    }
    pairs = _pairs(local.meters if local else (), api.meters if api else ())
    values["meters"] = [
        merging.meter(f"meters.{n}", local_index, mine, theirs) for n, (local_index, mine, theirs) in enumerate(pairs)
    ]
    return Merged(values, merging.sources)


class _Merging:
    def __init__(self, local_sources: dict[str, Source], *, witness: bool) -> None:
        self._local_sources = local_sources
        self._witness = witness
        self.sources: dict[str, dict[str, Any]] = {}

    def value(self, path: str, local_path: str | None, mine: Value, theirs: Value) -> Any:
        """The value that stands, as JSON; notes its source under ``path``."""
        if not self._witness and mine is not None:
            theirs = None
        if mine is None and theirs is None:
            return None
        read_at = self._local_sources.get(local_path or path)
        source = read_at.model_dump(mode="json") if read_at and mine is not None else {}
        if theirs is None:
            self.sources[path] = {"from": "local", **source}
            return as_json(mine)
        if mine is None:
            self.sources[path] = {"from": "api" if self._witness else "local"}
        elif agree(mine, theirs):
            self.sources[path] = {"from": "both", **source, **(_witnessed(read_at) if read_at else {})}
        else:
            half = {"confidence": ONE_OF_TWO} if source else {}
            self.sources[path] = {"from": "conflict", "api": as_json(theirs), "local": as_json(mine), **source, **half}
        return as_json(theirs)

    def meter(self, path: str, local_index: int | None, mine: Meter | None, theirs: ApiMeter | None) -> dict[str, Any]:
        """One meter, its address and its attributes."""
        here = f"meters.{local_index}"
        values: dict[str, Any] = {
            name: self.value(f"{path}.{name}", f"{here}.{name}", getattr(mine, name, None), getattr(theirs, name, None))
            for name in METER_FIELDS
        }
        my_address, their_address = getattr(mine, "address", None), getattr(theirs, "address", None)
        address = {
            name: self.value(
                f"{path}.address.{name}",
                f"{here}.address.{name}",
                getattr(my_address, name, None),
                getattr(their_address, name, None),
            )
            for name in ADDRESS_FIELDS
        }
        values["address"] = address if any(value is not None for value in address.values()) else None
        mine_named, theirs_named = _attributes(mine), _attributes(theirs)
        values["additional_attributes"] = {
            name: self.value(
                f"{path}.additional_attributes.{name}",
                f"{here}.additional_attributes.{name}",
                mine_named.get(name),
                theirs_named.get(name),
            )
            for name in sorted(mine_named | theirs_named)
        }
        return values


def _witnessed(source: Source) -> dict[str, Any]:
    """What becomes of a local value's confidence when the API says the same; one that was not rated stays so."""
    if source.confidence == 0:
        return {}
    grounds = (*source.grounds, "second_witness")
    return {"grounds": list(grounds), "confidence": confidence(grounds)}


def _attributes(meter: Meter | ApiMeter | None) -> dict[str, str]:
    return meter.additional_attributes if meter else {}


def _pairs(
    mine: tuple[Meter, ...], theirs: tuple[ApiMeter, ...]
) -> Iterator[tuple[int | None, Meter | None, ApiMeter | None]]:
    """Meters of both readings side by side: by number, else the only one of its type on either side."""
    left = list(theirs)
    for index, meter in enumerate(mine):
        same = [other for other in left if meter.id and plain(meter.id) == plain(other.id) and _fits(meter, other)]
        if not same and sum(m.type == meter.type for m in mine) == 1:
            same = [other for other in left if other.type == meter.type]
            same = same if len(same) == 1 else []
        other = same[0] if len(same) == 1 else None
        if other is not None:
            left.remove(other)
        yield index, meter, other
    for other in left:
        yield None, None, other


def _fits(mine: Meter, theirs: ApiMeter) -> bool:
    return theirs.type in (None, mine.type)


def agree(mine: Value, theirs: Value) -> bool:
    """Whether two readings say the same: text by its letters and digits, numbers exactly."""
    if isinstance(mine, str) or isinstance(theirs, str):
        return plain(mine) == plain(theirs)
    return mine == theirs


def plain(value: Value) -> str:
    """Letters and digits alone, case aside."""
    return re.sub(r"[\W_]", "", str(value)).casefold()


def as_json(value: Value) -> Any:
    """A value as JSON has it: dates as ISO 8601, quantities as numbers."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
