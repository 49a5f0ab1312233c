"""Portland General Electric: charges on the left of page 1, a box of meters on its right, details on page 2."""

from parsers.locate import (
    HEADING,
    Utility,
    absent,
    address_below,
    beside,
    blocks,
    each_meter,
    in_line,
    right_of,
    row_end,
    section,
)

SUMMARY = section("Previous Amount Due", until=("AMOUNT DUE", "Amount Due"), left=HEADING)
METERS = blocks(r"^Meter # ?\S*\d", end=r"\bdays? of service\b", within=section("Your energy use", left=HEADING))
USED = in_line(r"{days} days? of service {consumption} ?kWh")
ID = r"(?P<id>[A-Z0-9]*\d{4,}[A-Z0-9]*)"
ACCOUNT = r"(?:\d{10}|\d{4} \d{5}-\d{6} \d)"
POINT_OF_DELIVERY = right_of("SPID").shaped(r"\d{10}") | row_end("(PODID) number for meter number").shaped(r"\d{10}")


class PortlandGeneralElectric(Utility):
    code = "portland_general_electric"
    name = "Portland General Electric"
    marks = ("portlandgeneral.com", "PGE", "Your energy use", "Current Charges", "Service Address")
    services = ("electric",)

    account_number = right_of("Account #").shaped(ACCOUNT) | right_of("Account Number:", "Account number").shaped(
        ACCOUNT
    )
    billed_on = right_of("Bill Date", "Bill date", "Statement Date", "Statement date")
    due_on = right_of("Due date for current bill", "Due Date:") | right_of("Due date")
    amount_due = right_of("AMOUNT DUE", "Amount Due:") | right_of("Amount due")
    outstanding_balance = row_end("Balance Forward").within(SUMMARY)
    total_amount = row_end("Current Charges").within(SUMMARY)
    electricity_amount = right_of("Current Energy Charges")
    delivery_charge = absent("delivery and supply are listed line by line")
    supply_charge = absent("delivery and supply are listed line by line")
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = absent("no supplier is named on these bills")

    meters = (
        each_meter(
            METERS,
            type="electric",
            id=in_line(rf"^Meter # ?{ID}\b"),
            consumption=USED,
            days=USED,
            billing_period_from=in_line(r"^{billing_period_from}(?: {number})?$").smallest(),
            billing_period_to=in_line(r"^{billing_period_to}(?: {number})?$").largest(),
            demand_kw=in_line(r"\({demand_kw} KW x \$").largest().of_only_meter(),
            tariff=in_line(r"^(?P<tariff>Schedule \d+.*)$").first(),
            address=address_below("Service Address:").of_bill(),
            attributes={"pod_id": POINT_OF_DELIVERY.of_bill()},
        ),
    )
    evidence = beside(
        previous_balance=row_end("Previous Amount Due").within(SUMMARY),
        payments=row_end("Payments").within(SUMMARY),
    )
