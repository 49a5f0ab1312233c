"""National Grid's companies: a summary table by service, then a block of readings for each meter.

What is asked and when it is due is printed white on black, as drawings: on their line only the account has a label.
"""

from parsers.locate import (
    HEADING,
    Utility,
    address_below,
    below,
    beside,
    blocks,
    cell,
    each_meter,
    in_line,
    name_right_of,
    prints,
    right_of,
    row_end,
    section,
    settled,
)

BALANCE = section(
    "ACCOUNT BALANCE",
    until=("SUMMARY OF CURRENT CHARGES", "DETAIL OF CURRENT CHARGES", "KEEP THIS PORTION"),
    left=HEADING,
)
SUMMARY = section("SUMMARY OF CURRENT CHARGES", until=("KEEP THIS PORTION", "DETAIL OF CURRENT CHARGES"), left=HEADING)
DETAIL = section("DETAIL OF CURRENT CHARGES", onward=True)
# what the panels of a home have made is measured by a meter of its own, under a heading of its own
USED = section("DETAIL OF CURRENT CHARGES", until=("MA SMART Incentive", "SMART Incentive Program"), onward=True)

HEAD = in_line(r"(?<!\d)(?P<account_number>\d{5}-?\d{5}) {due_on} {amount_due}")
PERIOD = in_line(r"{billing_period_from} to {billing_period_to}").within(
    section("BILLING PERIOD", until="ACCOUNT NUMBER")
)
METER_PERIOD = (
    in_line(r"SERVICE PERIOD {billing_period_from:month_day} ?- ?{billing_period_to:month_day}")
    | in_line(r"SERVICE PERIOD {billing_period_from} ?- ?{billing_period_to}")
    | in_line(r"{billing_period_from:month_day} ?- ?{billing_period_to:month_day} {count} ")
)
DAYS = right_of("NUMBER OF DAYS IN PERIOD") | in_line(r"{month_day} ?- ?{month_day} {days} ")
READINGS = r"{number} [A-Z][a-z]+ {number} [A-Z][a-z]+"
ENERGY = in_line(rf"\bEnergy {READINGS} {{difference}} {{multiplier}} {{consumption}} kWh")
THERMS = in_line(
    rf"{{month_day}} ?- ?{{month_day}} {{count}} {READINGS} {{difference}} {{multiplier}} {{consumption}}$"
)
ELECTRIC = ("Electric Service", "Lighting Service")
LEFT_OVER = ("Balance Forward", "Amount Past Due")
EARLIER = row_end("Previous Balance").within(BALANCE)
PAID = (
    in_line(r"^(?!Previous Balance).*? {payments}$")
    .within(
        section("Previous Balance", until=("Balance Forward", "Amount Past Due", "Current Charges"), within=BALANCE)
    )
    .summed()
)
SUPPLIER = name_right_of("SUPPLIER").first().within(DETAIL)
BLOCKS = blocks(
    r"(?:Type of Service|Service Period|Current Reading) .*(?:Reading|Total Usage)",
    end=r"\bRATE [A-Z]",
    within=USED,
)
GAS = prints("RATE Gas", "CCF")
ANY_GAS = prints("RATE Gas", "CCF", "Therms", "therms", within=DETAIL)
OF_GAS_TOO = "totals of gas stand in the detail too"
SHARED = {
    "id": right_of("METER NUMBER"),
    "billing_period_from": METER_PERIOD,
    "billing_period_to": METER_PERIOD,
    "days": DAYS,
    "tariff": in_line(r"\bRATE {tariff}(?: VOLTAGE DELIVERY LEVEL.*)?$"),
    "address": address_below("SERVICE FOR", skip=1).of_bill(),
}


class NationalGridUtility(Utility, family=True):
    """A member adds its code, its name, and the marks that tell its state from the others."""

    services = ("electric", "gas")
    begins = r"\bPAGE 1 of \d"
    skip_pages = ("For Your Information",)

    account_number = HEAD | below("ACCOUNT NUMBER").shaped(r"\d{5}-?\d{5}")
    billed_on = below("DATE BILL ISSUED") | right_of("DATE BILL ISSUED")
    due_on = in_line(r"Automated Payment Transfer will occur on {due_on}") | HEAD
    amount_due = HEAD | row_end("Amount Due", "Credit Balance").within(BALANCE)
    billing_period_from = PERIOD
    billing_period_to = PERIOD
    electricity_amount = cell(ELECTRIC, "TOTAL").within(SUMMARY).summed()
    delivery_charge = cell(ELECTRIC, "DELIVERY").within(SUMMARY).summed() | row_end("Total Delivery Services").within(
        DETAIL
    ).unless(ANY_GAS, OF_GAS_TOO)
    supply_charge = cell(ELECTRIC, "SUPPLY").within(SUMMARY).summed() | row_end("Total Supply Services").within(
        DETAIL
    ).unless(ANY_GAS, OF_GAS_TOO)
    gas_amount = cell("Gas Service", "TOTAL").within(SUMMARY)
    total_amount = cell("Total Current Charges", "TOTAL").within(SUMMARY) | row_end("Current Charges").within(BALANCE)
    outstanding_balance = row_end(*LEFT_OVER).within(BALANCE) | settled(EARLIER, PAID)
    community_solar_bill_credit = row_end("CDG Credit - Applied to This Bill", "Transferred AOB Credit")
    supplier_name = SUPPLIER.except_for("National Grid", reason="National Grid itself is the supplier")

    meters = (
        each_meter(
            BLOCKS,
            type="electric",
            where=~GAS,
            consumption=in_line(r"Total Energy(?: Usage)? {consumption} kWh")
            | in_line(r"Me(?:ter|asur)ed(?: Energy)? Usage {consumption} kWh")
            | ENERGY.summed()
            | in_line(r"^(?!.*(?:Billed|Total| x )).*?{consumption} kWh$").summed(),
            difference=ENERGY,
            multiplier=ENERGY,
            demand_kw=in_line(r"{demand_kw} kW$").largest(),
            attributes={"loadzone": right_of("Loadzone").of_bill()},
            shared=SHARED,
        ),
        each_meter(
            BLOCKS,
            type="gas",
            unit="therms",
            where=GAS,
            consumption=in_line(  # with fewer columns the last one is CCF
                rf"{READINGS} {{number}} {{number}} {{number}} {{number}} {{consumption}}$"
            ).summed()
            | THERMS.summed(),
            difference=THERMS,
            multiplier=THERMS,
            shared=SHARED,
        ),
    )
    evidence = beside(
        previous_balance=EARLIER,
        payments=PAID,
        budget_amount=row_end("Budget Plan Amount", "Budget Amount"),
        other_charges=cell("Total Current Charges", ("OTHER CHARGES/", "FACILITY/")).within(SUMMARY),
    )
