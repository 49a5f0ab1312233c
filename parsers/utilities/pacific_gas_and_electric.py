"""Pacific Gas and Electric: a summary on page 1, then a page of details for each service agreement.

What a community choice aggregator charges for generation has lines and pages of its own, without a meter. New charges
have no total where money is left over from before: only the amount due is printed then.
"""

from parsers.locate import (
    HEADING,
    Utility,
    absent,
    adding_up,
    address_at_street,
    address_below,
    below,
    beside,
    confirmed,
    each_meter,
    in_line,
    is_zero,
    named,
    prints,
    right_of,
    row_end,
    rows,
    same_as,
    section,
    sentence_after,
)

CREDIT = "CREDIT BALANCE - NO PAYMENT DUE"
BEFORE = ("Amount Due on Previous Statement", "Credit Balance on Previous Statement")
LEFT_OVER = ("Previous Unpaid Balance", "Outstanding Credit Balance")
SUMMARY = section(
    "Your Account Summary",
    until=("Important Messages", "Electric Monthly Billing History", "Monthly Billing History", "Please return"),
    left=HEADING,
)
LINES = section("Your Account Summary", until=("Total Amount Due", "CREDIT BALANCE"), left=HEADING)
NEW = rf"^(?!{'|'.join(BEFORE + LEFT_OVER)}|Payment).*? "
GENERATION = in_line(r"^(?:Current )?(?P<supplier_name>(?!PG&E)\S.*?) Electric Generation Charges {supply_charge}$")
LONG_NAMES = (  # with these the line of the summary may go on in the next one
    "Silicon Valley Clean Energy",
    "San Jose Clean Energy",
    "San Jos\u00e9 Clean Energy",
    "Peninsula Clean Energy",
    "East Bay Community Energy",
    "Ava Community Energy",
    "Central Coast Community Energy",
    "Monterey Bay Community Power",
    "Pioneer Community Energy",
    "Redwood Coast Energy Authority",
    "King City Community Power",
    "Valley Clean Energy",
    "Sonoma Clean Power",
    "Marin Clean Energy",
)
WRAPPED = tuple(f"{name} Electric Generation Charges" for name in LONG_NAMES)
ALL_ELECTRIC = in_line(r"(?:Electric|^Generation|^Charges) .*?{electricity_amount}$").within(LINES).summed()
NOTHING_LEFT = is_zero("outstanding_balance") | ~prints(*BEFORE, *LEFT_OVER, within=SUMMARY)
TOTAL = "new charges are not totalled beside a balance"
SOLAR = prints("Electric Monthly Charges", "NEM Charges", within=LINES)
SEVERAL = "net metering has lines of its own"

ENDS = ("Details of", "Summary of NEM Charges", "Your Electric Charges Breakdown", "Your Gas Charges Breakdown")
ELECTRIC = section(
    "Details of PG&E Electric Delivery Charges",
    "Details of Electric Delivery Charges",
    "Details of PG&E Electric Monthly Charges",
    "Details of Electric Monthly Charges",
    "Details of PG&E Electric Charges",
    "Details of Electric Charges",
    until=ENDS,
    onward=True,
)
GAS = section("Details of PG&E Gas Charges", "Details of Gas Charges", until=ENDS, onward=True)
PERIOD = in_line(r"^{billing_period_from} (?:-|\u2013|to) {billing_period_to} \({days} billing days?\)").covering(
    r"\(\d+billingday"
)
# a page that only goes on has none of these
A_SERVICE = prints("Service Agreement ID:", "Rate Schedule:", "Meter #", "Total Usage", "Fixed Usage")
# of a meter in two parts (two rates) one without its number would look like another meter
TOLD = prints("Meter", within=rows(r"Meter ?\W? ?[A-Z0-9]*\d{4}")) | prints("Fixed Usage")
METER = {
    "id": right_of("Meter #"),
    "billing_period_from": PERIOD,
    "billing_period_to": PERIOD,
    "days": PERIOD,
    "consumption": right_of("Total Usage", "Fixed Usage").only_if(TOLD, "the number of the meter is not read"),
    "tariff": right_of("Rate Schedule:"),
    "address": address_at_street("Service For:", full=address_below("Service For:")),
}
AGREEMENT = {"service_id": right_of("Service Agreement ID:").shaped(r"\d{10}")}


class PacificGasAndElectric(Utility):
    code = "pacific_gas_and_electric"
    name = "Pacific Gas and Electric"
    marks = ("www.pge.com/MyEnergy", "Account No:", "Statement Date:", "Due Date:")
    services = ("electric", "gas")
    skip_pages = ("Important Phone Numbers",)

    account_number = right_of("Account No:").shaped(r"\d{10}-\d")
    billed_on = right_of("Statement Date:")
    due_on = right_of("Due Date:")
    amount_due = row_end("Total Amount Due by", "Total Amount Due", CREDIT).within(SUMMARY) | below("Total Amount Due:")
    outstanding_balance = row_end(*LEFT_OVER).within(SUMMARY)
    total_amount = confirmed(
        same_as("amount_due").only_if(NOTHING_LEFT, TOTAL), by=in_line(NEW + "{total_amount}$").within(LINES).summed()
    ) | adding_up(
        row_end("Current Electric Charges", "Current Gas Charges").within(LINES),
        beside="outstanding_balance",
        to="amount_due",
        needed=True,
    )
    electricity_amount = row_end("Current Electric Charges").within(LINES).unless(SOLAR, SEVERAL) | confirmed(
        same_as("total_amount"), by=ALL_ELECTRIC
    )
    delivery_charge = row_end("Current PG&E Electric Delivery Charges").within(LINES)
    supply_charge = GENERATION.within(LINES) | row_end(*WRAPPED).within(LINES)
    gas_amount = row_end("Current Gas Charges", "Current PG&E Gas Charges").within(LINES)
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = GENERATION.within(LINES) | named(*LONG_NAMES).within(LINES).only_if(
        prints(*WRAPPED, within=LINES), "no aggregator is billed"
    )

    meters = (
        each_meter(
            ELECTRIC,
            type="electric",
            where=A_SERVICE,
            every=ELECTRIC,
            demand_kw=sentence_after("highest demand was")
            | in_line(r"^(?!Overage|Reactive).*? {demand_kw} kW @").largest(),
            shared=METER,
            attributes=AGREEMENT,
        ),
        each_meter(GAS, type="gas", unit="therms", where=A_SERVICE, every=GAS, shared=METER, attributes=AGREEMENT),
    )
    evidence = beside(
        previous_balance=row_end(*BEFORE).within(LINES),
        payments=row_end("Payment(s) Received Since Last Statement").within(LINES),
        taxes=row_end("Electric Adjustments").within(LINES),
    )
