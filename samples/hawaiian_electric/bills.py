"""The sample bills of Hawaiian Electric, drawn from its printed labels."""

from samples.files import Sample
from samples.layouts.case import Case, Rows, business, draw_rows, home
from samples.money import dollars

CODE = "hawaiian_electric"
FORM = "############"
US = "%m/%d/%y"


def pages(bill: Case, meter: str) -> list[Rows]:
    summary: Rows = [
        ((40, "hawaiianelectric.com"), (300, "Account Number:"), (420, bill.account(FORM))),
        ((300, "Bill Date:"), (420, f"{bill.billed:{US}}")),
        ((300, "Due Date:"), (420, f"{bill.due:{US}}")),
        ((40, "Account Summary"),),
        ((40, f"Service Period {bill.start:{US}} - {bill.end:{US}}"),),
        ((40, "Previous Balance"), (-260, dollars(bill.previous))),
        ((40, "Payments"), (-260, dollars(-bill.paid))),
        ((40, "Outstanding Balance"), (-260, dollars(bill.balance))),
        ((40, "Current Charges"), (-260, dollars(bill.total))),
        ((40, "Total Amount Due"), (-260, dollars(bill.amount_due))),
    ]
    read: Rows = [
        ((40, "Meter"), (150, "Unit"), (220, "Prior"), (300, "Current"), (380, "Multiplier"), (460, "Usage")),
        ((40, meter), (150, "KWH"), (220, str(bill.before)), (300, str(bill.now)), (460, f"{bill.kwh:,}.00")),
        ((40, meter), (150, "KVARH"), (220, "100"), (300, "250"), (460, "150.00")),
    ]
    charges: Rows = [
        ((40, "Customer Charge"), (-260, dollars(bill.fixed))),
        ((40, "Non-Fuel Energy Charge"), (-260, dollars(bill.delivered - bill.fixed))),
        ((40, "Energy Cost Recovery"), (-260, dollars(bill.supplied + bill.taxes))),
        ((40, "Total for Current Charges"), (-260, dollars(bill.total))),
    ]
    return [summary, read, charges]


def sample(name: str, bill: Case) -> Sample:
    meter = f"MPX{bill.meter}"
    shown = {"id": meter, "tariff": None, "demand_kw": None, "address": None}
    expected = bill.expected(CODE, bill.account(FORM), meter=shown, delivery_charge=None, supply_charge=None)
    content = draw_rows(pages(bill, meter), head="Hawaiian Electric", site="Honolulu")
    return Sample(f"{CODE}/{name}.pdf", content, expected)


def samples() -> list[Sample]:
    return [
        sample("2024-01_home", home(321, "HI")),
        sample("2024-07_business_part_paid", business(322, "HI")),
    ]
