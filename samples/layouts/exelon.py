"""The bill of PECO and ComEd, drawn from its printed labels; and the samples of one company."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from samples import expectation
from samples.drawing import BOLD, Sheet
from samples.files import Sample
from samples.money import charge, dollars

DAY = "%m/%d/%Y"


@dataclass(frozen=True)
class Company:
    """What its bills print in words of their own."""

    code: str
    name: str
    site: str
    state: str
    delivery: str
    supply: str
    total_kwh: str
    account: str


PECO = Company(
    "peco", "PECO", "peco.com", "PA", "PECO ELECTRIC DELIVERY", "ELECTRIC SUPPLY", "Tot kWh", "99{:03d}-5550{:d}"
)
COMED = Company(
    "commonwealth_edison",
    "ComEd",
    "comed.com",
    "IL",
    "Delivery Services - ComEd",
    "Electricity Supply Services",
    "Total kWh",
    "99{:03d}5550{:d}",
)


@dataclass(frozen=True)
class ExelonBill:
    """An invented bill of one electric meter; amounts in cents."""

    number: int
    customer: str
    street: str
    town: str
    rate: str
    start: dt.date
    end: dt.date
    billed: dt.date
    due: dt.date
    meter: str
    previous: int
    current: int
    constant: int = 1
    demand: str | None = None
    debt: int = 0

    @property
    def used(self) -> int:
        return (self.current - self.previous) * self.constant

    @property
    def delivered(self) -> int:
        return 10_55 + charge(self.used, "0.06411")

    @property
    def supplied(self) -> int:
        return charge(self.used, "0.08902")

    @property
    def taxes(self) -> int:
        return charge(self.used, "0.0021")

    @property
    def total(self) -> int:
        return self.delivered + self.supplied + self.taxes


def draw(company: Company, bill: ExelonBill) -> bytes:
    """Summary on the first page, meter table and charges on the second."""
    account = company.account.format(bill.number, bill.number % 10)
    sheet = Sheet(f"Sample bill {account}")
    sheet.text(40, 30, company.name, size=20, font=BOLD)
    sheet.row(34, (-570, "Page 1 of 2"))
    sheet.text(40, 56, f"{company.site}   An Exelon Company", size=8)
    place = f"{bill.street}, {bill.town}, {company.state} 00501"
    rows = (("Name:", bill.customer), ("Account Number:", account), ("Service Address:", place))
    for n, (label, value) in enumerate(rows):
        sheet.row(60 + 14 * n, (300, label), (390, value))
    sheet.text(300, 120, "Billing Summary", size=11, font=BOLD)
    lines = [("Bill Date", f"{bill.billed:{DAY}}")]
    if bill.debt:
        lines.append(("Charges from previous bill", dollars(bill.debt)))
    lines += [
        ("Current Period Charges", ""),
        ("Electric", dollars(bill.total)),
        ("Total New Charges", dollars(bill.total)),
        (f"Total Amount Due on {bill.due:{DAY}}", dollars(bill.total + bill.debt)),
    ]
    for n, (label, value) in enumerate(lines):
        sheet.row(140 + 15 * n, (300, label), (-570, value))
    sheet.text(40, 300, "General Information", font=BOLD)
    sheet.text(40, 314, f"Next scheduled meter reading: {bill.end + dt.timedelta(30):{DAY}}")
    sheet.row(700, (40, f"Account # {account}"), (300, "Please pay this amount by"), (-570, f"{bill.due:{DAY}}"))
    sheet.next_page()
    _details(sheet, company, bill)
    return sheet.finish()


def _details(sheet: Sheet, company: Company, bill: ExelonBill) -> None:
    sheet.text(40, 40, "Meter Information", size=11, font=BOLD)
    heads = (
        "Read Dates",
        "Meter Number",
        "Load Type",
        "Reading Type",
        "Previous",
        "Present",
        "Difference",
        "Multiplier X",
        "Usage",
    )
    at = (40, 95, 165, 245, 315, 365, 415, 465, 530)
    for x, head in zip(at, heads, strict=True):
        sheet.text(x, 58, head, size=7, font=BOLD)
    dates = f"{bill.start:%m/%d}-{bill.end:%m/%d}"
    cells = (dates, bill.meter, "General Service", company.total_kwh, f"{bill.previous:,}", f"{bill.current:,}")
    more = (f"{bill.current - bill.previous:,}", str(bill.constant), f"{bill.used:,}")
    for x, cell in zip(at, (*cells, *more), strict=True):
        sheet.text(x, 72, cell, size=8)
    if bill.demand:
        sheet.row(
            86, (40, dates), (95, bill.meter), (165, "General Service"), (245, "Pk kW"), (530, bill.demand), size=8
        )
        sheet.text(40, 104, f"Distribution kW - Measured : {bill.demand}")
    sheet.text(40, 118, f"Total kWh Used: {bill.used:,}")
    days = (bill.end - bill.start).days
    sheet.text(40, 150, f"Service Period {bill.start:{DAY}} to {bill.end:{DAY}} - {days} days", font=BOLD)
    sheet.row(166, (40, "Electric Rate:"), (120, bill.rate))
    rows = (
        (company.delivery, bill.delivered),
        ("Customer Charge", 10_55),
        ("Distribution Charges", bill.delivered - 10_55),
        (company.supply, bill.supplied),
        ("Generation Charges", bill.supplied),
        ("TAXES & FEES", bill.taxes),
        ("Total Current Charges", bill.total),
    )
    for n, (label, amount) in enumerate(rows):
        sheet.row(190 + 14 * n, (40 if label.isupper() else 50, label), (-400, dollars(amount)))


def _expected(company: Company, bill: ExelonBill) -> dict[str, object]:
    meter = expectation.meter(
        id=bill.meter,
        type="electric",
        billing_period_from=bill.start,
        billing_period_to=bill.end,
        consumption=bill.used * 1000,
        demand_kw=Decimal(bill.demand) if bill.demand else None,
        tariff=bill.rate,
        address=expectation.address(bill.street, bill.town, company.state, "00501"),
    )
    return expectation.document(
        expectation.bill(
            utility=company.code,
            account_number=company.account.format(bill.number, bill.number % 10),
            billed_on=bill.billed,
            due_on=bill.due,
            billing_period_from=bill.start,
            billing_period_to=bill.end,
            electricity_consumption=bill.used * 1000,
            electricity_amount=bill.total,
            delivery_charge=bill.delivered,
            supply_charge=bill.supplied,
            outstanding_balance=bill.debt or None,
            total_amount=bill.total,
            amount_due=bill.total + bill.debt,
            meters=[meter],
        )
    )


HOME = ExelonBill(
    11,
    "SAM EXAMPLE",
    "12 SAMPLE ST",
    "SAMPLETON",
    "Residential Service",
    dt.date(2023, 12, 14),
    dt.date(2024, 1, 16),
    dt.date(2024, 1, 18),
    dt.date(2024, 2, 8),
    "955500011",
    20_114,
    20_921,
)
BUSINESS = ExelonBill(
    27,
    "EXAMPLE BAKERY LLC",
    "400 DEMO AVE",
    "EXAMPLEVILLE",
    "Commercial Service 0-100kW",
    dt.date(2024, 6, 24),
    dt.date(2024, 7, 24),
    dt.date(2024, 7, 26),
    dt.date(2024, 8, 16),
    "955500027",
    1_804,
    1_951,
    40,
    "38.2",
    512_09,
)


def company_samples(company: Company) -> list[Sample]:
    """A home over the turn of a year, and a business with demand, a constant and a debt."""
    cases = {"2024-01_home": HOME, "2024-07_business_past_due": BUSINESS}
    return [
        Sample(f"{company.code}/{name}.pdf", draw(company, bill), _expected(company, bill))
        for name, bill in cases.items()
    ]
