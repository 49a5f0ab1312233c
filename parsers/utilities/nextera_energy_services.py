"""NextEra Energy Services. Known from one invoice of 2018 by its labels."""

from parsers.families.retail_supplier import RetailSupplier
from parsers.locate import beside, in_line, one_meter, right_of, row_end

PERIOD = in_line(r"Usage Period: {billing_period_from} ?(?:-|to) ?{billing_period_to}")


class NexteraEnergyServices(RetailSupplier):
    code = "nextera_energy_services"
    name = "NextEra Energy Services"
    marks = ("NextEra Energy Services", "Billing Account Number:", "Balance Remaining")

    account_number = right_of("Billing Account Number:")
    billed_on = right_of("Invoice Date:", "Invoice Date")
    due_on = right_of("Due Date:", "Due Date")
    amount_due = right_of("Amount Due:", "Amount Due")
    outstanding_balance = row_end("Balance Remaining")
    total_amount = row_end("Current Charges")

    meters = (
        one_meter(
            type="electric",
            consumption=row_end("Usage Total"),
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
        ),
    )
    evidence = beside(previous_balance=row_end("Previous Balance"), payments=row_end("Payment Received"))
