"""How much was used: what the evidence agrees on, and nothing where it does not."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from parsers.generic.quantities import Kind, Unit, Used

CERTAIN = 2.5
WHOLE = 2.6  # of a quantity that others make together
CLEARLY = 1.25

_REGISTER = re.compile(
    r"(?i)\b(?:on|off|mid|low|high|super|partial)[- ]?pe?a?k|\bpeak|shoulder|intermed|\bbase\b|\b(?:on|off)kwh"
)


@dataclass(frozen=True)
class Settled:
    """The usage that the evidence agrees on. ``confirmed``: labels, readings and charges, two of them at least, do."""

    amount: Decimal
    unit: Unit
    source: Used
    rule: str
    worth: float
    confirmed: bool


def settle(found: Sequence[Used], units: Sequence[Unit]) -> Settled | str:
    """What was used, in the first of these units that the evidence settles; else the reason why it is not settled."""
    reason = "no quantity of it is printed"
    for unit in units:
        chosen = _settled([used for used in found if used.unit == unit], unit)
        if isinstance(chosen, Settled):
            return chosen
        if chosen:
            return chosen
    return reason


def _settled(found: Sequence[Used], unit: Unit) -> Settled | str:
    kinds: dict[Decimal, dict[Kind, Used]] = defaultdict(dict)
    for used in found:
        held = kinds[used.amount].get(used.kind)
        if held is None or used.worth > held.worth:
            kinds[used.amount][used.kind] = used
    scores = {amount: sum(used.worth for used in by_kind.values()) for amount, by_kind in kinds.items()}
    wholes = _totals(found)
    for amount, parts in wholes.items():
        if amount in kinds or _are_registers(parts):
            scores[amount] = scores.get(amount, 0.0) + WHOLE
            kinds.setdefault(amount, {"reading": parts[0]})
            for part in {part.amount for part in parts} - {amount}:
                scores.pop(part, None)
    ordered = sorted(scores.items(), key=lambda item: -item[1])
    if not ordered:
        return ""
    (amount, score), *others = ordered
    rivals = [other for other, worth in others if score < CLEARLY * worth and not _near(other, amount)]
    if score < CERTAIN:
        return "no label, reading or charge settles it"
    if rivals:
        return "several quantities are possible"
    best = max(kinds[amount].values(), key=lambda used: used.worth)
    rule = f"{best.rule}; {', '.join(kinds[amount])}"
    if amount in wholes:
        rule += "; sum of the registers"
    return Settled(amount, unit, best, rule, score, confirmed=len(kinds[amount].keys() - {"printed"}) > 1)


def _near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= Decimal("0.5")


def _totals(found: Sequence[Used]) -> dict[Decimal, Sequence[Used]]:
    """What the registers of a meter, or the steps of a charge, make together, with these parts."""
    readings = list({used.place: used for used in found if used.kind == "reading"}.values())
    groups = [*_steps_of_charges(found), *([readings] if len(readings) > 1 else [])]
    return {sum((used.amount for used in group), Decimal(0)): group for group in groups}


def _are_registers(parts: Sequence[Used]) -> bool:
    """Whether the rows say that each of them counted a part of the day."""
    return all(used.kind == "reading" and _REGISTER.search(used.cell.line.text) for used in parts)


def _steps_of_charges(found: Sequence[Used]) -> Iterator[Sequence[Used]]:
    """Charges on lines that follow each other: the steps or registers that one usage is charged in."""
    charged = sorted(
        {used.place: used for used in found if used.kind == "charged"}.values(), key=lambda used: used.place
    )
    run: list[Used] = []
    for used in charged:
        near = run and used.cell.page == run[-1].cell.page and used.place[1] - run[-1].place[1] < 2.2 * used.cell.height
        if run and not near:
            yield from ([run] if len(run) > 1 else [])
            run = []
        run.append(used)
    if len(run) > 1:
        yield run
