"""CPS Energy, San Antonio: a summary beside the usage on page 1; charges and readings, service by service, on page 2.

Sales taxes and city services are totalled for all services, so that no total of the new charges is printed.
"""

from parsers.locate import (
    Utility,
    absent,
    address_below,
    below,
    beside,
    blocks,
    cell,
    each_meter,
    in_line,
    prints,
    right_of,
    section,
)
from parsers.utility import PAST_DUE

SUMMARY = section("BILLING SUMMARY", until="Total Account Balance")
PAID = section("Previous Bill", until="Balance", within=SUMMARY)
READ = in_line(r"^# ?(?P<id>\d[\w-]*) \([RE](?:-[\d/]+)?\) {prior_reading} {reading} {consumption}(?!\S)")
START = r"^# ?\d[\w-]* \([RE]\b"
NEXT = "Your next scheduled"
ELECTRIC = section("Electric Meter", until=("Gas Meter", "Natural Gas Meter", NEXT))
GAS = section("Gas Meter", "Natural Gas Meter", until=("Electric Meter", NEXT))
NO_CHARGE = r"(?!.*Charge\b).+"  # where the rate is not named, its first charge stands in its place
PERIOD = in_line(r"Billing Period {billing_period_from} ?- ?{billing_period_to}")

ONE_OF_TWO = "of two demands only one is printed"
BOTH_WAYS = prints("Received", "Delivered", "Solar", "Generation", "Net Metering")
METER = {
    "id": READ,
    "consumption": READ.unless(BOTH_WAYS, "it counts what is delivered and what is received"),
    "reading": READ,
    "prior_reading": READ,
    "multiplier": right_of("Meter Multiplier"),
    "billing_period_from": PERIOD.of_bill(),
    "billing_period_to": PERIOD.of_bill(),
    "address": address_below("Statement of Account", skip=1).of_bill(),
}


class CpsEnergy(Utility):
    code = "cps_energy"
    name = "CPS Energy"
    marks = ("cpsenergy.com", "Statement of Account", "Customer Number:", "Billing Date:")
    services = ("electric", "gas")
    begins = r"Statement of Account"
    past_due_says = (*PAST_DUE, "IMPORTANT NOTICE - This bill includes a past due amount.")

    account_number = right_of("Customer Number:").shaped(r"\d{3}-\d{4}-\d{3}")
    billed_on = right_of("Billing Date:")
    due_on = in_line(r"On or Before {due_on} Pay")
    amount_due = in_line(r"On or Before {date} Pay {amount_due}")
    outstanding_balance = right_of("Balance").within(SUMMARY)
    total_amount = absent("taxes and city services are added to the energy charges without a total of all new charges")
    electricity_consumption = cell("kWh Used", "Current")
    electricity_amount = right_of("Current Electricity Charge").within(SUMMARY)
    delivery_charge = absent("delivery is not totalled apart from supply")
    supply_charge = absent("supply is not totalled apart from delivery")
    community_solar_bill_credit = absent("no such line is known on these bills")
    gas_consumption = cell(("ccf Used", "CCF Used"), "Current")
    gas_amount = right_of("Current Natural Gas Charge").within(SUMMARY)
    supplier_name = absent("its customers have no choice of a supplier")

    meters = (
        each_meter(
            blocks(START, within=ELECTRIC),
            type="electric",
            demand_kw=in_line(r"(?:Actual|Billing) Demand {demand_kw} KW")
            .largest()
            .covering(r"^\w+Demand\d|^(?:Actual|Billing)Demand|\dKW$")
            .only_if(prints("Actual Demand"), ONE_OF_TWO)
            .only_if(prints("Billing Demand"), ONE_OF_TWO),
            tariff=below("Electric")
            .shaped(NO_CHARGE)
            .within(section("Previous Bill", until="Total Electric Bill", closed=True))
            .of_bill(),
            shared=METER,
        ),
        each_meter(
            blocks(START, within=GAS),
            type="gas",
            unit="ccf",
            tariff=below("Gas")
            .shaped(NO_CHARGE)
            .within(section("Previous Bill", until="Total Natural Gas Bill", closed=True))
            .of_bill(),
            shared=METER,
        ),
    )
    evidence = beside(
        previous_balance=in_line(r"^Previous Bill {date} {previous_balance}").within(SUMMARY),
        payments=in_line(r"^(?!Previous Bill).*? {payments}$").within(PAID).summed(),
    )
