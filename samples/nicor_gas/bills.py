"""The sample bills of Nicor Gas: invented customers, meters and amounts."""

from decimal import Decimal

from samples.files import Sample
from samples.layouts.case import Rows, draw_rows
from samples.layouts.gas import GasCase, home, works
from samples.money import dollars

SHORT, LONG = "%m/%d/%y", "%m/%d/%Y"
ACCOUNT = "##-##-##-#### #"


def _draw(case: GasCase, kind: str) -> bytes:
    summary: Rows = [
        ((40, f"Account Summary for {case.customer}"),),
        ((40, f"Account Number: {case.account(ACCOUNT)}"), (320, f"Meter Number: {case.meter}")),
        ((40, f"Service Address: {case.street} {case.town}"),),
        ((40, f"Bill Period: {case.start:{SHORT}} - {case.end:{SHORT}} ({case.days} days)"),),
        ((40, f"Bill Issue Date: {case.billed:{SHORT}}"),),
        ((40, "Total Previous Balance"), (-500, dollars(case.previous))),
        ((40, f"Payment Received {case.start:{LONG}} - Thank you!"), (-500, dollars(-case.paid))),
        ((40, "Remaining Balance"), (-500, dollars(case.balance))),
        ((40, "New Charges - Utility"), (-500, dollars(case.total))),
        ((40, f"Total Amount Due by {case.due:{LONG}}"), (-500, dollars(case.amount_due))),
    ]
    charges: Rows = [
        ((40, f"New Charges - {kind} - Heat"),),
        ((40, f"Rate {4 if kind == 'Commercial' else 1}: {kind} Service"),),
        ((40, f"Delivery Charges {case.start:{LONG}} - {case.end:{LONG}}"), (-500, dollars(case.delivery))),
        ((50, f"First 150 Therm {min(case.therms, Decimal(150))} @ $0.1612"),),
        ((40, "Natural Gas Cost"), (-500, dollars(case.gas_cost))),
        ((40, "Taxes"), (-500, dollars(case.taxes))),
        ((40, "Total"), (-500, dollars(case.total))),
        ((40, "Monthly Energy Profile"),),
        ((40, f"Current Reading {case.end:{SHORT}} (Actual)"), (-300, str(case.now))),
        ((40, f"Previous Reading {case.start:{SHORT}} (Actual)"), (-300, str(case.before))),
        ((40, "Pressure Factor"), (-300, "1.000")),
        ((40, "BTU Factor"), (-300, case.factor)),
        ((40, "Therms"), (-300, f"{case.therms:,}")),
        ((40, "Avg. Daily Therms"), (-300, f"{case.therms / case.days:.2f}")),
    ]
    return draw_rows([summary, charges], head="Nicor Gas", site="Questions? 1-800-555-0100")


def samples() -> list[Sample]:
    made = []
    for name, kind, rate, case in (
        ("2023-01_home", "Residential", "Rate 1: Residential Service", home(71, "IL")),
        ("2023-06_business_partly_paid", "Commercial", "Rate 4: Commercial Service", works(72, "IL")),
    ):
        expected = case.expected("nicor_gas", case.account(ACCOUNT), meter={"tariff": rate, "address": None})
        made.append(Sample(f"nicor_gas/{name}.pdf", _draw(case, kind), expected))
    return made
