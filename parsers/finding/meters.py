"""The meters of a bill: where each one's part of the bill is, and the rules for its fields there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from parsers.errors import DeclarationError
from parsers.finding.kinds import ATTRIBUTE_KINDS, ENERGY, METER_EVIDENCE, METER_KINDS, NUMBER, Kind
from parsers.finding.outcome import Field, Found, Missing, Outcome, Scope
from parsers.finding.region import Region
from parsers.finding.rules import Condition, OfBill, Part, Rule

Commodity = Literal["electric", "gas"]
Unit = Literal["therms", "ccf"]


@dataclass(frozen=True)
class MeterRead:
    """One meter as read: an outcome for each field, attribute and piece of evidence."""

    type: Commodity
    unit: Unit | None
    fields: dict[str, Outcome]
    attributes: dict[str, Outcome] = field(default_factory=dict)
    page: int = 0
    baseline: float = 0.0

    def because(self, ground: str) -> "MeterRead":
        """The same meter, each of its values on this ground."""
        fields = {name: one.because(ground) if isinstance(one, Found) else one for name, one in self.fields.items()}
        return replace(self, fields=fields)

    def value(self, name: str) -> object:
        outcome = self.fields.get(name)
        return outcome.value if isinstance(outcome, Found) else None


class MeterRules(Protocol):
    """What reads meters of a bill; ``EachMeter`` by a utility's own rules."""

    @property
    def type(self) -> Commodity: ...
    def read(self, scope: Scope) -> list[MeterRead]: ...


@dataclass(frozen=True)
class EachMeter:
    """Rules for the meters of one commodity: every part of the bill that ``parts`` finds is one meter.

    A part in which neither an id nor a consumption is read is none. Without ``parts`` the whole bill is one meter.
    With fewer than ``at_least`` different meters it is as if there were none. Where they must be ``complete``, a
    consumption that some of them lack is printed for all of them together, and none has one. Every part that ``every``
    finds (a service) holds one of them: where it does not, there is a meter of which nothing is read.
    """

    type: Commodity
    parts: Part | None
    rules: Mapping[str, Rule]
    attributes: Mapping[str, Rule]
    unit: Unit | None = None
    condition: Condition | None = None
    at_least: int = 1
    complete: bool = False
    every: Part | None = None
    otherwise: "EachMeter | None" = None

    def __post_init__(self) -> None:
        for name, rule in self.rules.items():
            if name not in METER_KINDS and name not in METER_EVIDENCE:
                raise DeclarationError(f"a meter has no field {name}")
            rule.check(name)
        for name, rule in self.attributes.items():
            if name not in ATTRIBUTE_KINDS:
                raise DeclarationError(f"a meter has no attribute {name}")
            rule.check(name)
        if "consumption" not in self.rules:
            raise DeclarationError("a meter needs a rule for its consumption")
        if (self.type == "gas") != (self.unit is not None):
            raise DeclarationError("a gas meter, and only a gas meter, needs its unit")

    def __or__(self, other: "EachMeter") -> "EachMeter":
        """These meters, or where there are none the others."""
        return replace(self, otherwise=self.otherwise | other if self.otherwise else other)

    def read(self, scope: Scope) -> list[MeterRead]:
        regions = self.parts.parts(scope.region) if self.parts else [scope.region]
        scopes = [scope.confined(region) for region in regions]
        chosen = [one for one in scopes if self.condition is None or self.condition.holds(one)]
        meters = [self._meter(one, at) for at, one in enumerate(chosen)]
        kept = [meter for meter in meters if any(meter.value(name) is not None for name in ("id", "consumption"))]
        if self.complete and any(meter.value("consumption") is None for meter in kept):
            kept = [_without(meter, {"consumption"}) for meter in kept]
        different = len({meter.value("id") or at for at, meter in enumerate(kept)})
        if different < self.at_least and self.otherwise:
            return self.otherwise.read(scope)
        unread = self._unread(scope, kept)
        if different < self.at_least:
            return unread
        alone = different == 1 and not unread
        return kept if alone else [*(self._without_the_only(meter) for meter in kept), *unread]

    def _unread(self, scope: Scope, meters: Sequence[MeterRead]) -> list[MeterRead]:
        """A meter without values for each part that should hold one and in which none is read."""
        regions = self.every.parts(scope.region) if self.every else []
        chosen = [one for one in regions if self.condition is None or self.condition.holds(scope.confined(one))]
        found = [meter.fields.get(name) for meter in meters for name in ("id", "consumption")]
        spans = [outcome.span for outcome in found if isinstance(outcome, Found)]
        nothing: dict[str, Outcome] = dict.fromkeys(self.rules, Missing("nothing of this meter is read"))
        empty = [region for region in chosen if not any(line.holds_any(spans) for line in region.lines())]
        return [MeterRead(self.type, self.unit, nothing, {}, *_position(region)) for region in empty]

    def _meter(self, scope: Scope, at: int) -> MeterRead:
        path = f"{self.type} meter {at + 1}"
        fields = {
            name: rule.read(scope, Field(name, f"{path}.{name}", self._kind(name))) for name, rule in self.rules.items()
        }
        attributes = {
            name: rule.read(scope, Field(name, f"{path}.{name}", ATTRIBUTE_KINDS[name]))
            for name, rule in self.attributes.items()
        }
        page, baseline = _position(scope.region)
        return MeterRead(self.type, self.unit, fields, attributes, page, baseline)

    def _without_the_only(self, meter: MeterRead) -> MeterRead:
        """The meter, one of several, without what the bill prints once."""
        once = {name for name, rule in self.rules.items() if isinstance(rule, OfBill) and rule.only_meter}
        return _without(meter, once)

    def _kind(self, name: str) -> Kind:
        if name == "consumption":
            return ENERGY if self.type == "electric" else NUMBER
        return (METER_KINDS | METER_EVIDENCE)[name]


