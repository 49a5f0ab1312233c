"""One bill from its pages: every rule of the utility read once, meters put together, years told, sums checked."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from parsers.checks import DOES_NOT_ADD_UP, Evidence, checked
from parsers.finding import years
from parsers.finding.kinds import BILL_EVIDENCE, BILL_KINDS, METER_EVIDENCE
from parsers.finding.labels import find
from parsers.finding.meters import MeterRead, in_order
from parsers.finding.outcome import Attempt, Field, Found, Missing, Outcome, Scope
from parsers.finding.overdue import says_overdue
from parsers.finding.region import Region, Sheet
from parsers.finding.rules import is_left_to_meters
from parsers.finding.values import Date, MonthDay
from parsers.model import Bill, Meter, Source
from parsers.utility import Utility

ON_EVERY_BILL = ("account_number", "billed_on", "due_on", "total_amount", "amount_due")
UNPROVEN = "unproven"
REBILL = "rebill"
Outcomes = dict[str, Outcome]
TellYear = Callable[[Date, dt.date], dt.date | None]


def read_bill(
    utility: type[Utility],
    sheets: Sequence[Sheet],
    attempts: list[Attempt],
    fallback: type[Utility] | None = None,
) -> Bill:
    """The bill on these pages; ``attempts`` takes up every rule that was tried.

    Where the utility's own rules find no trace of a value that every bill prints, as on a layout that they do not
    know, the rules of ``fallback`` are asked for what is unseen; they are dropped where the bill then stops adding up.
    """
    first, *others = sheets
    kept = [first, *(one for one in others if not any(one.prints(text) for text in utility.skip_pages))]
    reader = _Reader(utility, Region.of_pages(kept), attempts)
    fields = {name: reader.field(name) for name in utility.rules}
    meters = [meter for rules in utility.meters for meter in rules.read(reader.scope)]
    bill = reader.bill(fields, meters, sheets)
    if fallback and (not bill.meters or any(_unseen(fields.get(name)) for name in ON_EVERY_BILL)):
        more = _completed(reader, fields, meters, fallback)
        completed = reader.bill(*more, sheets)
        if DOES_NOT_ADD_UP in bill.reasons or DOES_NOT_ADD_UP not in completed.reasons:
            return completed
    return bill


def _unseen(outcome: Outcome | None) -> bool:
    return isinstance(outcome, Missing) and outcome.unseen


def _completed(
    reader: "_Reader", fields: Outcomes, meters: Sequence[MeterRead], fallback: type[Utility]
) -> tuple[Outcomes, Sequence[MeterRead]]:
    """What was read, with what the rules of another parser find of the unseen."""
    more = dict(fields)
    for name, outcome in fields.items():
        if _unseen(outcome):
            other = fallback.rules[name].read(reader.scope, Field(name, name, BILL_KINDS[name]))
            more[name] = other.because(fallback.code) if isinstance(other, Found) else outcome
    if meters:
        return more, meters
    others = [meter for rules in fallback.meters for meter in rules.read(reader.scope)]
    return more, [meter.because(fallback.code) for meter in others if meter.type in reader.utility.services]


class _Reader:
    """Reads the rules of one bill, each once."""

    def __init__(self, utility: type[Utility], region: Region, attempts: list[Attempt]) -> None:
        self.utility = utility
        self.scope = Scope(region, region, self.field, attempts)
        self._read: Outcomes = {}

    def field(self, name: str) -> Outcome:
        if name not in self._read:
            rule = self.utility.rules.get(name)
            wanted = Field(name, name, BILL_KINDS[name])
            self._read[name] = rule.read(self.scope, wanted) if rule else Missing("no rule reads it")
        return self._read[name]

    def bill(self, fields: Outcomes, meters: Sequence[MeterRead], sheets: Sequence[Sheet]) -> Bill:
        """The bill that these outcomes make, with its years told and its sums checked."""
        fields, meters = dict(fields), [replace(meter, fields=dict(meter.fields)) for meter in meters]
        _tell_years(fields, meters)
        meters = in_order(meters)
        made = {name: _from_meters(name, meters) for name in _FROM_METERS if _is_of_meters(name, fields, self.utility)}
        pages = (sheets[0].number, sheets[-1].number)
        bill = _bill(self.utility, fields | made, self.told(), meters, pages)
        bill = checked(bill, Evidence(self.evidence(), [_evidence(meter) for meter in meters]))
        flags = [*([REBILL] if self.corrects() else []), *([] if self.utility.proven else [UNPROVEN])]
        return bill.model_copy(update={"reasons": (*bill.reasons, *flags)})

    def evidence(self) -> dict[str, Any]:
        rules = self.utility.evidence.items()
        read = {name: rule.read(self.scope, Field(name, name, BILL_EVIDENCE[name])) for name, rule in rules}
        return {name: outcome.value for name, outcome in read.items() if isinstance(outcome, Found)}

    def told(self) -> dict[str, Found]:
        """What no rule reads: whose bill it is, and where it says that money is overdue."""
        told = {"utility": self._issuer(), "past_due": self._past_due()}
        return {name: found for name, found in told.items() if found}

    def corrects(self) -> bool:
        """Whether it says that it corrects an earlier bill."""
        spots = (spot for text in self.utility.rebill_says for spot in find(self.scope.region, text))
        return any(spot.begins_phrase for spot in spots)

    def _past_due(self) -> Found | None:
        for text in self.utility.past_due_says:
            for spot in find(self.scope.region, text):
                if says_overdue(spot):
                    return Found(True, spot.spans[0], f"'{text}' is printed")
        return None

    def _issuer(self) -> Found | None:
        """The place of the first of the utility's marks."""
        for mark in self.utility.marks:
            for text in (mark,) if isinstance(mark, str) else mark:
                for spot in find(self.scope.region, text):
                    return Found(self.utility.code, spot.spans[0], f"mark '{text}'")
        return None


