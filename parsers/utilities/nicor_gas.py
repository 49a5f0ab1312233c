"""Nicor Gas (Illinois): an account summary, charges by delivery, gas cost and taxes, and a monthly energy profile.

Known from descriptions of three business bills of 2018.
"""

from parsers.locate import (
    Utility,
    absent,
    adding_up,
    address_right_of,
    below,
    beside,
    in_line,
    one_meter,
    right_of,
    row_end,
    same_as,
    section,
)

PERIOD = in_line(r"Bill Period: {billing_period_from} ?- ?{billing_period_to}(?: \({days} days\))?")
DUE = in_line(r"Total Amount Due by {due_on} {amount_due}")
PROFILE = section("Monthly Energy Profile")


class NicorGas(Utility):
    code = "nicor_gas"
    name = "Nicor Gas"
    marks = ("Nicor", "Bill Issue Date", "Bill Period", "Account Number")
    services = ("gas",)
    proven = False

    account_number = right_of("Account Number:").shaped(r"\d{2}-\d{2}-\d{2}-\d{4} ?\d")
    billed_on = right_of("Bill Issue Date:")
    due_on = DUE
    amount_due = DUE
    outstanding_balance = row_end("Remaining Balance")
    total_amount = adding_up(
        row_end("New Charges - Utility"), beside="outstanding_balance", to="amount_due", needed=True
    )
    gas_amount = same_as("total_amount")
    supplier_name = absent("bills with a supplier have not been seen")

    meters = (
        one_meter(
            type="gas",
            unit="therms",
            id=right_of("Meter Number:"),
            consumption=right_of("Therms").within(PROFILE) | below("Therms").within(PROFILE),
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
            days=PERIOD,
            tariff=in_line(r"^(?P<tariff>Rate \d+: \S.*?)(?: \$.*)?$").first(),
            address=address_right_of("Service Address:"),
        ),
    )
    evidence = beside(
        previous_balance=row_end("Total Previous Balance"),
        payments=in_line(r"^Payments? Received\b.* {payments}$").summed(),
    )
