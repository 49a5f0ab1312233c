"""PacifiCorp's companies: a balance and its items on page 1, then for each item a meter table and its new charges.

An item is a service or a contract; only a service has a meter, with a row for each register, in kWh, kW and kvar.
"""

from parsers.locate import (
    HEADING,
    Utility,
    absent,
    beside,
    blocks,
    confirmed,
    each_meter,
    in_line,
    prints,
    right_of,
    row_end,
    section,
    settled,
    undivided_address_right_of,
)

BALANCE = section(
    "Your Balance With Us",
    until=("Summary of Account Activity", "Detailed Account Activity"),
    left=HEADING,
    right="Payments Received",
)
SERVICES = blocks(r"\bITEM \d+ - ELECTRIC SERVICE\b", end=r"\bTotal New Charges\b")
READ = in_line(
    r"^(?P<id>[A-Z0-9]*\d{4,}[A-Z0-9]*) {billing_period_from} {billing_period_to} {days}"
    r" {prior_reading}(?: [A-Z][a-z]*)? {reading}(?: [A-Z][a-z]*)? {multiplier} {consumption} (?:on|mid|off)?kwh\b"
)
A_READ = (
    r"^[A-Z0-9]*\d{4,}[A-Z][a-z]{2}\d+,\d{4}[A-Z](?!.*\d(?:on|off)?(?:kw|kvar)(?!h))|\d(?:on|mid|off)?kwh(?!-?\d*\.\d)"
)
GENERATES = prints("Net Metering", "Net metering", "Net Meter", "Excess Generation", "Generation Credit")
EARLIER = row_end("Previous Account Balance").within(BALANCE)
PAID = row_end("Payments/Credits").within(BALANCE)
NEW_CHARGES = row_end("New Charges").within(BALANCE)


class PacifiCorpUtility(Utility, family=True):
    services = ("electric",)
    begins = r"Your Balance With Us"

    account_number = right_of("ACCOUNT NUMBER:", "Account Number:").shaped(r"\d{8}-\d{3} ?\d")
    billed_on = right_of("BILLING DATE:")
    due_on = right_of("DUE DATE:", "DATE DUE:", "Date Due:")
    amount_due = right_of("AMOUNT DUE:")
    outstanding_balance = settled(EARLIER, PAID)
    total_amount = NEW_CHARGES
    electricity_amount = confirmed(NEW_CHARGES, by=right_of("Total New Charges").summed())
    delivery_charge = absent("delivery and supply are listed line by line")
    supply_charge = absent("delivery and supply are listed line by line")
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = absent("no supplier is named on these bills")

    meters = (
        each_meter(
            blocks(READ, within=SERVICES, headed=True),
            type="electric",
            where=prints("METER READINGS"),
            every=SERVICES,
            id=READ,
            consumption=READ.covering(A_READ).unless(
                GENERATES, "which register counts is not known where power is generated"
            ),
            billing_period_from=READ,
            billing_period_to=READ,
            days=READ,
            reading=READ,
            prior_reading=READ,
            multiplier=READ,
            demand_kw=in_line(r" {demand_kw} (?:on|off)?kw\b(?! ?h)").largest().covering(r"\d(?:on|off)?kw(?!h)"),
            tariff=in_line(r"\b(?P<tariff>Schedule [0-9][0-9A-Z]*)\b").first(),
            address=undivided_address_right_of("- ELECTRIC SERVICE"),
            attributes={"service_id": right_of("Service ID:")},
        ),
    )
    evidence = beside(previous_balance=EARLIER, payments=PAID)
