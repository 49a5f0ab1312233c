"""The sample bills of Seattle City Light, drawn from its printed labels."""

import datetime as dt

from samples.files import Sample
from samples.layouts.case import Case, Rows, business, draw_rows, home
from samples.money import number

CODE = "seattle_city_light"
FORM = "##########"


def long(day: dt.date) -> str:
    return f"{day:%B %d, %Y}"


def pages(bill: Case, commercial: bool) -> list[Rows]:
    summary: Rows = [
        ((40, "seattle.gov/light"), (300, f"ACCOUNT NUMBER: {bill.account(FORM)}")),
        ((40, "Customer service (206) 555-0100"), (300, f"BILL DATE: {long(bill.billed)}")),
        ((300, f"DUE DATE: {long(bill.due)}"),),
        ((40, "Previous balance:"), (-260, number(bill.previous))),
        ((40, "Balance forward:"), (-260, number(bill.balance))),
        ((40, "Current billing:"), (-260, number(bill.total))),
        ((40, "TOTAL AMOUNT DUE:"), (-260, f"${number(bill.amount_due)}")),
        ((40, "DETAILED BILLING INFORMATION"),),
    ]
    return [summary + readings(bill, commercial)]


def readings(bill: Case, commercial: bool) -> Rows:
    heads = ("Meter Number", "Service", "Service From", "Service Through", "Previous", "Current", "Multiplier", "Units")
    at = (40, 100, 150, 220, 310, 370, 430, 490)
    cells = (
        bill.meter,
        "KWH",
        f"{bill.start:%b %d, %Y}",
        f"{bill.end:%b %d, %Y}",
        f"{bill.before}.00",
        f"{bill.now}.00",
    )
    rows: Rows = [
        tuple(zip(at, heads, strict=True)),
        tuple(zip(at, (*cells, f"{bill.constant}", f"{bill.kwh}.00"), strict=True)),
    ]
    if commercial:
        other = (bill.meter, "KVRH", *cells[2:4], "10.00", "22.00", f"{bill.constant}", "480.00")
        rows.append(tuple(zip(at, other, strict=True)))
    name = "Small General Energy" if commercial else "Winter Residential Energy"
    rows.append(((220, "Base Service Charge"), (-560, number(bill.fixed))))
    rows.append(((220, name), (-560, number(bill.total - bill.fixed))))
    total = f"Total for: {bill.street}" if commercial else "Current Electric Service:"
    return [*rows, ((220, total), (-560, number(bill.total)))]


def sample(name: str, bill: Case, *, commercial: bool) -> Sample:
    shown = {"tariff": None, "demand_kw": None, "address": None}
    expected = bill.expected(CODE, bill.account(FORM), meter=shown, delivery_charge=None, supply_charge=None)
    head = "Seattle City Light"
    return Sample(f"{CODE}/{name}.pdf", draw_rows(pages(bill, commercial), head=head, site="City of Seattle"), expected)


def samples() -> list[Sample]:
    return [
        sample("2024-01_home", home(311, "WA"), commercial=False),
        sample("2024-07_business_part_paid", business(312, "WA"), commercial=True),
    ]
