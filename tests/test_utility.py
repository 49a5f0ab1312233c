"""A parser is checked when it is declared, and one bill is put together from its rules."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from drawn import Row, sheets

import parsers
from parsers.errors import DeclarationError
from parsers.explain import Explanation
from parsers.finding import years
from parsers.finding.values import Date, MonthDay
from parsers.locate import (
    Utility,
    absent,
    address_below,
    beside,
    each_meter,
    in_line,
    one_meter,
    right_of,
    row_end,
    rows,
    same_as,
)
from parsers.model import Bill, Document
from parsers.reading import read_bill
from samples.files import HERE

READ = in_line(
    r"^Meter (?P<id>\d{6}) {billing_period_from:month_day} - {billing_period_to:month_day} {days} {consumption} kWh"
)
GAS = in_line(r"^Gas meter (?P<id>\d{6}) {consumption} therms")
PERIOD = in_line(r"^Meter .*?{billing_period_from:month_day} - {billing_period_to:month_day}").first().of_bill()


def declared(**attributes: Any) -> type[Utility]:
    """A small utility of electricity and gas, with some of its attributes changed."""
    usual = {
        "code": "example_power",
        "name": "Example Power",
        "marks": ("Example Power",),
        "services": ("electric", "gas"),
        "account_number": right_of("Account").shaped(r"\d{4}-\d{4}"),
        "billed_on": right_of("Bill date"),
        "due_on": in_line("Due {due_on:month_day}"),
        "electricity_amount": right_of("Electric"),
        "delivery_charge": absent("not totalled"),
        "supply_charge": absent("not totalled"),
        "community_solar_bill_credit": absent("no such line"),
        "gas_amount": right_of("Gas charges"),
        "outstanding_balance": right_of("Balance"),
        "total_amount": row_end("New charges"),
        "amount_due": same_as("total_amount"),
        "supplier_name": right_of("Supplier"),
        "meters": (
            each_meter(
                rows(READ),
                type="electric",
                id=READ,
                consumption=READ,
                billing_period_from=READ,
                billing_period_to=READ,
                days=READ,
                address=address_below("Service to").of_bill(),
            ),
            each_meter(
                rows(GAS),
                type="gas",
                unit="therms",
                id=GAS,
                consumption=GAS,
                billing_period_from=PERIOD,
                billing_period_to=PERIOD,
            ),
        ),
        "evidence": beside(other_charges=right_of("Other")),
    }
    return type("ExamplePower", (Utility,), {k: v for k, v in (usual | attributes).items() if v is not None})


PAGE: list[Row] = [
    (30, [(30, "Example Power"), (300, "Account"), (360, "9999-0000")]),
    (50, [(30, "Bill date"), (120, "Jan 13, 2025"), (300, "Due Feb 4")]),
    (70, [(30, "Service to")]),
    (81, [(30, "1 TEST ST")]),
    (92, [(30, "ALBANY NY 12203")]),
    (120, [(30, "Meter 900001 Dec 8 - Jan 9 32 1,000 kWh")]),
    (134, [(30, "Meter 900002 Dec 9 - Jan 10 32 500 kWh")]),
    (148, [(30, "Gas meter 800001 17.5 therms")]),
    (170, [(30, "Electric"), (-300, "$60.00")]),
    (184, [(30, "Gas charges"), (-300, "$20.00")]),
    (198, [(30, "Other"), (-300, "-$1.00")]),
    (212, [(30, "New charges"), (-300, "$79.00")]),
]


def bill_of(folder: Path, utility: type[Utility], page: list[Row]) -> Bill:
    with sheets(folder, page) as drawn:
        return read_bill(utility, drawn, [])


@pytest.mark.parametrize(
    "attributes",
    [
        {"code": None},
        {"code": "Example Power"},
        {"name": ""},
        {"marks": ()},
        {"services": ()},
        {"meters": ()},
        {"total_amount": None},
        {"no_such_field": right_of("Total")},
        {"due_on": in_line("Due {billed_on}")},
        {"amount_due": same_as("amount_due")},
        {"evidence": beside(no_such_evidence=right_of("Total"))},
        {"services": ("electric",)},
    ],
    ids=lambda attributes: next(iter(attributes)),
)
def test_a_wrong_declaration_is_refused(attributes: dict[str, Any]) -> None:
    with pytest.raises(DeclarationError):
        declared(**attributes)


@pytest.mark.parametrize(
    "rules",
    [
        {"type": "electric", "id": READ},
        {"type": "gas", "consumption": GAS},
        {"type": "electric", "unit": "therms", "consumption": READ},
        {"type": "electric", "consumption": READ, "colour": READ},
        {"type": "electric", "consumption": in_line("no hole")},
        {"type": "electric", "consumption": READ, "attributes": {"shoe_size": right_of("Shoes")}},
    ],
)
def test_wrong_rules_for_a_meter_are_refused(rules: dict[str, Any]) -> None:
    with pytest.raises(DeclarationError):
        one_meter(**rules)


def test_a_bill_from_its_rules(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, declared(), PAGE)
    assert (bill.utility, bill.account_number, bill.pages) == ("example_power", "9999-0000", (1, 1))
    assert (bill.electricity_consumption, bill.gas_consumption, bill.gas_consumption_unit) == (
        1_500_000,
        Decimal("17.5"),
        "therms",
    )
    assert (bill.electricity_amount, bill.gas_amount, bill.total_amount, bill.amount_due) == (6000, 2000, 7900, 7900)
    assert [(meter.type, meter.id) for meter in bill.meters] == [
        ("electric", "900001"),
        ("electric", "900002"),
        ("gas", "800001"),
    ]
    assert bill.meters[1].address is not None
    assert bill.meters[1].address.line_1 == "1 TEST ST"
    assert bill.sources["meters.1.address.city"].text == "ALBANY NY 12203"
    assert bill.sources["electricity_consumption"].rule.startswith("sum of the meters")
    assert all(check.holds for check in bill.checks)
    assert {"services_and_total", "days_and_period", "electric_meters"} <= {check.name for check in bill.checks}


def test_years_that_are_not_printed_come_from_the_bill_date(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, declared(), PAGE)
    assert bill.due_on == dt.date(2025, 2, 4)
    assert (bill.billing_period_from, bill.billing_period_to) == (dt.date(2024, 12, 8), dt.date(2025, 1, 10))
    assert bill.meters[0].billing_period_to == dt.date(2025, 1, 9)


def test_without_a_bill_date_they_come_from_the_due_date(tmp_path: Path) -> None:
    page = [row for row in PAGE if row[0] != 50]
    bill = bill_of(tmp_path, declared(), [*page, (50, [(30, "Due 2/4/2025")])])
    assert bill.billed_on is None
    assert bill.due_on is None  # its rule reads no year, and nothing tells it
    bill = bill_of(tmp_path, declared(due_on=right_of("Due")), [*page, (50, [(30, "Due 2/4/2025")])])
    assert (bill.billing_period_from, bill.billing_period_to) == (dt.date(2024, 12, 8), dt.date(2025, 1, 10))


@pytest.mark.parametrize(
    ("tell", "day", "anchor", "year"),
    [
        (years.nearest, MonthDay(1, 3), dt.date(2024, 12, 28), 2025),
        (years.nearest, MonthDay(12, 28), dt.date(2025, 1, 3), 2024),
        (years.before, MonthDay(12, 28), dt.date(2025, 1, 3), 2024),
        (years.before, MonthDay(1, 3), dt.date(2025, 1, 3), 2025),
        (years.after, MonthDay(1, 3), dt.date(2024, 12, 28), 2025),
        (years.nearest, MonthDay(2, 29), dt.date(2025, 2, 28), 2024),
        (years.before, MonthDay(2, 29), dt.date(2027, 3, 1), None),
        (years.nearest, dt.date(2020, 1, 1), dt.date(2025, 1, 3), 2020),
    ],
)
def test_the_year_of_a_day(
    tell: Callable[[Date, dt.date], dt.date | None], day: Date, anchor: dt.date, year: int | None
) -> None:
    told = tell(day, anchor)
    assert (told.year if told else None) == year


def test_without_any_year_a_day_is_missing(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, declared(), [row for row in PAGE if row[0] != 50])
    assert bill.billing_period_to is None
    assert bill.missing["billing_period_to"] == "its year is not printed"
    assert bill.meters[0].billing_period_from is None


def test_every_null_has_its_reason(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, declared(), [row for row in PAGE if row[0] not in (148, 184, 212)])
    assert bill.missing["total_amount"] == "label 'New charges' not found"
    assert bill.missing["amount_due"] == "label 'New charges' not found"
    assert bill.missing["delivery_charge"] == "not totalled"
    assert bill.missing["gas_consumption"] == "no gas service on the bill"
    assert bill.missing["supplier_name"] == "label 'Supplier' not found"
    assert "total_amount" not in bill.sources


def test_registers_of_one_meter_are_one_meter(tmp_path: Path) -> None:
    second = (134, [(30, "Meter 900001 Jan 9 - Jan 10 1 500 kWh")])
    bill = bill_of(tmp_path, declared(), [second if row[0] == 134 else row for row in PAGE])
    assert [(meter.id, meter.consumption) for meter in bill.meters] == [
        ("900001", 1_500_000),
        ("800001", Decimal("17.5")),
    ]
    assert (bill.meters[0].billing_period_from, bill.meters[0].billing_period_to) == (
        dt.date(2024, 12, 8),
        dt.date(2025, 1, 10),
    )


def test_one_unread_meter_leaves_the_sum_unread(tmp_path: Path) -> None:
    loose = in_line(r"^Meter (?P<id>\d{6})")
    meters = each_meter(rows(loose), type="electric", id=loose, consumption=READ)
    unread = (134, [(30, "Meter 900002 no reading")])
    bill = bill_of(tmp_path, declared(meters=(meters,)), [unread if row[0] == 134 else row for row in PAGE])
    assert [meter.consumption for meter in bill.meters] == [1_000_000, None]
    assert bill.electricity_consumption is None
    assert "not found" in bill.missing["electricity_consumption"]


@pytest.mark.parametrize(("at_least", "ids"), [(2, ["900001", "900002"]), (3, [None])])
def test_too_few_meters_are_read_otherwise(tmp_path: Path, at_least: int, ids: list[str | None]) -> None:
    each = each_meter(rows(READ), type="electric", at_least=at_least, id=READ, consumption=READ)
    meters = each | one_meter(type="electric", consumption=in_line("{consumption} kWh").summed())
    bill = bill_of(tmp_path, declared(meters=(meters,)), PAGE)
    assert [meter.id for meter in bill.meters] == ids
    assert bill.electricity_consumption == 1_500_000


def test_other_meters_where_there_are_none(tmp_path: Path) -> None:
    whole = one_meter(type="electric", id=right_of("Meter").first(), consumption=in_line("{consumption} kWh").summed())
    meters = each_meter(rows("^No such row"), type="electric", consumption=READ) | whole
    bill = bill_of(tmp_path, declared(meters=(meters,)), PAGE)
    assert [(meter.id, meter.consumption) for meter in bill.meters] == [("900001", 1_500_000)]


@pytest.mark.parametrize(
    ("message", "said"), [("You owe a past due balance of $5.00.", True), ("When is a bill past due?", False)]
)
def test_past_due_is_what_the_bill_says(tmp_path: Path, message: str, said: bool) -> None:
    bill = bill_of(tmp_path, declared(), [*PAGE, (240, [(30, message)])])
    assert bill.past_due is said
    assert ("past_due" in bill.sources) is said


def test_pages_of_small_print_hold_no_values(tmp_path: Path) -> None:
    utility = declared(skip_pages=("Terms of service",))
    with sheets(tmp_path, PAGE, [(30, [(30, "Terms of service")]), (50, [(30, "Electric"), (-300, "$1.00")])]) as drawn:
        bill = read_bill(utility, drawn, [])
    assert bill.electricity_amount == 6000
    assert bill.pages == (1, 2)


def test_a_bill_that_does_not_add_up_is_flagged(tmp_path: Path) -> None:
    wrong = (198, [(30, "Other"), (-300, "-$2.00")])
    bill = bill_of(tmp_path, declared(), [wrong if row[0] == 198 else row for row in PAGE])
    assert bill.reasons == ("does_not_add_up",)


def explained(path: Path) -> tuple[Document, str]:
    explanation = Explanation()
    return parsers.read(path, explain=explanation), explanation.text


def test_an_explanation_says_where_and_why() -> None:
    document, text = explained(HERE / "ppl_electric" / "2023-10_first_bill.pdf")
    bill = document.bills[0]
    assert f"page {bill.sources['amount_due'].page} (" in text
    assert repr(bill.sources["amount_due"].text) in text
    assert all(f"    {path}: {reason}" in text for path, reason in bill.missing.items())
    assert all(check.detail in text for check in bill.checks)
    assert "rules tried" in text


def test_an_explanation_of_what_is_no_bill(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(b"no pdf")
    _, text = explained(path)
    assert text.startswith("not_a_pdf: no pages, parser none\n  ")
    assert Explanation().text == "Nothing was read.\n"


def test_gas_in_different_units_has_no_sum(tmp_path: Path) -> None:
    ccf = in_line(r"^Gas meter (?P<id>\d{6}) {consumption} ccf")
    in_therms = declared().meters
    utility = declared(meters=(*in_therms, each_meter(rows(ccf), type="gas", unit="ccf", id=ccf, consumption=ccf)))
    bill = bill_of(tmp_path, utility, [*PAGE, (240, [(30, "Gas meter 800002 9.0 ccf")])])
    assert [meter.consumption for meter in bill.meters if meter.type == "gas"] == [Decimal("17.5"), Decimal("9.0")]
    assert (bill.gas_consumption, bill.gas_consumption_unit) == (None, None)
    assert bill.electricity_consumption == 1_500_000
