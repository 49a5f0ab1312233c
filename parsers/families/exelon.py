"""PECO and ComEd: a summary on page 1, meter table and charges under headings with their totals on page 2.

Known from descriptions of business bills: PECO 2021 to 2023, ComEd 2015 and, by its labels alone, 2024.
"""

from parsers.locate import (
    Utility,
    absent,
    adding_up,
    address_right_of,
    beside,
    each_meter,
    in_line,
    one_meter,
    right_of,
    row_end,
    rows,
    section,
)

NEW = section("Current Period Charges", until=("Total New Charges", "Total Amount Due"))
READ = in_line(
    r"^\d\d?/\d\d?(?: ?- ?\d\d?/\d\d?)? (?P<id>[A-Z]?\d{6,10}) .*?"
    r"\bTot(?:al)? kWh\b.*?(?:{difference} {multiplier} )?{consumption}$"
)
PERIOD = (
    in_line(r"Service [Pp]eriod {billing_period_from} to {billing_period_to}(?: ?- ?{days} [Dd]ays)?")
    | in_line(r"Service from {billing_period_from} to {billing_period_to}(?: ?- ?{days} [Dd]ays)?")
    | in_line(r"{billing_period_from} ?- ?{billing_period_to} \({days} [Dd]ays\)")
)
DUE = in_line(r"(?i:Total )?Amount Due (?:on|by) {due_on} {amount_due}")


class Exelon(Utility, family=True):
    """A member adds its code, name and marks, and how its account numbers look."""

    services = ("electric", "gas")
    proven = False

    account_number = right_of("Account Number:", "Account #").shaped(r"\d{5}-?\d{5}(?!\d)")
    billed_on = right_of("Bill Date", "Issue Date:", "Issued")
    due_on = DUE | right_of("Please pay this amount by")
    amount_due = DUE | row_end("Total Amount Due")
    outstanding_balance = adding_up(row_end("Charges from previous bill"), beside="total_amount", to="amount_due")
    total_amount = row_end("Total New Charges") | row_end("Total Current Charges")
    electricity_amount = row_end("Electric").within(NEW)
    delivery_charge = right_of("ELECTRIC DELIVERY", "Delivery Services - ComEd", "DELIVERY - ComEd")
    supply_charge = right_of("ELECTRIC SUPPLY", "Electricity Supply Services")
    community_solar_bill_credit = absent("no such line is known on these bills")
    gas_amount = row_end("Gas").within(NEW)
    supplier_name = absent("its place among the addresses is not known for certain")

    meters = (
        each_meter(
            rows(READ),
            type="electric",
            id=READ,
            consumption=READ,
            difference=READ,
            multiplier=READ,
            billing_period_from=PERIOD.of_bill(),
            billing_period_to=PERIOD.of_bill(),
            days=PERIOD.of_bill(),
            tariff=right_of("Electric Rate:", "Delivery Rate Classification").of_bill(),
            demand_kw=in_line(r"(?:Distribution|Transmission|Generation) kW - Measured ?: {demand_kw}")
            .largest()
            .of_only_meter(),
            address=address_right_of("Service Address:", "Service Location:").of_bill(),
            attributes={"electric_choice_id": right_of("Electric Choice ID:").shaped(r"\d{10}").of_bill()},
        )
        | one_meter(
            type="electric",
            consumption=right_of("Total kWh Used:"),
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
        ),
    )
    evidence = beside(taxes=right_of("TAXES & FEES", "Taxes and Other"))
