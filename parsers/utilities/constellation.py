"""Constellation NewEnergy's monthly invoice. Known from invoices of 2015 to 2024 by their labels."""

from parsers.families.retail_supplier import RetailSupplier
from parsers.locate import absent, beside, in_line, one_meter, prints, right_of, row_end

PERIOD = in_line(r"Service Period: {billing_period_from} to {billing_period_to}")
DUE = in_line(r"Total Amount Due by {due_on} {amount_due}")
READ = in_line(r"^(?P<id>(?=\S*\d)[A-Z0-9]{6,}) {billing_period_from} {billing_period_to} {consumption}$")
GAS = "the invoice is for gas"


class Constellation(RetailSupplier):
    code = "constellation"
    name = "Constellation"
    marks = (("Constellation",), "Utility Number:", ("Statement Number:", "Statement Date:"), "Total New Charges:")

    account_number = right_of("Account ID:")
    billed_on = right_of("Statement Date:")
    due_on = DUE
    amount_due = DUE
    outstanding_balance = row_end("Unpaid Balance:")
    total_amount = row_end("Total New Charges:")
    electricity_amount = row_end("Total New Charges:").unless(prints("therm", "Dth"), GAS)
    supplier_name = absent("the company that issued the invoice is the supplier")

    meters = (
        one_meter(
            type="electric",
            where=~prints("therm", "Dth"),
            id=READ,
            consumption=READ,
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
            tariff=right_of("Rate Plan:"),
            attributes={"supplier_account_number": right_of("Utility Number:")},
        ),
    )
    evidence = beside(
        previous_balance=row_end("Previous Balance:"),
        payments=row_end("Payments Since Last Invoice:"),
    )
