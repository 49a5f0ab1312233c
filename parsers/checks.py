"""What must add up on a bill, each sum stated once. A check is a function of the bill and of the evidence beside it.

A check that lacks one of its numbers gives nothing. One that does not hold flags the bill ``does_not_add_up``.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from parsers.model import Bill, Check, Meter

DOES_NOT_ADD_UP = "does_not_add_up"


@dataclass(frozen=True)
class Evidence:
    """Numbers that are printed beside the record's: ``bill`` amounts in cents, one mapping for each meter."""

    bill: Mapping[str, int] = field(default_factory=dict)
    meters: Sequence[Mapping[str, Any]] = ()


def checked(bill: Bill, evidence: Evidence) -> Bill:
    """The bill with all checks that apply to it, flagged where one does not hold."""
    checks = tuple(check for one in CHECKS for check in one(bill, evidence))
    failed = any(not check.holds for check in checks)
    return bill.model_copy(update={"checks": checks, "reasons": (DOES_NOT_ADD_UP,) if failed else ()})


def delivery_and_supply(bill: Bill, _: Evidence) -> Iterator[Check]:
    """Delivery and supply make the electricity amount."""
    if bill.delivery_charge is not None and bill.supply_charge is not None and bill.electricity_amount is not None:
        parts = [bill.delivery_charge, bill.supply_charge]
        yield _sum("delivery_and_supply", parts, bill.electricity_amount)


def services_and_total(bill: Bill, evidence: Evidence) -> Iterator[Check]:
    """Electricity, gas and other charges make the total, where the bill prints the other charges too."""
    other = evidence.bill.get("other_charges")
    services = [amount for amount in (bill.electricity_amount, bill.gas_amount) if amount is not None]
    if other is not None and services and bill.total_amount is not None:
        yield _sum("services_and_total", [*services, other], bill.total_amount)


def balance_and_due(bill: Bill, evidence: Evidence) -> Iterator[Check]:
    """What was outstanding and the new charges make the amount due, unless a budget plan sets it."""
    if bill.outstanding_balance is None or bill.amount_due is None or "budget_amount" in evidence.bill:
        return
    if bill.total_amount is not None:
        yield _sum("balance_and_due", [bill.outstanding_balance, bill.total_amount], bill.amount_due)
    elif bill.delivery_charge is not None and bill.supply_charge is not None and bill.gas_amount is None:
        parts = [bill.outstanding_balance, bill.delivery_charge, bill.supply_charge]
        yield _sum("balance_and_due", parts, bill.amount_due)


def payments_and_balance(bill: Bill, evidence: Evidence) -> Iterator[Check]:
    """The previous balance less the payments is what is outstanding."""
    before, paid = evidence.bill.get("previous_balance"), evidence.bill.get("payments")
    if before is not None and paid is not None and bill.outstanding_balance is not None:
        yield _sum("payments_and_balance", [before, paid], bill.outstanding_balance)


def meters_and_consumption(bill: Bill, _: Evidence) -> Iterator[Check]:
    """The meters of a service make the consumption of the bill."""
    totals = {"electric": bill.electricity_consumption, "gas": bill.gas_consumption}
    for commodity, total in totals.items():
        parts = [meter.consumption for meter in bill.meters if meter.type == commodity]
        known = [part for part in parts if part is not None]
        if total is not None and known and len(known) == len(parts):
            yield _sum(f"{commodity}_meters", known, Decimal(total))


def readings_and_usage(bill: Bill, evidence: Evidence) -> Iterator[Check]:
    """The difference of two readings times the multiplier is the usage, rounded as it is printed."""
    for meter, read in zip(bill.meters, evidence.meters, strict=False):
        if meter.consumption is not None and (check := _reading(meter, read)):
            yield check


def _reading(meter: Meter, read: Mapping[str, Any]) -> Check | None:
    usage = _printed_usage(meter)
    multiplier = read.get("multiplier", Decimal(1))
    if "difference" in read:
        difference, how = read["difference"], f"{read['difference']:f}"
    elif "reading" in read and "prior_reading" in read:
        difference = read["reading"] - read["prior_reading"]
        how = f"({read['reading']:f} - {read['prior_reading']:f})"
    else:
        return None
    made = (difference * multiplier).quantize(Decimal(1).scaleb(_exponent(usage)), ROUND_HALF_UP)
    holds = made == usage or (difference < 0 and _dial_turned(usage - made, multiplier))
    detail = f"{how} x {multiplier:f} = {made:f}; printed {usage:f}"
    return Check(name="readings_and_usage", holds=holds, detail=detail)


def _dial_turned(short: Decimal, multiplier: Decimal) -> bool:
    """Whether the reading lacks exactly one turn of the dial: it went past its last digit."""
    return multiplier > 0 and any(short == 10**digits * multiplier for digits in range(3, 9))


def _printed_usage(meter: Meter) -> Decimal:
    usage = meter.consumption or Decimal(0)
    return (usage / 1000).normalize() if meter.type == "electric" else usage


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return min(0, exponent) if isinstance(exponent, int) else 0


def days_and_period(bill: Bill, evidence: Evidence) -> Iterator[Check]:
    """The printed number of days is that of the period, with or without its last day.

    Meters that were exchanged share a period and its days.
    """
    shared: dict[tuple[str, dt.date, dt.date], list[int]] = {}
    for meter, read in zip(bill.meters, evidence.meters, strict=False):
        start, end, days = meter.billing_period_from, meter.billing_period_to, read.get("days")
        if start and end and days is not None:
            shared.setdefault((meter.type, start, end), []).append(days)
    for (_, start, end), printed in shared.items():
        counted = (end - start).days
        holds = all(days in (counted, counted + 1) for days in printed) or sum(printed) in (counted, counted + 1)
        detail = f"{start} to {end} are {counted} days; printed {', '.join(map(str, printed))}"
        yield Check(name="days_and_period", holds=holds, detail=detail)


def days_in_order(bill: Bill, _: Evidence) -> Iterator[Check]:
    """A period does not end before it begins, and a bill is not due before it is issued."""
    periods = [(bill.billing_period_from, bill.billing_period_to)]
    periods += [(meter.billing_period_from, meter.billing_period_to) for meter in bill.meters]
    for start, end in dict.fromkeys(periods):
        if start and end:
            yield Check(name="period_in_order", holds=start <= end, detail=f"from {start} to {end}")
    if bill.billed_on and bill.due_on:
        detail = f"issued {bill.billed_on}, due {bill.due_on}"
        yield Check(name="due_after_billed", holds=bill.billed_on <= bill.due_on, detail=detail)
    if bill.billed_on and bill.billing_period_from:
        detail = f"period from {bill.billing_period_from}, issued {bill.billed_on}"
        yield Check(name="billed_after_period", holds=bill.billing_period_from <= bill.billed_on, detail=detail)


def _sum(name: str, parts: Sequence[int | Decimal], total: int | Decimal) -> Check:
    made = sum(parts, start=Decimal(0))
    left = " + ".join(f"{part:f}" if isinstance(part, Decimal) else str(part) for part in parts)
    detail = f"{left} = {total}" if made == total else f"{left} = {made:f}, not {total}"
    return Check(name=name, holds=made == total, detail=detail)


CHECKS: tuple[Callable[[Bill, Evidence], Iterator[Check]], ...] = (
    delivery_and_supply,
    services_and_total,
    payments_and_balance,
    balance_and_due,
    meters_and_consumption,
    readings_and_usage,
    days_and_period,
    days_in_order,
)
"""All checks, in the order in which they are shown."""
