"""The meters of a bill: their numbers, what each of them counted, tariff, demand and address."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parsers.finding.lines import Span
from parsers.finding.meters import Commodity, MeterRead
from parsers.finding.meters import Unit as GasUnit
from parsers.finding.outcome import Found, Missing, Outcome
from parsers.generic.cells import Cell, bare
from parsers.generic.dates import Period
from parsers.generic.meter_numbers import MeterNumber
from parsers.generic.quantities import Unit, Used
from parsers.generic.spreading import Place, above, below, spread, stand_above
from parsers.generic.usage import Settled, settle

_SERVICES: dict[Unit, Commodity] = {"kwh": "electric", "kw": "electric", "therms": "gas", "ccf": "gas"}


@dataclass(frozen=True)
class Printed:
    """What a bill prints of its meters beside their readings, each value with its place."""

    periods: Sequence[Period]
    tariffs: Sequence[Found]
    addresses: Sequence[Found]
    attributes: Mapping[str, Sequence[Found]]
    whole_period: tuple[Outcome, Outcome]


@dataclass(frozen=True)
class _At:
    """A value with its place on the pages."""

    found: Any
    place: Place


def read_meters(
    numbers: Sequence[MeterNumber],
    found: Sequence[Used],
    whole: Mapping[Commodity, Settled | str],
    printed: Printed,
    units: Callable[[Commodity], Sequence[Unit]],
) -> list[MeterRead]:
    """A meter for each number, each with what stands with it; ``units`` of a service are those that count."""
    services: list[Commodity] = [service for service, settled in whole.items() if isinstance(settled, Settled)]
    if len(numbers) <= 1 and len(services) <= 1:
        return _only(numbers, whole, services, found, printed)
    return _several(numbers, found, whole, printed, units)


def _only(
    numbers: Sequence[MeterNumber],
    whole: Mapping[Commodity, Settled | str],
    services: Sequence[Commodity],
    found: Sequence[Used],
    printed: Printed,
) -> list[MeterRead]:
    shown = {_SERVICES[used.unit] for used in found}
    service = services[0] if services else shown.pop() if len(shown) == 1 else None
    if service is None or not (numbers or services):
        return []
    settled = whole.get(service, "no quantity of it is printed")
    number: Outcome = numbers[0].found if numbers else Missing("no meter number is printed")
    fields: dict[str, Outcome] = {
        "id": number,
        "billing_period_from": printed.whole_period[0],
        "billing_period_to": printed.whole_period[1],
        "tariff": _one(printed.tariffs, "rate"),
        "address": _one(printed.addresses, "service address"),
    }
    attributes = {name: _one(values, "number") for name, values in printed.attributes.items()}
    place = numbers[0].place if numbers else (1, 0.0)
    return [_meter(service, settled, fields, attributes, found, place)]


def _several(
    numbers: Sequence[MeterNumber],
    found: Sequence[Used],
    whole: Mapping[Commodity, Settled | str],
    printed: Printed,
    units: Callable[[Commodity], Sequence[Unit]],
) -> list[MeterRead]:
    if not numbers:
        return []
    services: list[Commodity] = [service for service, settled in whole.items() if isinstance(settled, Settled)]
    telling = [used for used in found if used.kind in ("reading", "labelled")]
    side = above if stand_above(numbers, telling) else below
    periods = _given(numbers, [_At(p, _place(p.cell.span)) for one in printed.periods for p in (one, *one.more)])
    tariffs = _given(numbers, [_At(one, _place(one.span)) for one in printed.tariffs])
    addresses = _given(numbers, [_At(one, _place(one.span)) for one in printed.addresses])
    attributes = {
        name: _given(numbers, [_At(one, _place(one.span)) for one in values])
        for name, values in printed.attributes.items()
    }
    own_evidence = [side(at, numbers, found) for at in range(len(numbers))]
    counting = [_service(mine, services) for mine in own_evidence]
    meters = []
    for at, (number, mine, service) in enumerate(zip(numbers, own_evidence, counting, strict=True)):
        if service is None:
            continue
        period = periods[at]
        start, end = period.outcomes() if period else (_UNSURE, _UNSURE)
        fields: dict[str, Outcome] = {
            "id": number.found,
            "billing_period_from": start,
            "billing_period_to": end,
            "tariff": _of_service(tariffs[at], service),
            "address": addresses[at] or _UNSURE,
        }
        own = {name: given[at] or _UNSURE for name, given in attributes.items()}
        shared = whole.get(service) if counting.count(service) > 1 else None
        settled = _own_usage(settle(mine, units(service)), shared)
        meters.append(_meter(service, settled, fields, own, mine, number.place))
    return meters


def _own_usage(settled: Settled | str, shared: Settled | str | None) -> Settled | str:
    """The usage of one of several meters: that of all of them together is not its own."""
    if isinstance(settled, Settled) and isinstance(shared, Settled) and settled.amount == shared.amount != 0:
        return "it is that of all meters together"
    return settled


_UNSURE = Missing("it is not certain which of the meters it belongs to")


def _given(numbers: Sequence[MeterNumber], printed: Sequence[_At]) -> list[Any]:
    """For each meter what is printed for it; the same for all where only one is printed."""
    values = {_comparable(one.found) for one in printed}
    if len(values) == 1 and (len(printed) == 1 or len(printed) >= len(numbers)):
        return [printed[0].found] * len(numbers)
    return [one.found if one else None for one in spread(numbers, printed)]


def _of_service(rate: Found | None, service: Commodity) -> Outcome:
    """A meter's rate, unless its name says that it is of the other service."""
    other = r"(?i)\bgas\b" if service == "electric" else r"(?i)\belectric"
    return _UNSURE if rate is None or re.search(other, rate.value) else rate


