"""AEP Ohio: a summary on page 1, line items with amounts marked * that add up, the meter's details beside them.

Known from descriptions of business bills of 2020 to 2023.
"""

from parsers.locate import Utility, absent, beside, in_line, one_meter, prints, right_of, row_end, same_as

PERIOD = in_line(r"(?:Billing from|Billing Period:) {billing_period_from} ?- ?{billing_period_to}(?: \({days} days\))?")
READ = in_line(
    r"^{prior_reading} (?:Actual|Estimate\w*) {reading} (?:Actual|Estimate\w*) {difference} {consumption} kWh$"
)
DUE = in_line(r"^{due_on} {amount_due}$") | in_line(r"Amount due on or before {due_on} {amount_due}")
SUPPLIER = prints("Current Supplier Balance Due")


class AepOhio(Utility):
    code = "aep_ohio"
    name = "AEP Ohio"
    marks = (
        ("aepohio.com", "Notes from AEP Ohio:", "Current AEP Ohio Charges"),
        ("Bill mailing date is", "Mailing date is"),
    )
    services = ("electric",)
    proven = False

    account_number = in_line(r"Account ?# ?(?P<account_number>\d{3}-\d{3}-\d{3}-\d-\d)")
    billed_on = right_of("Bill mailing date is")
    due_on = DUE
    amount_due = DUE | row_end("Total Balance Due")
    outstanding_balance = row_end("Previous Balance Due")
    total_amount = row_end("Current Electric Charges").unless(SUPPLIER, "a supplier's charges come on top of it")
    electricity_amount = same_as("total_amount")
    delivery_charge = right_of("Delivery Charge").only_if(SUPPLIER, "they hold the generation as well")
    supply_charge = row_end("Current Supplier Balance Due")
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = absent("its place in the supplier's box is not known for certain")

    meters = (
        one_meter(
            type="electric",
            id=in_line(r"Meter ?# ?(?P<id>\d{9})(?!\d)"),
            consumption=READ.last(),
            difference=READ,
            reading=READ,
            prior_reading=READ,
            multiplier=in_line(r"Multiplier {multiplier}$"),
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
            days=PERIOD,
            tariff=in_line(r"Tariff (?P<tariff>\d{3} - [A-Z].*?)(?: {date})?$"),
            demand_kw=in_line(r"{demand_kw} kW$"),
        ),
    )
    evidence = beside(payments=in_line(r"^Payment {date}.*?{payments}$").summed())
