"""Summer Energy, a Texas retailer. Known from another reader's labels alone."""

from parsers.families.retail_supplier import RetailSupplier
from parsers.locate import absent, in_line, one_meter, right_of

PERIOD = in_line(r"(?:Service|Billing) Period:? {billing_period_from} ?(?:-|to) ?{billing_period_to}")
DUE = in_line(r"Amount Due {due_on} ?: {amount_due}")


class SummerEnergy(RetailSupplier):
    code = "summer_energy"
    name = "Summer Energy"
    marks = (("Summer Energy", "summerenergy.com"), "Billing Account Number", "Invoice Date:")

    account_number = right_of("Billing Account Number")
    billed_on = right_of("Invoice Date:")
    due_on = DUE
    amount_due = DUE
    outstanding_balance = absent("its label is not known")
    total_amount = right_of("Total Current Charges", "Current Charges")

    meters = (
        one_meter(
            type="electric",
            id=right_of("Meter Number:"),
            consumption=right_of("Total kWh Usage", "kWh Usage"),
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
            attributes={"esi_id": right_of("ESI ID:").shaped(r"\d{17}(?:\d{5})?")},
        ),
    )
