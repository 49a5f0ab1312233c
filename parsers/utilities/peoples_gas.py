"""Peoples Gas (Chicago): activity since the last bill, two readings in CCF and their conversion to therms.

Known from a description of one business bill of 2019.
"""

from parsers.locate import (
    Utility,
    absent,
    address_below,
    below,
    beside,
    confirmed,
    in_line,
    one_meter,
    right_of,
    row_end,
    section,
)

ACTIVITY = section("Activity Since Last Bill", until="Total Current Balance", closed=True)
READING = r"(?:Actual|Estimated|Customer) Reading"
CURRENT = row_end("Total Current Charges").within(ACTIVITY)


class PeoplesGas(Utility):
    code = "peoples_gas"
    name = "Peoples Gas"
    marks = ("Peoples Gas", "Activity Since Last Bill", "Total Current Balance", "Service Address")
    services = ("gas",)
    proven = False

    account_number = right_of("Account Number:", "Account Number") | below("Account Number")
    billed_on = right_of("Bill Date:", "Billing Date:", "Bill Issue Date:")
    due_on = right_of("Due Date:", "Due Date") | below("Due Date")
    amount_due = row_end("Total Current Balance").within(ACTIVITY)
    outstanding_balance = row_end("Balance").within(ACTIVITY)
    total_amount = CURRENT
    gas_amount = confirmed(CURRENT, by=row_end("Total Gas Service Charges"))  # where no supplier's charges stand beside
    supplier_name = absent("bills with a supplier have not been seen")

    meters = (
        one_meter(
            type="gas",
            unit="therms",
            id=right_of("Meter Number"),
            consumption=in_line(r"Therm Conversion .* = {consumption} Therms\b"),
            billing_period_from=in_line(rf"\b{READING} {{billing_period_from}} {{number}}").smallest(),
            billing_period_to=in_line(rf"\b{READING} {{billing_period_to}} {{number}}").largest(),
            tariff=in_line(r"^(?P<tariff>Rate \d+ ?- ?\S.*)$").first(),
            address=address_below("Service Address"),
        ),
    )
    evidence = beside(
        previous_balance=row_end("Previous Balance").within(ACTIVITY),
        payments=in_line(r"^Payments? Received\b.* {payments}$").within(ACTIVITY).summed(),
    )
