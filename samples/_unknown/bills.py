"""Bills of companies that do not exist, and what is no bill: what the generic parser reads, and what it refuses."""

from collections.abc import Sequence

from samples import expectation
from samples._unknown.documents import history, letter, reminder, solar_invoice, water_bill
from samples.drawing import BOLD, Sheet
from samples.files import Sample
from samples.money import charge, dollars

Row = tuple[str, str]
LEFT, RIGHT, LEADING = 40, 560, 18


def page(sheet: Sheet, name: str, title: str, rows: Sequence[Row]) -> None:
    """A page with a name on top and labels with their values below it."""
    sheet.text(LEFT, 40, name, size=18, font=BOLD)
    sheet.text(LEFT, 70, title, size=12)
    for n, (label, value) in enumerate(rows):
        sheet.row(110 + n * LEADING, (LEFT, label), (-RIGHT, value), size=10)


KWH, PRICE, BASIC = 645, "0.14310", 12_50


def invented_utility() -> Sample:
    total = BASIC + charge(KWH, PRICE)
    rows = (
        ("Account Number", "EX-000-111-222"),
        ("Bill Date", "05/20/2025"),
        ("Due Date", "06/10/2025"),
        ("Service Address", "5 Example Circle, Sampleton, OH 44999"),
        ("Meter 77001 from 04/15/2025 to 05/15/2025", f"{KWH} kWh"),
        ("Basic charge", dollars(BASIC)),
        (f"Energy {KWH} kWh at ${PRICE}", dollars(charge(KWH, PRICE))),
        ("Total Current Charges", dollars(total)),
        ("Amount Due", dollars(total)),
    )
    sheet = Sheet("Sample bill of an invented utility")
    page(sheet, "Example Valley Light & Water", "Your electric bill", rows)
    period = {"billing_period_from": "2025-04-15", "billing_period_to": "2025-05-15"}
    bill = expectation.bill(
        utility="example_valley_light_and_water",
        account_number="EX-000-111-222",
        billed_on="2025-05-20",
        due_on="2025-06-10",
        **period,
        electricity_consumption=KWH * 1000,
        electricity_amount=total,
        total_amount=total,
        amount_due=total,
        meters=[
            expectation.meter(
                id="77001",
                type="electric",
                **period,
                consumption=KWH * 1000,
                address=expectation.address("5 Example Circle", "Sampleton", "OH", "44999"),
            )
        ],
    )
    return Sample("_unknown/invented_utility.pdf", sheet.finish(), expectation.document(bill))


def both_services() -> Sample:
    """Electricity in delivery and supply, gas in therms, an earlier balance, a payment, water beside them."""
    delivery, supply, gas, water = 61_18, 48_02, 37_95, 22_40
    power, before, paid = delivery + supply, 150_00, 110_00
    new = power + gas + water
    rows = (
        ("Statement Date: January 9, 2025", "Account No. 0044-118-2"),
        ("Pay By", "January 30, 2025"),
        ("Previous Balance", dollars(before)),
        ("Payments Received - Thank You", dollars(-paid)),
        ("Balance Forward", dollars(before - paid)),
        ("Total Electric Delivery Charges", dollars(delivery)),
        ("Total Electric Supply Charges", dollars(supply)),
        ("Total Electric Charges", dollars(power)),
        ("Total Natural Gas Charges", dollars(gas)),
        ("Water Charges", dollars(water)),
        ("Total New Charges", dollars(new)),
        ("Total Amount Due", dollars(before - paid + new)),
        ("Service Period: Dec 4 - Jan 6 (33 days)", ""),
        ("Service Address: 77 Sample Row, Exampleburg, MO 65999", ""),
        ("Meter Number E-440812   previous 18204 present 19004 multiplier 1", "800 kWh"),
        ("Total kWh used", "800 kWh"),
        ("Meter Number G-220417   previous 5120 present 5151 factor 1.000", "31 therms"),
        ("Total therms used", "31 therms"),
    )
    sheet = Sheet("Sample bill of an invented city")
    page(sheet, "City of Exampleburg Utilities", "Utility statement", rows)
    period = {"billing_period_from": "2024-12-04", "billing_period_to": "2025-01-06"}
    address = expectation.address("77 Sample Row", "Exampleburg", "MO", "65999")
    bill = expectation.bill(
        utility="city_of_exampleburg_utilities",
        account_number="0044-118-2",
        billed_on="2025-01-09",
        due_on="2025-01-30",
        **period,
        electricity_consumption=800_000,
        electricity_amount=power,
        delivery_charge=delivery,
        supply_charge=supply,
        gas_consumption=31,
        gas_consumption_unit="therms",
        gas_amount=gas,
        outstanding_balance=before - paid,
        total_amount=new,
        amount_due=before - paid + new,
        meters=[
            expectation.meter(id="E-440812", type="electric", **period, consumption=800_000, address=address),
            expectation.meter(id="G-220417", type="gas", **period, consumption=31, address=address),
        ],
    )
    return Sample("_unknown/both_services.pdf", sheet.finish(), expectation.document(bill))


