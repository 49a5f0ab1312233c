"""Ameren Illinois: labels and values in two columns at the head of each page, details of each service behind.

Known from descriptions of business bills of 2016 to 2022.
"""

from parsers.locate import (
    Utility,
    absent,
    beside,
    each_meter,
    in_line,
    right_of,
    row_end,
    rows,
    section,
)

SUMMARY = section("Current Charge Summary", until="Total Amount Due", closed=True)
NUMBER = r"{number}"
COLUMNS = rf"{NUMBER} \w+ {NUMBER} \w+ {{difference}} {{multiplier}} {{consumption}}$"
ELECTRIC = in_line(rf"^Total kWh (?P<id>[A-Z]?\d{{6,10}}) {COLUMNS}")
GAS = in_line(rf"^Total Therms? (?P<id>[A-Z]?\d{{6,10}}) {COLUMNS}")
DAYS = r"{billing_period_from} ?- ?{billing_period_to} \({days} days\)"
ELECTRIC_PERIOD = in_line(rf"Electric Meter Read for {DAYS}")
GAS_PERIOD = in_line(rf"Gas Meter Read for {DAYS}")


class AmerenIllinois(Utility):
    code = "ameren_illinois"
    name = "Ameren Illinois"
    marks = (("AmerenIllinois.com", "AMEREN ILLINOIS PO BOX"), "Statement Issued:")
    services = ("electric", "gas")
    proven = False

    account_number = right_of("Account Number").shaped(r"\d{5}-?\d{5}(?!\d)")
    billed_on = right_of("Statement Issued:") | in_line(r"Current Charge Summary for Statement {billed_on}")
    due_on = right_of("Due Date:")
    amount_due = row_end("Total Amount Due").within(SUMMARY) | right_of("Amount Due:")
    outstanding_balance = row_end("Prior Balance", "Prior balance").within(SUMMARY)
    total_amount = row_end("Subtotal Current Charges").within(SUMMARY)
    electricity_amount = row_end("Total Electric Charge").within(SUMMARY)
    delivery_charge = in_line(r"^Electric Delivery {delivery_charge}$")
    supply_charge = in_line(r"^Electric Supply {supply_charge}$")
    community_solar_bill_credit = absent("no such line is known on these bills")
    gas_amount = row_end("Total Gas Charge").within(SUMMARY)
    supplier_name = absent("its place in the label cell is not known for certain")

    meters = (
        each_meter(
            rows(ELECTRIC),
            type="electric",
            id=ELECTRIC,
            consumption=ELECTRIC,
            difference=ELECTRIC,
            multiplier=ELECTRIC,
            billing_period_from=ELECTRIC_PERIOD.of_bill(),
            billing_period_to=ELECTRIC_PERIOD.of_bill(),
            days=ELECTRIC_PERIOD.of_bill(),
            tariff=in_line(r"^(?P<tariff>DS-\d[A-Z]? [A-Z].*? Service)\b").of_bill(),
            demand_kw=in_line(r"^(?:Peak kW|On Peak kW|Off Peak kW) .*?{demand_kw}$").largest().of_only_meter(),
        ),
        each_meter(
            rows(GAS),
            type="gas",
            unit="therms",
            id=GAS,
            consumption=GAS,
            billing_period_from=GAS_PERIOD.of_bill(),
            billing_period_to=GAS_PERIOD.of_bill(),
            days=GAS_PERIOD.of_bill(),
            tariff=in_line(r"^(?P<tariff>GDS-\d[A-Z]? [A-Z].*? Service)\b").of_bill(),
        ),
    )
    evidence = beside(taxes=row_end("Total Taxes and Other Charges", "Total Tax Related Fees"))
