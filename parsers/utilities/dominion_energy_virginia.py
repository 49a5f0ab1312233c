"""Dominion Energy Virginia: summary, measured usage and the explanation of the bill in one column.

Known from descriptions of business bills of 2019.
"""

from parsers.locate import Utility, absent, beside, in_line, one_meter, right_of, row_end, same_as, section

HEAD = section("Billing and Payment Summary", until=("Meter and Usage", "Explanation of Bill Detail"))
DETAIL = section("Explanation of Bill Detail", until="Total Account Balance", onward=True, closed=True)
BILLABLE = section("Billable Usage", until="Measured Usage")
MEASURED = section("Measured Usage", until=("Usage History", "Explanation of Bill Detail"))
METER = in_line(r"Meter: (?P<id>\d{8,12}) {billing_period_from:month_day} ?- ?{billing_period_to:month_day}")
PERIOD = in_line(r"Schedule (?P<tariff>[A-Z0-9-]+) {billing_period_from:month_day} ?- ?{billing_period_to:month_day}")


class DominionEnergyVirginia(Utility):
    code = "dominion_energy_virginia"
    name = "Dominion Energy Virginia"
    marks = (("Dominion Energy Virginia", "dominionenergy.com", "1-866-DOM-HELP"), "Billing and Payment Summary")
    services = ("electric",)
    proven = False

    account_number = in_line(r"Account # ?(?P<account_number>\d{10,12})(?!\d)")
    billed_on = absent("the date of the bill has no label")
    due_on = right_of("Due Date:")
    amount_due = right_of("Total Amount Due:") | row_end("Total Account Balance")
    outstanding_balance = row_end("Balance Forward").within(DETAIL)
    total_amount = row_end("Total Current Charges").within(DETAIL)
    electricity_amount = same_as("total_amount")
    delivery_charge = absent("the headings of the charges carry no total")
    supply_charge = absent("the headings of the charges carry no total")
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = absent("suppliers' bills have not been seen")

    meters = (
        one_meter(
            type="electric",
            id=METER,
            consumption=row_end("Total kWh").within(MEASURED) | row_end("Total kWh").within(BILLABLE),
            billing_period_from=PERIOD.within(BILLABLE) | METER,
            billing_period_to=PERIOD.within(BILLABLE) | METER,
            days=right_of("Current Billing Days:"),
            tariff=PERIOD.within(BILLABLE),
            demand_kw=row_end("Demand").within(MEASURED),
        ),
    )
    evidence = beside(
        previous_balance=row_end("Previous Balance").within(DETAIL),
        payments=row_end("Payment Received").within(DETAIL),
    )
