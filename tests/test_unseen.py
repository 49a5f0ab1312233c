"""A known company's bill on a layout that its parser does not know: the generic rules find what it does not see."""

from pathlib import Path

from drawn import pdf

import parsers
from parsers.model import Bill

HEAD = ["PPL Electric Utilities   pplelectric.com", "Service to:", "Usage Charges"]
UNKNOWN_LABELS = [
    "Account Number: 99240-00017",
    "Bill date: Sep 6, 2024",
    "Payment due date: Sep 24, 2024",
    "Service period: Aug 6, 2024 to Sep 5, 2024",
    "Previous amount due $80.00",
    "Payments received -$80.00",
    "Total current charges $96.40",
    "Total amount due $96.40",
    "Meter number 300900017   645 kWh used",
]


def read(tmp_path: Path, lines: list[str]) -> Bill:
    path = tmp_path / "bill.pdf"
    path.write_bytes(pdf([(30 + 20 * n, [(30, line)]) for n, line in enumerate(lines)]))
    document = parsers.read(path)
    assert document.parser == "ppl_electric"
    return document.bills[0]


def test_what_its_own_rules_see_no_trace_of_is_found_by_the_generic_ones(tmp_path: Path) -> None:
    bill = read(tmp_path, HEAD + UNKNOWN_LABELS)
    assert bill.account_number == "99240-00017"
    assert "generic" not in bill.sources["account_number"].grounds
    assert bill.amount_due == 9640
    assert "generic" in bill.sources["amount_due"].grounds
    assert bill.sources["amount_due"].confidence < bill.sources["account_number"].confidence


def test_a_field_that_the_company_is_known_not_to_print_stays_missing(tmp_path: Path) -> None:
    bill = read(tmp_path, [*HEAD, *UNKNOWN_LABELS, "Community solar bill credit -$5.00"])
    assert bill.community_solar_bill_credit is None
    assert bill.missing["community_solar_bill_credit"] == "no such line is known on these bills"


def test_a_label_that_stands_without_its_value_is_not_replaced(tmp_path: Path) -> None:
    lines = [*HEAD, "Due Date", "Amount Due", "in October", *UNKNOWN_LABELS]
    bill = read(tmp_path, lines)
    assert bill.due_on is None


def test_what_would_not_add_up_is_dropped_again(tmp_path: Path) -> None:
    lines = ["Total current charges $69.40" if line.startswith("Total current") else line for line in UNKNOWN_LABELS]
    bill = read(tmp_path, HEAD + lines)
    assert bill.reasons == ()
    assert None in (bill.total_amount, bill.amount_due)
