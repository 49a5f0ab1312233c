"""Consolidated Edison: a summary in the left column of page 1, then supply and delivery side by side for each service.

Until about 2020 supply and delivery stood below each other, under ``Your electricity charges``.
"""

from parsers.locate import (
    HEADING,
    Utility,
    below,
    beside,
    each_meter,
    in_line,
    of_meters,
    prints,
    right_of,
    row_end,
    rows,
    section,
    settled,
    street_right_of,
)
from parsers.utility import PAST_DUE

ACCOUNT = r"(?:\d{5}-\d{5}-\d|\d{2}-\d{4}-\d{4}-\d{4}-\d)"
CHART = "Next Billing Date:"  # begins the right column of page 1
BEFORE = section("Your previous charges and payments", until="Your new charges", right=CHART)
NEW = section("Your new charges", until="Messages For You", right=CHART)
SIDE_BY_SIDE = ("Your Supply Charges", "Your Delivery Charges")
SUPPLY = section(
    SIDE_BY_SIDE[0], "Your electricity supply charges", until="Your electricity total", right=SIDE_BY_SIDE[1]
)
DELIVERY = section(SIDE_BY_SIDE[1], until="Understanding your bill", left=HEADING)
READINGS = section("Electric Meter Detail", until=SIDE_BY_SIDE, onward=True)
OLD_ELECTRIC = section("Your electricity charges", until=("Your gas charges", "Meter Detail"), onward=True)
GAS = section("Gas Meter Detail", "Your gas charges", until=(*SIDE_BY_SIDE, "Your electricity charges"), onward=True)

EARLIER = right_of("Total charges from your last bill").within(BEFORE)
PAID = in_line(r"^Payments .*?{payments}").within(BEFORE).summed()
REMAINING = right_of("Balance from previous bill", "Remaining balance", "Credit applied").within(BEFORE)
DELIVERED = right_of("Total electricity delivery charges").within(DELIVERY)
SUPPLIED = right_of("Total electricity supply charges").within(SUPPLY)
PERIOD = in_line(r"\b[Bb]illing period: {billing_period_from} to {billing_period_to}")
METER_PERIOD = in_line(r"billing period from {billing_period_from} to {billing_period_to}")
ELECTRIC_PERIOD = METER_PERIOD.within(READINGS).of_bill() | METER_PERIOD.within(OLD_ELECTRIC).of_bill()
DAY = r"(?: {month_day}(?:, ?\d\d)?)?"  # with its year, or none beside each of several meters, until 2023
READ = in_line(
    rf"^(?:[LHP] ?- ?|(?:E )?(?:[LHP] )?)(?P<id>\d{{6,}}) {{reading}} [A-Z][a-z]+{DAY} {{prior_reading}} [A-Z][a-z]+"
    rf"{DAY} {{difference}}(?: {{multiplier}})? {{consumption}}(?: kWh)?(?: {{demand_kw}}(?: ?- ?| )[A-Z][a-z]+)?$"
)
# of several meters; behind the use its shares on and off peak, in other rows the demand (D) and the reactive power (R)
OLD_READ = in_line(
    r"^E (?:[LHP] )?(?P<id>\d{6,}) {reading} [A-Z][a-z]+ {prior_reading} [A-Z][a-z]+ {difference} {multiplier}"
    r" {consumption}(?: {number}){0,2}$"
)
OLD_DETAIL = section("Meter Detail", until=("Your electricity supply detail", "Your gas"))
OLD_USE = in_line(r"(?:Your|Total) electricity use {consumption} kWh(?: {demand_kw} kW)?$").within(OLD_ELECTRIC)
METER = in_line(r"^(?:Meter ?# ?)?(?P<id>\d{6,})(?: .*[A-Z][a-z]{2} \d.*)?$")
ESCO = prints("Esco electricity supply charges", "ESCO electricity supply charges", within=NEW)
ADJUSTED = section("ADJUSTMENT INFORMATION", until="Questions? Contact Us", left=HEADING)
SHARED_SOLAR = prints("community", "Community", within=ADJUSTED)
ADDRESS = street_right_of("Service delivered to:").of_bill()
SHARED = {
    "days": in_line(r"Electricity charges - for {days} days").of_bill(),
    "billing_period_from": ELECTRIC_PERIOD,
    "billing_period_to": ELECTRIC_PERIOD,
    "tariff": in_line(r"(?:Your electricity breakdown Rate|Your electric rate): {tariff}$").of_bill(),
    "address": ADDRESS,
}


