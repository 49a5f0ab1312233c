"""What is printed and must not count: names cut short, parts of sums, amounts that do not add up."""

from dataclasses import replace
from pathlib import Path

import pytest
from drawn import Row, read, scope, sheets

from parsers.errors import DeclarationError
from parsers.finding.labels import find
from parsers.finding.outcome import Found, Missing, Outcome, Scope
from parsers.finding.overdue import says_overdue
from parsers.finding.region import Region
from parsers.finding.rules import Rule
from parsers.locate import (
    Utility,
    absent,
    adding_up,
    address_below,
    blocks,
    cell,
    each_meter,
    in_line,
    name_below,
    name_right_of,
    named,
    prints,
    right_of,
    rows,
)
from parsers.model import Bill
from parsers.reading import read_bill
from parsers.utility import PAST_DUE


def value(outcome: Outcome) -> object:
    return outcome.value if isinstance(outcome, Found) else None


def test_a_known_name_in_a_sentence_is_no_heading(tmp_path: Path) -> None:
    sentence = [(50, [(30, "Customers of Example Power can call us.")])]
    beginning = [(50, [(30, "Example Power can be reached at its own number.")])]
    heading = [(50, [(30, "Example Power of Testville")])]
    for page, name in ((sentence, None), (beginning, None), (heading, "Example Power")):
        with scope(tmp_path, page) as where:
            assert value(read(named("Example Power"), where, "supplier_name")) == name


def test_a_sum_lacks_no_part(tmp_path: Path) -> None:
    page = [
        (30, [(-250, "SUPPLY")]),
        (50, [(30, "Electric Service"), (200, "Billed by supplier")]),
        (70, [(30, "Lighting Service"), (-250, "5.00")]),
    ]
    with scope(tmp_path, page) as where:
        outcome = read(cell(("Electric Service", "Lighting Service"), "SUPPLY").summed(), where)
    assert isinstance(outcome, Missing)
    assert outcome.reason.startswith("a part of the sum is not read")


@pytest.mark.parametrize(
    ("row", "used"),
    [
        ("On-peak 30 900 kWh", 1_400_000),
        ("On-peak 900 kWh", None),
        ("On-peak 30 900k Wh", None),
        ("Demand 30 9 kW", 500_000),
    ],
)
def test_a_row_in_another_form_makes_a_table_uncertain(tmp_path: Path, row: str, used: int | None) -> None:
    page = [(50, [(30, "Off-peak 30 500 kWh")]), (62, [(30, row)])]
    rule = in_line(r"peak {count} {electricity_consumption} kWh$").summed().covering(r"\dkWh$")
    with scope(tmp_path, page) as where:
        outcome = read(rule, where, "electricity_consumption")
    assert value(outcome) == used
    if isinstance(outcome, Missing):
        assert outcome.reason.endswith("a line like those that are read is not read")


PHONE = r"\d{3}-\d{3}-\d{4}$"


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["Example Energy", "555-555-0100"], "Example Energy"),
        (["Example Energy of", "Testville Inc", "555-555-0100"], "Example Energy of Testville Inc"),
        (["Example Energy", "to be paid by you"], "Example Energy"),
        (["555-555-0100", "Example Energy"], None),
    ],
)
def test_a_name_goes_on_down_to_a_phone_number(tmp_path: Path, lines: list[str], name: str | None) -> None:
    page = [(50, [(30, "Supply")]), *((64 + 11 * n, [(30, line)]) for n, line in enumerate(lines))]
    with scope(tmp_path, page) as where:
        assert value(read(name_below("Supply", until=PHONE), where, "supplier_name")) == name


@pytest.mark.parametrize(
    ("above", "below", "name"),
    [
        (None, None, "Example Energy"),
        (None, "Box 12", "Example Energy"),
        (None, "Sales Inc", None),
        ("The", None, None),
    ],
)
def test_a_name_that_may_go_on_is_not_certain(
    tmp_path: Path, above: str | None, below: str | None, name: str | None
) -> None:
    page = [(50, [(30, "SUPPLIER"), (120, "Example Energy")])]
    page += [(top, [(120, text)]) for top, text in ((39, above), (61, below)) if text]
    with scope(tmp_path, page) as where:
        assert value(read(name_right_of("SUPPLIER"), where, "supplier_name")) == name


