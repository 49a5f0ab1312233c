"""The sample bills of Dominion Energy Virginia, drawn from its printed labels."""

from samples.files import Sample
from samples.layouts.case import Case, Rows, business, draw_rows, home
from samples.money import number

FORM = "##########"


def pages(bill: Case) -> list[Rows]:
    days = f"{bill.start:%m/%d}-{bill.end:%m/%d}"
    rows: list[tuple[str, str]] = [
        (f"{bill.billed:%B %d, %Y}", ""),
        ("Customer Bill", ""),
        (bill.customer, ""),
        (bill.street, ""),
        (f"{bill.town}, {bill.state} {bill.postal_code}", ""),
        ("Billing and Payment Summary", ""),
        (f"Account # {bill.account(FORM)}", ""),
        (f"Due Date: {bill.due:%b %d, %Y}", ""),
        ("Total Amount Due:", f"$ {number(bill.amount_due)}"),
        ("Previous Amount Due:", f"$ {number(bill.previous)}"),
        (f"Payments as of {bill.billed:%b %d}:", f"$ {number(bill.paid)} CR"),
        ("Meter and Usage", ""),
        (f"Current Billing Days: {bill.days}", ""),
        ("Billable Usage", ""),
        (f"Schedule {bill.rate} {days}", ""),
        ("Total kWh", str(bill.kwh)),
        ("Measured Usage", ""),
        (f"Meter: {bill.meter} {days}", ""),
        ("Current Reading", str(bill.now)),
        ("Previous Reading", str(bill.before)),
        ("Total kWh", str(bill.kwh)),
    ]
    if bill.demand:
        rows.append(("Demand", bill.demand))
    detail = [
        ("Explanation of Bill Detail", ""),
        ("Previous Balance", number(bill.previous)),
        ("Payment Received", f"{number(bill.paid)} CR"),
        ("Balance Forward", number(bill.balance)),
        (f"Electric Service (Schedule {bill.rate}) {days}", ""),
        ("Distribution Service", number(bill.delivered)),
        ("Electricity Supply kWh", number(bill.supplied)),
        ("State/Local Consumption Tax", number(bill.taxes)),
        ("Total Current Charges", number(bill.total)),
        ("Total Account Balance", f"$ {number(bill.amount_due)}"),
    ]
    return [[((40, label), (-400, value)) for label, value in part] for part in (rows, detail)]


def sample(name: str, bill: Case) -> Sample:
    expected = bill.expected(
        "dominion_energy_virginia",
        bill.account(FORM),
        meter={"address": None},
        billed_on=None,
        delivery_charge=None,
        supply_charge=None,
    )
    drawn = draw_rows(pages(bill), head="Dominion Energy Virginia", site="dominionenergy.com")
    return Sample(f"dominion_energy_virginia/{name}.pdf", drawn, expected)


def samples() -> list[Sample]:
    return [
        sample("2024-01_home", home(211, "VA", "1")),
        sample("2024-07_business_part_paid", business(212, "VA", "GS-2")),
    ]
