"""United Illuminating (Connecticut): four boxes of charges on page 1, the registers of the meter on page 2.

Known from descriptions of three business bills of one month of 2024. Local delivery, transmission and public benefits
are totalled apart, delivery as a whole is not.
"""

from parsers.locate import (
    Utility,
    absent,
    adding_up,
    address_below,
    below,
    beside,
    each_meter,
    in_line,
    right_of,
    row_end,
    rows,
    section,
)

SUMMARY = section("Account Summary", until=("Total Balance", "Total Charges for Electricity"))
PAID = section("Prior Balance", until="Balance Forward", within=SUMMARY)
REGISTER = r"(?:(?:[A-Z][a-z]+[ -])?[Pp]eak|Shoulder|[A-Z][a-z]+)"

PERIOD = in_line(r"Bill Period: {billing_period_from} to {billing_period_to}")
READ = in_line(
    rf"^(?P<id>\d{{6,}})(?: {REGISTER})? {{reading}} {{prior_reading}} {{multiplier}} {{consumption}}"
    r" (?:Actual|Estimated?|Customer)(?: {demand_kw})?$"
)
CHARGES = row_end("Total Current Charges").within(SUMMARY)


class UnitedIlluminating(Utility):
    code = "united_illuminating"
    name = "United Illuminating"
    marks = (("uinet.com", "UI Contact Information"), "Account Number: 010-", "Statement Date", "POD-ID")
    services = ("electric",)
    proven = False

    account_number = in_line(r"Account Number: (?P<account_number>\d{3}-\d{7}-\d{4})(?!\d)")
    billed_on = right_of("Statement Date:")
    due_on = right_of("Due Date") | below("Due Date")
    amount_due = right_of("Amount Now Due") | below("Amount Now Due") | row_end("Total Balance")
    billing_period_from = PERIOD
    billing_period_to = PERIOD
    electricity_amount = CHARGES
    delivery_charge = absent("the parts of the delivery are totalled, not all of it")
    supply_charge = right_of("Subtotal Supply")
    community_solar_bill_credit = absent("no such line is known on these bills")
    outstanding_balance = row_end("Balance Forward").within(SUMMARY)
    total_amount = adding_up(CHARGES, beside="outstanding_balance", to="amount_due", needed=True)
    supplier_name = below("Your Supplier Information").except_for(
        "The United Illuminating Company", reason="United Illuminating is the default supplier"
    )

    meters = (
        each_meter(
            rows(READ),
            type="electric",
            id=READ,
            consumption=READ,
            demand_kw=READ,
            reading=READ,
            prior_reading=READ,
            multiplier=READ,
            billing_period_from=PERIOD.of_bill(),
            billing_period_to=PERIOD.of_bill(),
            tariff=right_of("Rate:").of_bill(),
            address=address_below("Service Location:", skip=1).of_bill(),
            attributes={"pod_id": right_of("POD-ID:").shaped(r"\d{13}").of_bill()},
        ),
    )
    evidence = beside(
        previous_balance=row_end("Prior Balance").within(SUMMARY),
        payments=in_line(r"^(?!Prior Balance).* {payments}$").within(PAID).summed(),
    )
