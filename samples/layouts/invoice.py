"""Invoices of retail suppliers: labels with their values below each other, drawn after each company's own labels."""

from collections.abc import Callable, Mapping
from typing import Any

from samples.files import Sample
from samples.layouts.case import Case, Rows, business, draw_rows, home

Labels = Callable[[Case, str], list[str]]
"""The lines of an invoice, for a case and its account number; a value after ``|`` stands in a column of its own."""

UNPRINTED = {"delivery_charge": None, "supply_charge": None}


def rows(lines: list[str]) -> Rows:
    """Each line as one text, or as a label and a value to its right."""
    parted = (line.split("|") for line in lines)
    return [((40, parts[0]), *((250.0 + 110 * n, text) for n, text in enumerate(parts[1:]))) for parts in parted]


def esi_id(case: Case) -> str:
    """Seventeen invented digits."""
    return f"10999{case.number:04d}99000555"


def company_samples(
    code: str,
    head: str,
    number: int,
    form: str,
    lines: Labels,
    *,
    state: str = "TX",
    meter: Callable[[Case], Mapping[str, Any]],
    bill: Mapping[str, Any],
) -> list[Sample]:
    """A home and a business; ``meter`` and ``bill`` name what the invoice does not print or prints otherwise."""
    samples = []
    for name, case in (("2024-01_home", home(number, state)), ("2024-07_business", business(number + 1, state))):
        account = case.account(form)
        drawn = draw_rows([rows(lines(case, account))], head=head, site="")
        expected = case.expected(code, account, meter=meter(case), **(UNPRINTED | dict(bill)))
        samples.append(Sample(f"{code}/{name}.pdf", drawn, expected))
    return samples
