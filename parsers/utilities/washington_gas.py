"""Washington Gas (DC, Maryland, Virginia): known from descriptions of bills of 2014 and 2015 alone."""

from parsers.locate import (
    Utility,
    absent,
    address_right_of,
    below,
    confirmed,
    in_line,
    one_meter,
    right_of,
    row_end,
    section,
)

DAY = r"[A-Z][a-z]+ \d{1,2}, \d{4}"
PERIOD = in_line(rf"^{{billing_period_from}} ?- ?(?P<billing_period_to>{DAY}) \({{days}} [Dd]ays\)")
CHARGES = section("DISTRIBUTION SERVICE", until="Total Washington Gas Charges This Period", onward=True)
TOTAL = row_end("Total charges this period")


class WashingtonGas(Utility):
    code = "washington_gas"
    name = "Washington Gas"
    marks = ("Washington Gas", "Total charges this period", "Service address")
    services = ("gas",)
    proven = False

    account_number = right_of("account number", "Account number", "Account Number", "Account number:")
    billed_on = absent("its label is not known")
    due_on = absent("its label is not known")
    amount_due = absent("its label is not known")
    outstanding_balance = absent("its label is not known")
    total_amount = TOTAL
    gas_amount = confirmed(TOTAL, by=row_end("Total Washington Gas Charges This Period"))
    supplier_name = absent("bills with a supplier have not been seen")

    meters = (
        one_meter(
            type="gas",
            unit="therms",
            id=below("Meter Number:"),
            consumption=in_line(r"^Distribution Charge {consumption} Therms\b").within(CHARGES),
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
            days=PERIOD,
            tariff=below("Rate Class:"),
            address=address_right_of("Service address:"),
        ),
    )
