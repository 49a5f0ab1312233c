"""A balance that is settled because nothing but the new charges is due."""

from pathlib import Path

import pytest
from drawn import Row, sheets

from parsers.errors import DeclarationError
from parsers.locate import Utility, absent, nothing_left, of_meters, one_meter, right_of
from parsers.reading import read_bill


class ExamplePower(Utility):
    code = "example_power"
    name = "Example Power"
    marks = ("Example Power",)
    services = ("electric",)
    account_number = billed_on = due_on = supplier_name = absent("not printed")
    delivery_charge = supply_charge = community_solar_bill_credit = total_amount = absent("not printed")
    electricity_amount = right_of("Current service")
    amount_due = right_of("Total due")
    outstanding_balance = nothing_left(
        charges="electricity_amount", due="amount_due", payments=right_of("Payment received")
    )
    meters = (one_meter(type="electric", consumption=right_of("Used")),)


@pytest.mark.parametrize(
    ("paid", "charges", "due", "balance"),
    [
        ("-50.00", "80.00", "80.00", 0),
        ("-50.00", "80.00", "90.00", None),
        ("-50.00", "80 00", "80.00", None),  # not readable: nothing is known
        (None, "80.00", "80.00", None),  # a first bill has no balance that could be settled
    ],
)
def test_nothing_left(tmp_path: Path, paid: str | None, charges: str, due: str, balance: int | None) -> None:
    page: list[Row] = [(30, [(30, "Example Power")]), (50, [(30, "Current service"), (200, charges)])]
    page += [(70, [(30, "Total due"), (200, due)])]
    page += [(90, [(30, "Payment received"), (200, paid)])] if paid else []
    with sheets(tmp_path, page) as drawn:
        assert read_bill(ExamplePower, drawn, []).outstanding_balance == balance


def test_it_is_a_rule_for_balances_of_fields_that_exist() -> None:
    rule = nothing_left(charges="total_amount", due="amount_due", payments=right_of("Paid"))
    with pytest.raises(DeclarationError):
        rule.check("total_amount")
    with pytest.raises(DeclarationError):
        nothing_left(charges="total", due="amount_due", payments=right_of("Paid")).check("outstanding_balance")


class Lighting(ExamplePower):
    electricity_consumption = right_of("Total kWh") | of_meters()


@pytest.mark.parametrize(("total", "watt_hours"), [("90", 90_000), (None, 70_000)])
def test_what_the_bill_does_not_total_the_meters_make(tmp_path: Path, total: str | None, watt_hours: int) -> None:
    page: list[Row] = [(30, [(30, "Used"), (200, "70")])]
    page += [(50, [(30, "Total kWh"), (200, total)])] if total else []
    with sheets(tmp_path, page) as drawn:
        assert read_bill(Lighting, drawn, []).electricity_consumption == watt_hours


def test_meters_make_no_amounts() -> None:
    with pytest.raises(DeclarationError):
        of_meters().check("electricity_amount")
