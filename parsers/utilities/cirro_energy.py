"""Cirro Energy, a Texas retailer. Known from another reader's labels alone."""

from parsers.families.retail_supplier import RetailSupplier
from parsers.locate import absent, in_line, one_meter, right_of

PERIOD = in_line(r"From {billing_period_from} To {billing_period_to}")
DUE = in_line(r"Total Amount Due by {due_on} {amount_due}")


class CirroEnergy(RetailSupplier):
    code = "cirro_energy"
    name = "Cirro Energy"
    marks = (("Cirro Energy", "cirroenergy.com"), "Bill Date:", "Total Amount Due by")

    account_number = right_of("Account #:")
    billed_on = right_of("Bill Date:")
    due_on = DUE
    amount_due = DUE
    outstanding_balance = absent("its label is not known")
    total_amount = right_of("Total Current Charges", "Current Charges")

    meters = (
        one_meter(
            type="electric",
            id=right_of("Meter Number:"),
            consumption=right_of("kWh Usage"),
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
            attributes={"esi_id": right_of("ESI ID:").shaped(r"\d{17}(?:\d{5})?")},
        ),
    )