def two_accounts() -> Sample:
    """One document, two accounts of one company, each with its own page."""
    sheet = Sheet("Sample document of two accounts")
    bills = []
    for number, (account, meter, read, due) in enumerate(
        (("700118", "51877", 4120, 96_31), ("700252", "51911", 910, 30_44))
    ):
        if number:
            sheet.next_page()
        used = 500 + 7 * number
        rows = (
            ("Account Number:", account),
            ("Billing Date:", "3/4/2025"),
            ("Due Date:", "3/25/2025"),
            ("Billing Period: 2/1/2025 - 3/1/2025", "Page 1 of 1"),
            (f"Meter # {meter}   {read + used} {read} {used} 1", f"{used} kWh"),
            ("kWh Used", f"{used} kWh"),
            ("Current Charges", dollars(due)),
            ("Amount Due", dollars(due)),
        )
        page(sheet, "Sample County Electric Cooperative", "Electric bill", rows)
        period = {"billing_period_from": "2025-02-01", "billing_period_to": "2025-03-01"}
        bills.append(
            expectation.bill(
                utility="sample_county_electric_cooperative",
                account_number=account,
                billed_on="2025-03-04",
                due_on="2025-03-25",
                **period,
                electricity_consumption=used * 1000,
                electricity_amount=due,
                total_amount=due,
                amount_due=due,
                meters=[expectation.meter(id=meter, type="electric", **period, consumption=used * 1000)],
            )
        )
    return Sample("_unknown/two_accounts.pdf", sheet.finish(), expectation.document(*bills))


def contradictory() -> Sample:
    """Two bills' worth of doubt on one page: amounts, dates and usage that contradict each other stay unread."""
    rows = (
        ("Account Number", "55120-9"),
        ("Bill Date", "05/20/2025"),
        ("Due Date", "06/10/2025"),
        ("Due Date", "06/14/2025"),
        ("Balance Forward", "$10.00"),
        ("Total Current Charges", "$104.80"),
        ("Amount Due", "$140.00"),
        ("Meter Number", "77001"),
        ("kWh Used", "645 kWh"),
        ("kWh Used", "712 kWh"),
        ("Billing Period", "04/15/2025 - 05/15/2025"),
    )
    sheet = Sheet("Sample bill that contradicts itself")
    page(sheet, "Doubtful Power & Light", "Your electric bill", rows)
    period = {"billing_period_from": "2025-04-15", "billing_period_to": "2025-05-15"}
    bill = expectation.bill(
        utility="doubtful_power_and_light",
        account_number="55120-9",
        billed_on="2025-05-20",
        **period,
        meters=[expectation.meter(id="77001", type="electric", **period)],
    )
    return Sample("_unknown/contradictory.pdf", sheet.finish(), expectation.document(bill))


def samples() -> list[Sample]:
    none = {
        "letter": (letter(), "unknown_utility"),
        "reminder": (reminder(), "not_a_bill"),
        "history": (history(), "not_a_bill"),
        "solar_invoice": (solar_invoice(), "not_a_bill"),
        "water_bill": (water_bill(), "no_energy"),
    }
    return [
        invented_utility(),
        both_services(),
        two_accounts(),
        contradictory(),
        *(
            Sample(f"_unknown/{name}.pdf", content, expectation.document(kind=kind))
            for name, (content, kind) in none.items()
        ),
    ]
