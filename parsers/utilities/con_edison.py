"""Consolidated Edison: a summary in the left column of page 1, then supply and delivery side by side for each service.

Until about 2020 supply and delivery stood below each other, under ``Your electricity charges``.
"""

from parsers.families.con_edison_meters import ELECTRIC, GAS, OLD_ELECTRIC, READINGS, SIDE_BY_SIDE
from parsers.locate import (
    HEADING,
    Utility,
    below,
    beside,
    in_line,
    of_meters,
    prints,
    right_of,
    row_end,
    section,
    settled,
)
from parsers.utility import PAST_DUE

ACCOUNT = r"(?:\d{5}-\d{5}-\d|\d{2}-\d{4}-\d{4}-\d{4}-\d)"
CHART = "Next Billing Date:"  # begins the right column of page 1
BEFORE = section("Your previous charges and payments", until="Your new charges", right=CHART)
NEW = section("Your new charges", until="Messages For You", right=CHART)
SUPPLY = section(
    SIDE_BY_SIDE[0], "Your electricity supply charges", until="Your electricity total", right=SIDE_BY_SIDE[1]
)
DELIVERY = section(SIDE_BY_SIDE[1], until="Understanding your bill", left=HEADING)

EARLIER = right_of("Total charges from your last bill").within(BEFORE)
PAID = in_line(r"^Payments .*?{payments}").within(BEFORE).summed()
REMAINING = right_of("Balance from previous bill", "Remaining balance", "Credit applied").within(BEFORE)
DELIVERED = right_of("Total electricity delivery charges").within(DELIVERY)
SUPPLIED = right_of("Total electricity supply charges").within(SUPPLY)
PERIOD = in_line(r"\b[Bb]illing period: {billing_period_from} to {billing_period_to}")
USED = in_line(r"Total [Ee]lectricity [Uu]se {electricity_consumption} kWh")
ESCO = prints("Esco electricity supply charges", "ESCO electricity supply charges", within=NEW)
ADJUSTED = section("ADJUSTMENT INFORMATION", until="Questions? Contact Us", left=HEADING)
SHARED_SOLAR = prints("community", "Community", within=ADJUSTED)


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
    electricity_consumption = USED.within(READINGS) | USED.within(OLD_ELECTRIC) | of_meters()
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

    meters = (ELECTRIC, GAS)
    evidence = beside(previous_balance=EARLIER, payments=PAID)
