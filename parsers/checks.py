"""What must add up on a bill, each sum stated once. A check is a function of the bill and of the evidence beside it.

A check that lacks one of its numbers gives nothing. One that does not hold flags the bill ``does_not_add_up``. Where a
sum need not hold on every bill (charges that no field holds, a balance that is not shown), it is given only where it
does: it confirms its numbers and never raises an alarm.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from parsers.model import Bill, Check, Meter

DOES_NOT_ADD_UP = "does_not_add_up"
LONGEST_PERIOD = 400  # days; a bill that corrects earlier ones covers many months
LATEST_DUE = 100  # days after the bill
LATEST_BILL = 2 * LONGEST_PERIOD  # days after the period's begin
ORDER = frozenset({"period_in_order", "due_after_billed", "billed_after_period"})
"""Checks that any two days of the right season pass: they tell what is wrong, and confirm nothing."""

_PERIOD = ("billing_period_from", "billing_period_to")


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


def delivery_and_supply(bill: Bill, evidence: Evidence) -> Iterator[Check]:
    """Delivery and supply, and the taxes where they stand beside these, make the electricity amount."""
    if None not in (bill.delivery_charge, bill.supply_charge, bill.electricity_amount):
        fields = ("delivery_charge", "supply_charge")
        yield _sum("delivery_and_supply", bill, fields, "electricity_amount", beside=evidence.bill.get("taxes"))


def services_and_total(bill: Bill, evidence: Evidence) -> Iterator[Check]:
    """Electricity, gas and other charges make the total. Other charges may go unread: then it holds or says nothing."""
    other = evidence.bill.get("other_charges")
    services = [name for name in ("electricity_amount", "gas_amount") if getattr(bill, name) is not None]
    if services and bill.total_amount is not None:
        check = _sum("services_and_total", bill, services, "total_amount", beside=other)
        yield from [check] if check.holds or other is not None else []


def balance_and_due(bill: Bill, evidence: Evidence) -> Iterator[Check]:
    """What was outstanding and the new charges make the amount due, unless a budget plan sets it."""
    services = [name for name in ("electricity_amount", "gas_amount") if getattr(bill, name) is not None]
    if bill.amount_due is None or "budget_amount" in evidence.bill:
        return
    if bill.outstanding_balance is None:
        yield from _due_without_balance(bill, evidence)
    elif bill.total_amount is not None:
        yield _sum("balance_and_due", bill, ("outstanding_balance", "total_amount"), "amount_due")
    elif bill.delivery_charge is not None and bill.supply_charge is not None and bill.gas_amount is None:
        parts = ("outstanding_balance", "delivery_charge", "supply_charge")
        yield _sum("balance_and_due", bill, parts, "amount_due", beside=_beside(evidence, "taxes", "other_charges"))
    elif services and "taxes" in evidence.bill:  # other services may go unread: then it holds or says nothing
        check = _sum(
            "balance_and_due", bill, ("outstanding_balance", *services), "amount_due", beside=evidence.bill["taxes"]
        )
        yield from [check] if check.holds else []


def _beside(evidence: Evidence, *names: str) -> int | None:
    """What is printed under these names, in all."""
    printed = [evidence.bill[name] for name in names if name in evidence.bill]
    return sum(printed) if printed else None


def _due_without_balance(bill: Bill, evidence: Evidence) -> Iterator[Check]:
    """The account's own sum, or the new charges alone, where they make it: credits of other kinds may stand beside."""
    before, paid = evidence.bill.get("previous_balance"), evidence.bill.get("payments")
    if bill.total_amount == bill.amount_due:
        yield _sum("balance_and_due", bill, ("total_amount",), "amount_due")
    elif bill.total_amount is not None and before is not None and paid is not None:
        check = _sum("account_and_due", bill, ("total_amount",), "amount_due", beside=before + paid)
        yield from [check] if check.holds else []


def payments_and_balance(bill: Bill, evidence: Evidence) -> Iterator[Check]:
    """The previous balance less the payments is what is outstanding."""
    before, paid = evidence.bill.get("previous_balance"), evidence.bill.get("payments")
    if before is not None and paid is not None and bill.outstanding_balance is not None:
        yield _made("payments_and_balance", [before, paid], bill.outstanding_balance, ("outstanding_balance",))


def meters_and_consumption(bill: Bill, _: Evidence) -> Iterator[Check]:
    """The meters of a service make the consumption of the bill."""
    for commodity, name in (("electric", "electricity_consumption"), ("gas", "gas_consumption")):
        total = getattr(bill, name)
        parts = {
            f"meters.{at}.consumption": meter.consumption
            for at, meter in enumerate(bill.meters)
            if meter.type == commodity
        }
        known = [part for part in parts.values() if part is not None]
        if total is not None and known and len(known) == len(parts):
            yield _made(f"{commodity}_meters", known, Decimal(total), (*parts, name))