def _without(meter: MeterRead, names: set[str]) -> MeterRead:
    return replace(meter, fields=meter.fields | dict.fromkeys(names, Missing("printed once for several meters")))


def _position(region: Region) -> tuple[int, float]:
    first = next(region.lines(), None)
    return (first.page, first.baseline) if first else (0, 0.0)


def in_order(meters: Sequence[MeterRead]) -> list[MeterRead]:
    """Meters as they follow each other on the bill; several parts of one meter (registers, rates) made one."""
    ordered = sorted(meters, key=lambda meter: (meter.page, meter.baseline))
    merged: dict[object, MeterRead] = {}
    for at, meter in enumerate(ordered):
        number = meter.value("id")
        key = (meter.type, number) if number is not None else at
        merged[key] = _merged(merged[key], meter) if key in merged else meter
    return list(merged.values())


def _merged(one: MeterRead, other: MeterRead) -> MeterRead:
    fields = dict(one.fields)
    for name, outcome in other.fields.items():
        fields[name] = _combined(name, fields.get(name, outcome), outcome)
    for name in METER_EVIDENCE:  # the readings of two registers prove nothing about their sum
        fields.pop(name, None)
    return replace(one, fields=fields, attributes=other.attributes | one.attributes)


def _combined(name: str, one: Outcome, other: Outcome) -> Outcome:
    if not isinstance(one, Found) or not isinstance(other, Found):
        if name in ("consumption", "billing_period_from", "billing_period_to"):
            return Missing("not read for every part of the meter")
        return one if isinstance(one, Found) else other
    if name == "consumption":
        return replace(one, value=one.value + other.value, rule=f"sum of {one.rule}")
    if name == "billing_period_from":
        return min(one, other, key=lambda found: found.value)
    if name in ("billing_period_to", "demand_kw"):
        return max(one, other, key=lambda found: found.value)
    return one
