"""Arizona Public Service: balance and charges on page 1, meter readings without years beside the usage.

Known from one description of a home's bill and a list of values of another; no bill has been seen. The generation and
the delivery of electricity are mixed among the charges.
"""

from parsers.locate import Utility, absent, adding_up, beside, in_line, one_meter, right_of, same_as, section

READINGS = section("Meter readings", until=("Total used", "Total electricity used"))
FIRST = in_line(r"^{billing_period_from:month_day} {prior_reading}$").within(READINGS).first()
LAST = in_line(r"^{billing_period_to:month_day} {reading}$").within(READINGS).last()
USED = right_of("Total used", "Total electricity used", "Total electricity you used")


class ArizonaPublicService(Utility):
    code = "arizona_public_service"
    name = "Arizona Public Service"
    marks = (("Arizona Public Service", "aps.com/"), "aps.com", ("Balance forward", "New charges"), "Total amount due")
    services = ("electric",)
    proven = False

    account_number = right_of("Your account number", "Account number").shaped(r"\d{10}")
    billed_on = right_of("Bill date", "Bill date:")
    due_on = right_of("Due date", "Due date:")
    amount_due = right_of("Total amount due")
    outstanding_balance = right_of("Balance forward")
    total_amount = adding_up(right_of("New charges"), beside="outstanding_balance", to="amount_due", needed=True)
    electricity_amount = same_as("total_amount")
    delivery_charge = absent("delivery is not totalled apart from generation")
    supply_charge = absent("generation is not totalled apart from delivery")
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = absent("its customers have no choice of a supplier")

    meters = (
        one_meter(
            type="electric",
            id=right_of("Meter number").shaped(r"[A-Z]?\d{5,9}"),
            consumption=USED,
            billing_period_from=FIRST,
            billing_period_to=LAST,
            prior_reading=FIRST,  # readings in the other order do not make the usage
            reading=LAST,
            demand_kw=right_of("Billed demand").first(),
        ),
    )
    evidence = beside(previous_balance=right_of("Previous bill"), payments=right_of("Payment"))
