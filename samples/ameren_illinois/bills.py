"""The sample bills of Ameren Illinois, drawn from its printed labels."""

from samples.files import Sample
from samples.layouts.case import Case, Rows, business, draw_rows, home
from samples.money import dollars

FORM = "##########"
US = "%m/%d/%Y"
COLUMNS = ("READ TYPE", "METER", "CURRENT", "PREVIOUS", "DIFFERENCE", "MULTIPLIER", "USAGE")


def first(bill: Case) -> Rows:
    return [
        ((40, "Account Number"), (150, bill.account(FORM)), (380, f"Statement Issued: {bill.billed:{US}}")),
        ((40, "Customer Name"), (150, bill.customer), (380, f"Amount Due: {dollars(bill.amount_due)}")),
        ((40, "Service Address"), (150, bill.street), (380, f"Due Date: {bill.due:%b %d, %Y}")),
        ((40, f"Current Charge Summary for Statement {bill.billed:{US}}"),),
        ((40, "Total Electric Charge"), (-400, dollars(bill.total))),
        ((40, "Subtotal Current Charges"), (-400, dollars(bill.total))),
        ((40, "Prior Balance"), (-400, dollars(bill.balance))),
        ((40, "Total Amount Due"), (-400, dollars(bill.amount_due))),
    ]


def second(bill: Case) -> Rows:
    period = f"{bill.start:{US}} - {bill.end:{US}} ({bill.days} days)"
    read = (
        "Total kWh",
        bill.meter,
        f"{bill.now}.0000 Actual",
        f"{bill.before}.0000 Actual",
        f"{bill.difference}.0000",
        f"{bill.constant}.0000",
        f"{bill.kwh}.0000",
    )
    rows: Rows = [
        ((40, f"Electric Service Billing Detail - Rate Zone III {period}"),),
        ((40, f"Electric Meter Read for {period}"),),
        tuple((30 + 80 * n, text) for n, text in enumerate(COLUMNS)),
        tuple((30 + 80 * n, text) for n, text in enumerate(read)),
    ]
    if bill.demand:
        rows.append(((30, "Peak kW"), (110, bill.meter), (430, "1.0000"), (510, f"{bill.demand}000")))
    return [
        *rows,
        ((40, bill.rate),),
        ((40, "Electric Delivery"), (-560, dollars(bill.delivered))),
        ((40, "Electric Supply"), (-560, dollars(bill.supplied))),
        ((40, "Total Taxes and Other Charges"), (-560, dollars(bill.taxes))),
        ((40, "Total Electric Charges"), (-560, dollars(bill.total))),
    ]


def sample(name: str, bill: Case) -> Sample:
    expected = bill.expected("ameren_illinois", bill.account(FORM), meter={"address": None})
    drawn = draw_rows([first(bill), second(bill)], head="Ameren ILLINOIS", site="AmerenIllinois.com")
    return Sample(f"ameren_illinois/{name}.pdf", drawn, expected)


def samples() -> list[Sample]:
    return [
        sample("2024-01_home", home(231, "IL", "DS-1 Residential Delivery Service")),
        sample("2024-07_business_part_paid", business(232, "IL", "DS-2 Small General Delivery Service")),
    ]
