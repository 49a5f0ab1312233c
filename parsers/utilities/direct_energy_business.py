"""Direct Energy Business, a Texas retailer. Known from invoices of 2022 and 2023 by their labels.

Rows with the letters C and R cancel and bill again an earlier cycle; only those of this cycle are read.
"""

from parsers.families.retail_supplier import RetailSupplier
from parsers.locate import absent, blocks, each_meter, in_line, right_of, row_end

READ = in_line(
    r"^[SFE] {billing_period_from} {billing_period_to} {days} {prior_reading} {reading} {multiplier} {consumption} "
    r"{demand_kw} "
)


class DirectEnergyBusiness(RetailSupplier):
    code = "direct_energy_business"
    name = "Direct Energy Business"
    marks = ("Direct Energy", "CURRENT READINGS", "ESIID:")

    account_number = in_line(r"Account ?# ?:? ?(?P<account_number>\d{6,9})(?!\d)")
    billed_on = right_of("Invoice Date:", "Invoice Date")
    due_on = right_of("Due Date:", "Due Date")
    amount_due = row_end("Total Amount Due", "Amount Due")
    outstanding_balance = absent("its label is not known")
    total_amount = row_end("Total Current Charges")

    meters = (
        each_meter(
            blocks(r"ESIID:"),
            type="electric",
            complete=True,
            id=right_of("Meter:"),
            consumption=READ,
            reading=READ,
            prior_reading=READ,
            multiplier=READ,
            days=READ,
            demand_kw=READ,
            billing_period_from=READ,
            billing_period_to=READ,
            attributes={"esi_id": right_of("ESIID:").shaped(r"\d{17}(?:\d{5})?")},
        ),
    )
