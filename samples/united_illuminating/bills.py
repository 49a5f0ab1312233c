"""The sample bills of United Illuminating: drawn from its printed labels, with invented customers and amounts."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from samples import expectation
from samples.drawing import BOLD, Sheet
from samples.files import Sample
from samples.money import charge, dollars

DAY = "%m/%d/%Y"
SHORT = "%m/%d/%y"


@dataclass(frozen=True, kw_only=True)
class UiBill:
    """An invented bill; a register is its name, its two readings and its demand."""

    serial: int
    customer: str
    start: dt.date
    end: dt.date
    billed: dt.date
    due: dt.date
    rate: str
    registers: tuple[tuple[str, int, int, str], ...]
    multiplier: int = 1
    supplier: str = "THE UNITED ILLUMINATING COMPANY"
    prior: int
    paid: int = 0
    other: int = 0

    @property
    def account(self) -> str:
        return f"010-99000{self.serial:02d}-5550"

    @property
    def used(self) -> int:
        return sum((new - old) * self.multiplier for _, new, old, _ in self.registers)

    @property
    def parts(self) -> dict[str, int]:
        prices = {"Supply": "0.1", "Transmission": "0.03", "Local Delivery": "0.041", "Public Benefits": "0.022"}
        return {name: charge(self.used, price) for name, price in prices.items()}

    @property
    def current(self) -> int:
        return sum(self.parts.values())

    @property
    def balance(self) -> int:
        return self.prior - self.paid

    @property
    def total(self) -> int:
        return self.balance + self.current + self.other


def draw(bill: UiBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.serial}")
    sheet.text(40, 24, "UI", size=20, font=BOLD)
    facts = (
        f"Account Number: {bill.account}",
        f"Statement Date: {bill.billed:{DAY}}",
        "Service Location:",
        bill.customer,
        "77 SAMPLE ST",
        "NEW HAVEN CT 06501",
        f"POD-ID: 30000009900{bill.serial:02d}",
        f"Rate: {bill.rate}",
        f"Bill Period: {bill.start:{SHORT}} to {bill.end:{SHORT}}",
        f"Next Meter Reading: On or about {bill.end + dt.timedelta(31):{SHORT}}",
    )
    sheet.lines(40, 60, facts, leading=12)
    sheet.text(300, 60, "Current Charges for Electricity", size=11, font=BOLD)
    for n, (name, amount) in enumerate(bill.parts.items()):
        sheet.text(300 + 72 * n, 80, name, size=8)
        sheet.text(300 + 72 * n, 94, dollars(amount), size=8)
    sheet.text(300, 130, "How Your Use Changed", font=BOLD)
    sheet.row(146, (300, "This Month's Electric Use"), (450, f"{bill.used:,} kWh"))
    sheet.text(300, 180, "Your Supplier Information", font=BOLD)
    sheet.lines(300, 194, (bill.supplier, "PO BOX 100", "EXAMPLETOWN CT 06501"))
    sheet.lines(40, 230, ("UI Contact Information", "uinet.com", "800-555-0170"))
    sheet.row(650, (350, "Due Date"), (430, f"{bill.due:{DAY}}"))
    sheet.row(664, (350, "Amount Now Due"), (430, dollars(bill.total)), font=BOLD)
    sheet.next_page()
    meter(sheet, bill)
    summary(sheet, bill)
    return sheet.finish()


def meter(sheet: Sheet, bill: UiBill) -> None:
    heads = ("Meter Number", "", "Current Read", "Prior Read", "Multiplier", "Total kWh", "Read Type", "Demand kW")
    at = (40, 110, 160, 230, 290, 350, 410, 480)
    for x, head in zip(at, heads, strict=True):
        sheet.text(x, 40, head, size=7, font=BOLD)
    for n, (name, new, old, demand) in enumerate(bill.registers):
        used = f"{(new - old) * bill.multiplier:,}"
        cells = (
            f"9905550{bill.serial:02d}",
            name,
            f"{new:06d}",
            f"{old:06d}",
            str(bill.multiplier),
            used,
            "Actual",
            demand,
        )
        for x, cell in zip(at, cells, strict=True):
            sheet.text(x, 54 + 12 * n, cell, size=8)


def summary(sheet: Sheet, bill: UiBill) -> None:
    sheet.text(40, 120, "Account Summary", size=11, font=BOLD)
    rows = [("Prior Balance", dollars(bill.prior))]
    if bill.paid:
        paid = bill.billed - dt.timedelta(8)
        rows.append((f"Payment Received {paid:{SHORT}} - Thank you!", f"{dollars(bill.paid)} cr"))
    rows += [("Balance Forward", dollars(bill.balance)), ("Total Current Charges", dollars(bill.current))]
    if bill.other:
        rows.append(("Total Miscellaneous Charges & Credits", dollars(bill.other)))
    rows.append(("Total Balance", dollars(bill.total)))
    for n, (label, amount) in enumerate(rows):
        sheet.row(138 + 13 * n, (40, label), (-300, amount))
    sheet.text(40, 240, "Total Charges for Electricity", size=11, font=BOLD)
    top = 258
    for name, amount in bill.parts.items():
        sheet.row(top, (50, f"{name} Charge"), (120, f"{bill.used:,} kWh x $0.100000"), (-300, dollars(amount)))
        sheet.row(top + 13, (40, f"Subtotal {name}"), (-300, dollars(amount)), font=BOLD)
        top += 30
    sheet.row(top, (40, "Total Current Charges"), (-300, dollars(bill.current)), font=BOLD)


def expected(bill: UiBill) -> dict[str, object]:
    period = {"billing_period_from": bill.start, "billing_period_to": bill.end}
    demands = [Decimal(demand) for *_, demand in bill.registers if demand]
    own = bill.supplier == "THE UNITED ILLUMINATING COMPANY"
    one = expectation.meter(
        id=f"9905550{bill.serial:02d}",
        type="electric",
        consumption=bill.used * 1000,
        demand_kw=max(demands, default=None),
        tariff=bill.rate,
        address=expectation.address("77 SAMPLE ST", "NEW HAVEN", "CT", "06501"),
        additional_attributes={"pod_id": f"30000009900{bill.serial:02d}"},
        **period,
    )
    return expectation.document(
        expectation.bill(
            utility="united_illuminating",
            account_number=bill.account,
            billed_on=bill.billed,
            due_on=bill.due,
            electricity_consumption=bill.used * 1000,
            electricity_amount=bill.current,
            supply_charge=bill.parts["Supply"],
            outstanding_balance=bill.balance,
            total_amount=None if bill.other else bill.current,
            amount_due=bill.total,
            supplier_name=None if own else bill.supplier,
            meters=[one],
            **period,
        )
    )


BUSINESS = UiBill(  # three registers; a sales tax stands apart from the current charges
    serial=11,
    customer="EXAMPLE CORP",
    start=dt.date(2024, 4, 22),
    end=dt.date(2024, 5, 21),
    billed=dt.date(2024, 5, 23),
    due=dt.date(2024, 6, 20),
    rate="GST - General Service Time Of Day",
    registers=(("Peak", 1_100, 1_000, "101.5"), ("Shoulder", 2_210, 2_150, "88.0"), ("Off Peak", 5_400, 5_310, "64.2")),
    multiplier=200,
    supplier="EXAMPLE ENERGY SERVICES LLC",
    prior=9_120_44,
    paid=9_120_44,
    other=611_20,
)
SHOP = UiBill(  # one register over the turn of a year; nothing was paid
    serial=27,
    customer="SAMPLE SHOP",
    start=dt.date(2024, 12, 10),
    end=dt.date(2025, 1, 9),
    billed=dt.date(2025, 1, 13),
    due=dt.date(2025, 2, 10),
    rate="GS - General Service",
    registers=(("", 40_912, 40_101, ""),),
    prior=140_10,
)


def samples() -> list[Sample]:
    cases = {"2024-05_business": BUSINESS, "2025-01_shop": SHOP}
    return [Sample(f"united_illuminating/{name}.pdf", draw(bill), expected(bill)) for name, bill in cases.items()]
