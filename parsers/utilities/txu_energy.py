"""TXU Energy, a Texas retailer. Known from another reader's labels alone."""

from parsers.families.retail_supplier import RetailSupplier
from parsers.locate import absent, in_line, one_meter, right_of

PERIOD = in_line(r"(?:Service|Billing) Period:? {billing_period_from} ?(?:-|to) ?{billing_period_to}")


class TxuEnergy(RetailSupplier):
    code = "txu_energy"
    name = "TXU Energy"
    marks = (("TXU Energy", "txu.com"), "Invoice Date:", "Rate Plan:")

    account_number = right_of("Account Number:")
    billed_on = right_of("Invoice Date:")
    due_on = right_of("Due Date:")
    amount_due = right_of("Amount Due:", "Total Amount Due:")
    outstanding_balance = absent("it stands in a row of five amounts without labels of their own")
    total_amount = right_of("Current Charges:", "Total Current Charges:")

    meters = (
        one_meter(
            type="electric",
            id=right_of("Meter Number:"),
            consumption=right_of("Total kWh Usage"),
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
            tariff=right_of("Rate Plan:"),
            attributes={"esi_id": right_of("ESI ID:").shaped(r"\d{17}(?:\d{5})?")},
        ),
    )
