"""Duke Energy's companies: the layout of 2020 ("Your Energy Bill"), that of 2021 on, and the Carolinas' own before.

All print the same name; the telephone numbers in the head of each page and the sentence on the state's rates tell
whose bill it is. Known from bills of Duke Energy Carolinas (2018, 2020, 2025), from the text of bills of Progress
(2025) and of Ohio (2020 to 2024), and from descriptions of Florida's and Indiana's.
"""

from typing import ClassVar

from parsers.finding.meters import EachMeter
from parsers.locate import (
    Utility,
    absent,
    address_below,
    beside,
    blocks,
    each_meter,
    in_line,
    nothing_left,
    of_meters,
    one_meter,
    prints,
    right_of,
    same_as,
    section,
    sentence_after,
    settled,
    street_above,
)
from parsers.utility import Service

SITE = "duke-energy.com"


def phones(*numbers: str) -> tuple[str, ...]:
    """Telephone numbers as the bills of either time print them: ``800.555.0100``, ``800-555-0100``."""
    return (*numbers, *(number.replace(".", "-") for number in numbers))


SUMMARY = section("Billing summary", until=("Total Amount Due", "Total amount due"))
HEAD = section("For service", until="Billing summary")
ASIDE = "A kilowatt-hour (kWh) is"  # where the running text beside the tables begins
ENDS = ("Billing details", "Street Lighting", "Current Gas", "Current gas")

PERIOD = in_line(r"For service {billing_period_from:month_day} ?- ?{billing_period_to:month_day}") | in_line(
    r"Service From: {billing_period_from:month_day} to {billing_period_to:month_day}"
)
EARLIER = right_of("Previous Amount Due", "Previous amount due").within(SUMMARY)
PAID = in_line(r"Payments? [Rr]eceived(?: {month_day})? {payments}").within(SUMMARY).summed()
# a payment of whatever name has a minus; without one all of the earlier amount is left
REDUCED = prints("-", "Payment", "Payments", "Adjustment", "Adjustments", "Transfer", "Deposit", within=SUMMARY)
ELECTRIC = prints("Current Electric Charges", within=SUMMARY)
LIGHTING = prints("Current Lighting Charges", within=SUMMARY)
RATE = "Your current rate is"

# before mid-2020, in the Carolinas: five amounts in a row, then a table of readings and charges
FIVE = in_line(r"^{previous_balance} {payments} {total_amount} {money} {amount_due}$").within(
    section("PREVIOUS BILL", until=("METER", "NUMBER"))
)
TABLE = section("METER READINGS:", until=("Amount Due", "Electricity Usage", "For Correspondence:"))
# a meter's number stands before its rate or before its readings; a row of large readings begins with a number too
OLD_METER = in_line(r"^(?P<id>\d{6,9}) (?:[A-Z]|{number} {number} \d{1,5}(?:\.0+)?(?:$| {number} KWH?\b))")

METER = {
    "days": (in_line(r"\b{days} days$").within(HEAD) | in_line(r"Service From: .*\( ?{days} Days ?\)")).of_bill(),
    "address": (address_below("Service address") | street_above("Service From:")).of_bill(),
}
TARIFF = {
    "tariff": (
        sentence_after(RATE).within(section("Billing details - Electric", until="Billing details -"))
        | sentence_after(RATE)
    ).of_bill()
}
SPAN = {"billing_period_from": PERIOD.of_bill(), "billing_period_to": PERIOD.of_bill()}

READ = in_line(r"(?P<id>[A-Z]?\d{6,12}) [A-Z][a-z]+ {billing_period_from:month_day} ?- ?{billing_period_to:month_day}")
USAGE = section("Current Electric Usage", until=("Current Electric Usage", *ENDS), right=ASIDE)
TWO_WAY = prints("Received kWh", "Delivered kWh", "kWh Received", "kWh Delivered", "Net kWh")
CURRENT = each_meter(
    blocks(READ, within=USAGE),
    type="electric",
    id=READ,
    billing_period_from=READ,
    billing_period_to=READ,
    consumption=right_of("Measured kWh")
    | right_of("Billed kWh").unless(TWO_WAY, "what is billed is net of what the customer delivered"),
    demand_kw=in_line(r"Demand[ -]kW {demand_kw} kW\b").largest().covering(r"Demand-?kW|^[\d,.]*kW$"),
    shared=METER | TARIFF,
)

