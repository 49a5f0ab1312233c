"""AEP Energy, the supplier (not the utility AEP Ohio). Known from one invoice of 2024 by its labels."""

from parsers.families.retail_supplier import RetailSupplier
from parsers.locate import absent, address_right_of, in_line, one_meter, right_of

PERIOD = in_line(r"From {billing_period_from} to {billing_period_to}(?: \({days} days\))?")


class AepEnergy(RetailSupplier):
    code = "aep_energy"
    name = "AEP Energy"
    marks = ("Your AEP Energy Bill Summary", "AEP Energy Account Number")

    account_number = right_of("AEP Energy Account Number")
    billed_on = right_of("Issued on")
    due_on = right_of("DUE DATE")
    amount_due = right_of("TOTAL AMOUNT")
    outstanding_balance = absent("its label is not known")
    total_amount = absent("the label of the new charges is not known")

    meters = (
        one_meter(
            type="electric",
            consumption=right_of("Total Usage"),
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
            days=PERIOD,
            address=address_right_of("Service Address"),
            attributes={"supplier_account_number": right_of("Utility Account Number")},
        ),
    )