def with_fields(where: Scope, **cents: int) -> Scope:
    """The scope, in which other fields of the bill are read."""
    span = next(where.region.lines()).span(0, 1)
    known = {name: Found(amount, span, "test") for name, amount in cents.items()}
    return replace(where, field=lambda name: known.get(name, Missing("not read")))


def test_an_amount_counts_where_the_sum_holds(tmp_path: Path) -> None:
    rule = adding_up(right_of("New"), beside="outstanding_balance", to="amount_due", unless=prints("Budget"))
    strict = adding_up(right_of("New"), beside="outstanding_balance", to="amount_due", needed=True)
    with scope(tmp_path, [(50, [(30, "New"), (90, "5.00")])]) as where:
        assert value(read(rule, where)) == 500
        assert value(read(strict, where)) is None
        for one in (rule, strict):
            assert value(read(one, with_fields(where, outstanding_balance=100, amount_due=600))) == 500
            assert value(read(one, with_fields(where, outstanding_balance=100, amount_due=700))) is None
    with scope(tmp_path, [(50, [(30, "New"), (90, "5.00")]), (70, [(30, "Budget")])]) as where:
        assert value(read(rule, with_fields(where, outstanding_balance=100, amount_due=700))) == 500


def test_a_sum_of_unknown_fields_is_refused() -> None:
    rule: Rule = adding_up(right_of("New"), beside="no_such_field", to="amount_due")
    with pytest.raises(DeclarationError):
        rule.check("total_amount")


def test_addresses_that_disagree_are_none(tmp_path: Path) -> None:
    def page(street: str) -> list[Row]:
        return [(50, [(30, "Service to")]), (61, [(30, street)]), (72, [(30, "UTICA NY 13500")])]

    with scope(tmp_path, page("1 TEST ST"), page("1 TEST ST")) as where:
        assert isinstance(read(address_below("Service to"), where, "address"), Found)
    with scope(tmp_path, page("1 TEST ST"), page("2 TEST ST")) as where:
        assert "2 addresses" in str(read(address_below("Service to"), where, "address"))


@pytest.mark.parametrize(
    ("page", "overdue"),
    [
        ([(50, [(30, "Past due amount"), (-300, "$12.00")])], True),
        ([(50, [(30, "Past due amount"), (-300, "$0.00")])], False),
        ([(50, [(30, "Past due amount"), (-300, "-$5.00")])], False),
        ([(50, [(30, "Past Due Amount")]), (62, [(30, "$0.00")])], False),
        ([(50, [(30, "Past Due Amount")]), (62, [(30, "$7.00")])], True),
        ([(50, [(30, "PAST DUE")])], True),
        ([(50, [(30, "Your account has a past due balance of $47.39. Please pay.")])], True),
        ([(50, [(30, "Customers with a past due balance may get $300.00 of help.")])], False),
        ([(50, [(30, "Help for those with a")]), (62, [(30, "past due balance")])], False),
    ],
)
def test_past_due_is_of_this_bill_and_not_zero(tmp_path: Path, page: list[Row], overdue: bool) -> None:
    with sheets(tmp_path, page) as drawn:
        spots = [spot for text in PAST_DUE for spot in find(Region.of_pages(drawn), text)]
        assert spots
        assert any(says_overdue(spot) for spot in spots) == overdue


READ = in_line(r"^Meter (?P<id>\d{6})(?: {consumption} kWh)?$")


