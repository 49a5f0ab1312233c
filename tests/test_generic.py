"""A bill of a company without a parser: what its labels and sums settle is read, what they do not is null."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from drawn import Row, pdf
from program import run

import parsers
from parsers.generic.bill import GENERIC
from parsers.model import Bill, Document, DocumentKind
from parsers.registry import UTILITIES, all_but
from samples.files import HERE

ACCOUNT, DUE = ("Account Number", "4410-2"), ("Amount Due", "$60.00")
KWH, CHARGES = ("Total kWh used", "400 kWh"), ("Total Current Charges", "$60.00")
ISSUED = ("Bill Date", "03/04/2025")


def page(*rows: tuple[str, str], top: float = 40) -> list[Row]:
    return [(top + 20 * n, [(40, label), (-560, value)]) for n, (label, value) in enumerate(rows)]


def read(folder: Path, *pages: list[Row], generic: bool = False) -> Document:
    path = folder / "document.pdf"
    path.write_bytes(pdf(*pages))
    return parsers.read(path, generic=generic)


def bill(folder: Path, *rows: tuple[str, str]) -> Bill:
    document = read(folder, page(*rows))
    assert document.document is DocumentKind.BILL, document.detail
    [one] = document.bills
    return one


def test_it_is_flagged_and_says_where_each_value_stands(tmp_path: Path) -> None:
    one = bill(tmp_path, ACCOUNT, ISSUED, KWH, CHARGES, DUE)
    assert one.reasons == (GENERIC,)
    assert (one.account_number, one.billed_on, one.amount_due) == ("4410-2", dt.date(2025, 3, 4), 6000)
    assert one.sources["amount_due"].text == "$60.00"
    assert one.sources["amount_due"].rule.startswith("right of 'Amount Due'")
    assert "generic" in one.sources["amount_due"].grounds


@pytest.mark.parametrize(
    ("due", "charges"),
    [
        ("Please pay this amount by March 20, 2025", "New Charges"),
        ("TOTAL AMOUNT YOU OWE", "Total new charges"),
        ("T o t a l  A m o u n t  D u e", "Current Month Charges"),
        ("Balance Due", "Total charges this period"),
    ],
)
def test_many_wordings_say_the_same(tmp_path: Path, due: str, charges: str) -> None:
    one = bill(tmp_path, ACCOUNT, KWH, (charges, "$60.00"), (due, "$60.00"))
    assert (one.total_amount, one.amount_due) == (6000, 6000)


def test_a_value_may_stand_below_its_label(tmp_path: Path) -> None:
    rows: list[Row] = [
        (40, [(40, "ACCOUNT NUMBER"), (200, "BILL DATE"), (320, "DUE DATE"), (440, "AMOUNT DUE")]),
        (54, [(40, "4410-2"), (200, "03/04/2025"), (320, "03/25/2025"), (440, "$60.00")]),
        *page(KWH, CHARGES, top=120),
    ]
    [one] = read(tmp_path, rows).bills
    assert (one.account_number, one.due_on, one.amount_due) == ("4410-2", dt.date(2025, 3, 25), 6000)


def test_sums_choose_among_amounts_that_are_called_alike(tmp_path: Path) -> None:
    one = bill(
        tmp_path,
        ACCOUNT,
        KWH,
        ("Balance Forward", "$15.00"),
        ("Current Charges", "$45.00"),
        ("Current Charges", "$60.00"),
        ("Amount Due", "$75.00"),
    )
    assert (one.outstanding_balance, one.total_amount, one.amount_due) == (1500, 6000, 7500)


def test_what_no_sum_settles_stays_null_with_its_reason(tmp_path: Path) -> None:
    one = bill(
        tmp_path, ACCOUNT, KWH, ("Current Charges", "$45.00"), ("Current Charges", "$60.00"), ("Amount Due", "$75.00")
    )
    assert one.total_amount is None
    assert one.missing["total_amount"]


def test_an_amount_that_is_due_later_is_not_what_is_due(tmp_path: Path) -> None:
    one = bill(tmp_path, ACCOUNT, KWH, CHARGES, DUE, ("Amount due after March 25, 2025", "$61.20"))
    assert one.amount_due == 6000


def test_the_previous_balance_is_settled_where_payments_cancel_it(tmp_path: Path) -> None:
    paid = bill(tmp_path, ACCOUNT, KWH, ("Previous Balance", "$52.00"), ("Payments Received", "-$52.00"), CHARGES, DUE)
    assert paid.outstanding_balance == 0
    unpaid = bill(
        tmp_path, ACCOUNT, KWH, ("Previous Balance", "$52.00"), ("Payments Received", "-$20.00"), CHARGES, DUE
    )
    assert unpaid.outstanding_balance is None


def test_a_budget_plan_sets_what_is_charged_not_what_electricity_cost(tmp_path: Path) -> None:
    plain = bill(tmp_path, ACCOUNT, KWH, CHARGES, DUE)
    assert plain.electricity_amount == 6000
    planned = bill(tmp_path, ACCOUNT, KWH, ("Budget billing charges", "$60.00"), CHARGES, DUE)
    assert planned.electricity_amount is None


def test_usage_is_what_readings_make(tmp_path: Path) -> None:
    heads: Row = (100, [(40, "Meter Number"), (150, "Previous"), (230, "Present"), (310, "Multiplier"), (420, "kWh")])
    row: Row = (116, [(40, "E77120"), (150, "10200"), (230, "10225"), (310, "40"), (420, "1,000")])
    rest = page(ACCOUNT, CHARGES, DUE, top=200)
    [one] = read(tmp_path, [heads, row, *rest]).bills
    assert one.electricity_consumption == 1_000_000
    assert [(meter.id, meter.type, meter.consumption) for meter in one.meters] == [
        ("E77120", "electric", Decimal(1_000_000))
    ]


def test_usage_of_other_months_is_not_this_bills(tmp_path: Path) -> None:
    rows = page(ACCOUNT, CHARGES, DUE, ("Average daily use", "21 kWh"), ("Same month last year", "700 kWh"))
    [one] = read(tmp_path, rows).bills
    assert one.electricity_consumption is None


def test_each_of_several_meters_has_what_stands_with_it(tmp_path: Path) -> None:
    rows = page(
        *(ACCOUNT, ISSUED, CHARGES, DUE),
        *(("Meter Number 500118", ""), ("Service Period: Feb 1, 2025 - Mar 1, 2025", ""), ("Rate: R-1 Home", "")),
        ("kWh used", "300 kWh"),
        *(("Meter Number 500226", ""), ("Service Period: Feb 3, 2025 - Mar 3, 2025", ""), ("Rate: R-2 Shop", "")),
        ("kWh used", "100 kWh"),
    )
    [one] = read(tmp_path, rows).bills
    found = [(meter.id, meter.consumption, meter.tariff, meter.billing_period_to) for meter in one.meters]
    assert found == [
        ("500118", 300_000, "R-1 Home", dt.date(2025, 3, 1)),
        ("500226", 100_000, "R-2 Shop", dt.date(2025, 3, 3)),
    ]
    assert one.electricity_consumption == 400_000


def test_a_period_without_years_takes_them_from_the_bill_date(tmp_path: Path) -> None:
    one = bill(
        tmp_path, ACCOUNT, ("Bill Date", "01/06/2025"), ("Service from Dec 3 to Jan 3", "31 days"), KWH, CHARGES, DUE
    )
    assert (one.billing_period_from, one.billing_period_to) == (dt.date(2024, 12, 3), dt.date(2025, 1, 3))


def test_periods_of_other_bills_are_not_joined_to_this_one(tmp_path: Path) -> None:
    rows = (("Billing Period", "02/01/2025 - 03/01/2025"), ("Billing Period", "01/01/2025 - 01/31/2025"))
    one = bill(tmp_path, ACCOUNT, ISSUED, *rows, KWH, CHARGES, DUE)
    assert one.billing_period_from is None
    assert one.missing["billing_period_from"] == "several periods are printed"


def test_delivery_and_supply_of_two_services_are_not_taken_for_electricity(tmp_path: Path) -> None:
    gas = (("Therms used", "20 therms"), ("Total Gas Charges", "$20.00"), ("Total Electric Charges", "$40.00"))
    one = bill(tmp_path, ACCOUNT, KWH, *gas, ("Total Delivery Charges", "$35.00"), CHARGES, DUE)
    assert (one.electricity_amount, one.gas_amount, one.delivery_charge) == (4000, 2000, None)


def test_ccf_count_only_where_no_therms_are_printed(tmp_path: Path) -> None:
    only = bill(tmp_path, ACCOUNT, ("CCF used", "31 ccf"), CHARGES, DUE)
    assert (only.gas_consumption, only.gas_consumption_unit) == (31, "ccf")
    both = bill(tmp_path, ACCOUNT, ("CCF used", "31 ccf"), ("Total therms used", "32 therms"), CHARGES, DUE)
    assert (both.gas_consumption, both.gas_consumption_unit) == (32, "therms")


def test_a_corrected_bill_prints_the_usage_of_several_periods(tmp_path: Path) -> None:
    one = bill(tmp_path, ACCOUNT, KWH, ("Corrections", "-$12.00"), CHARGES, DUE)
    assert one.electricity_consumption is None
    assert "corrects" in one.missing["electricity_consumption"]


def test_pages_of_another_account_are_another_bill(tmp_path: Path) -> None:
    first, second = page(ACCOUNT, KWH, CHARGES, DUE), page(("Account Number", "4410-9"), KWH, CHARGES, DUE)
    document = read(tmp_path, first, page(("Messages for all who read this far", "")), second)
    assert [(one.account_number, one.pages) for one in document.bills] == [("4410-2", (1, 2)), ("4410-9", (3, 3))]


def test_the_cover_of_a_collective_bill_is_none_of_its_bills(tmp_path: Path) -> None:
    cover = page(("Account Number", "9000-1"), ("Total Amount Due", "$120.00"), ("Billed ccf", "40 ccf"))
    used = ("Actual usage in CCF", "20 ccf")
    meter = ("Meter Number", "700118")
    bills = [page(("Account Number", number), meter, used, CHARGES, DUE) for number in ("4410-2", "4410-9")]
    document = read(tmp_path, cover, *bills)
    assert [one.account_number for one in document.bills] == ["4410-2", "4410-9"]


def test_without_usage_or_amounts_it_is_no_bill(tmp_path: Path) -> None:
    document = read(tmp_path, page(ACCOUNT, ("Dear customer", "")))
    assert document.document is DocumentKind.UNKNOWN_UTILITY
    assert document.detail == (
        "No parser knows it, and it does not read as a bill: no amount due or new charges,"
        " no electricity or gas that is counted or charged."
    )


def test_a_known_bill_is_left_to_its_own_parser_unless_it_is_left_out() -> None:
    home = HERE / "ppl_electric" / "2024-06_home.pdf"
    assert parsers.read(home).parser == "ppl_electric"
    assert parsers.read(home, generic=True).parser == GENERIC
    assert parsers.read(home, without=["ppl_electric"]).parser == GENERIC
    assert parsers.read(home, without=["con_edison"]).parser == "ppl_electric"


def test_a_family_is_left_out_together() -> None:
    left = {utility.code for utility in UTILITIES} - {utility.code for utility in all_but(["met_ed"])}
    assert {"met_ed", "penelec", "ohio_edison"} <= left
    assert "ppl_electric" not in left
    assert all_but([]) == UTILITIES


def test_the_program_reads_without_the_parsers_of_single_companies(tmp_path: Path) -> None:
    home = HERE / "ppl_electric" / "2024-06_home.pdf"
    for options in (["--generic"], ["--without", "ppl_electric"]):
        done = run("parse", "--json", *options, home, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["parser"] == GENERIC
    refused = run("parse", "--without", "ppl", home, cwd=tmp_path)
    assert refused.returncode == 2
    assert "no company has the code ppl" in refused.stderr


def test_explaining_tells_what_each_label_gave(tmp_path: Path) -> None:
    path = tmp_path / "document.pdf"
    path.write_bytes(pdf(page(ACCOUNT, KWH, CHARGES, DUE)))
    explanation = parsers.Explanation()
    parsers.read(path, explain=explanation)
    assert "total_amount: right of 'Total Current Charges' -> page 1, '$60.00'" in explanation.text
    assert "supplier_name: generic -> no label of it with a name" in explanation.text
