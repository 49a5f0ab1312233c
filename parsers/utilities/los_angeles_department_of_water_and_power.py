"""Los Angeles Department of Water and Power: all services on page 1, then a block for each service agreement.

A fourth of each page is a column of definitions, whose lines stand at the height of the values.
"""

from parsers.locate import (
    HEADING,
    Utility,
    absent,
    address_in,
    below,
    beside,
    each_meter,
    in_line,
    name_below,
    not_a_bill,
    numbers_below,
    other_services,
    prints,
    row_end,
    section,
    settled,
)

SUMMARY = section("Account Summary", until="Summary of New Charges", left=HEADING)
REMAINING = ("Remaining Balance", "Credit Balance", "Past Due Balance")
PAID = section("Previous Account Balance", until=(*REMAINING, "New Charges"), within=SUMMARY)
PREVIOUS = row_end("Previous Account Balance").within(SUMMARY)
PAYMENTS = in_line(r"^(?!Previous Account Balance).*? {payments}$").within(PAID).summed()
NEW = section("Summary of New Charges", until="Total New Charges", left=HEADING)
AGREEMENT = section("SA # :", until=("Total Electric Charges", "SA # :"), onward=True, closed=True)
HEAD = section("BILL DATE", until="Account Summary", left="Account Summary", closed=True)

SERVICE = in_line(
    r"^Electric Charges(?: {date} - {date})?(?: {electricity_consumption} kWh)? {electricity_amount}$"
).within(NEW)
ALL_SERVICES = SERVICE.summed().covering(r"^ElectricCharges")
REGISTER = r"\b(?:High Peak|Low Peak|Base|Energy|{identifier}) ?(?:kWh)?"
USED = in_line(rf"{REGISTER} {{reading}} {{prior_reading}} (?:{{multiplier}} )?{{consumption}} kWh$")
A_REGISTER = r"^(?!.*(?:Tier|Allo[tw]|Limit|[Aa]verage|Bank)).*\dkWh$"  # what homes may use at a price is no register
ALL_USED = in_line(rf"{REGISTER} {{number}} {{number}} (?:{{number}} )?{{electricity_consumption}} kWh$")
PERIOD = in_line(r"{billing_period_from} - {billing_period_to}")
UNIT = r"(?:, (?P<line_2>(?:APT|UNIT|STE|SUITE|BLDG|FL|RM|#)[^,]*))?"
PLACE = rf", (?P<line_1>\d[^,$]*){UNIT}, (?P<city>[A-Z][A-Z .'-]*), (?P<state>CA) (?P<postal_code>\d{{5}})(?!\d)"


class LosAngelesDepartmentOfWaterAndPower(Utility):
    code = "los_angeles_department_of_water_and_power"
    name = "Los Angeles Department of Water and Power"
    marks = ("ladwp.com", "BILL DATE", "Account Summary", "Total New Charges")
    services = ("electric",)
    skip_pages = ("WHERE TO PAY YOUR BILL",)
    not_bills = (
        not_a_bill("It is a reminder of a bill that is not paid.", "ladwp.com", "NOTICE DATE", "Payment Reminder"),
    )
    without_energy = other_services(
        "Water Charges", "Fire Service Charges", "Sewer Charges", "Solid Resources Fee", energy="Electric Charges"
    )

    account_number = below("ACCOUNT NUMBER").shaped(r"\d{3} \d{3} \d{4}(?! \d)")
    billed_on = below("BILL DATE")
    due_on = below("DATE DUE") | below("AUTO PAYMENT")
    amount_due = row_end("Total Amount Due").within(SUMMARY) | below("AMOUNT DUE")
    outstanding_balance = row_end(*REMAINING).within(SUMMARY) | settled(PREVIOUS, PAYMENTS)
    total_amount = row_end("Total New Charges") | row_end("New Charges").within(SUMMARY)
    electricity_amount = ALL_SERVICES
    electricity_consumption = ALL_SERVICES | ALL_USED.summed()
    delivery_charge = absent("delivery is not totalled apart from supply")
    supply_charge = absent("supply is not totalled apart from delivery")
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = absent("its customers have no choice of a supplier")

    meters = (
        each_meter(
            AGREEMENT,
            type="electric",
            where=prints("Total Electric Charges"),
            id=numbers_below("METER NUMBER", shape=r"[0-9A-Z]*\d{5}-\d{8}"),
            consumption=USED.summed().covering(A_REGISTER),
            reading=USED,
            prior_reading=USED,
            multiplier=USED,
            billing_period_from=PERIOD.smallest(),
            billing_period_to=PERIOD.largest(),
            days=in_line(r"{date} - {date} {days}\b").first(),
            tariff=name_below("RATE SCHEDULE", until=r"[A-Z]{4,}(?: [A-Z]{3,})*$").first(),
            demand_kw=in_line(r"^(?!.*(?:Highest|Facilities) Demand).*?{demand_kw} kW(?:$| x \$)").largest(),
            address=address_in(HEAD, PLACE).of_bill(),
        ),
    )
    evidence = beside(
        previous_balance=PREVIOUS,
        payments=PAYMENTS,
        other_charges=in_line(r"^(?!Electric Charges|Total ).*? {other_charges}$").within(NEW).summed(),
    )
