"""The bill of FirstEnergy's companies, drawn from its printed labels; and the samples of one company."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from samples import expectation
from samples.drawing import BOLD, Sheet
from samples.files import Sample
from samples.money import charge, number

DAY = "%b %d, %Y"


@dataclass(frozen=True)
class Meter:
    """One meter: readings, constant, and the demand of a business."""

    id: str
    previous: int
    current: int
    constant: int = 1
    demand: str | None = None

    @property
    def used(self) -> int:
        return (self.current - self.previous) * self.constant


@dataclass(frozen=True)
class FirstEnergyBill:
    """An invented bill; amounts in cents."""

    account: str
    customer: str
    street: str
    town: str
    state: str
    postal_code: str
    customer_number: str
    rate: str
    start: dt.date
    end: dt.date
    billed: dt.date
    due: dt.date
    meters: Sequence[Meter]
    fixed: int
    delivery: str
    supply: str
    supplier: str | None = None
    previous: int = 0
    paid: int = 0
    late: int = 0

    @property
    def used(self) -> int:
        return sum(meter.used for meter in self.meters)

    @property
    def delivered(self) -> int:
        return self.fixed + charge(self.used, self.delivery)

    @property
    def supplied(self) -> int:
        return charge(self.used, self.supply)

    @property
    def total(self) -> int:
        return self.delivered + self.supplied + self.late

    @property
    def balance(self) -> int:
        return self.previous - self.paid


def draw(company: str, bill: FirstEnergyBill) -> bytes:
    """One bill of a company: the head and the account summary, then meters and charges on the second page."""
    sheet = Sheet(f"Sample bill {bill.account}")
    _head(sheet, company, bill)
    _summary(sheet, company, bill)
    sheet.next_page()
    sheet.row(30, (40, f"Invoice Number: 95{bill.account[-9:].replace(' ', '')}"), (-570, "Page 2 of 2"))
    top = 60.0
    for meter in bill.meters:
        top = _meter(sheet, bill, meter, top)
    _charges(sheet, company, bill, top + 6)
    return sheet.finish()


def _head(sheet: Sheet, company: str, bill: FirstEnergyBill) -> None:
    sheet.text(40, 30, company, size=18, font=BOLD)
    sheet.text(40, 52, "A FirstEnergy Company", size=8)
    sheet.text(300, 32, "Bill Based On: Actual Meter Reading")
    sheet.row(32, (500, "M71"), (-570, "Page 1 of 2"))
    days = (bill.end - bill.start).days
    sheet.text(300, 48, f"Billing Period: {bill.start:%b %d} to {bill.end:{DAY}} for {days} days")
    sheet.text(300, 62, "Bill For:")
    sheet.lines(345, 62, (bill.customer, bill.street, f"{bill.town} {bill.state} {bill.postal_code}"))
    sheet.text(40, 90, f"{bill.billed:%B %d, %Y}")
    sheet.row(112, (40, "Account Number:"), (-230, bill.account), size=10)
    sheet.row(126, (40, "Amount Due:"), (-230, f"${number(bill.balance + bill.total)}"), size=10, font=BOLD)
    sheet.row(140, (40, "Due Date:"), (-230, f"{bill.due:%B %d, %Y}"), size=10)
    sheet.text(40, 740, f"Bill issued by: {company}, PO Box 16001, Reading PA 19612-6001", size=8)
    sheet.text(330, 740, "www.firstenergycorp.com", size=8)


def _summary(sheet: Sheet, company: str, bill: FirstEnergyBill) -> None:
    sheet.text(40, 180, "Shopping Information", size=10, font=BOLD)
    sheet.text(40, 196, f"Customer Number: {bill.customer_number}")
    sheet.text(40, 210, f"Rate Category: {bill.rate}")
    sheet.text(40, 240, "Messages", size=10, font=BOLD)
    sheet.lines(40, 256, ("When you shop for a supplier, compare", "its price with your price to compare."))
    sheet.row(180, (300, "Account Summary"), (-570, "Amount Due"), size=10, font=BOLD)
    rows = [
        ("Previous Balance", number(bill.previous)),
        ("Payments/Adjustments", number(-bill.paid)),
        (f"Balance at Billing on {bill.billed:{DAY}}", number(bill.balance)),
        (f"{company} - Consumption", number(bill.total - bill.late)),
    ]
    if bill.late:
        rows.append(("Late Payment Charges", number(bill.late)))
    rows.append(("Total Current Charges", number(bill.total)))
    for n, (label, amount) in enumerate(rows):
        sheet.row(196 + 14 * n, (300, label), (-570, amount))
    foot = 200 + 14 * len(rows)
    sheet.row(
        foot, (300, f"Amount Due by {bill.due:{DAY}}"), (-570, f"${number(bill.balance + bill.total)}"), font=BOLD
    )


def _meter(sheet: Sheet, bill: FirstEnergyBill, meter: Meter, top: float) -> float:
    sheet.text(40, top, f"Usage Information for Meter Number {meter.id}", font=BOLD)
    rows = [
        (f"{bill.end:{DAY}} KWH Reading (Actual)", f"{meter.current:,}"),
        (f"{bill.start:{DAY}} KWH Reading", f"{meter.previous:,}"),
        ("Difference", f"{meter.current - meter.previous:,}"),
        ("Multiplier", str(meter.constant)),
        ("KWH used", f"{meter.used:,}"),
    ]
    if meter.demand:
        rows += [("Metered Load in KW", meter.demand), ("Billed Load in KW/KVA", meter.demand)]
    for n, (label, value) in enumerate(rows):
        sheet.row(top + 14 + 13 * n, (48, label), (-300, value))
    return top + 14 + 13 * len(rows) + 8


def _charges(sheet: Sheet, company: str, bill: FirstEnergyBill, top: float) -> None:
    own = bill.delivered + (0 if bill.supplier else bill.supplied)
    sheet.text(40, top, f"Charges From {company}", font=BOLD)
    sheet.text(48, top + 13, f"Rate: {bill.rate}")
    rows = [("Customer Charge", "", number(bill.fixed))]
    rows.append(("Distribution Charge", f"{bill.used:,} KWH x {bill.delivery}", number(bill.delivered - bill.fixed)))
    offered = ("Price to Compare Default Service", f"{bill.used:,} KWH x {bill.supply}", number(bill.supplied))
    if not bill.supplier:
        rows.append(offered)
    rows.append(("Total Charges", "", f"${number(own)}"))
    for n, (label, how, amount) in enumerate(rows):
        sheet.row(top + 26 + 13 * n, (48, label), (230, how), (-440, amount))
    foot = top + 40 + 13 * len(rows)
    if bill.supplier:
        sheet.text(40, foot, f"Charges from {bill.supplier}", font=BOLD)
        sheet.text(48, foot + 13, f"Billing Period: {bill.start:{DAY}} to {bill.end:{DAY}}")
        sheet.row(foot + 26, (48, "Energy Charge"), (230, offered[1]), (-440, offered[2]))


def _expected(code: str, bill: FirstEnergyBill) -> dict[str, object]:
    place = expectation.address(bill.street, bill.town, bill.state, bill.postal_code)
    shared = {
        "type": "electric",
        "billing_period_from": bill.start,
        "billing_period_to": bill.end,
        "tariff": bill.rate,
        "address": place,
        "additional_attributes": {"customer_number": bill.customer_number},
    }
    meters = [
        expectation.meter(
            id=meter.id,
            consumption=meter.used * 1000,
            demand_kw=Decimal(meter.demand) if meter.demand else None,
            **shared,
        )
        for meter in bill.meters
    ]
    return expectation.document(
        expectation.bill(
            utility=code,
            account_number=bill.account,
            billed_on=bill.billed,
            due_on=bill.due,
            billing_period_from=bill.start,
            billing_period_to=bill.end,
            electricity_consumption=bill.used * 1000,
            electricity_amount=None if bill.late else bill.total,
            outstanding_balance=bill.balance,
            total_amount=bill.total,
            amount_due=bill.balance + bill.total,
            supplier_name=bill.supplier,
            meters=meters,
        )
    )


def company_samples(code: str, company: str, state: str, number: int) -> list[Sample]:
    """A home on default service over the turn of a year, and a business with two meters, a supplier and a debt."""
    digits = f"1{number:02d}"
    home = FirstEnergyBill(
        account=f"{digits} 555 010 {number:03d}",
        customer="SAM EXAMPLE",
        street=f"{10 + number} SAMPLE ST",
        town="SAMPLETON",
        state=state,
        postal_code="00501",
        customer_number=f"08000{number:05d} 00055501{number:02d}",
        rate="Residential Service RS",
        start=dt.date(2023, 12, 12),
        end=dt.date(2024, 1, 11),
        billed=dt.date(2024, 1, 15),
        due=dt.date(2024, 2, 5),
        meters=(Meter(f"55501{number:05d}", 41_200 + number, 41_950 + 2 * number),),
        fixed=11_25,
        delivery="0.05731",
        supply="0.09412",
        previous=98_40,
        paid=98_40,
    )
    business = FirstEnergyBill(
        account=f"{digits} 555 020 {number:03d}",
        customer="EXAMPLE TOOLS LLC",
        street=f"{300 + number} DEMO AVE",
        town="EXAMPLEVILLE",
        state=state,
        postal_code="00544",
        customer_number=f"08000{number:05d} 00055502{number:02d}",
        rate="General Secondary Medium GSM",
        start=dt.date(2024, 6, 12),
        end=dt.date(2024, 7, 11),
        billed=dt.date(2024, 7, 15),
        due=dt.date(2024, 8, 5),
        meters=(
            Meter(f"55502{number:05d}", 2_210, 2_290 + number, 40, "21.4"),
            Meter(f"55503{number:05d}", 10_050, 10_905),
        ),
        fixed=38_10,
        delivery="0.03127",
        supply="0.08830",
        supplier="Example Retail Power LLC",
        previous=412_77,
        paid=200_00,
        late=3_19,
    )
    cases = {"2024-01_home": home, "2024-07_business_supplier": business}
    return [Sample(f"{code}/{name}.pdf", draw(company, bill), _expected(code, bill)) for name, bill in cases.items()]
