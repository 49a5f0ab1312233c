"""CenterPoint Energy in Indiana: gas and electricity in a layout of 2023, gas in one of 2024.

Known from descriptions of four business bills. A second, higher amount is due after the due date.
"""

from parsers.locate import (
    Utility,
    absent,
    adding_up,
    address_right_of,
    below,
    beside,
    each_meter,
    in_line,
    one_meter,
    prints,
    right_of,
    row_end,
    rows,
    section,
    settled,
)

EARLIER = row_end("Previous Bill Amount", "Previous Gas Amount Due")
PAID = row_end("Payment(s) Received") | in_line(r"^Payment {date} Thank you!? {payments}$").summed()
ROW = r"^(?P<id>[A-Z]?\d{5,}[A-Z]?) {billing_period_from} {billing_period_to} {days}"
THERMS = in_line(rf"{ROW} \S+ \S+ {{number}} {{number}} {{number}} .*? {{consumption}}$")
GAS_TABLE = section("Therms Used This Period", until=("Total Gas Charges", "kWh Used This Period"))
KWH = in_line(rf"{ROW} \S+ \S+ {{number}} .*? {{consumption}}$").within(
    section("kWh Used This Period", until=("Total Electric Charges", "Therms Used This Period"))
)
PERIOD = in_line(r"^{billing_period_from} ?- ?(?P<billing_period_to>\d\d/\d\d/\d\d) ")


class CenterPointEnergyIndiana(Utility):
    code = "centerpoint_energy_indiana"
    name = "CenterPoint Energy Indiana"
    marks = ("CenterPointEnergy.com", ("Relay Indiana", "800-227-1376"), "Account Number", "Amount Due")
    services = ("electric", "gas")
    proven = False

    account_number = right_of("Account Number:").shaped(r"\d{2}-\d{9}-\d{8}(?: ?\d)?") | below("ACCOUNT NUMBER").shaped(
        r"\d{8,}-\d"
    )
    billed_on = right_of("Billing Date:") | below("DATE MAILED")
    due_on = right_of("Date Due:") | below("AUTOPAY DATE")
    amount_due = right_of("Amount Due:") | below("AMOUNT DUE")
    outstanding_balance = row_end("Balance Carried Forward") | settled(EARLIER, PAID)
    total_amount = row_end("Charges This Period") | adding_up(
        row_end("Current Gas Charges"), beside="outstanding_balance", to="amount_due", needed=True
    )
    gas_amount = row_end("Total Gas Charges", "Total Current Gas Charges")
    electricity_amount = row_end("Total Electric Charges")
    delivery_charge = absent("delivery and supply are not told apart")
    supply_charge = absent("delivery and supply are not told apart")
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = absent("no supplier is named on these bills")

    meters = (
        each_meter(
            rows(THERMS, within=GAS_TABLE),
            type="gas",
            unit="therms",
            id=THERMS,
            consumption=THERMS,
            billing_period_from=THERMS,
            billing_period_to=THERMS,
            days=THERMS,
            address=address_right_of("Service Address:").of_bill(),
        )
        | one_meter(
            type="gas",
            unit="therms",
            id=right_of("Meter Number") | below("Meter Number"),
            consumption=in_line(r"\(Therm Conversion\) = Therms Used of {consumption}$"),
            billing_period_from=PERIOD,
            billing_period_to=PERIOD,
            days=right_of("Days in Billing Period") | below("Days in Billing Period"),
        ),
        one_meter(  # rows of other categories (demand) would not agree with it
            type="electric",
            where=prints("kWh Used This Period"),
            id=KWH,
            consumption=KWH,
            billing_period_from=KWH,
            billing_period_to=KWH,
            days=KWH,
            address=address_right_of("Service Address:"),
        ),
    )
    evidence = beside(previous_balance=EARLIER, payments=PAID)
