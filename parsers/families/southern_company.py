"""Georgia Power, Alabama Power and Mississippi Power: one two-sided bill, readings and charges on its back.

Known from one residential bill of Georgia Power (2025) and from descriptions of Alabama Power's.
"""

from parsers.locate import (
    Utility,
    absent,
    adding_up,
    address_below,
    beside,
    cell,
    each_meter,
    in_line,
    nothing_left,
    one_meter,
    prints,
    right_of,
    row_end,
    rows,
    same_as,
    section,
    settled,
    street_below,
)

SUMMARY = section("Billing Summary", until="Total Due", right="Manage Your Account")
DETAIL = section(
    "Current Electric Service -",
    until=("Total Current Electric Service", "Current Lighting Service -"),
    right="Payment Options",
    onward=True,
)

PERIOD = in_line(r"{billing_period_from} ?- ?{billing_period_to}").within(
    section("Service Period", "Billing Period", until=("Billing Summary", "Current Service"))
)
EARLIER = row_end("Previous Bill Amount").within(SUMMARY)
PAID = row_end("Payment Received", "Payments Received").within(SUMMARY).summed()
REMAINING = in_line(r"^Past Due .* {outstanding_balance}$").within(SUMMARY).summed()
ELECTRIC = prints("Current Electric Service")
LIGHTING = prints("Current Lighting Service")
# the dash of the period, the sign before the usage and those of the sum between the readings may be missing; a word
# in the place of the meter's number would tell what is delivered from what is received
READ = in_line(
    r"^{month_day}(?: -)? {month_day}(?: (?P<id>\d{5,}[A-Z]?)| (?=\S*\d)\S+)? Tot kWh"
    r" {reading}(?: -)? {prior_reading}(?: x)? {multiplier}(?: =)? {consumption}$"
)
DEMAND = in_line(r"\bkW {number}(?: -)? {number}(?: x)? {number}(?: =)? {demand_kw}$")

METER = {
    "billing_period_from": PERIOD.of_bill(),
    "billing_period_to": PERIOD.of_bill(),
    "days": cell("Days In Billing Period", "This Month").of_bill(),
    "tariff": in_line(r"^Current Electric Service - (?P<tariff>[A-Z].*)$").within(DETAIL).of_bill(),
    "demand_kw": DEMAND.within(DETAIL).largest().of_only_meter(),
    "address": (address_below("Service Address") | street_below("Service Address")).of_bill(),
}


class SouthernCompany(Utility, family=True):
    """A member adds its code, name and marks."""

    services = ("electric",)
    begins = r"\bPage 1 ?of ?\d"
    past_due_says = (*Utility.past_due_says, "Past Due Electric Service")

    account_number = right_of("Account Number").shaped(r"\d{5}-\d{5}")
    billed_on = absent("these bills print no date of their own")
    due_on = right_of("Please Pay By") | right_of("Draft Date")
    amount_due = right_of("Total Due")
    outstanding_balance = (
        settled(EARLIER, PAID)
        | adding_up(REMAINING, beside="electricity_amount", to="amount_due")
        | nothing_left(charges="electricity_amount", due="amount_due", payments=PAID)
    )
    electricity_amount = (right_of("Total Current Electric Service") | right_of("Current Electric Service")).unless(
        LIGHTING, "lighting is charged beside it, and no total holds both"
    ) | right_of("Total Current Lighting Service", "Current Lighting Service").within(SUMMARY).unless(
        ELECTRIC, "it is one of two services"
    )
    total_amount = adding_up(same_as("electricity_amount"), beside="outstanding_balance", to="amount_due", needed=True)
    delivery_charge = supply_charge = absent("charges are not totalled by delivery and supply")
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = absent("customers have no choice of a supplier")

    meters = (
        each_meter(
            rows(READ, within=DETAIL),
            type="electric",
            id=READ,
            consumption=READ,
            reading=READ,
            prior_reading=READ,
            multiplier=READ,
            shared=METER,
        )
        | one_meter(  # lighting has no meter; and readings may be printed in another form
            type="electric", consumption=cell("Total kWh Used", "This Month"), shared=METER
        ),
    )
    evidence = beside(previous_balance=EARLIER, payments=PAID)
