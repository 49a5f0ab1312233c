"""Silicon Valley Power, of the City of Santa Clara: all municipal services on one page, a usage table for all of them.

Rows of electricity begin with E; their days have no year.
"""

from parsers.locate import (
    HEADING,
    Utility,
    absent,
    beside,
    blocks,
    each_meter,
    in_line,
    other_services,
    prints,
    right_of,
    rows,
    section,
    settled,
    street_right_of,
)

CHARGES = section("Current Charges", until="Current Charges Total", right="Billing Comments", closed=True)
BALANCE = section("Billing Information", until="Amount Due", left=HEADING)
REMAINING = ("Balance Forward", "Past Due Balance", "Past Due Amount", "Unpaid Balance")
PAID = section("Previous Balance", until="Current Charges", within=BALANCE)
USAGE = section("Usage Table", until="Please return this portion")
DEMAND = section("kW Demand", until="Power Factor", within=USAGE)
ONE_OF_TWO = "of two demands only one is printed"
NUMBERED = prints("Service Address:", within=rows(r"Service Address: ?\d"))

ROW = in_line(
    r"^E {billing_period_from:month_day} {billing_period_to:month_day} {days} (?:AMI|EST|{reading} {prior_reading})"
    r" {multiplier} {consumption} kWh (?P<id>(?=\S*\d{3})[A-Z0-9-]{3,15}) (?P<tariff>[A-Z]{1,3}[A-Z0-9-]*)\b"
)
A_ROW = r"^E\d+/\d|\dkWh\d"
GENERATES = prints("Net Metering", "Net Energy Metering", "True-Up", "True Up")
PREVIOUS = right_of("Previous Balance").within(BALANCE)
PAYMENTS = in_line(r"^(?!Previous Balance).*? {payments}$").within(PAID).summed()


class SiliconValleyPower(Utility):
    code = "silicon_valley_power"
    name = "Silicon Valley Power"
    marks = (
        "City of Santa Clara",
        "Account Number:",
        "Usage Table",
        ("SVP", "Silicon Valley Power"),
    )
    services = ("electric",)
    begins = r"\bPg 1 of \d"
    without_energy = other_services("Water / Sewer", "Garbage", energy="Silicon Valley Power")

    account_number = right_of("Account Number:").shaped(r"\d{8}-\d\d") | right_of("Account No:").shaped(r"\d{8}-\d\d")
    billed_on = right_of("Bill Date:")
    due_on = right_of("Past Due Date:") | in_line(r"IN FULL before {due_on}")
    amount_due = right_of("Amount Due:")
    outstanding_balance = right_of(*REMAINING).within(BALANCE) | settled(PREVIOUS, PAYMENTS)
    total_amount = right_of("Current Charges Total")
    electricity_amount = right_of("Silicon Valley Power").within(CHARGES)
    delivery_charge = absent("delivery is not totalled apart from supply")
    supply_charge = absent("supply is not totalled apart from delivery")
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = absent("its customers have no choice of a supplier")

    meters = (
        each_meter(
            blocks(ROW, within=USAGE, headed=True),
            type="electric",
            id=ROW,
            consumption=ROW.covering(A_ROW).unless(GENERATES, "which row counts is not known where power is generated"),
            multiplier=ROW,
            reading=ROW,
            prior_reading=ROW,
            days=ROW,
            billing_period_from=ROW,
            billing_period_to=ROW,
            tariff=ROW,
            demand_kw=in_line(r"(?:Actual|Billed): {demand_kw}")
            .within(DEMAND)
            .largest()
            .covering(r"Actual|Billed|^[\d,.]+$")
            .only_if(prints("Actual:", within=DEMAND), ONE_OF_TWO)
            .only_if(prints("Billed:", within=DEMAND), ONE_OF_TWO)
            .of_only_meter(),
            address=street_right_of("Service Address:").only_if(NUMBERED, "no street stands there").of_bill(),
        ),
    )
    evidence = beside(previous_balance=PREVIOUS, payments=PAYMENTS)
