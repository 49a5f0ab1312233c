"""Consumers Energy: account information and meters left, charges right on page 2; delivery and supply are bundled.

Known from descriptions of business bills of 2021 to 2023.
"""

from parsers.locate import (
    HEADING,
    Utility,
    absent,
    address_below,
    beside,
    in_line,
    one_meter,
    prints,
    right_of,
    row_end,
    section,
)

SUMMARY = section("Account Summary", left=HEADING)
ELECTRIC = section("Electric Service:", until="Gas Service:", right="Account Summary")
PERIOD = in_line(r"Service dates: {billing_period_from} ?- ?{billing_period_to}(?: \({days} days\))?")
DUE = in_line(r"Amount Due: {amount_due} by {due_on}")
HAS_ELECTRIC = prints("Total Electric", "Electric Service:")
MCF = "gas is printed in Mcf alone"


class ConsumersEnergy(Utility):
    code = "consumers_energy"
    name = "Consumers Energy"
    marks = (("ConsumersEnergy.com", "Count on Us"), ("Please pay by:", "Service dates:"))
    services = ("electric", "gas")
    proven = False

    account_number = right_of("Account:").shaped(r"\d{4} ?\d{4} ?\d{4}(?!\d)")
    billed_on = absent("no date of issue is printed")
    due_on = right_of("Please pay by:") | DUE
    amount_due = DUE | right_of("Amount Due:")
    outstanding_balance = row_end("Balance Forward").within(SUMMARY)
    total_amount = row_end("Total Energy Charges").within(SUMMARY)
    electricity_amount = absent("the electric total is printed before its tax")
    delivery_charge = absent("delivery and supply are not told apart")
    supply_charge = absent("delivery and supply are not told apart")
    community_solar_bill_credit = absent("no such line is known on these bills")
    gas_amount = absent("the gas total is printed before its tax")
    supplier_name = absent("suppliers' bills have not been seen")

    meters = (
        one_meter(
            type="electric",
            where=HAS_ELECTRIC,
            id=right_of("Meter Number:").within(ELECTRIC),
            consumption=right_of("Total Metered Energy Use:").within(ELECTRIC)
            | in_line(r"Usage: {consumption}").within(ELECTRIC),
            difference=right_of("Differential:").within(ELECTRIC),
            multiplier=right_of("Constant:").within(ELECTRIC),
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
            days=right_of("Days Billed:"),
            tariff=in_line(r"(?P<tariff>Elec .*? Rate .*)").within(
                section("Rate Information", right="Account Summary")
            ),
            address=address_below("Service Address:"),
            attributes={"pod_id": right_of("POD Number:").within(ELECTRIC)},
        ),
    )
    evidence = beside(previous_balance=row_end("Last Month's Account Balance").within(SUMMARY))
