"""Pepco, Delmarva Power and Atlantic City Electric: one template, whose sentences name what they hold.

Known from descriptions of other readers alone; no bill has been seen.
"""

from parsers.locate import Utility, absent, adding_up, address_right_of, in_line, one_meter, right_of, row_end

PERIOD = in_line(r"for the period {billing_period_from} to {billing_period_to}") | in_line(
    r"Services for {billing_period_from} to {billing_period_to}"
)
DUE = in_line(r"Total amount due by {due_on} {amount_due}")
SERVICE = in_line(r"^(?P<tariff>[A-Z][\w /&-]*?) ?- ?service number \d")
READ = in_line(r"^{difference} {multiplier} {consumption}$")


class PepcoHoldings(Utility, family=True):
    """A member adds its code, name and marks."""

    services = ("electric",)
    proven = False

    account_number = right_of("Account number:").shaped(r"\d{4} ?\d{4} ?\d{3}(?! ?\d)")
    billed_on = right_of("Bill Issue date:", "Bill issue date:", "Bill Issue Date:")
    due_on = DUE
    amount_due = DUE
    outstanding_balance = in_line(r"Balance forward as of {date} {outstanding_balance}")
    total_amount = adding_up(
        row_end("New electric charges"), beside="outstanding_balance", to="amount_due", needed=True
    )
    electricity_amount = row_end("Total Electric Charges", "Total electric charges")
    delivery_charge = row_end("Total Electric Delivery Charges")
    supply_charge = row_end("Total Electric Supply Charges")
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = in_line(r"^New (?P<supplier_name>[A-Z][\w&.,' -]*?) supply charges")

    meters = (
        one_meter(
            type="electric",
            id=in_line(r"^(?P<id>(?=[A-Z0-9]*\d{6})[A-Z0-9]{8,14}) Use \(kWh\)"),
            consumption=READ | right_of("Electricity you used", "Total Use", "KWH Used"),
            difference=READ,
            multiplier=READ,
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
            tariff=SERVICE,
            address=address_right_of("Your service address:"),
            attributes={"service_number": right_of("service number").shaped(r"\d{4}(?: ?\d{3,4})+")},
        ),
    )
