"""What must add up: each check holds, does not hold, or does not apply."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from parsers.checks import DOES_NOT_ADD_UP, Evidence, checked
from parsers.model import Bill, Meter


def bill(**fields: Any) -> Bill:
    return Bill(pages=(1, 1), **fields)


def outcome(name: str, of: Bill, evidence: Evidence | None = None) -> bool | None:
    """Whether the check of this name holds; None where it did not apply."""
    holds = [check.holds for check in checked(of, evidence or Evidence()).checks if check.name == name]
    assert len(holds) <= 1
    return holds[0] if holds else None


def electric(**fields: Any) -> Meter:
    return Meter(type="electric", **fields)


@pytest.mark.parametrize(("total", "holds"), [(2500, True), (2501, False), (None, None)])
def test_delivery_and_supply(total: int | None, holds: bool | None) -> None:
    of = bill(delivery_charge=2000, supply_charge=500, electricity_amount=total)
    assert outcome("delivery_and_supply", of) is holds


@pytest.mark.parametrize(
    ("fields", "other", "holds"),
    [
        ({"electricity_amount": 2500, "gas_amount": 3000, "total_amount": 5450}, -50, True),
        ({"electricity_amount": 2500, "gas_amount": 3000, "total_amount": 5451}, -50, False),
        ({"electricity_amount": 2500, "total_amount": 2500}, 0, True),
        ({"electricity_amount": 2500, "total_amount": 5450}, None, None),  # the rest may stand in no field
        ({"electricity_amount": 2500, "gas_amount": 2950, "total_amount": 5450}, None, True),
        ({"total_amount": 5450}, -50, None),
    ],
)
def test_services_and_total(fields: dict[str, int], other: int | None, holds: bool | None) -> None:
    evidence = Evidence({} if other is None else {"other_charges": other})
    assert outcome("services_and_total", bill(**fields), evidence) is holds


@pytest.mark.parametrize(
    ("fields", "evidence", "holds"),
    [
        ({"outstanding_balance": 4000, "total_amount": 70000, "amount_due": 74000}, {}, True),
        ({"outstanding_balance": -25000, "total_amount": 7000, "amount_due": -18000}, {}, True),
        ({"outstanding_balance": 4000, "total_amount": 70000, "amount_due": 70000}, {}, False),
        ({"outstanding_balance": 4000, "total_amount": 70000, "amount_due": 9000}, {"budget_amount": 9000}, None),
        ({"outstanding_balance": 0, "delivery_charge": 120, "supply_charge": 160, "amount_due": 280}, {}, True),
        ({"outstanding_balance": 0, "delivery_charge": 120, "supply_charge": 160, "amount_due": 120}, {}, False),
        ({"outstanding_balance": 0, "delivery_charge": 120, "amount_due": 280}, {}, None),
        ({"outstanding_balance": 5, "electricity_amount": 120, "amount_due": 133}, {"taxes": 8}, True),
        ({"outstanding_balance": 5, "electricity_amount": 120, "amount_due": 150}, {"taxes": 8}, None),
        ({"total_amount": 70000, "amount_due": 70000}, {}, True),
        ({"total_amount": 70000, "amount_due": 70100}, {}, None),  # a balance that the bill does not show
    ],
)
def test_balance_and_due(fields: dict[str, int], evidence: dict[str, int], holds: bool | None) -> None:
    assert outcome("balance_and_due", bill(**fields), Evidence(evidence)) is holds


@pytest.mark.parametrize(("due", "holds"), [(74000, True), (71000, None)])  # a credit that no field holds
def test_an_account_without_a_printed_balance_makes_the_amount_due(due: int, holds: bool) -> None:
    evidence = {"previous_balance": 130000, "payments": -126000}
    of = bill(total_amount=70000, amount_due=due)
    assert outcome("account_and_due", of, Evidence(evidence)) is holds
    assert outcome("account_and_due", of, Evidence(evidence | {"budget_amount": 9000})) is None


@pytest.mark.parametrize(("taxes", "holds"), [(None, False), (150, True), (151, False)])
def test_taxes_beside_delivery_and_supply_belong_to_their_sum(taxes: int | None, holds: bool) -> None:
    of = bill(delivery_charge=2000, supply_charge=500, electricity_amount=2650)
    evidence = Evidence({} if taxes is None else {"taxes": taxes})
    assert outcome("delivery_and_supply", of, evidence) is holds


def test_payments_and_balance() -> None:
    evidence = Evidence({"previous_balance": 130000, "payments": -126000})
    assert outcome("payments_and_balance", bill(outstanding_balance=4000), evidence) is True
    assert outcome("payments_and_balance", bill(outstanding_balance=0), evidence) is False
    assert outcome("payments_and_balance", bill(), evidence) is None


def test_meters_and_consumption() -> None:
    meters = (electric(consumption=Decimal(38000)), electric(consumption=Decimal(12000)))
    assert outcome("electric_meters", bill(electricity_consumption=50000, meters=meters)) is True
    assert outcome("electric_meters", bill(electricity_consumption=38000, meters=meters)) is False
    assert outcome("electric_meters", bill(electricity_consumption=38000, meters=(*meters, electric()))) is None
    gas = (Meter(type="gas", consumption=Decimal("17.8")),)
    assert outcome("gas_meters", bill(gas_consumption=Decimal("17.80"), meters=gas)) is True


@pytest.mark.parametrize(
    ("read", "consumption", "holds"),
    [
        ({"reading": 95800, "prior_reading": 95000}, 800_000, True),
        ({"reading": 95800, "prior_reading": 95000}, 801_000, False),
        ({"reading": 120, "prior_reading": 99900}, 220_000, True),  # five digits, turned once
        ({"reading": 120, "prior_reading": 99900}, 230_000, False),
        ({"difference": 70, "multiplier": 300}, 21_000_000, True),
        ({"difference": 70, "multiplier": 301}, 21_000_000, False),
        ({"difference": "0.75", "multiplier": 160}, 120_000, True),
        ({"multiplier": 160}, 120_000, None),
        ({"reading": 958, "prior_reading": 950}, 8_400, None),  # the meter is finer than its printed readings
        ({"reading": 958, "prior_reading": 950}, 9_000, False),
        ({"difference": 8}, 8_400, False),
    ],
)
def test_readings_and_usage(read: dict[str, Any], consumption: int, holds: bool | None) -> None:
    evidence = Evidence(meters=[{name: Decimal(number) for name, number in read.items()}])
    of = bill(meters=(electric(consumption=Decimal(consumption)),))
    assert outcome("readings_and_usage", of, evidence) is holds


def test_therms_are_rounded_as_printed() -> None:
    evidence = Evidence(meters=[{"difference": Decimal(200), "multiplier": Decimal("1.02700")}])
    assert outcome("readings_and_usage", bill(meters=(Meter(type="gas", consumption=Decimal(205)),)), evidence) is True
    assert outcome("readings_and_usage", bill(meters=(Meter(type="gas", consumption=Decimal(204)),)), evidence) is False


@pytest.mark.parametrize(("kilowatt_hours", "holds"), [(40100, True), (40104, True), (40105, False), (40095, False)])
def test_a_difference_with_decimals_lacks_at_most_its_last_digit(kilowatt_hours: int, holds: bool) -> None:
    evidence = Evidence(meters=[{"difference": Decimal("100.25"), "multiplier": Decimal(400)}])
    of = bill(meters=(electric(consumption=Decimal(kilowatt_hours * 1000)),))
    assert outcome("readings_and_usage", of, evidence) is holds


@pytest.mark.parametrize(("days", "holds"), [(31, False), (32, True), (33, True), (34, False)])
def test_days_and_period(days: int, holds: bool) -> None:
    meter = electric(billing_period_from=dt.date(2025, 5, 8), billing_period_to=dt.date(2025, 6, 9))
    assert outcome("days_and_period", bill(meters=(meter,)), Evidence(meters=[{"days": days}])) is holds


def test_days_in_order() -> None:
    early, late = dt.date(2025, 5, 8), dt.date(2025, 6, 9)
    assert outcome("period_in_order", bill(billing_period_from=early, billing_period_to=late)) is True
    assert outcome("period_in_order", bill(billing_period_from=late, billing_period_to=early)) is False
    assert outcome("due_after_billed", bill(billed_on=early, due_on=late)) is True
    assert outcome("due_after_billed", bill(billed_on=late, due_on=early)) is False
    assert outcome("billed_after_period", bill(billing_period_from=early, billed_on=late)) is True
    assert outcome("billed_after_period", bill(billing_period_from=late, billed_on=early)) is False


def test_days_that_are_years_apart_are_not_of_one_bill() -> None:
    start, end = dt.date(2025, 5, 8), dt.date(2026, 6, 13)
    assert outcome("period_in_order", bill(billing_period_from=start, billing_period_to=end)) is False
    assert outcome("period_in_order", bill(billing_period_from=start, billing_period_to=dt.date(2025, 11, 4))) is True
    assert outcome("due_after_billed", bill(billed_on=start, due_on=end)) is False
    assert outcome("billed_after_period", bill(billing_period_from=start, billed_on=end)) is True


def test_a_check_names_the_values_that_take_part_in_it() -> None:
    meters = (electric(consumption=Decimal(38000), billing_period_from=dt.date(2025, 5, 8)), Meter(type="gas"))
    of = bill(electricity_consumption=38000, total_amount=9, amount_due=12, outstanding_balance=3, meters=meters)
    evidence = Evidence(meters=[{"difference": Decimal(38)}])
    named = {check.name: check.fields for check in checked(of, evidence).checks}
    assert named == {
        "balance_and_due": ("outstanding_balance", "total_amount", "amount_due"),
        "electric_meters": ("meters.0.consumption", "electricity_consumption"),
        "readings_and_usage": ("meters.0.consumption",),
    }


def test_other_charges_belong_to_what_is_due() -> None:
    of = bill(outstanding_balance=100, delivery_charge=50, supply_charge=30, amount_due=175)
    assert outcome("balance_and_due", of, Evidence(bill={"other_charges": -5})) is True
    assert outcome("balance_and_due", of, Evidence(bill={"other_charges": -5, "taxes": 2})) is False
    assert outcome("balance_and_due", of, Evidence()) is False


def test_a_bill_that_does_not_add_up_is_flagged_with_its_numbers() -> None:
    flagged = checked(bill(delivery_charge=1, supply_charge=2, electricity_amount=4), Evidence())
    assert flagged.reasons == (DOES_NOT_ADD_UP,)
    assert [check.detail for check in flagged.checks] == ["1 + 2 = 3, not 4"]
    right = checked(bill(delivery_charge=1, supply_charge=2, electricity_amount=3), Evidence())
    assert right.reasons == ()
    assert [check.detail for check in right.checks] == ["1 + 2 = 3"]


def test_a_bill_without_numbers_has_no_checks() -> None:
    assert checked(bill(), Evidence()).checks == ()
