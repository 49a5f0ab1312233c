"""Documents that look like bills of energy and are none: reminders, bills for water, invoices for solar credits."""

from pathlib import Path

import pytest
from drawn import Row, pdf

import parsers
from parsers.model import Document, DocumentKind
from parsers.no_utilities import NO_UTILITIES, NoUtility

LADWP = "los_angeles_department_of_water_and_power"
HEAD: list[Row] = [
    (20, [(325, "BILL DATE"), (462, "DATE DUE"), (550, "Page 1 of 1")]),
    (31, [(325, "Aug 12, 2024"), (462, "Sep 3, 2024")]),
    (45, [(325, "ACCOUNT NUMBER"), (462, "AMOUNT DUE")]),
    (120, [(48, "www.ladwp.com/combillpay"), (222, "Account Summary")]),
    (160, [(222, "Summary of New Charges")]),
]
TOTAL: list[Row] = [(260, [(430, "Total New Charges"), (-592, "$ 40.00")])]
WATER: list[Row] = [(200, [(276, "Water Charges"), (355, "16 HCF"), (-545, "$40.00")])]
ELECTRIC: list[Row] = [(200, [(276, "Electric Charges"), (355, "160 kWh"), (-545, "$40.00")])]


def account(number: str) -> list[Row]:
    return [(56, [(325, number), (462, "$ 40.00")])]


def read(folder: Path, *pages: list[Row]) -> Document:
    path = folder / "document.pdf"
    path.write_bytes(pdf(*pages))
    return parsers.read(path)


def test_a_bill_for_water_alone_is_none_of_energy(tmp_path: Path) -> None:
    document = read(tmp_path, HEAD + account("999 100 0017") + WATER + TOTAL)
    assert (document.document, document.parser) == (DocumentKind.NO_ENERGY, LADWP)
    assert document.detail == "It charges for other services, not for energy."
    assert document.bills == ()


def test_water_beside_electricity_is_a_bill(tmp_path: Path) -> None:
    more: list[Row] = [(216, [(276, "Water Charges"), (355, "16 HCF"), (-545, "$9.00")])]
    document = read(tmp_path, HEAD + account("999 100 0017") + ELECTRIC + more + TOTAL)
    assert document.document is DocumentKind.BILL
    assert document.detail is None


def test_charges_of_no_known_kind_are_not_taken_for_those_of_water(tmp_path: Path) -> None:
    document = read(tmp_path, HEAD + account("999 100 0017") + TOTAL)
    assert document.document is DocumentKind.BILL


def test_bills_without_energy_among_others_are_left_out_and_counted(tmp_path: Path) -> None:
    water = HEAD + account("999 100 0017") + WATER + TOTAL
    electric = HEAD + account("999 100 0028") + ELECTRIC + TOTAL
    document = read(tmp_path, water, electric, water)
    assert document.document is DocumentKind.BILL
    assert document.detail == "2 of its 3 bills charge for other services than energy."
    assert [(bill.account_number, bill.pages) for bill in document.bills] == [("999 100 0028", (2, 2))]


def test_a_reminder_is_no_bill(tmp_path: Path) -> None:
    rows: list[Row] = [
        (20, [(325, "NOTICE DATE"), (462, "DATE DUE"), (550, "Page 1 of 2")]),
        (31, [(325, "August 5, 2024"), (462, "Due NOW")]),
        (120, [(48, "www.ladwp.com/combillpay"), (222, "Payment Reminder")]),
    ]
    document = read(tmp_path, rows)
    assert (document.document, document.parser) == (DocumentKind.NOT_A_BILL, LADWP)
    assert document.detail == "It is a reminder of a bill that is not paid."


@pytest.mark.parametrize("issuer", NO_UTILITIES, ids=lambda issuer: issuer.code)
def test_an_invoice_for_solar_credits_is_no_bill(tmp_path: Path, issuer: NoUtility) -> None:
    rows: list[Row] = [
        (30, [(30, issuer.name), (300, "Invoice: 2025010000000017")]),
        (50, [(30, "160 kWh and $20.00 in bill credits allocated"), (-500, "$18.00")]),
        (70, [(30, f"For questions email help@{issuer.marks[0][0]}")]),
    ]
    document = read(tmp_path, rows)
    assert (document.document, document.parser) == (DocumentKind.NOT_A_BILL, issuer.code)
    assert document.detail == (
        f"It is an invoice of {issuer.name} for community-solar credits; the utility's own bill shows them."
    )


@pytest.mark.parametrize("issuer", NO_UTILITIES, ids=lambda issuer: issuer.code)
def test_a_bill_that_names_such_a_company_is_not_taken_for_its_invoice(tmp_path: Path, issuer: NoUtility) -> None:
    rows: list[Row] = [
        (30, [(30, "Example Valley Light"), (300, "Amount Due $30.00")]),
        (50, [(30, f"Community Solar Bill Credit ({issuer.name}, allocated 160 kWh)"), (-500, "-$20.00")]),
    ]
    assert read(tmp_path, rows).parser != issuer.code


@pytest.mark.parametrize(
    ("words", "reasons"),
    [
        ("This bill corrects a previous bill and contains your new charges.", ("rebill",)),
        ("Ask us where you think that this bill corrects a previous bill", ()),
        ("Nothing is corrected here.", ()),
    ],
)
def test_a_bill_that_corrects_an_earlier_one_says_so(tmp_path: Path, words: str, reasons: tuple[str, ...]) -> None:
    rows: list[Row] = [*HEAD, *account("999 100 0017"), *ELECTRIC, *TOTAL, (80, [(222, words)])]
    (bill,) = read(tmp_path, rows).bills
    assert bill.reasons == reasons
