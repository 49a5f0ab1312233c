"""Avangrid's companies in New York (NYSEG, RG&E): one list of costs for electricity and one for gas.

Known from programs that read bills of homes of 2025, with and without net metering; no bill was seen.
"""

from parsers.locate import (
    Utility,
    absent,
    adding_up,
    below,
    beside,
    in_line,
    one_meter,
    prints,
    right_of,
    section,
)

SERVICE = section("Service from:")
PERIOD = in_line(r"(?<!\S){billing_period_from} ?- ?{billing_period_to}(?!\S)").within(SERVICE)
USED = in_line(r"(?<!\S){days} days {consumption} kwh")
GAS_USED = right_of("Natural gas used (therm)")
POD = r"[A-Z]\d{12,18}"
ENERGY = right_of("Total Energy Charges")


class AvangridNewYorkUtility(Utility, family=True):
    """A member adds its code, its name and its marks. Exports are printed as rows of the same form as imports."""

    services = ("electric", "gas")
    proven = False

    account_number = in_line(r"(?<![\d-])(?P<account_number>\d{4}-\d{4}-\d{3})(?![\d-])")
    billed_on = right_of("Statement Date:")
    due_on = right_of("Due Date:", "Payment Due:") | in_line(r"[Pp]lease pay (?:.* )?by {due_on}")
    amount_due = right_of("Amount Due:")
    billing_period_from = PERIOD
    billing_period_to = PERIOD
    electricity_amount = right_of("Total Electricity Cost")
    delivery_charge = right_of("Subtotal Electricity Delivery")
    supply_charge = right_of("Subtotal Electricity Supply")
    community_solar_bill_credit = absent("no such line is known on these bills")
    gas_amount = right_of("Total Natural Gas Cost")
    outstanding_balance = right_of("Balance forward", "Balance Forward")
    total_amount = adding_up(ENERGY, beside="outstanding_balance", to="amount_due", needed=True)
    supplier_name = absent("its place on these bills is not known")

    meters = (
        one_meter(
            type="electric",
            where=prints("Total Electricity Cost"),
            id=in_line(r"^(?P<id>[A-Z]?\d{6,12}) .*?(?<!\S){count} days {number} kwh"),
            consumption=USED,
            days=USED,
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
            attributes={"pod_id": right_of("PoD ID:").shaped(POD) | below("PoD ID:").shaped(POD)},
        ),
        one_meter(
            type="gas",
            unit="therms",
            where=prints("Total Natural Gas Cost"),
            consumption=GAS_USED,
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
        ),
    )
    evidence = beside(
        taxes=right_of("Subtotal Electricity Taxes and Surcharges"),
        other_charges=right_of("Total Miscellaneous Charges"),
    )
