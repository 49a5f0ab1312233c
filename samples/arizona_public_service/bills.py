"""The sample bills of Arizona Public Service, drawn from its printed labels."""

import datetime as dt
from dataclasses import replace

from samples.files import Sample
from samples.layouts.case import Case, Rows, business, draw_rows, home
from samples.money import number

CODE = "arizona_public_service"
FORM = "##########"


def short(day: dt.date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def pages(bill: Case) -> list[Rows]:
    """The readings of a meter stand beside its days, which have no year."""
    demand = [("Billed demand", f"{bill.demand} kW")] if bill.demand else []
    rows = [
        ("Your account number", bill.account(FORM)),
        ("Bill date", short(bill.billed)),
        ("Previous bill", number(bill.previous)),
        ("Payment", number(-bill.paid)),
        ("Balance forward", number(bill.balance)),
        ("New charges", number(bill.total)),
        ("Total amount due", f"${number(bill.amount_due)}"),
        ("Due date", short(bill.due)),
        ("Meter number", bill.meter),
        ("Meter readings", ""),
        (f"{bill.start:%b} {bill.start.day}", str(bill.before)),
        (f"{bill.end:%b} {bill.end.day}", str(bill.now)),
        ("Total used", f"{bill.kwh} kWh"),
        ("On-peak (3pm-8pm, Mon-Fri)", f"{bill.kwh // 4} kWh"),
        *demand,
        ("Customer account charge", number(bill.fixed)),
        ("Generation", number(bill.supplied)),
        ("Subtotal", number(bill.delivered + bill.supplied)),
        ("State sales tax", number(bill.taxes)),
    ]
    return [[((40, label), (-300, value)) if value else ((40, label),) for label, value in rows]]


def sample(name: str, bill: Case) -> Sample:
    shown = {"tariff": None, "address": None}
    expected = bill.expected(CODE, bill.account(FORM), meter=shown, delivery_charge=None, supply_charge=None)
    content = draw_rows(pages(bill), head="Arizona Public Service", site="aps.com")
    return Sample(f"{CODE}/{name}.pdf", content, expected)


def samples() -> list[Sample]:
    shop = business(332, "AZ")
    return [
        sample("2024-01_home", home(331, "AZ")),
        sample("2024-07_business_part_paid", replace(shop, constant=1, demand="2.5")),
    ]
