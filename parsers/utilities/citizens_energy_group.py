"""Citizens Energy Group (Indianapolis), gas: an account summary from one balance to the next, readings in history.

Known from descriptions of four business bills of 2021 and 2022. The day of the last balance is that of the bill.
"""

from parsers.locate import (
    HEADING,
    Utility,
    absent,
    adding_up,
    address_right_of,
    beside,
    in_line,
    one_meter,
    prints,
    right_of,
    row_end,
    same_as,
    section,
)

SUMMARY = section("ACCOUNT SUMMARY", until="HISTORICAL INFORMATION", left=HEADING)
BALANCE = r"^Account Balance as of"


class CitizensEnergyGroup(Utility):
    code = "citizens_energy_group"
    name = "Citizens Energy Group"
    marks = ("CitizensEnergyGroup.com", "ACCOUNT SUMMARY", "Utility Subtotal", "Date Due")
    services = ("gas",)
    proven = False

    account_number = right_of("Account Number:").shaped(r"\d{10}(?:-\d+)?")
    billed_on = in_line(rf"{BALANCE} {{billed_on}} ").within(SUMMARY).largest()
    due_on = right_of("Date Due") | in_line(r"^Amount Due by {due_on}")
    amount_due = in_line(r"\bAmount Due(?: by {date})? {amount_due}")  # not the one after that day
    outstanding_balance = row_end("Previous Balance").within(SUMMARY)
    total_amount = adding_up(
        row_end("Utility Subtotal").within(SUMMARY), beside="outstanding_balance", to="amount_due", needed=True
    )
    gas_amount = same_as("total_amount").unless(
        prints("Water", "WATER", "Wastewater", "WASTEWATER", "Sewer"), "the bill may hold charges for water"
    )
    supplier_name = absent("bills with a supplier's charges have not been seen")

    meters = (
        one_meter(
            type="gas",
            unit="therms",
            id=right_of("Meter Number"),
            consumption=right_of("THERM Used"),
            billing_period_from=in_line(r"\bPrevious Read {billing_period_from}"),
            billing_period_to=in_line(r"\bCurrent Read {billing_period_to}"),
            days=right_of("Days of Service"),
            tariff=in_line(r"\b(?P<tariff>Rate [A-Z]\d+ ?- ?\S.*)$").first(),
            address=address_right_of("Service Address:"),
        ),
    )
    evidence = beside(
        previous_balance=in_line(rf"{BALANCE} {{date}} {{previous_balance}}").within(SUMMARY).first(),
        payments=in_line(r"^Payment\(s\) Received\b.* {payments}$").within(SUMMARY).summed(),
    )
