"""PPL Electric Utilities: a ring of supply and delivery on page 1, meter table and summary side by side on page 2.

Until about 2021 the summary stood on page 1, with the distribution charges and those of generation and transmission.
"""

from parsers.locate import (
    HEADING,
    Utility,
    absent,
    adding_up,
    address_below,
    below,
    beside,
    each_meter,
    in_line,
    is_zero,
    name_below,
    name_right_of,
    one_meter,
    prints,
    right_of,
    rows,
    section,
)

RING = section("Service to:", until=("SHOP FOR ELECTRICITY", "Usage Summary"))
SUMMARY = section("Billing Summary", until=("Delivery Details", "Understanding Your Bill"), left=HEADING)
PAID = section("Previous Balance", until="Balance as of", within=SUMMARY)
DELIVERY = section("Delivery Details", until="Total Delivery Charges", left=HEADING, onward=True)
METERS = section("kWh Delivered", until="Total Delivered", right="Billing Summary")

DUE = in_line(r"Amount Due By {due_on} {amount_due}")
BALANCE = in_line(r"Balance as of {billed_on} {outstanding_balance}")
USAGE = (
    in_line(r"Usage from {billing_period_from:month_day} ?[-\u2013] ?{billing_period_to:month_day}")
    | in_line(r"Usage from {billing_period_from} ?[-\u2013] ?{billing_period_to}")
    | in_line(r"Transmission Charges for {billing_period_from:month_day} ?[-\u2013] ?{billing_period_to:month_day}")
)
# beside the number its last day and reading until 2021, between others below; of homes no difference and constant
READ = in_line(r"^(?P<id>\d{6,})(?: {month_day} {number})?(?: {difference} {multiplier})? {consumption}$")
PHONE = r"(?:\d-)?\(?\d{3}\)?[- .]\d{3}[- .]\d{4}$"
BUDGET = prints("Budget", within=SUMMARY)
RING_TOTAL = below("Usage Charges")
NO_BALANCE = ~prints("Previous Balance", "Balance as of", within=SUMMARY) | is_zero("outstanding_balance")

METER = {
    "billing_period_from": USAGE.of_bill(),
    "billing_period_to": USAGE.of_bill(),
    "days": right_of("Days Billed:").of_bill(),
    "tariff": (
        in_line(r"(?<!Lighting )Rate: (?P<tariff>[A-Z][\w/&-]*)(?=\.|,| for | \(|$)")
        | in_line(r"Rate Schedule: (?P<tariff>[A-Z][\w/&-]*)(?=\.|,|$)")
    ).of_bill(),
    "demand_kw": in_line(r"{demand_kw} kW at \$").within(DELIVERY).largest().of_only_meter(),
    "address": address_below("Service to:", skip=1).of_bill(),
}


class PplElectric(Utility):
    code = "ppl_electric"
    name = "PPL Electric Utilities"
    marks = (
        "pplelectric.com",
        "PPL Electric Utilities",
        ("Usage Charges", "Usage from", "Billing Details on Back", "Your Electric Usage Profile"),
        "Service to:",
    )
    services = ("electric",)
    begins = r"\bPage 1\b(?! ?\d)"

    account_number = in_line(r"Account(?: Number:)? (?P<account_number>\d{5}-?\d{5})(?!\d)")
    billed_on = BALANCE.within(SUMMARY)
    due_on = DUE | below("Due Date")
    amount_due = DUE | below("Amount Due")
    outstanding_balance = BALANCE.within(SUMMARY)
    delivery_charge = right_of("Total Delivery Charges") | right_of("Total Distribution Charges")
    supply_charge = right_of("Total Supply Charges") | right_of("Total Generation & Transmission Charges")
    electricity_amount = RING_TOTAL
    total_amount = adding_up(
        RING_TOTAL.unless(prints("Other Charges", within=SUMMARY), "other charges come on top of the usage charges"),
        beside="outstanding_balance",
        to="amount_due",
        needed=True,
        unless=BUDGET,
    ) | in_line(r"Amount Due By {date} {total_amount}").only_if(
        NO_BALANCE, "it is printed together with an earlier balance"
    ).unless(BUDGET, "a budget plan sets what is due")
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = (  # the name ends above the supplier's telephone number
        name_below("Supply", until=PHONE).within(RING) | name_right_of("Current Supplier:")
    ).except_for("PPL Electric Utilities", reason="PPL itself is the default supplier")
    electricity_consumption = right_of("Total Delivered:")

    meters = (
        each_meter(rows(READ, within=METERS), type="electric", at_least=2, id=READ, consumption=READ, shared=METER)
        | one_meter(  # several rows of one meter: only their total is sure to hold them all
            type="electric",
            id=right_of("Meter").shaped(r"\d{6,}") | READ.within(METERS),
            consumption=right_of("Total Delivered:"),
            difference=READ.within(METERS),
            multiplier=READ.within(METERS),
            shared=METER,
        ),
    )
    evidence = beside(
        previous_balance=right_of("Previous Balance").within(SUMMARY),
        payments=in_line(r"^(?!Previous Balance).*? {payments}$").within(PAID).summed(),
        budget_amount=right_of("Budget Amount", "Budget Billing Amount").within(SUMMARY),
        other_charges=right_of("Total Other Charges").within(SUMMARY),
    )
