"""Green Mountain Energy, a Texas retailer (not Green Mountain Power of Vermont). Known from one bill of 2022."""

from parsers.families.retail_supplier import RetailSupplier
from parsers.locate import absent, in_line, one_meter, right_of

PERIOD = in_line(r"Service Period:? {billing_period_from} ?(?:-|to) ?{billing_period_to}")


class GreenMountainEnergy(RetailSupplier):
    code = "green_mountain_energy"
    name = "Green Mountain Energy"
    marks = ("Green Mountain Energy", "Contract Expiration Date", "Date Due")

    account_number = in_line(r"Account(?: Number)?:? (?P<account_number>\d{2} ?\d{3} ?\d{3} ?- ?\d)(?!\d)")
    billed_on = right_of("Invoice Date:", "Bill Date:", "Bill Date")
    due_on = right_of("Date Due")
    amount_due = right_of("Amount Due")
    outstanding_balance = absent("its label is not known")
    total_amount = right_of("Total Current Charges", "Current Charges")

    meters = (
        one_meter(
            type="electric",
            id=right_of("Meter Number:", "Meter:"),
            consumption=right_of("kWh Usage", "Total kWh Usage"),
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
            attributes={"esi_id": right_of("ESI ID:", "ESID:").shaped(r"\d{17}(?:\d{5})?")},
        ),
    )
