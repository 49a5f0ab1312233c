"""The sample bills of BGE, drawn from its printed labels: electric and gas details side by side."""

import datetime as dt
from dataclasses import dataclass

from samples import expectation
from samples.drawing import BOLD, Sheet
from samples.files import Sample
from samples.money import charge, dollars

LONG = "%B %-d, %Y"
SHORT = "%b %-d, %Y"
SUPPLY, DELIVERY, TAXES = "ELECTRIC SUPPLY", "BGE ELECTRIC DELIVERY", "TAXES & FEES"


@dataclass(frozen=True)
class BgeBill:
    """An invented bill; amounts in cents. Without ``gas_meter`` it is for electricity alone."""

    account: str
    choice: str
    customer: str
    street: str
    town: str
    schedule: str
    start: dt.date
    end: dt.date
    billed: dt.date
    due: dt.date
    meter: str
    kwh: int
    previous: int
    paid: int
    gas_meter: str | None = None
    therms: int = 0

    @property
    def supplied(self) -> int:
        return charge(self.kwh, "0.09120")

    @property
    def delivered(self) -> int:
        return 9_10 + charge(self.kwh, "0.04331")

    @property
    def taxes(self) -> int:
        return charge(self.kwh, "0.00310")

    @property
    def electric(self) -> int:
        return self.supplied + self.delivered + self.taxes

    @property
    def gas(self) -> int:
        return 14_00 + charge(self.therms, "1.1243") if self.gas_meter else 0

    @property
    def balance(self) -> int:
        return self.previous - self.paid


def draw(bill: BgeBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.account}")
    sheet.text(40, 30, "BGE", size=20, font=BOLD)
    sheet.text(40, 56, "An Exelon Company   BGE.COM", size=8)
    sheet.row(34, (330, "Bill Summary"), (-570, "Page 1 of 2"), font=BOLD)
    place = (bill.customer, bill.street, f"{bill.town}, MD 00501", f"Account # {bill.account}")
    top = sheet.lines(330, 50, (*place, f"Issued Date: {bill.billed:{LONG}}"), leading=13)
    rows = [
        ("Previous Balance", dollars(bill.previous)),
        (f"Payments Received {bill.billed - dt.timedelta(15):{LONG}}", dollars(-bill.paid)),
        ("BGE Outstanding Balance", dollars(bill.balance)),
        ("Electric", dollars(bill.electric)),
    ]
    if bill.gas_meter:
        rows.append(("Gas", dollars(bill.gas)))
    rows.append((f"Total amount due by {bill.due:{LONG}}", dollars(bill.balance + bill.electric + bill.gas)))
    for n, (label, amount) in enumerate(rows):
        sheet.row(top + 10 + 14 * n, (330, label), (-570, amount))
    sheet.lines(40, 120, ("ELECTRIC SUPPLY", "BGE", f"Electric Choice ID: {bill.choice}"))
    sheet.next_page()
    _electric(sheet, bill)
    if bill.gas_meter:
        _gas(sheet, bill)
    return sheet.finish()


def _period(sheet: Sheet, x: float, bill: BgeBill, title: str, rate: str) -> None:
    sheet.text(x, 40, title, size=11, font=BOLD)
    sheet.text(x, 58, rate)
    sheet.text(x, 72, f"Billing Period: {bill.start:{SHORT}} - {bill.end:{SHORT}}")
    sheet.text(x, 86, f"Days Billed: {(bill.end - bill.start).days}")


def _electric(sheet: Sheet, bill: BgeBill) -> None:
    _period(sheet, 40, bill, "Electric details", bill.schedule)
    sheet.text(40, 104, f"Meter #{bill.meter} Read on {bill.end:%b %-d}")
    sheet.text(40, 118, f"{bill.kwh} kWh used")
    rows = ((SUPPLY, bill.supplied), (DELIVERY, bill.delivered), (TAXES, bill.taxes), ("TOTAL", bill.electric))
    for n, (label, amount) in enumerate(rows):
        sheet.row(140 + 16 * n, (40, label), (-280, dollars(amount)))


def _gas(sheet: Sheet, bill: BgeBill) -> None:
    _period(sheet, 330, bill, "Gas details", "General Service - Schedule C")
    sheet.text(330, 104, f"Meter #{bill.gas_meter} Read on {bill.end:%b %-d}")
    sheet.text(330, 118, f"{bill.therms} therms used")
    sheet.row(140, (330, "BGE GAS DELIVERY"), (-570, dollars(bill.gas)))
    sheet.row(156, (330, "TOTAL"), (-570, dollars(bill.gas)))


def _expected(bill: BgeBill) -> dict[str, object]:
    period = {"billing_period_from": bill.start, "billing_period_to": bill.end}
    meters = [
        expectation.meter(
            id=bill.meter,
            type="electric",
            consumption=bill.kwh * 1000,
            tariff=bill.schedule,
            additional_attributes={"electric_choice_id": bill.choice},
            **period,
        )
    ]
    if bill.gas_meter:
        meters.append(
            expectation.meter(
                id=bill.gas_meter,
                type="gas",
                consumption=bill.therms,
                tariff="General Service - Schedule C",
                **period,
            )
        )
    return expectation.document(
        expectation.bill(
            utility="baltimore_gas_and_electric",
            account_number=bill.account,
            billed_on=bill.billed,
            due_on=bill.due,
            electricity_consumption=bill.kwh * 1000,
            electricity_amount=bill.electric,
            delivery_charge=bill.delivered,
            supply_charge=bill.supplied,
            gas_consumption=bill.therms if bill.gas_meter else None,
            gas_consumption_unit="therms" if bill.gas_meter else None,
            gas_amount=bill.gas if bill.gas_meter else None,
            outstanding_balance=bill.balance,
            amount_due=bill.balance + bill.electric + bill.gas,
            meters=meters,
            **period,
        )
    )


BOTH = BgeBill(
    account="9900055501",
    choice="9900077701",
    customer="EXAMPLE TOOLS LLC",
    street="12 SAMPLE ST",
    town="SAMPLETON",
    schedule="General Service - Schedule G",
    start=dt.date(2018, 12, 14),
    end=dt.date(2019, 1, 15),
    billed=dt.date(2019, 1, 18),
    due=dt.date(2019, 2, 8),
    meter="A995550011",
    kwh=1_904,
    previous=288_11,
    paid=288_11,
    gas_meter="995550012",
    therms=77,
)
ELECTRIC = BgeBill(
    account="9900055502",
    choice="9900077702",
    customer="SAM EXAMPLE",
    street="31 DEMO LN",
    town="EXAMPLEVILLE",
    schedule="Residential Service - Schedule R",
    start=dt.date(2019, 5, 14),
    end=dt.date(2019, 6, 13),
    billed=dt.date(2019, 6, 17),
    due=dt.date(2019, 7, 8),
    meter="B995550021",
    kwh=731,
    previous=92_15,
    paid=0,
)


def samples() -> list[Sample]:
    cases = {"2019-01_electric_and_gas": BOTH, "2019-06_home_unpaid": ELECTRIC}
    return [
        Sample(f"baltimore_gas_and_electric/{name}.pdf", draw(bill), _expected(bill)) for name, bill in cases.items()
    ]
