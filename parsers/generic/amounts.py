"""The money of a bill: what its labels offer, and which of it the bill's own sums bear out.

Several places may say "current charges" or "amount due" and mean something else. So the values are chosen together:
those that add up (balance + charges = due, previous + payments = balance, electricity + gas + other = charges,
delivery + supply = electricity) stand before those that do not.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from parsers.finding.outcome import Found, Missing, Outcome
from parsers.finding.values import cents
from parsers.generic.choosing import Candidate, candidates, clearest
from parsers.generic.pointing import AMOUNT, Pointed, Pointing

MOST = 3  # values of a field that are tried
ADDS_UP, CONTRADICTS = 4.0, 3.0
STANDS_OUT = 0.5  # by how much the chosen values must beat every other choice
SUMMARY = ("previous_balance", "payments", "outstanding_balance", "total_amount", "amount_due")
SERVICES = ("electricity_amount", "gas_amount", "delivery_charge", "supply_charge", "other_charges")
SOLAR = "community_solar_bill_credit"

Choice = dict[str, Candidate | None]
Values = Mapping[str, int | None]
Sum = tuple[str, bool, tuple[str, ...]]
"""A sum that chosen values make or miss: what it says, whether it holds, the fields in it."""
Sums = Callable[[Values], Iterator[Sum]]


@dataclass
class Solved:
    """The chosen values, with the names of the sums that bear each of them out."""

    chosen: Choice
    borne_out: dict[str, str]
    disputed: frozenset[str]


def money(text: str) -> int:
    """An amount in cents; bills write ``None`` for nothing."""
    return 0 if text.casefold() == "none" else cents(text)


def read_amounts(pointing: Pointing, *, electric: bool, gas: bool) -> dict[str, Outcome]:
    """All amounts of a bill, evidence for its checks among them."""
    offered = {name: _offered(pointing, name) for name in (*SUMMARY, *SERVICES)}
    summary = _summary(offered)
    outcomes = {name: _outcome(name, summary, offered[name]) for name in SUMMARY}
    outcomes |= _settled(summary, outcomes, offered)
    services = _services(offered, _new_charges(outcomes), electric=electric, gas=gas)
    outcomes |= {name: _outcome(name, services, offered[name]) for name in SERVICES}
    if gas:
        outcomes |= _only_electric(outcomes, services)
    outcomes[SOLAR] = _solar(_offered(pointing, SOLAR))
    if not _budget(pointing):
        outcomes |= _only_service(outcomes, offered, electric=electric, gas=gas)
    return outcomes


def _offered(pointing: Pointing, name: str) -> list[Candidate]:
    found = candidates([p for p in pointing.to(name, AMOUNT) if _counts(p)], money)
    if name == "payments":
        return candidates([p for c in found for p in c.places], lambda text: -abs(money(text)))
    return found


def _counts(pointed: Pointed) -> bool:
    """Whether an amount is one: not the price in ``200 kWh at $0.15`` or the base of a tax."""
    cell = pointed.cell
    behind = cell.line.text[cell.end : cell.end + 4].strip().casefold()
    return not behind.startswith(("per", "x ", "/", "@", "%"))


def _budget(pointing: Pointing) -> bool:
    """Whether a budget plan sets what is charged: an amount stands beside the plan's name."""
    return any(
        cell.form == "words"
        and cell.bare.startswith("budget")
        and any(c.form == "money" for c in board.right_of(cell)[:2])
        for board in pointing.boards
        for cell in board.cells
    )


def _solar(offered: Sequence[Candidate]) -> Outcome:
    chosen = clearest(offered)
    if chosen is None or chosen.value >= 0:
        return Missing("several amounts are possible" if offered else "no label of it with an amount")
    return found(chosen)


def _summary(offered: Mapping[str, Sequence[Candidate]]) -> Solved:
    return _best(SUMMARY, offered, _summary_sums)


def _summary_sums(values: Values) -> Iterator[Sum]:
    before, paid, left = values["previous_balance"], values["payments"], values["outstanding_balance"]
    new, due = values["total_amount"], values["amount_due"]
    if before is not None and paid is not None and left is not None:
        yield (
            "previous + payments = balance",
            before + paid == left,
            ("previous_balance", "payments", "outstanding_balance"),
        )
    if left is not None and new is not None and due is not None:
        yield "balance + charges = due", left + new == due, ("outstanding_balance", "total_amount", "amount_due")
    elif before is not None and paid is not None and new is not None and due is not None and left is None:
        fields = ("previous_balance", "payments", "total_amount", "amount_due")
        yield "previous + payments + charges = due", before + paid + new == due, fields
    if left is None and before and paid is not None and before + paid == 0:
        yield "payments cancel the previous balance", True, ("previous_balance", "payments")


def _services(offered: Mapping[str, Sequence[Candidate]], total: int | None, *, electric: bool, gas: bool) -> Solved:
    shown = {name: list(offered[name]) for name in SERVICES}
    if not gas:
        shown["gas_amount"] = []
    if not electric:
        shown |= {"electricity_amount": [], "delivery_charge": [], "supply_charge": []}

    def sums(values: Values) -> Iterator[Sum]:
        power, heat, other = values["electricity_amount"], values["gas_amount"], values["other_charges"]
        delivery, supply = values["delivery_charge"], values["supply_charge"]
        if power is not None and delivery is not None and supply is not None:
            yield "delivery + supply = electricity", delivery + supply == power, (
                "delivery_charge", "supply_charge", "electricity_amount")  # fmt: skip
        elif delivery is not None and power == delivery and not shown["supply_charge"]:
            yield "delivery alone = electricity", True, ("delivery_charge", "electricity_amount")
        elif delivery is not None and supply is not None and total is not None and not gas:
            holds = delivery + supply + (other or 0) == total
            yield "delivery + supply = charges", holds, ("delivery_charge", "supply_charge")
        parts = {n: v for n, v in (("electricity_amount", power), ("gas_amount", heat)) if v is not None}
        if total is not None and parts and len(parts) == electric + gas:
            holds = sum(parts.values()) + (other or 0) == total
            yield "services = charges", holds, (*parts, "other_charges") if other is not None else tuple(parts)

    return _best(SERVICES, shown, sums)


