"""Accounts of Atmos Energy as numbers, drawn front and back, and what must be read from them; amounts in cents."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from samples import expectation
from samples.drawing import BOLD, Sheet
from samples.money import charge, dollars, number

DAY = "%m/%d/%y"


@dataclass(frozen=True)
class Account:
    """A service account with one meter; ``previous`` is None where the collective account carries the balance."""

    account: str
    street: str
    town: str
    state: str
    postal_code: str
    meter: str
    rate: str
    start: dt.date
    end: dt.date
    before: int
    now: int
    billed: dt.date
    due: dt.date
    factor: str | None = None
    estimated: bool = False
    previous: int | None = None
    paid: int = 0

    @property
    def ccf(self) -> Decimal:
        return Decimal(self.now - self.before) * Decimal(self.factor or 1)

    @property
    def gas(self) -> int:
        return 43_50 + charge(self.ccf, "0.09165") + charge(self.ccf, "0.2693")

    @property
    def taxes(self) -> int:
        return charge(Decimal(self.gas) / 100, "0.06141")

    @property
    def total(self) -> int:
        return self.gas + self.taxes

    @property
    def amount_due(self) -> int:
        return (self.previous or 0) - self.paid + self.total

    def expected(self) -> dict[str, object]:
        period = {"billing_period_from": self.start, "billing_period_to": self.end}
        postal_code, _, suffix = self.postal_code.partition("-")
        place = expectation.address(self.street, self.town, self.state, postal_code)
        settled = self.previous is not None and self.previous == self.paid
        meter = expectation.meter(
            id=self.meter,
            type="gas",
            consumption=self.ccf,
            tariff=self.rate,
            address=place | {"postal_code_suffix": suffix or None},
            **period,
        )
        return expectation.bill(
            utility="atmos_energy",
            account_number=self.account,
            billed_on=self.billed,
            due_on=self.due,
            gas_consumption=self.ccf,
            gas_consumption_unit="ccf",
            gas_amount=self.total,
            outstanding_balance=0 if settled else None,
            total_amount=self.total,
            amount_due=self.amount_due,
            meters=[meter],
            **period,
        )


@dataclass(frozen=True)
class Collective:
    """A collective account over several service accounts."""

    number: str
    customer: str
    billed: dt.date
    accounts: tuple[Account, ...]


def draw_collective(bill: Collective) -> bytes:
    """A cover, a table of all accounts, then front and back of each."""
    sheet = Sheet(f"Sample collective bill {bill.number}")
    total = sum(one.total for one in bill.accounts)
    _cover_head(sheet, bill)
    rows = (("PREVIOUS BALANCE", number(total)), ("Payment Received", number(-total)))
    rows += (("TOTAL CURRENT CHARGES", number(total)), ("TOTAL AMOUNT DUE", number(total)))
    sheet.text(319, 151, "BILLING INFORMATION:", size=8)
    for n, (label, amount) in enumerate(rows):
        sheet.row(161 + 9 * n, (322, label), (-560, amount), size=8)
    sheet.row(567, (289, "Account Number"), (400, "Due Date"), (490, "Total Amount Due"))
    sheet.row(580, (301, bill.number), (400, f"{bill.accounts[0].due:%m/%d/%Y}"), (490, dollars(total)))
    sheet.row(648, (345, "ATMOS ENERGY"))
    sheet.next_page()
    _cover_head(sheet, bill)
    _table(sheet, bill.accounts, total)
    for one in bill.accounts:
        sheet.next_page()
        _front(sheet, one, bill.customer, bill.number)
        sheet.next_page()
        _back(sheet, one)
    return sheet.finish()


def draw_single(account: Account, customer: str) -> bytes:
    sheet = Sheet(f"Sample bill {account.account}")
    _front(sheet, account, customer, None)
    sheet.next_page()
    _back(sheet, account)
    return sheet.finish()


def _cover_head(sheet: Sheet, bill: Collective) -> None:
    rows = (("Collective Customer Number:", bill.number), ("Business Partner Number:", "9900000001"))
    rows += (("Customer Name:", bill.customer), ("Billing Date:", f"{bill.billed:{DAY}}"))
    rows += (("PAST DUE AFTER", f"{bill.accounts[0].due:{DAY}}"),)
    for n, (label, value) in enumerate(rows):
        sheet.row(52 + 11.3 * n, (307, label), (450, value))
    sheet.row(100, (43, "24/7"), (100, "M-F 7am-6pm (Central)"), size=8)


def _table(sheet: Sheet, accounts: Sequence[Account], total: int) -> None:
    heads = (28.0, "Service Account"), (83.0, "Service Address"), (210.0, "Current Charges"), (290.0, "Rate")
    sheet.row(148, *heads, (375, "Billing Date"), (450, "Meter Read"), (530, "Billed CCF"), size=8)
    top = 182.0
    for one in accounts:
        cells = (15.0, one.account), (83.0, one.street), (-245.0, number(one.total)), (290.0, one.rate)
        sheet.row(top, *cells, (379, f"{one.start:{DAY}}"), (450, str(one.before)), (-570, f"{one.ccf:.2f}"), size=8)
        place = f"{one.town} {one.state} {one.postal_code}"
        sheet.row(top + 10, (83, place), (379, f"{one.end:{DAY}}"), (450, str(one.now)), size=8)
        top += 30
    sheet.row(top, (86, "TOTAL CURRENT CHARGES"), (-245, number(total)), size=8)
    sheet.text(517, 771, "Page 2 of2", size=8)


def _front(sheet: Sheet, one: Account, customer: str, collective: str | None) -> None:
    label = "Service Account Number" if collective else "Account Number"
    lines = [f"{label}: {one.account}", *([f"Collective Account Number: {collective}"] if collective else [])]
    lines += [
        f"Customer Name: {customer}",
        f"Service Address: {one.street}",
        f"{one.town} {one.state} {one.postal_code}",
    ]
    for n, text in enumerate(lines):
        sheet.text(335, 14 + 11.5 * n, text, size=10, align="centre")
    sheet.row(28, (443, "DUE DATE"), (530, "TOTAL DUE"))
    sheet.row(43, (449, f"{one.due:{DAY}}"), (530, dollars(one.amount_due)))
    sheet.text(30, 90, "Gas Usage Trend", font=BOLD)
    sheet.row(99, (45, "400"), (200, "100"), (312, "Account Summary"), size=8)
    sheet.row(110, (312, f"Billing Date: {one.billed:%-m/%-d/%y}"))
    if one.previous is not None:
        sheet.row(121, (312, "Previous Balance"), (-570, number(one.previous)))
        sheet.row(132, (312, "Payment Received"), (-570, number(-one.paid)))
    sheet.row(143, (312, "Current Charges"), (-570, number(one.total)))
    sheet.row(170, (52, "0"), (205, "0"), (312, "Total Amount Due"), (-570, dollars(one.amount_due)))
    sheet.text(21, 228, "Important Messages from Your Natural Gas Company", font=BOLD)
    sheet.row(263, (21, "Call us if you smell gas."), (313, "Go paperless at www.atmosenergy.com."), size=8)
    sheet.row(770, (18, "009900009900"), (520, "Page 1 of2"), size=8)


def _back(sheet: Sheet, one: Account) -> None:
    sheet.text(274, 33, "Your Billing Detail Information:", font=BOLD)
    sheet.row(47, (372, "Date of Service"), (480, "Meter Reading"))
    sheet.row(58, (279, "Meter Serial #"), (370, "From"), (430, "To"), (480, "Previous"), (540, "Present"))
    days = f"{one.start:%-m/%-d/%y}", f"{one.end:%-m/%-d/%y}"
    sheet.row(69, (285, one.meter), (365, days[0]), (420, days[1]), (-520, str(one.before)), (-575, str(one.now)))
    lines = [("Read Difference:", f"{one.now - one.before}.00")]
    if one.factor:
        lines.append(("Pressure Factor:", one.factor))
    lines.append((f"{'Estimated' if one.estimated else 'Actual'} Usage in CCF:", f"{one.ccf:.2f}"))
    for n, (label, value) in enumerate(lines):
        sheet.row(80 + 11.5 * n, (350, label), (-575, value))
    top = 130.0
    sheet.row(top, (274, "CURRENT GAS CHARGE TOTAL"), (-575, number(one.gas)), font=BOLD)
    sheet.text(274, top + 17, one.rate)
    sheet.row(top + 39, (274, "Customer Charge"), (-575, "43.50"))
    rate = f"Consump Chrg {one.ccf:.3f} @ 0.09165"
    sheet.row(top + 52, (274, rate), (-575, number(charge(one.ccf, "0.09165"))))
    sheet.row(top + 64, (274, f"Rider GCR {one.ccf:.3f} @ 0.2693"), (-575, number(charge(one.ccf, "0.2693"))))
    sheet.row(top + 82, (274, "TAX/FEE CHARGE TOTAL"), (-575, number(one.taxes)), font=BOLD)
    sheet.row(top + 93, (274, "Rider FF @ 0.06141"), (-575, number(one.taxes)))
    sheet.row(top + 120, (274, "CURRENT CHARGES"), (-575, number(one.total)), font=BOLD)
    sheet.row(top + 140, (277, "TOTAL AMOUNT DUE"), (-575, number(one.amount_due)), font=BOLD)
    sheet.text(520, 768, "Page 2 of2", size=8)