class ConEdison(Utility):
    code = "con_edison"
    name = "Con Edison"
    marks = (
        "conEd.com",
        "Con Edison",
        "Your billing summary as of",
        ("Total amount due", "Total from this billing period", "Total new charges"),
    )
    services = ("electric", "gas")
    past_due_says = (*PAST_DUE, "ACT NOW TO AVOID A SERVICE TURN-OFF!", "FINAL TERMINATION NOTICE")

    account_number = in_line(rf"(?<!Prior )\b[Aa]ccount(?: [Nn]umber)?: ?(?P<account_number>{ACCOUNT})")
    billed_on = in_line(r"billing summary ?as of {billed_on}")
    due_on = (
        in_line(r"automatically deducted from your .*?\bon {due_on}")
        | in_line(r"total amount due by {due_on}")
        | below("Pay By")
    )
    billing_period_from = PERIOD.smallest()
    billing_period_to = PERIOD.largest()
    electricity_consumption = (
        in_line(r"Total electricity use {electricity_consumption} kWh").within(OLD_ELECTRIC) | of_meters()
    )
    electricity_amount = right_of("Your electricity total") | right_of("Total electricity charges").unless(
        ESCO, "the charges of the supplier come on top"
    )
    delivery_charge = DELIVERED | right_of("Total delivery charges").within(OLD_ELECTRIC)
    supply_charge = SUPPLIED | right_of("Total supply charges").within(OLD_ELECTRIC)
    community_solar_bill_credit = (  # the line may be of other adjustments, which a message explains
        row_end("Adjustments").within(NEW).only_if(SHARED_SOLAR, "no message speaks of a shared solar project")
    )
    gas_amount = right_of("Your gas total") | right_of("Total gas charges")
    outstanding_balance = REMAINING | REMAINING.read_as("none") | settled(EARLIER, PAID)
    total_amount = right_of("Total from this billing period", "Total new charges").within(NEW)
    amount_due = (
        right_of("Total amount due").within(NEW)
        | right_of("Total amount due").within(NEW).read_as("none")
        | below("Current balance due")
    )
    supplier_name = (
        in_line(r"please call {supplier_name} at \(?\d{3}\)?").within(SUPPLY)
        | below("Your electricity supplier")
        | in_line(r"electricity is supplied by {supplier_name}\. Your")
    )

    meters = (
        each_meter(
            rows(READ, within=READINGS),
            type="electric",
            id=READ,
            consumption=READ,
            demand_kw=READ,
            difference=READ,
            multiplier=READ,
            shared=SHARED,
        )
        | each_meter(
            rows(OLD_READ, within=OLD_DETAIL),
            type="electric",
            at_least=2,
            id=OLD_READ,
            consumption=OLD_READ,
            difference=OLD_READ,
            multiplier=OLD_READ,
            shared=SHARED,
        )
        | each_meter(OLD_ELECTRIC, type="electric", id=METER, consumption=OLD_USE, demand_kw=OLD_USE, shared=SHARED),
        each_meter(
            GAS,
            type="gas",
            unit="therms",
            id=METER,
            consumption=in_line(r"(?:Total [Gg]as [Uu]se|Your gas use) {consumption} therms"),
            days=in_line(r"Gas charges - for {days} days").of_bill(),
            billing_period_from=METER_PERIOD,
            billing_period_to=METER_PERIOD,
            tariff=in_line(r"(?:Your gas breakdown Rate|Your gas rate): {tariff}$").of_bill(),
            address=ADDRESS,
        ),
    )
    evidence = beside(previous_balance=EARLIER, payments=PAID)
