"""The bill of Pepco, Delmarva Power and Atlantic City Electric, drawn from its printed labels."""

import datetime as dt
from dataclasses import dataclass

from samples import expectation
from samples.drawing import BOLD, Sheet
from samples.files import Sample
from samples.money import charge, dollars, number

LONG = "%B %-d, %Y"
SHORT = "%b %-d, %Y"
METHOD = "How we calculate this charge"


@dataclass(frozen=True)
class PhiBill:
    """An invented bill of one electric meter; amounts in cents."""

    account: str
    service: str
    street: str
    town: str
    state: str
    rate: str
    start: dt.date
    end: dt.date
    billed: dt.date
    due: dt.date
    meter: str
    difference: int
    constant: int
    last: int
    paid: int

    @property
    def used(self) -> int:
        return self.difference * self.constant

    @property
    def delivered(self) -> int:
        return 8_44 + charge(self.used, "0.05512")

    @property
    def supplied(self) -> int:
        return charge(self.used, "0.09031")

    @property
    def total(self) -> int:
        return self.delivered + self.supplied

    @property
    def balance(self) -> int:
        return self.last - self.paid


def draw(name: str, site: str, bill: PhiBill) -> bytes:
    """The summary on page 1, the details of the charges on page 2."""
    sheet = Sheet(f"Sample bill {bill.account}")
    sheet.text(40, 30, name, size=20, font=BOLD)
    sheet.row(34, (-570, "Page 1 of 2"))
    sheet.text(40, 56, site, size=8)
    period = f"for the period {bill.start:{LONG}} to {bill.end:{LONG}}"
    sheet.text(300, 60, f"Your electric bill {period}", font=BOLD)
    sheet.row(80, (300, "Account number:"), (380, bill.account))
    sheet.text(300, 94, f"Your service address: {bill.street}, {bill.town}, {bill.state} 00501")
    sheet.text(300, 108, f"Bill Issue date: {bill.billed:{SHORT}}")
    rows = (
        ("Balance from your last bill", dollars(bill.last)),
        ("Your payment - thank you", f"{dollars(bill.paid)}-"),
        (f"Balance forward as of {bill.billed:{SHORT}}", dollars(bill.balance)),
        ("New electric charges", dollars(bill.total)),
        (f"Total amount due by {bill.due:{SHORT}}", dollars(bill.balance + bill.total)),
    )
    sheet.text(40, 130, "Summary of your charges", size=11, font=BOLD)
    for n, (label, amount) in enumerate(rows):
        sheet.row(148 + 14 * n, (40, label), (-280, amount))
    sheet.next_page()
    sheet.text(40, 30, "Details of your electric charges", size=11, font=BOLD)
    sheet.text(40, 48, f"{bill.rate} - service number {bill.service}")
    sheet.text(40, 66, f"{bill.meter} Use (kWh)")
    sheet.row(80, (40, "Difference"), (100, "Multiplier"), (160, "Total Use"), size=8)
    sheet.row(92, (40, str(bill.difference)), (100, str(bill.constant)), (160, str(bill.used)))
    sheet.row(110, (40, "Your next meter reading is scheduled for"), (-400, f"{bill.end + dt.timedelta(30):{LONG}}"))
    top = _part(sheet, 140, "Distribution Charge", "0.05512", bill.used, bill.delivered, "Delivery", 8_44)
    _part(sheet, top, "Standard Offer Service", "0.09031", bill.used, bill.supplied, "Supply", 0)
    sheet.row(top + 100, (40, f"Total Electric Charges - {bill.rate}"), (-560, number(bill.total)), font=BOLD)
    return sheet.finish()


def _part(sheet: Sheet, top: float, line: str, price: str, used: int, total: int, what: str, fixed: int) -> float:
    sheet.row(top, (40, "Type of charge"), (200, METHOD), (-560, "Amount($)"), font=BOLD)
    if fixed:
        sheet.row(top + 14, (40, "Customer Charge"), (-560, number(fixed)))
    sheet.row(top + 28, (40, line), (200, f"{used} kWh X ${price} per kWh"), (-560, number(total - fixed)))
    sheet.row(top + 42, (40, f"Total Electric {what} Charges"), (-560, number(total)), font=BOLD)
    return top + 70


def _expected(code: str, bill: PhiBill) -> dict[str, object]:
    meter = expectation.meter(
        id=bill.meter,
        type="electric",
        billing_period_from=bill.start,
        billing_period_to=bill.end,
        consumption=bill.used * 1000,
        tariff=bill.rate,
        address=expectation.address(bill.street, bill.town, bill.state, "00501"),
        additional_attributes={"service_number": bill.service},
    )
    return expectation.document(
        expectation.bill(
            utility=code,
            account_number=bill.account,
            billed_on=bill.billed,
            due_on=bill.due,
            billing_period_from=bill.start,
            billing_period_to=bill.end,
            electricity_consumption=bill.used * 1000,
            electricity_amount=bill.total,
            delivery_charge=bill.delivered,
            supply_charge=bill.supplied,
            outstanding_balance=bill.balance,
            total_amount=bill.total,
            amount_due=bill.balance + bill.total,
            meters=[meter],
        )
    )


def company_samples(code: str, name: str, site: str, state: str, number: int) -> list[Sample]:
    """A home that has paid, and a larger one that has paid a part."""
    home = PhiBill(
        account=f"9900 0055 {number:03d}",
        service=f"0099 0055 0155 {number:04d}",
        street=f"{20 + number} SAMPLE ST",
        town="SAMPLETON",
        state=state,
        rate="Residential Service",
        start=dt.date(2024, 12, 6),
        end=dt.date(2025, 1, 7),
        billed=dt.date(2025, 1, 9),
        due=dt.date(2025, 1, 30),
        meter=f"KZD55550{number:04d}",
        difference=812 + number,
        constant=1,
        last=104_20,
        paid=104_20,
    )
    large = PhiBill(
        account=f"9900 0066 {number:03d}",
        service=f"0099 0066 0166 {number:04d}",
        street=f"{700 + number} DEMO RD",
        town="EXAMPLEVILLE",
        state=state,
        rate="Residential Heating",
        start=dt.date(2025, 3, 8),
        end=dt.date(2025, 4, 7),
        billed=dt.date(2025, 4, 9),
        due=dt.date(2025, 4, 30),
        meter=f"KZD55560{number:04d}",
        difference=90 + number,
        constant=20,
        last=377_00,
        paid=150_00,
    )
    cases = {"2025-01_home": home, "2025-04_part_paid": large}
    return [Sample(f"{code}/{case}.pdf", draw(name, site, bill), _expected(code, bill)) for case, bill in cases.items()]
