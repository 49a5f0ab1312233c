"""The bill of Duke Energy Carolinas until mid-2020: five amounts in a row, then a table of readings and charges.

A long table stands on a second page; the first one then repeats its charges alone.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from samples import expectation
from samples.drawing import BOLD, Sheet
from samples.layouts.duke_energy import Register
from samples.money import charge, dollars, number, percent

PHONE = "DUKE PHONE: 800-653-5307 www.duke-energy.com"
COLUMNS = ((12, "NUMBER"), (69, "PREVIOUS"), (114, "PRESENT"), (168, "PLIER"), (242, "USAGE"), (301, "DESCRIPTION"))


@dataclass(frozen=True)
class OldMeter:
    """``billed`` is the demand that is charged, where it is not the measured one."""

    id: str
    registers: Sequence[Register]
    billed: int | None = None

    @property
    def used(self) -> int | None:
        energy = [one.used for one in self.registers if one.unit == "KWH"]
        return sum(energy) if energy else None

    @property
    def demand(self) -> int | None:
        shown = [one.used for one in self.registers if one.unit == "KW"] + [self.billed or 0]
        return max(shown) or None


@dataclass(frozen=True, kw_only=True)
class OldBill:
    account: str
    customer: str
    street: str
    start: dt.date
    end: dt.date
    billed: dt.date
    due: dt.date
    meters: Sequence[OldMeter]
    rate: str
    price: str
    previous: int = 0
    on_next_page: bool = False

    @property
    def used(self) -> int:
        return sum(meter.used or 0 for meter in self.meters)

    @property
    def charges(self) -> list[tuple[str, int]]:
        energy = charge(self.used, self.price)
        return [("Total Electric Usage", energy), ("Extra Facilities", 12_50), ("Sales Tax", percent(energy, "7.0"))]

    @property
    def new(self) -> int:
        return sum(amount for _, amount in self.charges)

    def expected(self) -> dict[str, object]:
        period = {"billing_period_from": self.start, "billing_period_to": self.end}
        place = expectation.address(self.street, "", "", "") | dict.fromkeys(("city", "state", "postal_code"))
        mine = [
            expectation.meter(
                id=meter.id,
                type="electric",
                consumption=None if meter.used is None else meter.used * 1000,
                demand_kw=meter.demand and Decimal(meter.demand),
                tariff=self.rate,
                address=place,
                **period,
            )
            for meter in self.meters
        ]
        bill = expectation.bill(
            utility="duke_energy_carolinas",
            account_number=self.account,
            billed_on=self.billed,
            due_on=self.due,
            electricity_consumption=self.used * 1000,
            electricity_amount=self.new,
            outstanding_balance=self.previous,
            total_amount=self.new,
            amount_due=self.previous + self.new,
            past_due=self.previous > 0,
            meters=mine,
            **period,
        )
        return expectation.document(bill)


def draw(bill: OldBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.account}", size=(522, 792))
    _head(sheet, bill)
    headings = "PREVIOUS BILL", "PAYMENTS", "NEW CHARGES", "ADJUSTMENTS", "AMOUNT DUE"
    sheet.at(103, *zip((28, 137, 228, 329, 431), headings, strict=True))
    sheet.at(113.8, (42, "AMOUNT"), (157, "(-)"), (256, "(+)"), (346, "(+ OR -)"), (456, "(=)"))
    row = (bill.previous, 0, bill.new, 0, bill.previous + bill.new)
    sheet.at(130.6, *zip((-93, -185, -295, -386, -499), map(dollars, row), strict=True))
    foot = _titles(sheet, 147.6)
    if bill.on_next_page:
        foot = _charges(sheet, bill, foot)
        sheet.at(foot + 9, (12, "See Next Page for Meter Reading and Billing Details"))
    else:
        _table(sheet, bill, foot)
    _comparison(sheet, bill)
    _stub(sheet, bill)
    if bill.on_next_page:
        sheet.at(519.6, (467, "Page 1 of 2"))
        sheet.next_page()
        _head(sheet, bill, ":")
        _table(sheet, bill, _titles(sheet, 104.4))
        sheet.at(754.6, (464, "Page 2 of 2"))
    return sheet.finish()


def _head(sheet: Sheet, bill: OldBill, colon: str = "") -> None:
    sheet.at(40.6, (18, bill.customer), (310, "Account Number"), (-513, bill.account), font=BOLD)
    sheet.at(50.6, (18, bill.street), (310, "Verification Code"), (-513, "5"))
    sheet.at(61.9, (310, "Bill Date"), (-513, f"{bill.billed:%m/%d/%Y}"))
    sheet.at(72, (310, f"Current Charges Past Due After{colon}"), (-513, f"{bill.due:%m/%d/%Y}"), font=BOLD)
    days = (bill.end - bill.start).days
    start, end = f"{bill.start:%b %d}".upper(), f"{bill.end:%b %d}".upper()
    sheet.at(87.6, (12, f"Service From: {start} to {end} ( {days} Days)"))
    sheet.at(87.6, (220, "Your next scheduled meter reading will occur between MAY 04 and MAY 09"), size=8)


def _titles(sheet: Sheet, foot: float) -> float:
    sheet.at(foot, (12, "METER"), (58, "METER READINGS:"), (168, "MULTI-"), (242, "TOTAL"))
    sheet.at(foot, (301, "RATE SCHEDULE"), (471, "AMOUNT"))
    sheet.at(foot + 10.8, *COLUMNS, size=8.5)
    return foot + 26.4


def _table(sheet: Sheet, bill: OldBill, foot: float) -> None:
    for n, meter in enumerate(bill.meters):
        rate = ((301, bill.rate),) if n == 0 else ()
        sheet.at(foot, (12, meter.id), *rate)
        foot += 9 if n == 0 else 0
        for register in meter.registers:
            numbers = ((-99, register.before), (-155, register.now), (-190, str(register.constant)))
            usage = ((-270, f"{register.used:,}"), (275, register.unit), (301, register.words))
            sheet.at(foot, *numbers, *usage)
            foot += 9
        if meter.billed:
            sheet.at(foot, (-270, f"{meter.billed:,}"), (275, "KW"), (301, "Billing Demand"))
            foot += 9
    _charges(sheet, bill, foot)


def _charges(sheet: Sheet, bill: OldBill, foot: float) -> float:
    rows = [*bill.charges, *([("Prior Balance Due", bill.previous)] if bill.previous else [])]
    for words, amount in rows:
        sheet.at(foot, (301, words), (-512, number(amount)))
        foot += 9
    sheet.at(foot + 6.8, (295, "Amount Due"), font=BOLD)
    sheet.at(foot + 9, (-512, number(bill.previous + bill.new)))
    return foot


def _comparison(sheet: Sheet, bill: OldBill) -> None:
    sheet.at(322.6, (13, "Electricity Usage"), (103, "This Month"), (199, "Last Year"))
    sheet.at(336.7, (-145, f"{bill.used:,}"), (-235, "N/A"))
    sheet.at(338.4, (13, "Total KWH"))
    sheet.at(346.6, (-145, str((bill.end - bill.start).days)), (-235, "N/A"))
    sheet.at(346.6, (277, "A late payment charge of 1.0 % will be added to any past due"))
    sheet.at(348.2, (13, "Days"))
    sheet.at(355.9, (277, "utility balance not paid within 25 days of the bill date."))
    sheet.at(518.4, (12, "For Correspondence:"), (126, "PO BOX 100 CHARLOTTE NC 28201-0100"))
    sheet.at(528.7, (126, PHONE))


def _stub(sheet: Sheet, bill: OldBill) -> None:
    sheet.at(634.3, (302, "Account Number"), (-512, bill.account), font=BOLD)
    sheet.at(663.1, (302, "Amount Due"), (-511, dollars(bill.previous + bill.new)), font=BOLD)
    sheet.at(677.5, (302, "Current Charges Past Due After"), (-511, f"{bill.due:%m/%d/%Y}"), font=BOLD)
    if bill.previous:
        sheet.at(695, (302, "REMINDER"), font=BOLD)
        sheet.at(702.7, (302, "Your Duke Energy account has a past due balance. Failure"), size=8)
        sheet.at(711.4, (302, "to pay the past due amount could end your service."), size=8)
    sheet.at(758.2, (302, "Total Amount Enclosed"), (410, "$"))
