"""Portland General Electric: charges on the left of page 1, a box of meters on its right, details on page 2.

Since 2021 page 1 holds the amount to pay, and page 2 a row for each meter above the charges of each service address.
"""

from parsers.locate import (
    HEADING,
    Utility,
    absent,
    adding_up,
    address_below,
    address_right_of,
    below,
    beside,
    blocks,
    each_meter,
    in_line,
    prints,
    right_of,
    row_end,
    same_as,
    section,
)

SUMMARY = section("Previous Amount Due", until=("AMOUNT DUE", "Amount Due"), left=HEADING)
ACCOUNT_CHARGES = section("Account charges", until=("My energy use and delivery charges", "Energy charges"))
EARLIER = in_line(r"^Previous amount due {date} {previous_balance}")
PAID = in_line(r"^Payments through {date} {payments}")
BY_ADDRESS = in_line(r"^\d+[A-Z]? [A-Z\d].*? {total_amount}(?!\S)").within(ACCOUNT_CHARGES)
NEWER = prints("Total use")
NOT_TOTALLED = "the charges are totalled under a label of their own only on newer bills"

METERS = blocks(r"^Meter # ?\S*\d", end=r"\bdays? of service\b", within=section("Your energy use", left=HEADING))
USED = in_line(r"{days} days? of service {consumption} ?kWh")
ON_PEAK, OFF_PEAK = prints("On-Peak Demand"), prints("Off-Peak Demand")
ONE_OF_TWO = "of two demands only one is printed"
ID = r"(?P<id>[A-Z0-9]*\d{4,}[A-Z0-9]*)"
ROW = in_line(
    rf"^{ID} {{billing_period_from}} ?to ?{{billing_period_to}} (?P<tariff>\d{{1,3}}[A-Z]?)"
    r" {reading} {prior_reading}(?: {multiplier})? {consumption} ?kWh\b"
)
A_ROW = r"\d/\d\dto\d.*kWh"
GENERATES = prints("Net metering", "Net Metering", "net metering", "Excess generation", "Excess Generation")
ACCOUNT = r"(?:\d{10}|\d{4} \d{5}-\d{6} \d)"
POINT_OF_DELIVERY = right_of("SPID").shaped(r"\d{10}") | row_end("(PODID) number for meter number").shaped(r"\d{10}")


class PortlandGeneralElectric(Utility):
    code = "portland_general_electric"
    name = "Portland General Electric"
    marks = (
        "portlandgeneral.com",
        "PGE",
        ("Your energy use", "Service period"),
        ("Current Charges", "Account number"),
        "Amount due",
        "Service Address",
    )
    services = ("electric",)

    account_number = right_of("Account #").shaped(ACCOUNT) | right_of("Account Number:", "Account number").shaped(
        ACCOUNT
    )
    billed_on = right_of("Bill Date", "Bill date", "Statement Date", "Statement date")
    due_on = right_of("Due date for current bill", "Due Date:") | right_of("Due date") | below("Due date")
    amount_due = right_of("AMOUNT DUE", "Amount Due:") | right_of("Amount due") | below("Amount due")
    outstanding_balance = row_end("Balance Forward").within(SUMMARY) | in_line(
        r"^Balance forward {outstanding_balance}"
    ).within(ACCOUNT_CHARGES)
    total_amount = row_end("Current Charges").within(SUMMARY) | adding_up(
        BY_ADDRESS, beside="outstanding_balance", to="amount_due", needed=True
    )
    electricity_amount = right_of("Current Energy Charges") | same_as("total_amount").only_if(NEWER, NOT_TOTALLED)
    delivery_charge = absent("delivery and supply are listed line by line")
    supply_charge = absent("delivery and supply are listed line by line")
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = absent("no supplier is named on these bills")

    meters = (
        each_meter(
            METERS,
            type="electric",
            id=in_line(rf"^Meter # ?{ID}\b"),
            consumption=USED.covering(r"daysofservice"),
            days=USED,
            billing_period_from=in_line(r"^{billing_period_from}(?: {number})?$").smallest(),
            billing_period_to=in_line(r"^{billing_period_to}(?: {number})?$").largest(),
            demand_kw=in_line(r"\({demand_kw} KW x \$")
            .largest()
            .covering(r"\dKWx\$|PeakDemand")
            .only_if(~ON_PEAK | OFF_PEAK, ONE_OF_TWO)
            .only_if(~OFF_PEAK | ON_PEAK, ONE_OF_TWO)
            .of_only_meter(),
            tariff=in_line(r"^(?P<tariff>Schedule \d+.*)$").first(),
            address=address_below("Service Address:").of_bill(),
            attributes={"pod_id": POINT_OF_DELIVERY.of_bill()},
        )
        | each_meter(
            blocks(ROW, within=section("Total use", until="Account charges")),
            type="electric",
            id=ROW,
            consumption=ROW.covering(A_ROW).unless(GENERATES, "which row counts is not known where power is generated"),
            billing_period_from=ROW,
            billing_period_to=ROW,
            reading=ROW,
            prior_reading=ROW,
            multiplier=ROW,
            demand_kw=in_line(r"\({demand_kw} [Kk]W x \$").largest().of_only_meter(),
            tariff=ROW,
            address=address_right_of("Service address", centred=True).of_bill(),
        ),
    )
    evidence = beside(
        previous_balance=row_end("Previous Amount Due").within(SUMMARY) | EARLIER,
        payments=row_end("Payments").within(SUMMARY) | PAID,
    )
