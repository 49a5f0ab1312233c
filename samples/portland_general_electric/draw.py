"""A bill of Portland General Electric as numbers, drawn, and what must be read from it."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from samples import expectation
from samples.drawing import BOLD, Sheet
from samples.money import charge, number

DAY = "%m/%d/%y"
RIGHT, SIDE, EDGE = 378.0, 405.0, 560.0


@dataclass(frozen=True)
class Meter:
    """A meter with its charges; amounts in cents."""

    id: str
    schedule: str
    multiplier: int
    kwh: int
    point: str
    demand: str | None = None
    reading: int | None = None

    @property
    def charges(self) -> list[tuple[str, int]]:
        lines = [
            ("Basic Charge", 11_00),
            (f"System Usage Charge ({self.kwh:,}.000 kWh x $0.11689)", charge(self.kwh, "0.11689")),
        ]
        if self.demand:
            lines.append((f"Off-Peak Demand ({self.demand} KW x $0.00)", 0))
            lower = Decimal(self.demand) - 11
            lines.append((f"On-Peak Demand ({lower} KW x $2.61)", charge(lower, "2.61")))
        return lines

    @property
    def energy(self) -> int:
        return sum(amount for _, amount in self.charges)


@dataclass(frozen=True)
class PgeBill:
    """An invented bill. The layout prints no day of its making."""

    account: str
    customer: str
    street: str
    town: str
    due: dt.date
    start: dt.date
    end: dt.date
    previous: int
    paid: int
    meters: tuple[Meter, ...]

    @property
    def energy(self) -> int:
        return sum(meter.energy for meter in self.meters)

    @property
    def adjustments(self) -> int:
        return -charge(sum(meter.kwh for meter in self.meters), "0.00022")

    @property
    def total(self) -> int:
        return self.energy + self.adjustments + 14_40

    @property
    def balance(self) -> int:
        return self.previous - self.paid


def money(amount: int) -> str:
    return f"{number(abs(amount))} CR" if amount < 0 else number(amount)


def draw(bill: PgeBill) -> bytes:
    """Charges on the left of page 1, meters on its right; details on page 2."""
    sheet = Sheet(f"Sample bill {bill.account}")
    sheet.row(28, (134, "1-800-555-0100"), (SIDE, "Account #"), (-EDGE, bill.account))
    sheet.text(134, 40, "portlandgeneral.com")
    rows = (("Previous Amount Due", bill.previous), ("Payments", -bill.paid), ("Balance Forward", bill.balance))
    rows += (("Current Charges", bill.total),)
    for n, (label, amount) in enumerate(rows):
        sheet.row(56 + 12 * n, (SIDE, label), (-EDGE, money(amount)))
    sheet.lines(46, 97, ("Service Address:", bill.customer, bill.street, bill.town), leading=10.8)
    due = money(bill.balance + bill.total)
    sheet.row(138, (SIDE, "AMOUNT DUE"), (-EDGE, f"${due}"), font=BOLD)
    sheet.row(150, (SIDE, "Due date for current bill"), (-EDGE, f"{bill.due:{DAY}}"))
    sheet.row(178, (26, "This month's charges (Turn over for details)"), (SIDE, "Your energy use"), font=BOLD)
    _side(sheet, bill)
    top = 196.0
    for meter in bill.meters:
        sheet.text(26, top, f"Meter # {meter.id}, {meter.schedule}")
        sheet.row(top + 11, (26, f"Energy Charges ({meter.kwh} kWh)"), (-RIGHT, money(meter.energy)))
        top += 24
    sheet.row(top, (26, "Adjustments"), (-RIGHT, money(bill.adjustments)))
    sheet.row(top + 11, (26, "Total Taxes and Fees"), (-RIGHT, money(14_40)))
    sheet.row(top + 24, (44, "Current Energy Charges"), (-RIGHT, money(bill.total)))
    sheet.row(560, (151, "Please detach and return this portion with your payment."), size=8)
    sheet.row(611, (SIDE, "Due Date:"), (-EDGE, f"{bill.due:{DAY}}"))
    sheet.row(627, (SIDE, "Amount Due:"), (-EDGE, f"${due}"))
    sheet.row(713, (352, "PGE"))
    sheet.row(772, (108, "Page 1 of 2"), size=8)
    sheet.next_page()
    _details(sheet, bill)
    return sheet.finish()


def _side(sheet: Sheet, bill: PgeBill) -> None:
    top = 192.0
    for meter in bill.meters:
        sheet.lines(
            SIDE, top, (f"Meter # {meter.id}", meter.schedule, f"Meter Multiplier {meter.multiplier}"), leading=10.5
        )
        sheet.row(top + 31, (SIDE, "Service Period"), (490, "Meter Reading"))
        now = ((-EDGE, str(meter.reading)),) if meter.reading else ()
        before = ((-EDGE, str(meter.reading - meter.kwh)),) if meter.reading else ()
        sheet.row(top + 40, (SIDE, f"{bill.end:{DAY}}"), *now)
        sheet.row(top + 49, (SIDE, f"{bill.start:{DAY}}"), *before)
        sheet.row(top + 59, (SIDE, f"{(bill.end - bill.start).days} days of service"), (-EDGE, f"{meter.kwh} kWh"))
        top += 76
    sheet.row(top + 40, (407, "Period"), (460, "Avg Daily"), (510, "Monthly"), size=7)
    sheet.row(top + 49, (407, f"{bill.end:%b %Y}"), (470, "71"), (510, str(bill.meters[0].kwh)), size=7)


def _details(sheet: Sheet, bill: PgeBill) -> None:
    sheet.row(30, (28, "Details of this month's charges"), (410, "Need help? Call 1-800-555-0100"), font=BOLD)
    top = 46.0
    for meter in bill.meters:
        sheet.text(28, top, f"Meter # {meter.id}, {meter.schedule}, SPID {meter.point}", size=8)
        for label, amount in meter.charges:
            top += 10
            sheet.row(top, (28, label), (-RIGHT, money(amount)), size=8)
        sheet.row(top + 10, (45, "Subtotal - Energy Charges"), (-RIGHT, money(meter.energy)), size=8)
        top += 24
    sheet.row(top, (28, "105 Regulatory Adjustments"), (-RIGHT, money(bill.adjustments)), size=8)
    sheet.row(top + 10, (28, "Low Income Assistance"), (-RIGHT, money(14_40)), size=8)
    sheet.row(top + 22, (64, "Current Energy Charges"), (-RIGHT, money(bill.total)), size=8)
    sheet.row(600, (27, "Late payment: a charge of 2.1% may be applied to past-due bills."), size=8)
    sheet.row(772, (108, "Page 2 of 2"), size=8)


def expected(bill: PgeBill) -> dict[str, object]:
    alone = len(bill.meters) == 1
    town, _, rest = bill.town.partition(", OR ")
    postal_code, _, suffix = rest.partition("-")
    place = expectation.address(bill.street, town, "OR", postal_code) | {"postal_code_suffix": suffix or None}
    meters = [
        expectation.meter(
            id=meter.id,
            type="electric",
            billing_period_from=bill.start,
            billing_period_to=bill.end,
            consumption=meter.kwh * 1000,
            demand_kw=Decimal(meter.demand) if meter.demand and alone else None,
            tariff=meter.schedule,
            address=place,
            additional_attributes={"pod_id": meter.point} if alone else {},
        )
        for meter in bill.meters
    ]
    return expectation.document(
        expectation.bill(
            utility="portland_general_electric",
            account_number=bill.account,
            due_on=bill.due,
            billing_period_from=bill.start,
            billing_period_to=bill.end,
            electricity_consumption=sum(meter.kwh for meter in bill.meters) * 1000,
            electricity_amount=bill.total,
            outstanding_balance=bill.balance,
            total_amount=bill.total,
            amount_due=bill.balance + bill.total,
            meters=meters,
        )
    )
