"""FirstEnergy's companies: one template, in which the line ``Bill issued by:`` tells whose bill it is.

Known from descriptions of business bills of 2018 to 2024 of four of the companies.
"""

from parsers.locate import (
    Utility,
    absent,
    address_right_of,
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

COMPANIES = (
    "Met-Ed",
    "Penelec",
    "Penn Power",
    "West Penn Power",
    "Ohio Edison",
    "Toledo Edison",
    "The Illuminating Company",
    "JCP&L",
    "Mon Power",
    "Potomac Edison",
)
FIRST_ENERGY = ("firstenergycorp.com", "A FirstEnergy Company", "PO Box 16001", "PO Box 3687")

SUMMARY = section("Account Summary", until=("Usage Information for", "Usage History"))
METER = in_line(r"Usage Information for Meter Number:? (?P<id>[A-Z]?\d{6,12})")
BALANCE = in_line(r"Balance at Billing on {billed_on} {outstanding_balance}")
DUE = in_line(r"Amount Due by {due_on} {amount_due}")
PERIOD = in_line(
    r"Billing Period: {billing_period_from:month_day} to {billing_period_to}(?: for {days} days)?"
) | in_line(r"Billing Period: {billing_period_from} to {billing_period_to}(?: for {days} days)?")
NOT_USAGE = prints(
    "Misc. Charges", "Late Payment Charges", "Security Deposit", "Other Charges", "Equal Payment", within=SUMMARY
)


def issued_by(*names: str) -> tuple[str, ...]:
    """The texts by which a bill names the company that issued it."""
    return tuple(f"{words} {name}" for name in names for words in ("Bill issued by:", "payable to"))


class FirstEnergy(Utility, family=True):
    """A member adds its code, its name and its marks."""

    services = ("electric",)
    proven = False
    begins = r"\bPage 1 of \d"

    account_number = right_of("Account Number:").shaped(r"\d{3} ?\d{3} ?\d{3} ?\d{3}(?! ?\d)")
    billed_on = BALANCE.within(SUMMARY)
    due_on = right_of("Due Date:") | DUE.within(SUMMARY)
    amount_due = DUE.within(SUMMARY) | right_of("Amount Due:")
    outstanding_balance = BALANCE.within(SUMMARY)
    total_amount = row_end("Total Current Charges").within(SUMMARY)
    electricity_amount = same_as("total_amount").unless(NOT_USAGE, "other charges are among the current charges")
    delivery_charge = absent("the company's charges are not totalled apart from the supply")
    supply_charge = absent("the supply has no total of its own")
    community_solar_bill_credit = absent("no such line is known on these bills")
    supplier_name = in_line(r"Charges from (?P<supplier_name>[A-Z][\w&.,' -]+)$").except_for(
        *COMPANIES, reason="the company itself is the default supplier"
    )

    meters = (
        each_meter(
            blocks(METER),
            type="electric",
            complete=True,
            id=METER,
            consumption=right_of("KWH used", "kWh used"),
            difference=right_of("Difference").first(),
            multiplier=right_of("Multiplier").first(),
            billing_period_from=PERIOD.of_bill(),
            billing_period_to=PERIOD.of_bill(),
            days=PERIOD.of_bill(),
            tariff=right_of("Rate Category:").of_bill() | right_of("Rate:").of_bill(),
            demand_kw=in_line(r"(?:Billed|Metered|Measured|OnPeak|OffPeak) Load in KW(?:/KVA)? {demand_kw}").largest(),
            address=address_right_of("Bill For:", skip=1).of_bill(),
            attributes={
                "customer_number": right_of("Customer Number:").shaped(r"\d{10} ?\d{10}(?!\d)").of_bill(),
            },
        ),
    )
    evidence = beside(
        previous_balance=row_end("Previous Balance").within(SUMMARY),
        payments=row_end("Payments/Adjustments").within(SUMMARY),
    )
