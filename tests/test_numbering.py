"""A bill of which pages are missing says so; backs, inserts and batches do not raise the alarm."""

from pathlib import Path

import pytest
from drawn import pdf

import parsers

BILL = [
    "Example Valley Electric",
    "Account Number: 99-000-111",
    "Bill Date: 05/20/2025   Due Date: 06/10/2025",
    "Service from 04/15/2025 to 05/15/2025   Meter 77001   645 kWh",
    "Total Current Charges $96.40",
    "Amount Due $96.40",
]
OTHER = [line.replace("99-000-111", "99-000-222").replace("96.40", "85.10") for line in BILL]
MORE = ["Details of your electric charges", "Energy 645 kWh at $0.14310 $92.30", "Basic charge $4.10"]


def flags(tmp_path: Path, *pages: list[str]) -> list[bool]:
    path = tmp_path / "bill.pdf"
    path.write_bytes(pdf(*([(30 + 20 * n, [(30, line)]) for n, line in enumerate(page)] for page in pages)))
    bills = parsers.read(path).bills
    assert bills
    return ["pages_missing" in bill.reasons for bill in bills]


@pytest.mark.parametrize(
    ("pages", "missing"),
    [
        ([[*BILL, "Page 1 of 2"]], [True]),
        ([[*BILL, "Page 1 of 2"], [*MORE, "Page 2 of 2"]], [False]),
        ([[*BILL, "Page 1 of 3"], [*MORE, "Page 3 of 3"]], [True]),
        ([BILL], [False]),
        ([[*BILL, "Page 1 of 2"], MORE], [False]),  # a back without a number
        ([[*BILL, "Page 1 of 2", "The leaflet has Page 1 of 8"]], [False]),  # which of them counts is not known
        ([[*BILL, "Page 1 of 2"], [*MORE, "Page 2 of 2"], [*OTHER, "Page 1 of 2"]], [False, True]),
    ],
)
def test_missing_pages(tmp_path: Path, pages: list[list[str]], missing: list[bool]) -> None:
    assert flags(tmp_path, *pages) == missing
