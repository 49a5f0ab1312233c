"""Southern California Edison: labels above their values on page 1, then usage and charges in detail.

Where an aggregator sells the energy, its charges follow in the same detail, or in one of their own with an agreement of
its own; then a table on page 1 lists both.
"""

from parsers.locate import (
    Utility,
    absent,
    adding_up,
    address_below,
    below,
    beside,
    blocks,
    each_meter,
    in_line,
    named,
    of_meters,
    prints,
    right_of,
    row_end,
    same_as,
    section,
    settled,
)

ACCOUNT = r"(?:\d{12}|\d-\d\d-\d{3}-\d{4})"
SERVICE = r"(?:\d{10}|\d-\d{3}-\d{4}-\d\d)"
CUSTOMER = ("Customer account", "Your customer account")
SUMMARY = section("Your account summary", until="Total amount you owe")
REMAINING = ("Balance forward", "Past due amount", "Credit balance")
EARLIER = ("Previous Balance", "Amount of your last bill")
PAID = section(*EARLIER, until=(*REMAINING, "Your new charges"), within=SUMMARY)
PREVIOUS = row_end(*EARLIER).within(SUMMARY)
PAYMENTS = in_line(rf"^(?!{'|'.join(EARLIER)}).*? {{payments}}$").within(PAID).summed()
AGREEMENTS = section(
    "Summary of your billing detail", until=("Your past and current electricity usage", "Please return")
)
DETAILS = section(
    "Details of your new charges", until=("Things you should know", "Rate Identification Number"), onward=True
)

METER = in_line(
    r"For meter (?P<id>(?=\S*\d)[A-Z0-9]+(?:-[A-Z0-9]+)*) from {billing_period_from} to {billing_period_to}"
)
PERIOD = in_line(r"Billing period: {billing_period_from} to {billing_period_to}(?: \({days} days)?")
USED = in_line(r"Total (?:estimated )?electricity (?:you used|used|usage)\b.*? {consumption}(?! days)")
MAXIMUM = r"[Mm]aximum demand (?:reached this billing period )?is {demand_kw} kW"

COMMUNITY_CHOICE = (
    "Clean Power Alliance",
    "Central Coast Community Energy",
    "Desert Community Energy",
    "Orange County Power Authority",
    "Lancaster Choice Energy",
    "Lancaster Energy",
    "Apple Valley Choice Energy",
    "Pico Rivera Innovative Municipal Energy",
    "Rancho Mirage Energy Authority",
    "San Jacinto Power",
    "Pomona Choice Energy",
    "Santa Barbara Clean Energy",
    "Energy for Palmdale's Independent Choice",
    "Western Community Energy",
    "Monterey Bay Community Power",
)

AGGREGATOR = named(*COMMUNITY_CHOICE).within(DETAILS)
HAS_AGGREGATOR = prints(*COMMUNITY_CHOICE, "Sub-Total of", within=DETAILS)
HAS_METER = prints("For meter")
BY_METER = "the period is that of the meters"
LISTED = "delivery charges are listed without a total"


class SouthernCaliforniaEdison(Utility):
    code = "southern_california_edison"
    name = "Southern California Edison"
    marks = ("sce.com", "Southern California Edison", "Customer account", "Date bill prepared")
    services = ("electric",)
    begins = r"/ Page 1 of \d"
    skip_pages = ("What are my options for paying my bill?",)

    account_number = below(*CUSTOMER).shaped(ACCOUNT) | right_of(*CUSTOMER).shaped(ACCOUNT)
    billed_on = below("Date bill prepared") | right_of("Date bill prepared")
    due_on = right_of("Due by") | in_line(r"Total amount you owe by {due_on}") | right_of("New charges - pay by")
    amount_due = right_of("Amount due") | in_line(r"Total amount you owe(?: by {date})? {amount_due}")
    outstanding_balance = (
        row_end("Balance forward", "Past due amount").within(SUMMARY)
        | adding_up(row_end("Credit balance").within(SUMMARY), beside="total_amount", to="amount_due", needed=True)
        | settled(PREVIOUS, PAYMENTS)
    )
    total_amount = row_end("Your new charges").within(SUMMARY)
    electricity_amount = same_as("total_amount")
    delivery_charge = adding_up(
        row_end("Your new charges").within(DETAILS).only_if(HAS_AGGREGATOR, LISTED),
        beside="supply_charge",
        to="electricity_amount",
        needed=True,
    ) | adding_up(
        in_line(r"\(SCE\).*? {delivery_charge}$").within(AGREEMENTS),
        beside="supply_charge",
        to="electricity_amount",
        needed=True,
    )
    supply_charge = in_line(r"Sub-?[Tt]otal of .*?Generation Charges {supply_charge}").within(DETAILS)
    billing_period_from = PERIOD.within(DETAILS).smallest().unless(HAS_METER, BY_METER) | of_meters()
    billing_period_to = PERIOD.within(DETAILS).largest().unless(HAS_METER, BY_METER) | of_meters()
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = AGGREGATOR

    meters = (
        each_meter(
            blocks(METER),
            type="electric",
            complete=True,
            id=METER,
            consumption=USED,
            billing_period_from=METER,
            billing_period_to=METER,
            days=PERIOD,
            tariff=right_of("Your rate:").first() | right_of("Your rate:").first().of_bill(),
            demand_kw=in_line(MAXIMUM).of_only_meter(),
            address=address_below("Service account", "Your service account", skip=1).of_bill(),
            attributes={"service_id": below("Service account", "Your service account").shaped(SERVICE).of_bill()},
        ),
    )
    evidence = beside(previous_balance=PREVIOUS, payments=PAYMENTS)
