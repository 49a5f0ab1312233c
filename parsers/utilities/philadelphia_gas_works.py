"""Philadelphia Gas Works: known from a description of one bill of 2023. A receipt of its payment can come before it."""

from parsers.locate import Utility, absent, in_line, one_meter, right_of, row_end, same_as

PERIOD = in_line(r"Service From {billing_period_from} ?- ?{billing_period_to}")


class PhiladelphiaGasWorks(Utility):
    code = "philadelphia_gas_works"
    name = "Philadelphia Gas Works"
    marks = (("pgworks.com", "PHILADELPHIA GAS WORKS"), "Please Pay", "Service From")
    services = ("gas",)
    proven = False
    covers = ("KUBRAEZPAY",)

    account_number = right_of("Account Number:").shaped(r"\d{10}")
    billed_on = right_of("Billing Date")
    due_on = right_of("Due By")
    amount_due = right_of("Please Pay")
    outstanding_balance = absent("its label is not known")
    total_amount = row_end("Current Charges")
    gas_amount = same_as("total_amount")
    supplier_name = absent("bills with a supplier have not been seen")

    meters = (
        one_meter(
            type="gas",
            unit="ccf",
            id=right_of("Meter Number:", "Meter Number", "Meter #"),
            consumption=in_line(
                r"^(?!.*(?:[Aa]verage|[Dd]aily| per )).*\b[Uu]s(?:ed|age)\b.*? {consumption} C[Cc][Ff]\b"
            ),
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
        ),
    )
