"""Puget Sound Energy: a summary on page 1, then for electricity and gas a table of meters and a table of charges.

Known from descriptions and from other readers of its bills of 2019 to 2025; no bill has been seen.
"""

from parsers.locate import (
    Utility,
    absent,
    address_in,
    beside,
    each_meter,
    in_line,
    one_meter,
    right_of,
    row_end,
    rows,
    section,
)

SUMMARY = section("Your Account Summary", until=("Total includes", "Late Payments"))
PREVIOUS = section("Previous Charges:", until="Total Previous Charges", within=SUMMARY)
ELECTRIC = section("Electric Detail Information", until=("Electric Charge Details", "Natural Gas Detail"))

READ = in_line(
    r"^(?P<id>[A-Z]\d{8,9}) {billing_period_from} {prior_reading} {billing_period_to} {reading} {multiplier}"
    r" {consumption}(?: kWh)? (?:Actual|Estimated|Customer Read)"
)
USED = in_line(r"{consumption} kWh used for service {billing_period_from} ?- ?{billing_period_to}")
BURNT = in_line(r"{consumption} [Tt]herms used for service {billing_period_from} ?- ?{billing_period_to}")
ADDRESS = address_in(
    rows(r"^Serving:"), r"^Serving: (?P<line_1>\d[^,]*), (?P<city>[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)?)$"
)


class PugetSoundEnergy(Utility):
    code = "puget_sound_energy"
    name = "Puget Sound Energy"
    marks = ("pse.com", "Puget Sound Energy", "Your Account Summary", "Total Current Charges")
    services = ("electric", "gas")
    proven = False

    account_number = right_of("Account Number:").shaped(r"\d{12}")
    billed_on = right_of("Issued:")
    due_on = right_of("DUE DATE")
    amount_due = right_of("TOTAL DUE")
    outstanding_balance = row_end("Total Previous Charges").within(SUMMARY)
    total_amount = row_end("Total Current Charges").within(SUMMARY)
    electricity_amount = row_end("Electric Charges").within(SUMMARY)
    delivery_charge = absent("delivery is not totalled apart from supply")
    supply_charge = absent("supply is not totalled apart from delivery")
    community_solar_bill_credit = absent("no such line is known on these bills")
    gas_amount = row_end("Natural Gas Charges").within(SUMMARY)
    supplier_name = absent("its customers have no choice of a supplier")

    meters = (
        each_meter(
            rows(READ, within=ELECTRIC),
            type="electric",
            id=READ,
            consumption=READ,
            reading=READ,
            prior_reading=READ,
            multiplier=READ,
            billing_period_from=READ,
            billing_period_to=READ,
            address=ADDRESS.of_bill(),
        )
        | one_meter(
            type="electric",
            consumption=USED,
            billing_period_from=USED,
            billing_period_to=USED,
            address=ADDRESS,
        ),
        one_meter(
            type="gas",
            unit="therms",
            consumption=BURNT,
            billing_period_from=BURNT,
            billing_period_to=BURNT,
            address=ADDRESS,
        ),
    )
    evidence = beside(
        previous_balance=row_end("Amount of Your Last Bill").within(PREVIOUS),
        payments=in_line(r"^Payment received .*? {payments}$").within(PREVIOUS).summed(),
    )