def _best(names: Sequence[str], offered: Mapping[str, Sequence[Candidate]], sums: Sums) -> Solved:
    """The values that labels and sums together speak for most."""
    options = [[*offered[name][:MOST], None] for name in names]
    scored = []
    for chosen in product(*options):
        values = {name: one.value if one else None for name, one in zip(names, chosen, strict=True)}
        checks = list(sums(values))
        score = sum(min(one.worth, 4.0) for one in chosen if one)
        score += sum(ADDS_UP if holds else -CONTRADICTS for _, holds, _ in checks)
        scored.append((score, chosen, checks))
    scored.sort(key=lambda entry: -entry[0])
    score, chosen, checks = scored[0]
    borne_out = {field: sum_ for sum_, holds, fields in checks if holds for field in fields}
    disputed = {
        name
        for other_score, other, _ in scored
        if other_score > score - STANDS_OUT
        for name, mine, theirs in zip(names, chosen, other, strict=True)
        if mine and theirs and mine.value != theirs.value
    }
    contradicted = {field for _, holds, fields in checks if not holds for field in fields} - borne_out.keys()
    return Solved(dict(zip(names, chosen, strict=True)), borne_out, frozenset(disputed | contradicted))


def _outcome(name: str, solved: Solved, offered: Sequence[Candidate]) -> Outcome:
    chosen = solved.chosen[name]
    if not offered:
        return Missing("no label of it with an amount")
    if chosen is None:
        return Missing("its amounts do not add up with the others")
    if name in solved.borne_out:
        return found(chosen, f"; {solved.borne_out[name]}")
    if name in solved.disputed and not (clearest(offered) is chosen and _said_often(chosen)):
        return Missing("several amounts are possible, or it does not add up with the others")
    if clearest(offered) is chosen:
        return found(chosen)
    return Missing("its label is not certain and no sum confirms it")


def _said_often(candidate: Candidate) -> bool:
    """Whether several labels that are beyond doubt point to it, so that a sum that fails is not held against it."""
    return len({place.label.cell.baseline for place in candidate.places if place.label.rank == 0}) > 1


def found(candidate: Candidate, why: str = "") -> Found:
    """A value at its best place."""
    best = candidate.best
    return Found(candidate.value, best.cell.span, f"{best.rule}{why}")


def _value(outcome: Outcome | None) -> int | None:
    return outcome.value if isinstance(outcome, Found) else None


def _new_charges(outcomes: Mapping[str, Outcome]) -> int | None:
    """The new charges as printed, or else what is due beyond the balance: what the services must make together."""
    new, due, left = (_value(outcomes[name]) for name in ("total_amount", "amount_due", "outstanding_balance"))
    if new is not None or due is None:
        return new
    return due - (left or 0)


def _settled(
    solved: Solved, outcomes: Mapping[str, Outcome], offered: Mapping[str, Sequence[Candidate]]
) -> dict[str, Outcome]:
    """0 where payments cancel the previous balance and the bill prints nothing of it as remaining."""
    before, paid = outcomes["previous_balance"], outcomes["payments"]
    if solved.chosen["outstanding_balance"] is not None or not isinstance(before, Found) or not isinstance(paid, Found):
        return {}
    if before.value + paid.value != 0 or not _all_new(outcomes, offered):
        return {}
    return {"outstanding_balance": Found(0, before.span, f"{before.rule}; cancelled by the payments")}


def _all_new(outcomes: Mapping[str, Outcome], offered: Mapping[str, Sequence[Candidate]]) -> bool:
    """Whether what is due is no more and no less than the new charges, those with a line of their own included."""
    due = _value(outcomes["amount_due"])
    new = {candidate.value for candidate in offered["total_amount"]}
    beside = {candidate.value for candidate in offered["other_charges"]}
    return due is None or not new or due in new or any(due == one + other for one in new for other in beside)


def _only_electric(outcomes: Mapping[str, Outcome], solved: Solved) -> dict[str, Outcome]:
    """On a bill for gas too, delivery and supply count only where the bill says that they are electric."""
    vague: dict[str, Outcome] = {}
    for name in ("delivery_charge", "supply_charge"):
        chosen = solved.chosen[name]
        if isinstance(outcomes[name], Found) and chosen and chosen.best.label.rank and name not in solved.borne_out:
            vague[name] = Missing("it may be of electricity and gas together")
    return vague


def _only_service(
    outcomes: Mapping[str, Outcome], offered: Mapping[str, Sequence[Candidate]], *, electric: bool, gas: bool
) -> dict[str, Outcome]:
    """On a bill for one service alone its new charges are those of the service."""
    total = outcomes["total_amount"]
    name = "electricity_amount" if electric else "gas_amount"
    if (
        electric == gas
        or not isinstance(total, Found)
        or offered[name]
        or any(c.value for c in offered["other_charges"])
    ):
        return {}
    return {name: Found(total.value, total.span, f"{total.rule}; the only service")}
