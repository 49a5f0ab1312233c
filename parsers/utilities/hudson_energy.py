"""Hudson Energy. Known from invoices of 2015 and 2016 by their labels; ``ESIID`` holds the utility's account."""

from parsers.families.retail_supplier import RetailSupplier
from parsers.locate import absent, in_line, one_meter, right_of

ROW = in_line(
    r"(?P<id>(?=\S*\d)[A-Z0-9]{6,}) {reading} {prior_reading} {multiplier} {consumption} {demand_kw} "
    r"{billing_period_from} ?- ?{billing_period_to}$"
)


class HudsonEnergy(RetailSupplier):
    code = "hudson_energy"
    name = "Hudson Energy"
    marks = ("Hudson Energy", "Amount Due After Due Date:", "Invoice Date:")

    account_number = right_of("Acct #:")
    billed_on = right_of("Invoice Date:")
    due_on = right_of("Due by:") | right_of("Please Pay By")
    amount_due = right_of("Total Amount Due") | right_of("Amount Due:")
    outstanding_balance = absent("its label is not known")
    total_amount = absent("the label of the new charges is not known")

    meters = (
        one_meter(
            type="electric",
            id=ROW,
            consumption=ROW,
            reading=ROW,
            prior_reading=ROW,
            multiplier=ROW,
            demand_kw=ROW,
            billing_period_from=ROW,
            billing_period_to=ROW,
        ),
    )
