"""Florida Power & Light: what is owed in boxes on page 1, charges on the left and meters on the right of page 2."""

from parsers.locate import (
    HEADING,
    Utility,
    above,
    absent,
    address_below,
    below,
    beside,
    blocks,
    cell,
    each_meter,
    in_line,
    one_meter,
    prints,
    right_of,
    row_end,
    section,
    sentence_after,
)

COMPARED = ("ENERGY USAGE COMPARISON", "ENERGY USE COMPARISON")
METERS = section("METER SUMMARY", until=COMPARED, left=HEADING, onward=True)
COMPARISON = section(*COMPARED, until=("FPL BUDGET BILLING", "KEEP IN MIND"), left=HEADING)

PERIOD = in_line(r"(?:For|Service period): {billing_period_from} to {billing_period_to}(?: \({days} days\))?")
ACCOUNT = r"\d{5}-\d{5}"
USED = r"^kWh(?: [Uu]sed)? {reading}(?: -)? {prior_reading}(?: x)?(?: {multiplier})?(?: =)? {consumption}$"
READ = in_line(USED)
REGISTER = in_line(r"^O(?:n|ff)-peak kWh used\b.* {consumption}$")
DEMAND = in_line(r"^(?:(?:On|Off)-peak |Maximum |Billed )?[Dd]emand(?: K?k?W)?\b.* {demand_kw}$")
METER_ID = in_line(r"Meter [Rr]eading - Meter (?P<id>(?=[A-Z]*\d)[A-Z0-9]+) ?\.")
BUDGET = prints("Budget billing charges")
DRAFTED = prints("FPL automatic bill pay", "FPL AUTOMATIC BILL PAY")
TWO_WAY = prints("kWh received", "kWh Received", "kWh delivered", "kWh Delivered", "Received kWh", "Delivered kWh")
NET = "what is used may be net of what the customer delivered"

METER = {
    "billing_period_from": PERIOD.of_bill(),
    "billing_period_to": PERIOD.of_bill(),
    "days": PERIOD.of_bill(),
    "tariff": (in_line(r"\(Rate: (?P<tariff>[A-Z][^()]*)\)") | right_of("Rate:")).of_bill(),
    "address": address_below("Service Address:").of_bill(),
}


class FloridaPowerAndLight(Utility):
    code = "florida_power_and_light"
    name = "Florida Power & Light"
    marks = ("FPL.com", ("Electric Bill Statement", "Your Electric Statement"), "Total amount you owe")
    services = ("electric",)
    begins = r"FPL\.com Page 1\b(?! ?\d)"

    account_number = right_of("Account Number:", "Account number:").shaped(ACCOUNT) | above("ACCOUNT NUMBER").shaped(
        ACCOUNT
    )
    billed_on = right_of("Statement Date:", "Statement date:")
    due_on = sentence_after("drafted automatically on or after") | (
        above("NEW CHARGES DUE BY") | below("New charges due by")
    ).unless(DRAFTED, "the day on which it is drafted is not read")
    amount_due = right_of("Total amount you owe")
    outstanding_balance = right_of("Balance before new charges")
    total_amount = right_of("Total new charges")
    electricity_amount = right_of("Actual electric charges") | cell("Amount", "This Month").within(COMPARISON)
    delivery_charge = supply_charge = absent("charges are not totalled by delivery and supply")
    community_solar_bill_credit = right_of("FPL SolarTogether credit")
    supplier_name = absent("customers have no choice of a supplier")

    meters = (
        each_meter(
            blocks(r"Meter [Rr]eading - Meter", within=METERS),
            type="electric",
            id=METER_ID,
            consumption=(READ | in_line(r"^kWh [Uu]sed {consumption}$") | REGISTER.summed()).unless(TWO_WAY, NET),
            reading=READ,
            prior_reading=READ,
            multiplier=READ,
            demand_kw=DEMAND.largest(),
            shared=METER,
        )
        | one_meter(  # lighting is billed without a meter; until 2020 the meter stood under no heading
            type="electric",
            id=METER_ID,
            consumption=cell(("kWh Used", "kWh used"), "This Month").within(COMPARISON)
            | right_of("kWh used").unless(TWO_WAY, NET),
            shared=METER,
        ),
    )
    evidence = beside(
        previous_balance=right_of("Amount of your last bill"),
        payments=right_of("Payments received"),
        other_charges=row_end("Total Services and Products").unless(BUDGET, "a budget plan sets the total"),
    )
