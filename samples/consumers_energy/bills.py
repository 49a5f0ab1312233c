"""The sample bills of Consumers Energy, drawn from its printed labels."""

from itertools import zip_longest

from samples.files import Sample
from samples.layouts.case import Case, Rows, business, draw_rows, home
from samples.money import dollars

FORM = "#### #### ####"


def first(bill: Case) -> Rows:
    service = f"Service dates: {bill.start:%B %d, %Y} - {bill.end:%B %d, %Y} ({bill.days} days)"
    return [
        ((40, "Count on Us"), (330, f"Account: {bill.account(FORM)}")),
        ((40, "Amount Due:"), (-200, dollars(bill.amount_due)), (330, f"Please pay by: {bill.due:%B %d, %Y}")),
        ((40, "Service Address:"),),
        ((40, bill.street),),
        ((40, f"{bill.town} {bill.state} {bill.postal_code}"),),
        ((40, f"{bill.end:%B} Energy Bill"),),
        ((40, service),),
        ((40, f"{bill.end:%B %Y} Electric Use: {bill.kwh} kWh"),),
    ]


def second(bill: Case) -> Rows:
    left = [
        "Account Information",
        f"Service dates: {bill.start:%m/%d/%Y} - {bill.end:%m/%d/%Y}",
        f"Days Billed: {bill.days}",
        "Rate Information",
        bill.rate,
        "Rate: 1100",
        "Meter Information",
        "Electric Service:",
        f"Meter Number: {bill.meter}",
        f"POD Number: 99000555{bill.number:05d}",
        f"Beginning Read: {bill.before}",
        f"Ending Read: {bill.now} (Actual)",
        f"Differential: {bill.difference}",
        f"Constant: {bill.constant}",
        f"Usage: {bill.kwh} kWh",
        f"Total Metered Energy Use: {bill.kwh} kWh",
    ]
    right = [
        ("Account Summary", ""),
        ("Last Month's Account Balance", dollars(bill.previous)),
        (f"Payment on {bill.end:%B %d, %Y}", dollars(-bill.paid)),
        ("Balance Forward", dollars(bill.balance)),
        ("Electric Charges", ""),
        (f"Energy {bill.kwh}@ 0.084600", dollars(bill.supplied)),
        (f"Distribution {bill.kwh}@ 0.051250", dollars(bill.delivered)),
        ("Total Electric", dollars(bill.delivered + bill.supplied)),
        ("State Sales Tax", dollars(bill.taxes)),
        ("Total Energy Charges", dollars(bill.total)),
        ("Amount Due:", f"{dollars(bill.amount_due)} by {bill.due:%B %d, %Y}"),
    ]
    rows = zip_longest(left, right, fillvalue=("", ""))
    return [((40, str(label)), (310, other), (-570, amount)) for label, (other, amount) in rows]


def sample(name: str, bill: Case) -> Sample:
    expected = bill.expected(
        "consumers_energy",
        bill.account(FORM),
        meter={"additional_attributes": {"pod_id": f"99000555{bill.number:05d}"}, "demand_kw": None},
        billed_on=None,
        electricity_amount=None,
        delivery_charge=None,
        supply_charge=None,
    )
    drawn = draw_rows([first(bill), second(bill)], head="Consumers Energy", site="ConsumersEnergy.com")
    return Sample(f"consumers_energy/{name}.pdf", drawn, expected)


def samples() -> list[Sample]:
    return [
        sample("2024-01_home", home(221, "MI", "Elec Res Summer On-Peak Basic Rate RSP")),
        sample("2024-07_business_part_paid", business(222, "MI", "Elec Gen Sec Rate GS Com")),
    ]
