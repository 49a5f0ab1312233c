"""Avangrid's gas companies in Connecticut: one page with the stub on top, gas in CCF with a correction factor.

Known from descriptions of two bills of Southern Connecticut Gas of 2023; of the sister company none was seen.
"""

from parsers.locate import (
    Utility,
    address_below,
    below,
    beside,
    each_meter,
    in_line,
    name_right_of,
    right_of,
    rows,
    section,
)

OTHER_COLUMN = "MESSAGES"
BEFORE = section("Previous Charges & Credits", until="New Charges & Credits", right=OTHER_COLUMN)
NEW = section("New Charges & Credits", until="Gas Usage", right=OTHER_COLUMN)
USAGE = section("Gas Usage", right=OTHER_COLUMN)

PERIOD = in_line(r"Billing Period: {billing_period_from} ?- ?{billing_period_to}")
READ = in_line(
    r"^(?P<id>\d{5,}) {days} days {reading} ?- ?{prior_reading} {multiplier} {consumption}(?: [A-Z][a-z]+)?$"
)


class ConnecticutGasUtility(Utility, family=True):
    """A member adds its code, its name and its marks."""

    services = ("gas",)
    proven = False
    begins = r"Your Account Information"

    account_number = in_line(r"Account Number: (?P<account_number>\d{3}-\d{7}-\d{4})(?!\d)")
    billed_on = right_of("Statement Date:")
    due_on = below("Payment Due Date")
    amount_due = right_of("Amount Now Due:").within(NEW) | below("Amount Now Due")
    billing_period_from = PERIOD
    billing_period_to = PERIOD
    gas_amount = right_of("Total Gas Charges").within(NEW)
    outstanding_balance = right_of("Balance Forward").within(BEFORE)
    total_amount = right_of("Total New Charges").within(NEW)
    supplier_name = name_right_of("Current Supplier:").within(NEW)

    meters = (
        each_meter(
            rows(READ, within=USAGE),
            type="gas",
            unit="ccf",
            id=READ,
            consumption=READ,
            days=READ,
            reading=READ,
            prior_reading=READ,
            multiplier=READ,
            billing_period_from=PERIOD.of_bill(),
            billing_period_to=PERIOD.of_bill(),
            tariff=right_of("Rate:").of_bill(),
            address=address_below("Customer Name Key:", skip=1).of_bill(),
            attributes={"pod_id": right_of("POD ID:").shaped(r"\d{3}-\d{7}-\d{3}").of_bill()},
        ),
    )
    evidence = beside(
        previous_balance=right_of("Amount of Previous Bill").within(BEFORE),
        payments=in_line(r"^(?!Amount of Previous|Balance Forward).* {payments}$").within(BEFORE).summed(),
    )
