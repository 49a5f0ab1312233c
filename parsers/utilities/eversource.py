"""Eversource (Connecticut, Massachusetts): services in the left column, the account's summary in the right one.

Known from descriptions of bills of 2023 and 2024 of towns and businesses in Connecticut and western Massachusetts.
"""

from parsers.locate import (
    HEADING,
    Utility,
    absent,
    address_right_of,
    below,
    beside,
    blocks,
    each_meter,
    in_line,
    prints,
    right_of,
    section,
)

ELECTRIC_SUMMARY = section("Electric Account Summary", until="Total Charges for Electricity", left=HEADING)
BEFORE = section("Amount Due On", until="Balance Forward", left=HEADING)

DUE_BY = r"(?:Total Amount Due|[Aa]mount [Nn]ow [Dd]ue)"
PERIOD = in_line(r"Service [Ff]rom:? {billing_period_from} ?- ?{billing_period_to}(?: {days} Days)?")
SERVICES = blocks(r"^Svc Addr:")
CONSTANT = in_line(r"X Meter Constant of {multiplier} = {consumption} Billed Usage")
READ = in_line(
    r"^(?P<id>\d{7,}) {reading} {prior_reading} {consumption} (?:Actual|Estimated?|Customer|On Peak|Off Peak)"
)
UNMETERED = in_line(r"(?:Unmetered Usage:? |^\d{4} ){consumption} kWh")
THERMS = in_line(r"= {consumption} Therms Billed Usage")
SHARED = {
    "id": READ,
    "billing_period_from": PERIOD,
    "billing_period_to": PERIOD,
    "days": PERIOD,
    "tariff": in_line(r"^Rate (?P<tariff>\S+) Serv Ref"),
    "address": address_right_of("Svc Addr:"),
}


class Eversource(Utility):
    code = "eversource"
    name = "Eversource"
    marks = ("eversource.com", "Account Number", "Statement Date", "Service Provided To")
    services = ("electric", "gas")
    proven = False

    account_number = in_line(r"Account Number: ?(?P<account_number>\d{4} ?\d{3} ?\d{4})(?!\d)")
    billed_on = in_line(r"Statement Date: {billed_on}")
    due_on = in_line(rf"{DUE_BY} by {{due_on}}") | in_line(r"(?:^|\s)by {due_on} {money}$")
    amount_due = in_line(rf"{DUE_BY}(?: by {{date}})? {{amount_due}}")
    electricity_amount = right_of("Total Cost of Electricity")
    delivery_charge = right_of("Delivery Services").within(ELECTRIC_SUMMARY)
    supply_charge = right_of("Electric Supply Services").within(ELECTRIC_SUMMARY) | right_of("Subtotal Supply")
    community_solar_bill_credit = absent("no such line is known on these bills")
    gas_amount = right_of("Total Cost of Gas")
    outstanding_balance = right_of("Balance Forward")
    total_amount = right_of("Total Current Charges")
    supplier_name = below("Your electric supplier is", "Your gas supplier is").except_for(
        "Eversource", reason="Eversource itself is the supplier"
    )

    meters = (
        each_meter(
            SERVICES,
            type="electric",
            where=~(~prints("kWh") | prints("Therms", "CCF", "Ccf")),
            consumption=CONSTANT.summed()
            | READ.summed().unless(prints("Meter Constant"), "it is not in kWh before it is multiplied")
            | UNMETERED,
            demand_kw=in_line(r"Total Demand Use = {demand_kw} kW"),
            shared=SHARED,
        ),
        each_meter(
            SERVICES,
            type="gas",
            unit="therms",
            where=prints("Therms Billed Usage"),
            consumption=THERMS.summed(),
            shared=SHARED,
        ),
    )
    evidence = beside(
        previous_balance=in_line(r"^Amount Due On {date} {previous_balance}").within(BEFORE),
        payments=in_line(r"^Last Payment Received(?: On {date})? {payments}$").within(BEFORE),
    )
