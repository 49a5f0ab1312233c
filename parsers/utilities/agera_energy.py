"""Agera Energy, a Texas retailer. Known from one invoice of 2020 by its labels."""

from parsers.families.retail_supplier import RetailSupplier
from parsers.locate import absent, in_line, one_meter, right_of, row_end

PERIOD = in_line(r"Service Period: {billing_period_from} to {billing_period_to}")


class AgeraEnergy(RetailSupplier):
    code = "agera_energy"
    name = "Agera Energy"
    marks = ("Agera", "Current Energy Charges", "ESID #:")

    account_number = right_of("Account Number:", "Account #:")
    billed_on = right_of("Invoice Date:", "Statement Date:")
    due_on = right_of("Due Date:")
    amount_due = row_end("Current Amount Due")
    outstanding_balance = absent("its label is not known")
    total_amount = absent("the new charges are listed without a total")

    meters = (
        one_meter(
            type="electric",
            consumption=in_line(r"Kilowatt Hours \(kWh\) {consumption}"),
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
            attributes={"esi_id": right_of("ESID #:").shaped(r"\d{17}(?:\d{5})?")},
        ),
    )
