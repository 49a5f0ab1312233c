"""PSE&G (New Jersey): a summary on page 1, then a page of details for each meter, with a side box on demand and supply.

Messages stand beside the summary, and its apostrophes are printed as characters of no meaning.
"""

from parsers.locate import (
    HEADING,
    Utility,
    address_below,
    below,
    beside,
    each_meter,
    in_line,
    name_right_of,
    prints,
    right_of,
    row_end,
    section,
)
from parsers.utility import PAST_DUE

ACCOUNT = r"\d{2} ?\d{3} ?\d{3} ?\d{2}"
DETAILS = ("Details of your electric charges", "Details of your gas charges", "Meter products and services")
ELECTRIC = section(DETAILS[0], until=DETAILS, onward=True)
GAS = section(DETAILS[1], until=DETAILS, onward=True)
SIDE = "Price to compare"
ELECTRIC_CHARGES = section(DETAILS[0], until=DETAILS, right=SIDE, onward=True)
GAS_CHARGES = section(DETAILS[1], until=DETAILS, right=SIDE, onward=True)
DEMAND = section("MEASURED DEMAND", until=("SUPPLY CAPACITY", SIDE), left=HEADING)
EARLIER = "PSE&G balance from last bill"
PAID = section(EARLIER, until="Balance remaining from your last bill", left=HEADING)

PERIOD = in_line(r"For the period: {billing_period_from} to {billing_period_to}")
METERS = r"(?: for \d+ meters?)?"
ELECTRIC_TOTAL = in_line(rf"Electric charges ?- ?\S+{METERS} {{electricity_amount}}")
GAS_TOTAL = in_line(rf"Gas charges ?- ?\S+{METERS} {{gas_amount}}")
ELECTRIC_USED = in_line(r"Total electric you used in {days} days {consumption} kWh")
GAS_USED = in_line(r"Total gas you used in {days} days {consumption} therms")
ELECTRIC_SUPPLIER = "Electric supply charges -"
GAS_SUPPLIER = "Gas supply charges -"
LISTED_APART = "the charges of a supplier are listed apart from those of PSE&G"
NUMBER = in_line(r"# ?(?P<id>\d{5,})(?!\d)")
SHARED = {
    "billing_period_from": PERIOD.of_bill(),
    "billing_period_to": PERIOD.of_bill(),
    "address": address_below("SERVICE ADDRESS").of_bill(),
}
POD = {"pod_id": right_of("Your PoD ID is:").shaped(r"P[EG]\d{18}")}


class PsegNewJersey(Utility):
    code = "pseg_new_jersey"
    name = "PSE&G"
    marks = ("pseg.com", "Your energy bill", "Bill date:", "For the period:")
    services = ("electric", "gas")
    past_due_says = (*PAST_DUE, "** SHUT-OFF NOTICE **", "Shut-off notice", "Your bill is now past due.")

    account_number = below("ACCOUNT NUMBER").shaped(ACCOUNT) | right_of(
        "Your account number:", "Account number"
    ).shaped(ACCOUNT)
    billed_on = in_line(r"Bill date: {billed_on}")
    due_on = (
        in_line(r"debit your bank account on {due_on}")
        | in_line(r"Total amount due by {due_on}")
        | below("Please pay by")
    )
    amount_due = in_line(r"Total amount due(?: by {date})? {amount_due}") | below("Total amount due")
    billing_period_from = PERIOD
    billing_period_to = PERIOD
    electricity_amount = (ELECTRIC_TOTAL | right_of("Total electric charges").within(ELECTRIC_CHARGES).summed()).unless(
        prints(ELECTRIC_SUPPLIER), LISTED_APART
    )
    delivery_charge = right_of("Total electric delivery charges").within(ELECTRIC_CHARGES).summed()
    supply_charge = (
        right_of(ELECTRIC_SUPPLIER) | right_of("Total electric supply charges").within(ELECTRIC_CHARGES).summed()
    )
    community_solar_bill_credit = row_end("Community Solar Credit")
    gas_amount = (GAS_TOTAL | right_of("Total gas charges").within(GAS_CHARGES).summed()).unless(
        prints(GAS_SUPPLIER), LISTED_APART
    )
    outstanding_balance = right_of("Balance remaining from your last bill")
    total_amount = in_line(r"This month.{0,2}s charges and credits {total_amount}")
    supplier_name = name_right_of(ELECTRIC_SUPPLIER) | name_right_of(GAS_SUPPLIER)

    meters = (
        each_meter(
            ELECTRIC,
            type="electric",
            id=NUMBER.within(ELECTRIC_CHARGES),
            consumption=ELECTRIC_USED  # a net meter has two registers: what came in, and what went out
            | right_of("Total kWh In").within(ELECTRIC_CHARGES)
            | right_of("Total kWh").within(ELECTRIC_CHARGES).unless(prints("Total kWh Out"), "what went out is apart"),
            days=ELECTRIC_USED,
            difference=right_of("Difference").unless(prints("On-Peak"), "several registers"),
            multiplier=right_of("Meter multiplier"),
            demand_kw=in_line(r" kW {demand_kw}$").within(DEMAND).largest(),
            tariff=right_of("Your rate:").within(ELECTRIC_CHARGES),
            attributes=POD,
            shared=SHARED,
        ),
        each_meter(
            GAS,
            type="gas",
            unit="therms",
            id=NUMBER.within(GAS_CHARGES),
            consumption=GAS_USED,
            days=GAS_USED,
            tariff=right_of("Your rate:").within(GAS_CHARGES),
            attributes=POD,
            shared=SHARED,
        ),
    )
    evidence = beside(
        previous_balance=right_of(EARLIER),
        payments=in_line(rf"^(?!{EARLIER}).* {{payments}}$").within(PAID).summed(),
    )
