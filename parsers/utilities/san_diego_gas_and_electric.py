"""San Diego Gas & Electric: balance and services on page 1, a section with its meter for each service on the next ones.

A service may have two periods on one bill, each with readings, usage and a total of its own. Where a community choice
aggregator sells the energy, its charges have a section of their own and SDG&E's total is that of delivery.
"""

from parsers.locate import (
    Utility,
    absent,
    adding_up,
    address_below,
    below,
    beside,
    blocks,
    each_meter,
    in_line,
    named,
    prints,
    right_of,
    section,
    settled,
)

ACCOUNT = r"\d{4} \d{3,4} \d{3,4} \d(?!\d)"
SUMMARY = section("Account Summary", until=("Summary of Current Charges", "Regulatory Notices"))
NEW = section("Summary of Current Charges", until="Total Charges this Month", closed=True)
REMAINING = ("Balance Forward", "Past Due Balance", "Past Due Amount", "Unpaid Balance")
PAID = section("Previous Balance", until="Current Charges", within=SUMMARY)
PERIOD = r"{date} ?- ?{date}"
ELECTRIC = (
    in_line(rf"^Electric {PERIOD} {{electricity_consumption}} kWh {{electricity_amount}}")
    .within(NEW)
    .summed()
    .covering(r"^Electric\d")
)
GAS = in_line(rf"^Gas {PERIOD} {{gas_consumption}} [Tt]herms? {{gas_amount}}").within(NEW).summed().covering(r"^Gas\d")
DATES = r"^{billing_period_from} ?- ?{billing_period_to} {days}"
DATED = r"^\d+/\d+/\d+-\d+/"
USED = in_line(DATES + r" {reading} {prior_reading} {difference} {multiplier} {consumption}(?!\S)")
BURNT = in_line(DATES + r" {number} {number} {number} [\d.]+ [\d.]+ {consumption}(?!\S)")
ONE_TO_ONE = in_line(rf"^{PERIOD} {{count}} {{number}} {{number}} {{difference}} 1\.0+ {{multiplier}} {{number}}")
SPAN = in_line(r"Billing Period: {billing_period_from} ?- ?{billing_period_to}(?: Total Days: {days})?").covering(
    r"BillingPeriod:\d"
)
PREVIOUS = right_of("Previous Balance").within(SUMMARY)
PAYMENTS = in_line(r"(?:Payment|Credit|Adjustment)\b.*? {payments}(?!\S)").within(PAID).summed()
CCA_TOTAL = "Total CCA Electric Generation Charges"
HAS_CCA = prints(CCA_TOTAL)
COMMUNITY_CHOICE = (
    *("San Diego Community Power", "SAN DIEGO COMMUNITY POWER", "Clean Energy Alliance", "CLEAN ENERGY ALLIANCE"),
    *("Solana Energy Alliance", "SOLANA ENERGY ALLIANCE"),
)

METER = {
    "id": right_of("Meter Number:").shaped(r"\d{6,10}").first(),
    "tariff": right_of("Rate:").first(),
    "address": address_below("SERVICE FOR", skip=1).of_bill(),
}


class SanDiegoGasAndElectric(Utility):
    code = "san_diego_gas_and_electric"
    name = "San Diego Gas & Electric"
    marks = ("sdge.com", "ACCOUNT NUMBER", "DATE MAILED", "Summary of Current Charges")
    services = ("electric", "gas")

    account_number = right_of("ACCOUNT NUMBER").shaped(ACCOUNT) | below("ACCOUNT NUMBER").shaped(ACCOUNT)
    billed_on = right_of("DATE MAILED")
    due_on = below("DATE DUE", "DUE DATE") | right_of("DATE DUE", "DUE DATE")
    amount_due = right_of("Total Amount Due", "Credit Balance").within(SUMMARY) | below("AMOUNT DUE")
    outstanding_balance = right_of(*REMAINING).within(SUMMARY) | settled(PREVIOUS, PAYMENTS)
    total_amount = right_of("Total Charges this Month")
    electricity_consumption = ELECTRIC
    electricity_amount = (  # with an aggregator the row of the summary may leave its energy out: sums must tell
        ELECTRIC.unless(HAS_CCA, "it is not certain that the row holds the aggregator's energy")
        | adding_up(ELECTRIC, beside="gas_amount", to="total_amount", needed=True)
        | adding_up(ELECTRIC, beside="outstanding_balance", to="amount_due", needed=True)
    )
    supply_charge = right_of(CCA_TOTAL).summed()
    delivery_charge = (
        right_of("Total Electric Service").summed().only_if(HAS_CCA, "delivery is totalled together with generation")
    )
    community_solar_bill_credit = absent("no such line is known on these bills")
    gas_consumption = GAS
    gas_amount = GAS
    supplier_name = named(*COMMUNITY_CHOICE).only_if(HAS_CCA, "SDG&E itself")

    meters = (
        each_meter(
            blocks(r"^Electric Service(?! ?\()", end=r"Total Electric Service"),
            type="electric",
            consumption=USED.summed().covering(DATED) | right_of("Total Usage:"),
            billing_period_from=USED | SPAN,
            billing_period_to=USED | SPAN,
            days=USED | SPAN,
            difference=USED,
            multiplier=USED,
            demand_kw=in_line(r"\b(?:[Dd]emand|Non-Coincident)\b.*? {demand_kw} kW(?: x|$)").largest(),
            shared=METER,
        ),
        each_meter(
            blocks(r"^Gas Service(?! ?\()", end=r"Total Gas Service"),
            type="gas",
            unit="therms",
            consumption=BURNT.summed().covering(DATED),
            billing_period_from=BURNT.smallest(),
            billing_period_to=BURNT.largest(),
            days=BURNT,
            difference=ONE_TO_ONE,
            multiplier=ONE_TO_ONE,
            shared=METER,
        ),
    )
    evidence = beside(previous_balance=PREVIOUS, payments=PAYMENTS)