def _evidence(meter: MeterRead) -> Mapping[str, Any]:
    return {name: meter.value(name) for name in METER_EVIDENCE if meter.value(name) is not None}


def _tell_years(fields: Outcomes, meters: Sequence[MeterRead]) -> None:
    """Puts the year to every day that was printed without one; a day that gets none is missing."""
    billed, due = _day(fields, "billed_on"), _day(fields, "due_on")
    _complete(fields, "due_on", billed, years.after)
    _complete(fields, "billed_on", due, years.before)
    anchor = billed or due
    for outcomes in (fields, *(meter.fields for meter in meters)):
        _complete(outcomes, "billing_period_to", anchor, years.nearest)
        _complete(outcomes, "billing_period_from", _day(outcomes, "billing_period_to") or anchor, years.before)


def _day(outcomes: Outcomes, name: str) -> dt.date | None:
    outcome = outcomes.get(name)
    return outcome.value if isinstance(outcome, Found) and isinstance(outcome.value, dt.date) else None


def _complete(outcomes: Outcomes, name: str, anchor: dt.date | None, tell: TellYear) -> None:
    outcome = outcomes.get(name)
    if isinstance(outcome, Found) and isinstance(outcome.value, MonthDay):
        day = tell(outcome.value, anchor) if anchor else None
        outcomes[name] = replace(outcome, value=day) if day else Missing("its year is not printed")


def _is_of_meters(name: str, fields: Outcomes, utility: type[Utility]) -> bool:
    """Whether the meters make this field: no rule reads it, or one that leaves to them what it does not find."""
    outcome = fields.get(name)
    return outcome is None or (isinstance(outcome, Missing) and is_left_to_meters(utility.rules[name]))


def _from_meters(name: str, meters: Sequence[MeterRead]) -> Outcome:
    """A value of the bill that is the sum, the earliest or the latest of its meters' values."""
    commodity, field, combine = _FROM_METERS[name]
    chosen = [meter for meter in meters if commodity in (None, meter.type)]
    if not chosen:
        return Missing(f"no {commodity or 'meter'} service on the bill")
    if commodity and len({meter.unit for meter in chosen}) > 1:
        return Missing("its meters are in different units")
    if field is None:
        first = chosen[0].fields["consumption"]
        return replace(first, value=chosen[0].unit) if isinstance(first, Found) else first
    outcomes = [meter.fields.get(field, Missing("no rule reads it")) for meter in chosen]
    found = [outcome for outcome in outcomes if isinstance(outcome, Found)]
    if len(found) < len(outcomes):
        return next(outcome for outcome in outcomes if isinstance(outcome, Missing))
    return combine(found)


def _total(found: Sequence[Found]) -> Found:
    total = sum(one.value for one in found)
    return replace(found[0], value=total, rule=f"sum of the meters: {found[0].rule}") if len(found) > 1 else found[0]


def _earliest(found: Sequence[Found]) -> Found:
    return min(found, key=lambda one: one.value)


def _latest(found: Sequence[Found]) -> Found:
    return max(found, key=lambda one: one.value)


_FROM_METERS: dict[str, tuple[str | None, str | None, Callable[[Sequence[Found]], Found]]] = {
    "billing_period_from": (None, "billing_period_from", _earliest),
    "billing_period_to": (None, "billing_period_to", _latest),
    "electricity_consumption": ("electric", "consumption", _total),
    "gas_consumption": ("gas", "consumption", _total),
    "gas_consumption_unit": ("gas", None, _total),
}


def _bill(
    utility: type[Utility],
    fields: Outcomes,
    told: dict[str, Found],
    meters: Sequence[MeterRead],
    pages: tuple[int, int],
) -> Bill:
    found = {name: outcome for name, outcome in fields.items() if isinstance(outcome, Found)}
    missing = {name: outcome.reason for name, outcome in fields.items() if isinstance(outcome, Missing)}
    sources = {name: one.source for name, one in (found | told).items()}
    made = []
    for at, meter in enumerate(meters):
        made.append(_meter(meter))
        _note_places(meter, f"meters.{at}", sources, missing)
    values = {name: one.value for name, one in found.items()}
    return Bill(
        **values | {"utility": utility.code, "past_due": "past_due" in told},
        meters=tuple(made),
        pages=pages,
        sources=sources,
        missing=missing,
    )


def _meter(meter: MeterRead) -> Meter:
    values = {name: meter.value(name) for name in meter.fields if name not in METER_EVIDENCE}
    attributes = {name: one.value for name, one in meter.attributes.items() if isinstance(one, Found)}
    return Meter(type=meter.type, **values, additional_attributes=attributes)


def _note_places(meter: MeterRead, path: str, sources: dict[str, Source], missing: dict[str, str]) -> None:
    named = {name: outcome for name, outcome in meter.fields.items() if name not in METER_EVIDENCE}
    row = next((one for name in ("id", "consumption") if isinstance(one := named.get(name), Found)), None)
    if row:
        sources[f"{path}.type"] = replace(row, rule=f"part of the {meter.type} meter").source
    for name, outcome in (named | {f"additional_attributes.{n}": o for n, o in meter.attributes.items()}).items():
        if isinstance(outcome, Missing):
            missing[f"{path}.{name}"] = outcome.reason
        elif outcome.parts:
            sources |= {f"{path}.{name}.{part}": one.source for part, one in outcome.parts.items()}
        else:
            sources[f"{path}.{name}"] = outcome.source
