"""Seattle City Light: one table of readings and charges, in which the rows of energy have the unit KWH.

Known from descriptions and from other readers of its bills of 2025; no bill has been seen.
"""

from parsers.locate import Utility, absent, each_meter, in_line, right_of, row_end, rows, section

TABLE = section("DETAILED BILLING INFORMATION", until=("Current billing", "Total for:"), onward=True)
READ = in_line(
    r"^(?P<id>\d{5,9}) KWH {billing_period_from} {billing_period_to} {prior_reading} {reading} {multiplier}"
    r" {consumption}(?!\S)"
)


class SeattleCityLight(Utility):
    code = "seattle_city_light"
    name = "Seattle City Light"
    marks = (
        "Seattle City Light",
        ("seattle.gov/light", "seattle.gov/city-light"),
        "DETAILED BILLING INFORMATION",
        "KWH",
    )
    services = ("electric",)
    proven = False

    account_number = right_of("ACCOUNT NUMBER:", "Account Number:").shaped(r"(?:\d-\d{6,9}-\d{5,7}|\d{10})")
    billed_on = right_of("BILL DATE:", "Bill Date:", "STATEMENT DATE:", "BILLING DATE:")
    due_on = right_of("DUE DATE:")
    amount_due = right_of("TOTAL AMOUNT DUE:", "Total amount due:", "AMOUNT DUE:")
    outstanding_balance = right_of("Balance forward:", "Balance:")
    total_amount = right_of("Current billing:")
    electricity_amount = right_of("Current Electric Service:") | row_end("Total for:").summed()
    delivery_charge = absent("delivery is not totalled apart from supply")
    supply_charge = absent("supply is not totalled apart from delivery")
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = absent("its customers have no choice of a supplier")

    meters = (
        each_meter(
            rows(READ, within=TABLE),
            type="electric",
            id=READ,
            consumption=READ,
            reading=READ,
            prior_reading=READ,
            multiplier=READ,
            billing_period_from=READ,
            billing_period_to=READ,
            address=absent("a bill of several addresses does not say which meter is where"),
        ),
    )
