"""The sample bills of AEP Ohio, drawn from its printed labels."""

from samples.files import Sample
from samples.layouts.case import Case, Rows, business, draw_rows, home
from samples.money import dollars, number

FORM = "###-###-###-#-#"
US = "%m/%d/%y"
READ = ("Previous", "Type", "Current", "Type", "Metered", "Usage")


def pages(bill: Case) -> list[Rows]:
    place = f"SERVICE ADDRESS: {bill.customer}, {bill.street}, {bill.town}, {bill.state} {bill.postal_code}"
    summary: Rows = [
        ((40, "Amount due on or before"), (330, f"Account #{bill.account(FORM)}")),
        ((40, f"{bill.due:%B %d, %Y}"), (200, dollars(bill.amount_due))),
        ((40, f"Bill mailing date is {bill.billed:%b %d, %Y}"),),
        ((40, place),),
        ((40, "Current bill summary:"),),
        ((40, f"Billing from {bill.start:{US}} - {bill.end:{US}} ({bill.days} days)"),),
        ((40, "Notes from AEP Ohio:"), (330, "aepohio.com")),
    ]
    return [summary, _items(bill) + _read(bill)]


def _items(bill: Case) -> Rows:
    rows = [
        ("Line Item Charges:", ""),
        ("Total Amount Due At Last Billing", f"$ {number(bill.previous)}"),
        (f"Payment {bill.end:{US}} - Thank You", number(-bill.paid)),
        ("Previous Balance Due", f"$ {number(bill.balance)}*"),
        ("Current AEP Ohio Charges", ""),
        (f"Tariff {bill.rate} {bill.end:{US}}", ""),
        ("Distribution Service", number(bill.delivered)),
        ("Generation Service", number(bill.supplied)),
        ("Taxes", number(bill.taxes)),
        ("Current Electric Charges", f"$ {number(bill.total)}*"),
        ("Total Balance Due", dollars(bill.amount_due)),
    ]
    return [((40, label), (-300, amount)) for label, amount in rows]


def _read(bill: Case) -> Rows:
    row = (str(bill.before), "Actual", str(bill.now), "Actual", str(bill.difference), f"{bill.kwh:,} kWh")
    rows: Rows = [
        ((40, "Meter Read Details:"),),
        ((40, f"Meter #{bill.meter}"),),
        tuple((40 + 60 * n, text) for n, text in enumerate(READ)),
        tuple((40 + 60 * n, text) for n, text in enumerate(row)),
    ]
    if bill.demand:
        rows.append(((40, "-"), (160, bill.demand), (220, "Actual"), (280, bill.demand), (340, f"{bill.demand} kW")))
    period = f"Service Period {bill.start:%m/%d} - {bill.end:%m/%d} Multiplier {bill.constant}"
    return [*rows, ((40, period),)]


def sample(name: str, bill: Case) -> Sample:
    expected = bill.expected(
        "aep_ohio", bill.account(FORM), meter={"address": None}, delivery_charge=None, supply_charge=None
    )
    return Sample(f"aep_ohio/{name}.pdf", draw_rows(pages(bill), head="AEP OHIO", site="An AEP Company"), expected)


def samples() -> list[Sample]:
    return [
        sample("2024-01_home", home(201, "OH", "820 - Residential Service")),
        sample("2024-07_business_part_paid", business(202, "OH", "840 - Medium General Service")),
    ]
