"""Central Maine Power: delivery on page 2, one page for each competitive or standard-offer supplier after it."""

from parsers.locate import (
    HEADING,
    Utility,
    absent,
    adding_up,
    address_below,
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

ACCOUNT = r"\d{4}-\d{4}-\d{3}"
SUMMARY = section("Your Account Summary", until="Please pay by", left=HEADING)
PAID = section("Prior Balance", until="Balance Forward", within=SUMMARY)
METERS = section("Total kWh", until=("Meter Number", "Total kW", "Total KW"))  # demand stands in a table of its own
DELIVERY = section("Delivery Charges", until="Total Current Delivery Charges", onward=True)
NEW_SUPPLY = ("Total New Supplier Charges", "Total New Supply Charges")
SUPPLIER = section("You have chosen", until=NEW_SUPPLY, closed=True)  # a former supplier's page has no new charges

PAY_BY = in_line(r"Please pay by {due_on} {amount_due}")
CHARGES = in_line(r"Delivery Charges: {tariff} \( ?{billing_period_from} - {billing_period_to} ?\)")
READ = in_line(
    r"^(?:Use )?(?P<id>[A-Z]{0,3}\d{5,}\w*) {date} {reading}\S*(?: [A-Z][a-z]*\.?)?"
    r" {date} {prior_reading}\S*(?: [A-Z][a-z]*\.?)? {days} {consumption}$"
)
A_READ = r"^(?:Use)?[A-Z]{0,3}\d{5,}|\d/\d{4}.*\d/\d{4}"
TOTAL_DELIVERY = right_of("Total Current Delivery Charges")
TOTAL_SUPPLY = right_of(*NEW_SUPPLY).within(SUPPLIER).summed()
BILLED_APART = "the bill totals delivery and supply apart"
HAS_SUPPLY = prints(*NEW_SUPPLY, "New Supplier Charges", "New Supply Charges", "Non-CMP Supplier")
BUDGET = prints("Budget", within=SUMMARY)


class CentralMainePower(Utility):
    code = "central_maine_power"
    name = "Central Maine Power"
    marks = ("cmpco.com", ("Central Maine Power", "CMP Delivery"), ("Bill Date", "Service Location"), "Invoice Number")
    services = ("electric",)

    account_number = in_line(rf"Account Number (?P<account_number>{ACCOUNT})") | below("Account Number")
    billed_on = in_line(r"Bill Date {billed_on}")
    due_on = PAY_BY | below("Date Due")
    amount_due = PAY_BY | below("Amount Due")
    outstanding_balance = row_end("Balance Forward").within(SUMMARY)
    delivery_charge = TOTAL_DELIVERY
    supply_charge = TOTAL_SUPPLY | right_of(*NEW_SUPPLY)
    electricity_amount = same_as("total_amount")
    total_amount = adding_up(
        TOTAL_DELIVERY.unless(HAS_SUPPLY, BILLED_APART), beside="outstanding_balance", to="amount_due", unless=BUDGET
    )
    community_solar_bill_credit = absent("allocated generation is credited in kWh")
    supplier_name = right_of("Supplier:").within(SUPPLIER) | in_line(
        r"You have chosen {supplier_name} as your electricity supplier"
    ).within(SUPPLIER)

    billing_period_from = CHARGES.smallest()
    billing_period_to = CHARGES.largest()
    meters = (
        each_meter(
            blocks(READ, within=METERS, headed=True),
            type="electric",
            id=READ,
            consumption=READ.covering(A_READ),
            days=READ,
            reading=READ,
            prior_reading=READ,
            billing_period_from=CHARGES.smallest().of_bill(),
            billing_period_to=CHARGES.largest().of_bill(),
            demand_kw=in_line(r"^(?!.*(?:Contract|Minimum|Threshold)).*?{demand_kw} KW(?!H)")
            .within(DELIVERY)
            .largest()
            .of_only_meter(),
            tariff=CHARGES.of_bill(),
            address=address_below("Service Location", skip=1).of_bill(),
            attributes={"supplier_account_number": right_of("Account Number:").within(SUPPLIER).of_bill()},
        ),
    )
    evidence = beside(
        previous_balance=row_end("Prior Balance").within(SUMMARY),
        budget_amount=row_end("Budget Amount", "Budget Payment", "Budget Billing Amount").within(SUMMARY),
        payments=in_line(r"^(?!Prior Balance).*? {payments}$").within(PAID).summed(),
    )
