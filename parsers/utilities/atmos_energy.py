"""Atmos Energy: an account on the front of each sheet, its meter and charges on the back; a collective bill holds many.

A collective bill begins with a cover and tables of all its accounts, which belong to none of them.
"""

from parsers.locate import (
    Utility,
    absent,
    address_right_of,
    below,
    beside,
    blocks,
    confirmed,
    each_meter,
    in_line,
    right_of,
    row_end,
    section,
    settled,
)

SUMMARY = section("Account Summary", until="Important Messages")
CHARGES = section("CURRENT GAS CHARGE TOTAL", until=("TAX/FEE CHARGE TOTAL", "CURRENT CHARGES"))
READ = in_line(
    r"^(?P<id>[A-Z0-9]*\d{4,}[A-Z0-9]*) {billing_period_from} {billing_period_to} {prior_reading}(?: [A-Z][a-z]*)?"
    r" {reading}(?: [A-Z][a-z]*)?$"
)
EARLIER = row_end("Previous Balance", "PREVIOUS BALANCE")
PAID = row_end("Payment Received", "Payments Received") | row_end("Payment(s)").within(SUMMARY)
CURRENT = right_of("CURRENT CHARGES") | right_of("Current Charges").within(SUMMARY)


class AtmosEnergy(Utility):
    code = "atmos_energy"
    name = "Atmos Energy"
    marks = ("atmosenergy.com", "Account Number:", "Billing Date:", "Total Amount Due")
    services = ("gas",)
    begins = r"\bService Account Number:|\bPage 1 of ?\d"
    covers = ("Collective Customer Number:",)

    account_number = right_of("Service Account Number:") | right_of("Account Number:")
    billed_on = right_of("Billing Date:")
    due_on = below("DUE DATE") | right_of("DUE DATE") | below("Due Date")
    amount_due = right_of("TOTAL AMOUNT DUE", "Total Amount Due") | below("TOTAL DUE", "Total Due")
    outstanding_balance = row_end("Balance Forward", "BALANCE FORWARD") | settled(EARLIER, PAID)
    total_amount = CURRENT
    gas_amount = confirmed(CURRENT, by=right_of("CURRENT GAS CHARGE TOTAL", "TAX/FEE CHARGE TOTAL").summed())
    supplier_name = absent("no supplier is named on these bills")

    meters = (
        each_meter(
            blocks(READ, end=r"\bUsage in CCF:"),
            type="gas",
            unit="ccf",
            id=READ,
            consumption=right_of("Actual Usage in CCF:", "Estimated Usage in CCF:"),
            billing_period_from=READ,
            billing_period_to=READ,
            difference=right_of("Read Difference:"),
            multiplier=right_of("Pressure Factor:"),
            tariff=in_line(r"^(?P<tariff>(?:Commercial|Industrial|Public|Residential|Transport)\b[^@]*)$")
            .within(CHARGES)
            .first()
            .of_bill(),
            address=address_right_of("Service Address:", centred=True).of_bill(),
        ),
    )
    evidence = beside(previous_balance=EARLIER, payments=PAID)
