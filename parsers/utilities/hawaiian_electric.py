"""Hawaiian Electric, since 2020 the name of all three companies of the islands: meters in a table, then charges.

Known from the company's guide to its bill and from one reader of bills with many meters; no bill has been seen.
"""

from parsers.locate import Utility, absent, adding_up, each_meter, in_line, right_of, row_end, rows, same_as

PERIOD = in_line(r"Service Period {billing_period_from} - {billing_period_to}")
READ = in_line(r"\b(?P<id>[A-Z]{2,3}\d{7,9})\b.*? KWH\b.*? {consumption}$")
TOTAL = row_end("Total for Current Charges").last()


class HawaiianElectric(Utility):
    code = "hawaiian_electric"
    name = "Hawaiian Electric"
    marks = (("hawaiianelectric.com", "heco.com"), "Service Period", ("Current Charges", "Total Amount Due"))
    services = ("electric",)
    proven = False

    account_number = right_of("Account Number:", "Account Number", "Account No.").shaped(r"\d{12}")
    billed_on = right_of("Bill Date:", "Bill Date", "Statement Date")
    due_on = right_of("Due Date:", "Due Date")
    amount_due = right_of("Total Amount Due")
    outstanding_balance = right_of("Outstanding Balance")
    total_amount = adding_up(TOTAL, beside="outstanding_balance", to="amount_due", needed=True)
    electricity_amount = same_as("total_amount")
    delivery_charge = absent("delivery is not totalled apart from supply")
    supply_charge = absent("supply is not totalled apart from delivery")
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = absent("its customers have no choice of a supplier")

    meters = (
        each_meter(
            rows(READ),
            type="electric",
            id=READ,
            consumption=READ,
            billing_period_from=PERIOD.of_bill(),
            billing_period_to=PERIOD.of_bill(),
        ),
    )