class ExamplePower(Utility):
    code = "example_power"
    name = "Example Power"
    marks = ("Example Power",)
    services = ("electric",)
    skip_pages = ("All about bills",)
    account_number = right_of("Account").shaped(r"\d{4}")
    billed_on = due_on = absent("not printed")
    electricity_amount = delivery_charge = supply_charge = community_solar_bill_credit = absent("not printed")
    outstanding_balance = total_amount = amount_due = absent("not printed")
    supplier_name = absent("not printed")
    meters = (
        each_meter(
            rows(READ),
            type="electric",
            complete=True,
            id=READ,
            consumption=READ,
            demand_kw=right_of("Demand").of_only_meter(),
        ),
    )


def bill_of(folder: Path, *pages: list[Row]) -> Bill:
    with sheets(folder, *pages) as drawn:
        return read_bill(ExamplePower, drawn, [])


HEAD: Row = (30, [(30, "Example Power"), (300, "Account"), (360, "9999")])
DEMAND: Row = (200, [(30, "Demand"), (100, "12.5")])


def test_what_is_printed_once_belongs_to_the_only_meter(tmp_path: Path) -> None:
    one = bill_of(tmp_path, [HEAD, (120, [(30, "Meter 900001 500 kWh")]), DEMAND])
    assert [meter.demand_kw for meter in one.meters] == [12.5]
    two = [HEAD, (120, [(30, "Meter 900001 500 kWh")]), (140, [(30, "Meter 900002 100 kWh")]), DEMAND]
    bill = bill_of(tmp_path, two)
    assert [meter.demand_kw for meter in bill.meters] == [None, None]
    assert bill.missing["meters.1.demand_kw"] == "printed once for several meters"
    assert bill.electricity_consumption == 600_000


def test_the_total_of_exchanged_meters_is_not_that_of_the_last(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, [HEAD, (120, [(30, "Meter 900001")]), (140, [(30, "Meter 900002 100 kWh")])])
    assert [(meter.id, meter.consumption) for meter in bill.meters] == [("900001", None), ("900002", None)]
    assert bill.electricity_consumption is None


def test_the_utility_and_the_kind_of_a_meter_have_their_places(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, [HEAD, (120, [(30, "Meter 900001 500 kWh")])])
    assert bill.sources["utility"].text == "Example Power"
    assert bill.sources["meters.0.type"].text == "900001"
    assert bill.past_due is False
    assert "past_due" not in bill.sources


def test_the_first_page_is_never_passed_over(tmp_path: Path) -> None:
    notice: Row = (60, [(30, "All about bills")])
    assert bill_of(tmp_path, [HEAD, notice]).account_number == "9999"
    other: Row = (30, [(30, "Account"), (90, "8888")])
    assert bill_of(tmp_path, [HEAD], [other, notice]).account_number == "9999"


SERVICES = blocks(r"^SERVICE \d")
READ_IN_SERVICE = in_line(r"^Meter (?P<id>\d+) {consumption} kWh$")


@pytest.mark.parametrize(
    ("second", "used"),
    [("Meter 900002 500 kWh", [900_000, 500_000]), ("Meter 900002 500", [900_000, None]), ("", [900_000, None])],
)
def test_a_service_in_which_no_meter_is_read_has_one(tmp_path: Path, second: str, used: list[int | None]) -> None:
    lines = ["SERVICE 1", "Meter 900001 900 kWh", "SERVICE 2", second]
    rules = each_meter(
        rows(READ_IN_SERVICE), type="electric", every=SERVICES, id=READ_IN_SERVICE, consumption=READ_IN_SERVICE
    )
    with scope(tmp_path, [(50 + 12 * at, [(30, line)]) for at, line in enumerate(lines) if line]) as where:
        assert [meter.value("consumption") for meter in rules.read(where)] == used


def test_where_no_meter_of_a_service_is_read_there_is_one_without_values(tmp_path: Path) -> None:
    rules = each_meter(
        rows(READ_IN_SERVICE), type="electric", every=SERVICES, id=READ_IN_SERVICE, consumption=READ_IN_SERVICE
    )
    with scope(tmp_path, [(50, [(30, "SERVICE 1")])]) as where:
        assert [meter.value("consumption") for meter in rules.read(where)] == [None]