# rows of readings, or (of a home) the readings one below the other
REGISTER = in_line(r"{reading} {prior_reading} {multiplier} {consumption} KWH\b")
A_DEMAND = r"(?:Actual|Billed|Billing)(?:Demand)?-?kW"
# of a row whose demand is missing the multiplier stands before the unit
REGISTER_KW = in_line(r"^(?:(?:\d{6,9} )?{number} {number} {number} )?{demand_kw} KW\b")
NAMED = ("Current electric usage for meter number", "Current Electric usage for meter number")
FORMER = each_meter(
    section(*NAMED, until=(*NAMED, *ENDS), right=ASIDE),
    type="electric",
    id=right_of(*NAMED),
    consumption=right_of("Energy Used", "Energy used") | REGISTER.summed().covering(r"\dKWH|^[\d,]{9,}$"),
    reading=REGISTER | in_line(r"\b(?:Actual|Estimated) reading on {month_day}(?: -)? {reading}"),
    prior_reading=REGISTER | in_line(r"\bPrevious reading on {month_day}(?: ?-)? ?{prior_reading}"),
    multiplier=REGISTER | in_line(r"\bMultiplier (?:x )?{multiplier}"),
    demand_kw=REGISTER_KW.largest().covering(r"KW$")
    | in_line(r"\b(?:Actual|Billed|Billing)(?: Demand)?[ -]kW {demand_kw}(?: kW)?\b").largest().covering(A_DEMAND),
    shared=METER | TARIFF | SPAN,
)
OLD = each_meter(
    blocks(OLD_METER, within=TABLE),
    type="electric",
    id=OLD_METER,
    consumption=in_line(r"{consumption} KWH\b").summed().covering(r"KWH|PeakEnergy|^\d{13,}[\d,.]*$"),
    demand_kw=REGISTER_KW.largest()
    .covering(r"KW(?!H)|(?:Actual|Billing)Demand")
    .only_if(prints("Billing Demand"), "the demand that is billed is not printed"),
    tariff=in_line(r"^\d{6,9} (?P<tariff>[A-Z](?:(?!\d\.\d\d).)*?)(?: {money})?$").within(TABLE).of_bill(),
    shared=METER | SPAN,
)
WITHOUT_METER = one_meter(type="electric", consumption=right_of("Total KWH"), shared=METER | SPAN)
STREET_LIGHTING = each_meter(
    section("Street Lighting", until="Billing details"),
    type="electric",
    consumption=in_line(r"\bTotal {count} {consumption} kWh"),
    tariff=sentence_after(RATE).within(section("Billing details - Lighting", until="Billing details -")).of_bill(),
    shared=METER | SPAN,
)


class DukeEnergy(Utility, family=True):
    """A member adds its code, name and marks."""

    services: ClassVar[tuple[Service, ...]] = ("electric",)
    begins = r"(?i)\bpage 1 of \d"
    skip_pages = ("We're here for you",)
    past_due_says = (*Utility.past_due_says, "Your Duke Energy account has a past due balance.")

    account_number = right_of("Account number", "Account Number").shaped(
        r"(?:\d{4} \d{4} \d{4}|\d{12}|\d{10}|\d{4}-\d{4}-\d\d-\d)"
    )
    billed_on = right_of("Bill date", "Bill Date")
    due_on = in_line(r"Total [Aa]mount [Dd]ue {due_on:month_day}") | right_of("Current Charges Past Due After")
    amount_due = right_of("Total Amount Due", "Total amount due") | FIVE
    billing_period_from = PERIOD
    billing_period_to = PERIOD
    electricity_consumption = right_of("Total KWH") | of_meters()
    electricity_amount = (
        right_of("Current Electric Charges")
        .within(SUMMARY)
        .unless(LIGHTING, "lighting is charged beside it, and no total holds both")
        | right_of("Current Lighting Charges").within(SUMMARY).unless(ELECTRIC, "it is one of two services")
        | same_as("total_amount")
    )
    total_amount = FIVE | absent("the new charges are not totalled together with their taxes")
    outstanding_balance = (
        right_of("Prior Balance Due")
        | settled(EARLIER, PAID)
        | EARLIER.unless(REDUCED, "the bill does not print what is left of it")
        | nothing_left(charges="total_amount", due="amount_due", payments=FIVE)
    )
    delivery_charge = supply_charge = absent("charges are not totalled by delivery and supply")
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = absent("customers have no choice of a supplier")

    meters: ClassVar[tuple[EachMeter, ...]] = (CURRENT | FORMER | OLD | WITHOUT_METER, STREET_LIGHTING)
    evidence = beside(previous_balance=EARLIER, payments=PAID, taxes=right_of("Taxes").within(SUMMARY))