def _comparable(found: Any) -> object:
    return (found.first, found.last) if isinstance(found, Period) else found.value


def _place(span: Span) -> Place:
    return span.page, span.words[0].baseline


def _service(mine: Sequence[Used], services: Sequence[Commodity]) -> Commodity | None:
    """What a meter counts, told by the units that stand with it."""
    shown = {_SERVICES[used.unit] for used in mine if used.kind in ("labelled", "reading", "charged")}
    if len(shown) == 1:
        return shown.pop()
    return services[0] if len(services) == 1 else None


def _meter(
    service: Commodity,
    settled: Settled | str,
    fields: dict[str, Outcome],
    attributes: dict[str, Outcome],
    found: Sequence[Used],
    place: Place,
) -> MeterRead:
    unit: GasUnit | None = None
    if service == "gas":
        unit = "ccf" if isinstance(settled, Settled) and settled.unit == "ccf" else "therms"
    consumption = consumed(settled) if isinstance(settled, Settled) else Missing(settled)
    used = demand(found) if service == "electric" else Missing("a gas meter has no demand")
    kept = {name: outcome for name, outcome in attributes.items() if isinstance(outcome, Found)}
    return MeterRead(service, unit, fields | {"consumption": consumption, "demand_kw": used}, dict(kept), *place)


def _one(found: Sequence[Found], what: str) -> Outcome:
    """The value that all places agree on."""
    if not found:
        return Missing(f"no label of a {what} with its value")
    if len({bare(str(one.value)) for one in found}) > 1:
        return Missing(f"several values are printed as {what}")
    return found[0]


def consumed(settled: Settled) -> Found:
    """What was used, in the unit of the record."""
    amount = int(settled.amount * 1000) if settled.unit == "kwh" else settled.amount
    found = Found(amount, settled.source.cell.span, settled.rule)
    return found.because("adds_up") if settled.confirmed else found


_NOT_OF_THIS_BILL = re.compile(
    r"contract|threshold|12[- ]?mo|history|last|annual|minimum|allow|ratchet|previous|year|demand ?last|highest"
    r"|kvar|capacity|obligation|generation|transmission|per ?kw|first|over|next|up ?to",
    re.IGNORECASE,
)


def demand(found: Sequence[Used]) -> Outcome:
    """The highest kW that is printed for a meter, if more than a mere mention speaks for it."""
    offered = [used for used in found if used.unit == "kw" and not _NOT_OF_THIS_BILL.search(_before(used.cell))]
    offered = [used for used in offered if used.amount > 0]
    if not offered:
        return Missing("no demand is printed")
    most = max(used.amount for used in offered)
    kinds = {used.kind: used for used in offered if used.amount == most}
    if set(kinds) == {"printed"}:
        return Missing("the highest demand is neither labelled, read nor charged")
    best = max(kinds.values(), key=lambda used: used.worth)
    return Found(most, best.cell.span, f"highest demand; {best.rule}")


def _before(cell: Cell) -> str:
    return cell.line.text[: cell.begin]