def readings_and_usage(bill: Bill, evidence: Evidence) -> Iterator[Check]:
    """The difference of two readings times the multiplier is the usage, rounded as it is printed."""
    for at, (meter, read) in enumerate(zip(bill.meters, evidence.meters, strict=False)):
        if meter.consumption is not None and (check := _reading(meter, read, f"meters.{at}.consumption")):
            yield check


def _reading(meter: Meter, read: Mapping[str, Any], path: str) -> Check | None:
    usage = _printed_usage(meter)
    multiplier = read.get("multiplier", Decimal(1))
    rounding = Decimal(0)
    if "difference" in read:
        difference, how = read["difference"], f"{read['difference']:f}"
    elif "reading" in read and "prior_reading" in read:
        difference = read["reading"] - read["prior_reading"]
        how = f"({read['reading']:f} - {read['prior_reading']:f})"
        rounding = abs(multiplier) * Decimal(1).scaleb(_exponent(difference))
    else:
        return None
    made = (difference * multiplier).quantize(Decimal(1).scaleb(_exponent(usage)), ROUND_HALF_UP)
    near = abs(made - usage) <= _cut_off(difference) * multiplier
    holds = made == usage or near or (difference < 0 and _dial_turned(usage - made, multiplier))
    if not holds and abs(usage - made) < rounding:
        return None  # the meter has finer readings than are printed: it proves nothing
    detail = f"{how} x {multiplier:f} = {made:f}; printed {usage:f}"
    return Check(name="readings_and_usage", holds=holds, detail=detail, fields=(path,))


def _cut_off(difference: Decimal) -> Decimal:
    """What a difference printed with decimals may lack of the one that was measured; whole numbers lack nothing."""
    exponent = difference.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) and exponent < 0 else Decimal(0)


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
    shared: dict[tuple[str, dt.date, dt.date], dict[int, int]] = {}
    for at, (meter, read) in enumerate(zip(bill.meters, evidence.meters, strict=False)):
        start, end, days = meter.billing_period_from, meter.billing_period_to, read.get("days")
        if start and end and days is not None:
            shared.setdefault((meter.type, start, end), {})[at] = days
    for (_, start, end), printed in shared.items():
        counted = (end - start).days
        right = (counted, counted + 1)
        yield Check(
            name="days_and_period",
            holds=all(days in right for days in printed.values()) or sum(printed.values()) in right,
            detail=f"{start} to {end} are {counted} days; printed {', '.join(map(str, printed.values()))}",
            fields=tuple(f"meters.{at}.billing_period_{side}" for at in printed for side in ("from", "to")),
        )


def days_in_order(bill: Bill, _: Evidence) -> Iterator[Check]:
    """A period does not end before it begins, and a bill is issued after that and due later, all within months."""
    periods: dict[tuple[dt.date, dt.date], list[str]] = {}
    holders: dict[str, Bill | Meter] = {"": bill} | {f"meters.{at}.": meter for at, meter in enumerate(bill.meters)}
    for path, holder in holders.items():
        if holder.billing_period_from and holder.billing_period_to:
            fields = periods.setdefault((holder.billing_period_from, holder.billing_period_to), [])
            fields += [f"{path}billing_period_from", f"{path}billing_period_to"]
    for (start, end), fields in periods.items():
        yield _in_order("period_in_order", start, end, LONGEST_PERIOD, fields)
    if bill.billed_on and bill.due_on:
        yield _in_order("due_after_billed", bill.billed_on, bill.due_on, LATEST_DUE, ["billed_on", "due_on"])
    if bill.billing_period_from and bill.billed_on:
        fields = ["billing_period_from", "billed_on"]
        yield _in_order("billed_after_period", bill.billing_period_from, bill.billed_on, LATEST_BILL, fields)


def _in_order(name: str, first: dt.date, last: dt.date, most: int, fields: Sequence[str]) -> Check:
    words = [field.rpartition(".")[2] for field in fields[:2]]
    detail = f"{words[0]} {first}, {words[1]} {last}"
    return Check(name=name, holds=0 <= (last - first).days <= most, detail=detail, fields=tuple(fields))


def _sum(name: str, bill: Bill, parts: Sequence[str], total: str, *, beside: int | None = None) -> Check:
    """The fields ``parts``, and ``beside`` them what the record does not hold, make the field ``total``."""
    numbers = [getattr(bill, part) for part in parts]
    return _made(name, numbers if beside is None else [*numbers, beside], getattr(bill, total), (*parts, total))


def _made(name: str, parts: Sequence[int | Decimal], total: int | Decimal, fields: tuple[str, ...]) -> Check:
    made = sum(parts, start=Decimal(0))
    left = " + ".join(f"{part:f}" if isinstance(part, Decimal) else str(part) for part in parts)
    detail = f"{left} = {total}" if made == total else f"{left} = {made:f}, not {total}"
    return Check(name=name, holds=made == total, detail=detail, fields=fields)


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
