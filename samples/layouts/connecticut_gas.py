"""The bill of Southern Connecticut Gas and its sister, drawn from its printed labels; and the samples of one company."""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from samples import expectation
from samples.drawing import BOLD, Sheet
from samples.files import Sample
from samples.money import charge, dollars, number


@dataclass(frozen=True)
class Company:
    """What its bills print in words of their own."""

    code: str
    short: str
    full: str
    site: str
    account: str


SCG = Company("southern_connecticut_gas", "SCG", "SOUTHERN CONNECTICUT GAS CO.", "soconngas.com", "050-9900055-{:04d}")
CNG = Company("connecticut_natural_gas", "CNG", "CONNECTICUT NATURAL GAS CORP.", "cngcorp.com", "040-9900055-{:04d}")


@dataclass(frozen=True)
class GasBill:
    """An invented bill of one meter; amounts in cents."""

    serial: int
    customer: str
    start: dt.date
    end: dt.date
    billed: dt.date
    due: dt.date
    reading: int
    previous: int
    last: int
    paid: int
    rate: str
    supplier: str = ""
    factor: str = "1.3394"

    @property
    def ccf(self) -> Decimal:
        used = Decimal(self.reading - self.previous) * Decimal(self.factor)
        return used.quantize(Decimal("0.001"), ROUND_HALF_UP)

    @property
    def total(self) -> int:
        return 53_49 + charge(self.ccf, "0.831")

    @property
    def balance(self) -> int:
        return self.last - self.paid

    @property
    def pod(self) -> str:
        return f"500-99000{self.serial:02d}-099"


def short(day: dt.date) -> str:
    return f"{day.month}/{day.day}/{day:%y}"


def draw(company: Company, bill: GasBill) -> bytes:
    """One page, with the stub on top and messages in a column at the right."""
    sheet = Sheet(f"Sample bill {bill.serial}")
    account = company.account.format(bill.serial)
    due = dollars(bill.total + bill.balance)
    sheet.text(46, 20, company.short, size=20, font=BOLD)
    sheet.text(200, 60, f"Account Number: {account}", size=8)
    sheet.row(60, (350, "Payment Due Date"), (470, "Amount Now Due"), font=BOLD)
    sheet.row(74, (350, short(bill.due)), (470, due), font=BOLD)
    sheet.lines(360, 160, (company.full, "PO BOX 100", "EXAMPLETOWN MA 00501"))
    sheet.text(62, 262, "Your Account Information", size=11, font=BOLD)
    name = (f"Customer Name Key:  {bill.customer[:4]}", bill.customer, "27 DEMO ST", "SAMPLETON, CT 06501")
    sheet.lines(62, 278, name, leading=10.3)
    facts = (
        f"Account Number:  {account}",
        f"Meter Number:  9055{bill.serial:02d}",
        f"Rate:  {bill.rate}",
        f"Billing Period:  {short(bill.start)} - {short(bill.end)}",
        f"Statement Date:  {short(bill.billed)}",
        f"Next Meter Reading (on or about):  {short(bill.end + dt.timedelta(31))}",
    )
    sheet.lines(62, 326, facts, leading=10.3)
    sheet.text(448, 330, "MESSAGES", font=BOLD)
    sheet.lines(
        448, 342, (f"Read more at {company.site}.", "A message of $5.00 over", "several lines stands here."), size=8
    )
    charges(sheet, company, bill)
    sheet.text(62, 640, "Gas Usage", size=11, font=BOLD)
    heads = ((62, "Meter"), (110, "Service Period"), (200, "Current"), (250, "Last"), (300, "Correction Factor"))
    sheet.row(656, *heads, (390, "Total CCF"), size=7)
    days = f"{(bill.end - bill.start).days + 1} days"
    cells = ((62, f"9055{bill.serial:02d}"), (110, days), (200, f"{bill.reading} - {bill.previous}"))
    sheet.row(668, *cells, (300, bill.factor), (390, str(bill.ccf)))
    sheet.text(110, 680, f"POD ID: {bill.pod}", size=8)
    return sheet.finish()


def charges(sheet: Sheet, company: Company, bill: GasBill) -> None:
    day = short(bill.billed)
    sheet.text(62, 400, "Previous Charges & Credits", size=11, font=BOLD)
    sheet.row(416, (62, "Amount of Previous Bill"), (250, day), (330, "$"), (-420, number(bill.last)))
    if bill.paid:
        sheet.row(428, (62, "Payment Received. Thanks!"), (250, day), (330, "$"), (-430, f"{number(bill.paid)} cr"))
    sheet.row(440, (62, "Balance Forward"), (330, "$"), (-420, number(bill.balance)))
    sheet.text(62, 462, "New Charges & Credits", size=11, font=BOLD)
    sheet.text(62, 476, f"POD {bill.pod.replace('-', '')} ({company.short} - Cycle 15)")
    if bill.supplier:
        sheet.text(62, 488, f"Current Supplier: {bill.supplier}")
    sheet.row(506, (62, "Customer Charge"), (-420, "$53.49"))
    delivery = f"{bill.ccf} CCF @ $.831000"
    sheet.row(518, (62, "Delivery Charge"), (220, delivery), (-420, dollars(bill.total - 53_49)))
    sheet.row(530, (62, "Total Gas Charges"), (-420, dollars(bill.total)), font=BOLD)
    sheet.row(552, (62, "Total New Charges"), (330, "$"), (-420, number(bill.total)), font=BOLD)
    sheet.row(566, (62, f"Amount Now Due: {dollars(bill.total + bill.balance)}"), font=BOLD)


def _expected(company: Company, bill: GasBill) -> dict[str, object]:
    period = {"billing_period_from": bill.start, "billing_period_to": bill.end}
    meter = expectation.meter(
        id=f"9055{bill.serial:02d}",
        type="gas",
        consumption=bill.ccf,
        tariff=bill.rate,
        address=expectation.address("27 DEMO ST", "SAMPLETON", "CT", "06501"),
        additional_attributes={"pod_id": bill.pod},
        **period,
    )
    return expectation.document(
        expectation.bill(
            utility=company.code,
            account_number=company.account.format(bill.serial),
            billed_on=bill.billed,
            due_on=bill.due,
            gas_consumption=bill.ccf,
            gas_consumption_unit="ccf",
            gas_amount=bill.total,
            outstanding_balance=bill.balance,
            total_amount=bill.total,
            amount_due=bill.total + bill.balance,
            supplier_name=bill.supplier or None,
            meters=[meter],
            **period,
        )
    )


SUPPLIED = GasBill(
    11,
    "EXAMPLE MANOR",
    dt.date(2024, 9, 23),
    dt.date(2024, 10, 20),
    dt.date(2024, 10, 24),
    dt.date(2024, 11, 21),
    26_475,
    26_323,
    138_27,
    138_27,
    "Res Multi-dwell Large",
    supplier="EXAMPLE GAS MARKETING LLC",
)
UNPAID = GasBill(
    27,
    "SAM EXAMPLE",
    dt.date(2023, 12, 22),
    dt.date(2024, 1, 23),
    dt.date(2024, 1, 26),
    dt.date(2024, 2, 23),
    9_140,
    9_011,
    201_15,
    0,
    "Res Heat",
    factor="1.0310",
)


def company_samples(company: Company) -> list[Sample]:
    """A house with a supplier of its own, and a home that has not paid."""
    cases = {"2024-01_unpaid": UNPAID, "2024-10_supplier": SUPPLIED}
    return [
        Sample(f"{company.code}/{name}.pdf", draw(company, bill), _expected(company, bill))
        for name, bill in cases.items()
    ]
