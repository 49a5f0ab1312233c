"""A bill of Eversource as numbers, its pages drawn from the printed labels, and what must be read from it."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from samples import expectation
from samples.drawing import BOLD, Sheet
from samples.money import charge, dollars

DAY = "%m/%d/%y"
LEFT, RIGHT, EDGE = 26, 282, 588


@dataclass(frozen=True, kw_only=True)
class Service:
    """One place of service: a meter with its registers, or a lamp without a meter."""

    street: str
    town: str
    reference: str
    meter: str = ""
    registers: tuple[tuple[str, int, int], ...] = ()
    constant: int = 1
    demand: str = ""
    unmetered: int = 0
    rate: str = ""

    @property
    def used(self) -> int:
        return self.unmetered + sum((new - old) * self.constant for _, new, old in self.registers)


@dataclass(frozen=True, kw_only=True)
class EversourceBill:
    account: str
    customer: str
    billed: dt.date
    due: dt.date
    start: dt.date
    end: dt.date
    services: tuple[Service, ...]
    supplier: str = "Eversource"
    last: int
    paid: int = 0
    other: int = 0
    gas: bool = False

    @property
    def used(self) -> int:
        return sum(service.used for service in self.services)

    @property
    def supplied(self) -> int:
        return charge(self.used, "0.1393" if not self.gas else "0.7012")

    @property
    def delivered(self) -> int:
        return 44_00 + charge(self.used, "0.0911" if not self.gas else "0.6233")

    @property
    def forward(self) -> int:
        return self.last - self.paid

    @property
    def current(self) -> int:
        return self.supplied + self.delivered + self.other

    @property
    def total(self) -> int:
        return self.forward + self.current


def draw(bill: EversourceBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.account}")
    head(sheet, bill)
    due = f"{bill.due:{DAY}}"
    sheet.row(30, (RIGHT, f"Total Amount Due by {due}"), (-EDGE, dollars(bill.total)), size=12, font=BOLD)
    pairs(sheet, 50, [*before(bill), ("Total Current Charges", bill.current)])
    kind = "gas" if bill.gas else "electricity"
    sheet.text(RIGHT, 140, f"Current Charges for {kind.capitalize()}", size=11, font=BOLD)
    sheet.row(158, (RIGHT, "Supply"), (430, "Delivery"))
    sheet.row(172, (RIGHT, dollars(bill.supplied)), (430, dollars(bill.delivered)), font=BOLD)
    sheet.text(RIGHT, 230, f"Your {'gas' if bill.gas else 'electric'} supplier is", font=BOLD)
    sheet.lines(RIGHT, 244, (bill.supplier, "100 SAMPLE PLZ", "EXAMPLETOWN CT 06502", "555-555-0180"))
    sheet.text(LEFT, 500, "Remit Payment To: Eversource, PO Box 100, Exampletown, CT 06502. See eversource.com", size=8)
    sheet.row(600, (RIGHT, f"Total Amount Due by {due}"), (-EDGE, dollars(bill.total)), size=12, font=BOLD)
    sheet.next_page()
    head(sheet, bill, "Customer name key: EXAM")
    top = 120.0
    for service in bill.services:
        top = block(sheet, bill, service, top) + 14
    sheet.lines(LEFT, top, ("Contact Information", "Emergency: 800-555-0181", "www.eversource.com"), size=8)
    account_summary(sheet, bill)
    return sheet.finish()


def head(sheet: Sheet, bill: EversourceBill, *more: str) -> None:
    sheet.text(LEFT, 16, "EVERSOURCE", size=20, font=BOLD)
    facts = (f"Account Number: {bill.account}", *more, f"Statement Date: {bill.billed:{DAY}}")
    sheet.lines(LEFT, 44, (*facts, "Service Provided To:", bill.customer), leading=11)


def before(bill: EversourceBill) -> list[tuple[str, int]]:
    day = bill.billed - dt.timedelta(3)
    paid = f"Last Payment Received On {day:{DAY}}" if bill.paid else "Last Payment Received"
    return [(f"Amount Due On {day:{DAY}}", bill.last), (paid, -bill.paid), ("Balance Forward", bill.forward)]


def block(sheet: Sheet, bill: EversourceBill, service: Service, top: float) -> float:
    """One service in the left column. Returns the top below it."""
    sheet.row(top, (LEFT, "Svc Addr:"), (72, service.street))
    sheet.text(72, top + 11, service.town)
    rate = f"Rate {service.rate} " if service.rate else ""
    sheet.row(top + 22, (LEFT, f"{rate}Serv Ref: {service.reference}"), (200, "Bill Cycle: 02"), size=8)
    days = (bill.end - bill.start).days
    sheet.row(top + 33, (LEFT, f"Service from {bill.start:{DAY}} - {bill.end:{DAY}}"), (200, f"{days} Days"), size=8)
    top += 46
    if service.unmetered:
        sheet.row(top, (LEFT, "Number of Devices"), (140, "Unmetered Usage"), size=8)
        sheet.row(top + 11, (LEFT, "0001"), (140, f"{service.unmetered} kWh"), size=8)
        return top + 22
    heads = ((LEFT, "Meter"), (90, "Current"), (130, "Previous"), (175, "Current"), (215, "Reading"))
    sheet.row(top, *heads, size=7)
    for n, (name, new, old) in enumerate(service.registers, start=1):
        cells = ((LEFT, service.meter), (90, str(new)), (130, str(old)), (175, str(new - old)), (215, name))
        sheet.row(top + 11 * n, *cells, size=8)
    top += 11 * (len(service.registers) + 1)
    if service.demand:
        sheet.text(LEFT, top, f"Total Demand Use = {service.demand} kW", size=8)
        top += 11
    for _, new, old in service.registers:
        if service.constant > 1:
            words = f"{new - old} X Meter Constant of {service.constant} = {(new - old) * service.constant}"
            sheet.text(LEFT, top, f"{words} Billed Usage", size=8)
            top += 11
        elif bill.gas:
            sheet.text(LEFT, top, f"{new - old} CCF X 1.0000 = {new - old} Therms Billed Usage", size=8)
            top += 11
    unit = "Therms" if bill.gas else "kWh"
    sheet.text(LEFT, top, f"Monthly {unit} Use", size=8, font=BOLD)
    return top + 11


def account_summary(sheet: Sheet, bill: EversourceBill) -> None:
    sheet.row(26, (RIGHT, "Total Amount Due"), size=12, font=BOLD)
    sheet.row(40, (RIGHT, f"by {bill.due:{DAY}}"), (-EDGE, dollars(bill.total)), size=12, font=BOLD)
    kind, name = ("Gas", "Gas") if bill.gas else ("Electric", "Electricity")
    sheet.text(RIGHT, 70, f"{kind} Account Summary", size=11, font=BOLD)
    top = pairs(sheet, 86, before(bill))
    sheet.text(RIGHT, top, "Current Charges/Credits")
    rows = [(f"{kind} Supply Services", bill.supplied), ("Delivery Services", bill.delivered)]
    if bill.other:
        rows.append(("Other Charges or Credits", bill.other))
    top = pairs(sheet, top + 12, [*rows, ("Total Current Charges", bill.current), ("Total Amount Due", bill.total)])
    sheet.text(RIGHT, top + 8, f"Total Charges for {name}", size=11, font=BOLD)
    charged = f"{bill.used}.00{'Therms' if bill.gas else 'kWh'} X $0.13930"
    sheet.row(top + 26, (RIGHT, "Generation Srvc Chrg"), (400, charged), (-EDGE, dollars(bill.supplied)), size=8)
    more = [("Subtotal Supplier Services", bill.supplied), ("Subtotal Delivery Services", bill.delivered)]
    pairs(sheet, top + 38, [*more, (f"Total Cost of {name}", bill.supplied + bill.delivered)])


def pairs(sheet: Sheet, top: float, rows: list[tuple[str, int]]) -> float:
    for label, amount in rows:
        sheet.row(top, (RIGHT, label), (-EDGE, dollars(amount)))
        top += 12
    return top


def expected(bill: EversourceBill) -> dict[str, object]:
    kind = "gas" if bill.gas else "electric"
    meters = [
        expectation.meter(
            id=service.meter or None,
            type=kind,
            billing_period_from=bill.start,
            billing_period_to=bill.end,
            consumption=service.used * (1 if bill.gas else 1000),
            demand_kw=Decimal(service.demand) if service.demand else None,
            tariff=service.rate or None,
            address=expectation.address(service.street, *service.town.rsplit(" ", 2)),
        )
        for service in bill.services
    ]
    cost = bill.supplied + bill.delivered
    service_values = (
        {"gas_consumption": bill.used, "gas_consumption_unit": "therms", "gas_amount": cost}
        if bill.gas
        else {
            "electricity_consumption": bill.used * 1000,
            "electricity_amount": cost,
            "delivery_charge": bill.delivered,
            "supply_charge": bill.supplied,
        }
    )
    return expectation.document(
        expectation.bill(
            utility="eversource",
            account_number=bill.account,
            billed_on=bill.billed,
            due_on=bill.due,
            billing_period_from=bill.start,
            billing_period_to=bill.end,
            outstanding_balance=bill.forward,
            total_amount=bill.current,
            amount_due=bill.total,
            supplier_name=None if bill.supplier == "Eversource" else bill.supplier,
            meters=meters,
            **service_values,
        )
    )
