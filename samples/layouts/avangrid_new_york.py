"""The bill of NYSEG and RG&E, drawn from its printed labels; and the samples of one company."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from samples import expectation
from samples.drawing import BOLD, Sheet
from samples.files import Sample
from samples.money import charge, number

DAY = "%m/%d/%y"


@dataclass(frozen=True)
class Company:
    """What its bills print in words of their own."""

    code: str
    name: str
    site: str
    town: str
    account: str
    pod: str


NYSEG = Company(
    "new_york_state_electric_and_gas", "NYSEG", "nyseg.com", "BINGHAMTON", "9900-5550-{:03d}", "N0199000055500{:02d}"
)
RGE = Company("rochester_gas_and_electric", "RG&E", "rge.com", "ROCHESTER", "9800-5550-{:03d}", "R0199000055500{:02d}")


@dataclass(frozen=True)
class AvangridBill:
    """An invented bill of a home; amounts in cents."""

    serial: int
    customer: str
    start: dt.date
    end: dt.date
    billed: dt.date
    due: dt.date
    meter: str
    used: int
    exported: int = 0
    therms: str = ""
    debt: int = 0
    other: int = 0

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def delivered(self) -> int:
        return 19_00 + charge(self.used, "0.07894")

    @property
    def supplied(self) -> int:
        return charge(self.used, "0.08395")

    @property
    def taxes(self) -> int:
        return charge(self.used, "0.0041")

    @property
    def electric(self) -> int:
        return self.delivered + self.supplied + self.taxes

    @property
    def gas(self) -> int:
        return 20_30 + charge(self.therms, "1.35074") if self.therms else 0

    @property
    def energy(self) -> int:
        return self.electric + self.gas

    @property
    def amount_due(self) -> int:
        return self.debt + self.energy + self.other


def draw(company: Company, bill: AvangridBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.serial}")
    account = company.account.format(bill.serial)
    sheet.text(40, 30, company.name, size=20, font=BOLD)
    sheet.text(40, 56, f"Pay at {company.site}   1-800-555-0150", size=8)
    heads = ((300, "Account Number:"), (410, account)), ((300, "Statement Date:"), (410, f"{bill.billed:%B %d, %Y}"))
    more = (
        ((300, "Amount Due:"), (-570, f"${number(bill.amount_due)}")),
        ((300, "Due Date:"), (410, f"{bill.due:{DAY}}")),
    )
    for n, row in enumerate((*heads, *more)):
        sheet.row(40 + 14 * n, *row)
    sheet.lines(40, 90, (bill.customer, "12 SAMPLE ST", f"{company.town} NY 00501"))
    rows = [("Balance forward", bill.debt), ("Total Energy Charges", bill.energy)]
    if bill.other:
        rows.append(("Total Miscellaneous Charges", bill.other))
    costs(sheet, 150, rows)
    sheet.next_page()
    sheet.row(40, (40, "Service from:"), (200, "PoD ID:"), (280, company.pod.format(bill.serial)))
    sheet.text(40, 54, f"{bill.start:{DAY}} - {bill.end:{DAY}}")
    sheet.row(76, (40, "Meter Number"), (130, "Difference"), (200, "Usage Period"), size=7, font=BOLD)
    sheet.row(88, (40, bill.meter), (130, str(bill.used)), (200, f"{bill.days} days"), (260, f"{bill.used} kwh"))
    top = 100
    if bill.exported:
        cells = ((40, bill.meter), (130, str(bill.exported)), (200, f"{bill.days} days"), (260, f"{bill.exported} kwh"))
        sheet.row(top, *cells)
        top += 12
    sheet.text(40, top, "Type of read: Actual", size=7)
    electric = (
        ("Basic service charge", 19_00),
        ("Subtotal Electricity Delivery", bill.delivered),
        ("Subtotal Electricity Supply", bill.supplied),
        ("Subtotal Electricity Taxes and Surcharges", bill.taxes),
        ("Total Electricity Cost", bill.electric),
    )
    top = costs(sheet, top + 20, electric)
    if bill.therms:
        sheet.row(top + 12, (40, "Natural gas used (ccf)"), (-300, "46"))
        sheet.row(top + 24, (40, "Natural gas used (therm)"), (-300, bill.therms))
        costs(sheet, top + 40, (("Basic service charge", 20_30), ("Total Natural Gas Cost", bill.gas)))
    return sheet.finish()


def costs(sheet: Sheet, top: float, rows: tuple[tuple[str, int], ...] | list[tuple[str, int]]) -> float:
    for label, amount in rows:
        sheet.row(top, (40, label), (-300, number(amount)))
        top += 13
    return top


def _expected(company: Company, bill: AvangridBill) -> dict[str, object]:
    period = {"billing_period_from": bill.start, "billing_period_to": bill.end}
    used = None if bill.exported else bill.used * 1000  # which row is import and which export is not told
    pod = {"pod_id": company.pod.format(bill.serial)}
    meters = [expectation.meter(id=bill.meter, type="electric", consumption=used, additional_attributes=pod, **period)]
    if bill.therms:
        meters.append(expectation.meter(type="gas", consumption=Decimal(bill.therms), **period))
    return expectation.document(
        expectation.bill(
            utility=company.code,
            account_number=company.account.format(bill.serial),
            billed_on=bill.billed,
            due_on=bill.due,
            electricity_consumption=used,
            electricity_amount=bill.electric,
            delivery_charge=bill.delivered,
            supply_charge=bill.supplied,
            gas_consumption=Decimal(bill.therms) if bill.therms else None,
            gas_consumption_unit="therms" if bill.therms else None,
            gas_amount=bill.gas if bill.therms else None,
            outstanding_balance=bill.debt,
            total_amount=None if bill.other else bill.energy,
            amount_due=bill.amount_due,
            meters=meters,
            **period,
        )
    )


BOTH = AvangridBill(
    11,
    "SAM EXAMPLE",
    dt.date(2025, 1, 9),
    dt.date(2025, 2, 7),
    dt.date(2025, 2, 11),
    dt.date(2025, 3, 6),
    "99055511",
    used=812,
    therms="47.2",
    debt=31_20,
)
SOLAR = AvangridBill(
    27,
    "SAM TESTER",
    dt.date(2024, 12, 4),
    dt.date(2025, 1, 6),
    dt.date(2025, 1, 9),
    dt.date(2025, 2, 3),
    "99055527",
    used=540,
    exported=120,
    other=-2_50,
)


def company_samples(company: Company) -> list[Sample]:
    """A home with electricity and gas, and one that delivers current of its own."""
    cases = {"2025-01_net_metering": SOLAR, "2025-02_home_with_gas": BOTH}
    return [
        Sample(f"{company.code}/{name}.pdf", draw(company, bill), _expected(company, bill))
        for name, bill in cases.items()
    ]
