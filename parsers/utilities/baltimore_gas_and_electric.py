"""Baltimore Gas and Electric (BGE), of Exelon: electric and gas details side by side on page 2.

Known from descriptions of business bills of 2018.
"""

from parsers.locate import (
    HEADING,
    Utility,
    absent,
    beside,
    in_line,
    one_meter,
    prints,
    right_of,
    row_end,
    section,
)

SUMMARY = section("Bill Summary", until="Total amount due by", left=HEADING, closed=True)
ELECTRIC = section("Electric details", left=HEADING, right="Gas details")
GAS = section("Gas details", left=HEADING)
DUE = in_line(r"Total amount due by {due_on} {amount_due}")
PERIOD = in_line(r"Billing Period: {billing_period_from} - {billing_period_to}")
METER = in_line(r"Meter # ?(?P<id>[A-Z]?\d{6,12}) Read on")
RATE = in_line(r"^(?P<tariff>[A-Z].*? - Schedule [A-Z0-9]+)")


class BaltimoreGasAndElectric(Utility):
    code = "baltimore_gas_and_electric"
    name = "BGE"
    marks = (("bge.com", "BGE Outstanding Balance"), ("Issued Date:", "Issued date:"), "Total amount due by")
    services = ("electric", "gas")
    proven = False

    account_number = right_of("Account #").shaped(r"\d{10}(?!\d)")
    billed_on = right_of("Issued Date:", "Issued date:")
    due_on = DUE
    amount_due = DUE
    outstanding_balance = row_end("BGE Outstanding Balance").within(SUMMARY)
    total_amount = row_end("Total New Charges", "Total Current Charges") | absent("new charges are not totalled")
    electricity_amount = row_end("Electric").within(SUMMARY)
    delivery_charge = right_of("BGE ELECTRIC DELIVERY").within(ELECTRIC)
    supply_charge = right_of("ELECTRIC SUPPLY").within(ELECTRIC) | row_end("Total Electric Supplier")
    community_solar_bill_credit = absent("no such line is known on these bills")
    gas_amount = row_end("Gas").within(SUMMARY)
    supplier_name = absent("its place beside the chart is not known for certain")

    meters = (
        one_meter(
            type="electric",
            where=prints("Electric details"),
            id=METER.within(ELECTRIC),
            consumption=in_line(r"{consumption} kWh used").within(ELECTRIC),
            billing_period_from=PERIOD.within(ELECTRIC),
            billing_period_to=PERIOD.within(ELECTRIC),
            days=right_of("Days Billed:").within(ELECTRIC),
            tariff=RATE.within(ELECTRIC),
            attributes={"electric_choice_id": right_of("Electric Choice ID:").shaped(r"\d{10}(?!\d)")},
        ),
        one_meter(
            type="gas",
            unit="therms",
            where=prints("Gas details"),
            id=METER.within(GAS),
            consumption=in_line(r"{consumption} therms used").within(GAS),
            billing_period_from=PERIOD.within(GAS),
            billing_period_to=PERIOD.within(GAS),
            days=right_of("Days Billed:").within(GAS),
            tariff=RATE.within(GAS),
        ),
    )
    evidence = beside(
        taxes=right_of("TAXES & FEES").within(ELECTRIC),
        previous_balance=row_end("Previous Balance").within(SUMMARY),
        payments=row_end("Payments Received").within(SUMMARY),
    )
