"""The two-sided bill of Georgia Power, Alabama Power and Mississippi Power, and two invented customers of each."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from samples import expectation
from samples.drawing import BOLD, Sheet
from samples.files import Sample
from samples.money import charge, dollars, number, percent


@dataclass(frozen=True, kw_only=True)
class SouthernBill:
    """``past_due``: what an earlier bill left is printed as such; ``draft``: it is paid automatically."""

    account: str
    customer: str
    street: str
    town: str
    state: str
    postal_code: str
    start: dt.date
    end: dt.date
    due: dt.date
    meter: str
    before: int
    now: int
    constant: int = 1
    demand: str = ""
    rate: str
    previous: int
    paid: int
    draft: bool = False

    @property
    def used(self) -> int:
        return (self.now - self.before) * self.constant

    @property
    def charges(self) -> list[tuple[str, int]]:
        service = charge(self.used, "0.14210")
        lines = [("Current Service", service), ("Environmental Compliance Cost", percent(service, "9.2"))]
        return [*lines, ("Municipal Franchise Fee", percent(service, "3.0")), ("Sales Tax", percent(service, "8.0"))]

    @property
    def current(self) -> int:
        return sum(amount for _, amount in self.charges)

    @property
    def left(self) -> int:
        return self.previous - self.paid

    @property
    def amount_due(self) -> int:
        return self.left + self.current

    @property
    def period(self) -> str:
        return f"{long(self.start)} - {long(self.end)}"

    def expected(self, code: str) -> dict[str, object]:
        period = {"billing_period_from": self.start, "billing_period_to": self.end}
        place = expectation.address(self.street, self.town, self.state, self.postal_code)
        meter = expectation.meter(
            id=self.meter,
            type="electric",
            consumption=self.used * 1000,
            demand_kw=Decimal(self.demand) if self.demand else None,
            tariff=self.rate,
            address=place if self.town else place | dict.fromkeys(("city", "state", "postal_code")),
            **period,
        )
        bill = expectation.bill(
            utility=code,
            account_number=self.account,
            due_on=self.due,
            electricity_consumption=self.used * 1000,
            electricity_amount=self.current,
            outstanding_balance=self.left,
            total_amount=self.current,
            amount_due=self.amount_due,
            past_due=self.left > 0,
            meters=[meter],
            **period,
        )
        return expectation.document(bill)


def long(day: dt.date) -> str:
    return f"{day:%B} {day.day}, {day.year}" if len(f"{day:%B}") < 5 else f"{day:%b} {day.day}, {day.year}"


def short(day: dt.date) -> str:
    return f"{day:%b} {day.day}"


def draw(company: str, site: str, bill: SouthernBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.account}")
    _head(sheet, company, bill, 1)
    _front(sheet, site, bill)
    _stub(sheet, company, bill)
    sheet.next_page()
    _head(sheet, company, bill, 2)
    _back(sheet, site, bill)
    return sheet.finish()


def _head(sheet: Sheet, company: str, bill: SouthernBill, page: int) -> None:
    sheet.row(5, (550, f"Page {page} "), (578, "of 2"), size=7)
    _pay(sheet, 27, bill)
    sheet.text(43, 62, company, size=12, font=BOLD)
    sheet.row(48, (180, "Customer Name"), (326, "Account Number"), size=8.3, font=BOLD)
    sheet.row(62, (180, bill.customer), (326, bill.account), size=8.3)


def _pay(sheet: Sheet, top: float, bill: SouthernBill) -> None:
    label = "Draft Date" if bill.draft else "Please Pay By"
    sheet.row(top, (403, label), (-585, f"{bill.due:%b} {bill.due.day}, {bill.due.year}"), size=12, font=BOLD)
    sheet.row(top + 22, (404, "Total Due"), (-585, f"$ {number(bill.amount_due)}"), size=12, font=BOLD)


def _front(sheet: Sheet, site: str, bill: SouthernBill) -> None:
    sheet.row(98, (43, "Service Address"), (332, "Service Period"), size=8.3, font=BOLD)
    sheet.row(98, (403, "Web Access Code"), (497, "Account Number"), size=8.3, font=BOLD)
    sheet.row(108, (43, bill.street), (-380, bill.period), size=10)
    sheet.row(112, (404, "955550"), (497, bill.account), size=10)
    if bill.town:
        sheet.text(43, 119, f"{bill.town}, {bill.state} {bill.postal_code}", size=10)
    sheet.text(404, 135, "Manage Your Account", size=11.3, font=BOLD)
    sheet.text(43, 136, "Billing Summary", size=12, font=BOLD)
    paid = f"On {bill.start:%m/%d/%y}" if bill.paid else "No Payment Received"
    rows = [("Previous Bill Amount", "", f"$ {number(bill.previous)}")]
    rows += [("Payment Received", paid, number(-bill.paid))]
    rows += [("Past Due Electric Service", "", f"+{number(bill.left)}")] if bill.left else []
    rows += [("Current Electric Service", "", f"+{number(bill.current)}")]
    for n, (words, remark, amount) in enumerate(rows):
        sheet.row(153.6 + 13 * n, (43, f"{words} {remark}"), (-379, amount), size=10)
    for n, line in enumerate((f"{site} or Mobile App", "Pay bill | Start, stop, or transfer service")):
        sheet.text(443, 153.6 + 13 * n, line, size=8.3)
    sheet.row(210, (282, "Total Due"), (-375, f"$ {number(bill.amount_due)}"), size=12, font=BOLD)
    sheet.text(44, 226, "Balances unpaid after the due date are subject to a late charge.", size=8.3)
    sheet.text(404, 357, "Usage Information", size=11.3, font=BOLD)
    sheet.row(371, (404, "Total Used"), (495, "Next Scheduled Read Date"), size=8.3, font=BOLD)
    sheet.row(381, (404, f"{bill.used:,} kWh"), (495, "On or after"), size=8.3)
    sheet.row(460, (493, "1 Year"), (533, "Last"), (568, "This"), size=8.3)
    sheet.row(468, (500, "Ago"), (526, "Month"), (561, "Month"), size=8.3)
    sheet.row(480, (403, "Total kWh Used"), (-545, "838"), (-584, f"{bill.used:,}"), size=8.3)
    sheet.row(501, (403, "Days In Billing Period"), (-545, "29"), (-584, str((bill.end - bill.start).days)), size=8.3)


def _stub(sheet: Sheet, company: str, bill: SouthernBill) -> None:
    sheet.row(549, (406, "Account Number"), (480, bill.account), size=8.3)
    _pay(sheet, 572, bill)
    sheet.text(63, 600, company, size=10)
    sheet.lines(324, 674, ("Mail To:", "PO BOX 9900", "SAMPLETON GA 00501-0099"), size=8.3)
    sheet.lines(100, 680, (bill.customer, "PO BOX 9911", "EXAMPLEVILLE AL 00544-0011"), size=8.3)


def _back(sheet: Sheet, site: str, bill: SouthernBill) -> None:
    sheet.text(370, 93, "Payment Options (cont.)", size=12, font=BOLD)
    sheet.lines(371, 112, ("Customer Service", f"Log in to {site}", "to pay or call us."), size=8)
    right = sheet.text(12, 103, "Current Electric Service ", size=14.7)
    sheet.text(right, 107, f"- {bill.rate}", size=9.5, font=BOLD)
    sheet.text(12, 120, "Next Scheduled Read Date: On or after the third", size=8)
    sheet.text(190, 130.5, "Meter Reading", size=6.7)
    heads = (12, "Service Period"), (66, "Meter #"), (115, "Reading Type"), (176, "Current -"), (226, "Previous")
    sheet.row(137.5, *heads, (268, "x"), (285, "Constant"), (322, "= Usage"), size=6.7)
    span = f"{short(bill.start)} - {short(bill.end)}"
    row = (12, span), (66, bill.meter), (115, "Tot kWh"), (-183, str(bill.now)), (-238, str(bill.before))
    sheet.row(146, *row, (-289, str(bill.constant)), (-349, str(bill.used)), size=8)
    if bill.demand:
        row = (12, span), (66, bill.meter), (115, "Max kW"), (-183, bill.demand), (-238, "0")
        sheet.row(154, *row, (-289, "1"), (-349, bill.demand), size=8)
    sheet.row(146, (371, "Credit Card"), size=8)
    sheet.lines(12, 165, ("Billing Period", bill.period), size=8, leading=10)
    for n, (words, amount) in enumerate(bill.charges):
        sheet.row(190 + 12 * n, (12, words), (-348, dollars(amount) if n == 0 else number(amount)), size=8)
    sheet.row(244, (150, "Total Current Electric Service"), (-350, f"$ {number(bill.current)}"), size=10.3, font=BOLD)


def company_samples(code: str, name: str, site: str, state: str, number_of: int, *, city: bool = True) -> list[Sample]:
    """A home that has paid by draft, and a business that has not paid its last bill."""
    home = SouthernBill(
        account=f"99555-0{number_of:04d}",
        customer="SAM EXAMPLE",
        street=f"{300 + number_of} SAMPLE OAK DR APT {number_of}",
        town="SAMPLETON" if city else "",
        state=state,
        postal_code="00501",
        start=dt.date(2024, 12, 5),
        end=dt.date(2025, 1, 7),
        due=dt.date(2025, 1, 29),
        meter=f"5550{number_of:03d}",
        before=88_210,
        now=89_022 + number_of,
        rate="Residential" if city else "FD - Family Dwelling Residential",
        previous=150_10 + number_of,
        paid=150_10 + number_of,
        draft=True,
    )
    business = SouthernBill(
        account=f"99666-0{number_of:04d}",
        customer="EXAMPLE FOODS INC",
        street=f"{8000 + number_of} DEMO HWY",
        town="EXAMPLEVILLE" if city else "",
        state=state,
        postal_code="00544",
        start=dt.date(2025, 6, 3),
        end=dt.date(2025, 7, 2),
        due=dt.date(2025, 7, 24),
        meter=f"6660{number_of:03d}",
        before=4_210,
        now=4_391 + number_of,
        constant=40,
        demand="38.4",
        rate="General Service",
        previous=1_010_44,
        paid=0,
    )
    bills = {"2025-01_home_draft": home, "2025-07_business_past_due": business}
    return [Sample(f"{code}/{case}.pdf", draw(name, site, bill), bill.expected(code)) for case, bill in bills.items()]
