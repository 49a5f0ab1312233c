"""Draws "Your Energy Bill" of the Duke Energy companies: a summary, a page of addresses, usage and charges."""

import datetime as dt
import textwrap

from samples.drawing import BOLD, ITALIC, Sheet
from samples.layouts.duke_energy import DukeBill, Meter
from samples.money import dollars, number

LEFT, RIGHT, ASIDE = 39, 329, 344


def draw(bill: DukeBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.account}")
    _summary(sheet, bill)
    _stub(sheet, bill)
    sheet.next_page()
    _contacts(sheet, bill)
    sheet.next_page()
    _usage(sheet, bill)
    return sheet.finish()


def day(when: dt.date) -> str:
    return f"{when:%b} {when.day:02d}"


def _summary(sheet: Sheet, bill: DukeBill) -> None:
    page = "page 1 of 3" if bill.listed else "Page 1 of 3"
    sheet.at(38.7, (-576, page), size=7)
    sheet.at(44.2, (342, "Your Energy Bill"), size=16, font=BOLD)
    sheet.at(46.3, (135, "duke-energy.com"), size=8.5)
    sheet.at(58.7, (135, bill.company.phone), size=8)
    sheet.at(63.2, (342, "Service address"), font=BOLD)
    sheet.at(63.2, (478, "Bill date"), (-576, f"{bill.billed:%b %d, %Y}"))
    sheet.at(76.2, (-576, f"For service {day(bill.start)} - {day(bill.end)}"), size=8)
    sheet.at(87.6, (-576, f"{(bill.end - bill.start).days + 1} days"), size=8)
    place = (bill.customer, bill.street, f"{bill.town} {bill.company.state} {bill.postal_code}")
    for n, line in enumerate(place):
        sheet.at(76.2 + 11.9 * n, (342, line), size=8)
    sheet.at(113.4, (-576, f"Account number {bill.account}"))
    sheet.at(121.5, (36, "Billing summary"), size=14, font=BOLD)
    rows = [("Previous Amount Due", dollars(bill.previous))]
    rows += [(f"   Payment Received {day(bill.start)}", number(-bill.paid))] if bill.paid else []
    rows += _new(bill)
    foot = 137.8
    for words, amount in rows:
        sheet.at(foot, (LEFT, words.strip()) if words[0] != " " else (53, words.strip()), (-RIGHT, amount))
        foot += 13.7
    sheet.at(foot, (LEFT, f"Total Amount Due {day(bill.due)}"), (-RIGHT, dollars(bill.amount_due)), font=BOLD)
    sheet.at(156.9, (346, "Thank you for your payment."), size=8)
    if bill.listed:
        _rate(sheet, 170.2, bill.rate, 346)
        sheet.at(foot + 40, (LEFT, "Energy Used"), (-230, f"{bill.used:,} kWh"), (-331, "1,000 kWh"))
    sheet.at(foot + 60, (36, "Your usage snapshot"), size=14, font=BOLD)
    sheet.at(foot + 90, (93, "Current Month"), (155, "12-Month Usage"), size=8, font=BOLD)
    sheet.at(foot + 104, (LEFT, "Electric (kWh)"), (108, f"{bill.used:,.0f}"), (180, "21,066"), size=8)


def _new(bill: DukeBill) -> list[tuple[str, str]]:
    if bill.listed:
        return [*((words, number(amount)) for words, amount in bill.charges), ("Sales Tax", number(bill.taxes))]
    rows = [("Current Lighting Charges", number(bill.lit))] if bill.lighting else []
    if bill.supplier:
        rows += [(bill.supplier, ""), ("   Electric Generation Supply", number(bill.supplied))]
        rows += [("Electric Delivery", number(bill.electric))]
    else:
        rows += [("Current Electric Charges", number(bill.electric))]
    rows += [("Current Gas Charges", number(bill.gas_charges))] if bill.gas else []
    return [*rows, ("Taxes", number(bill.taxes))]


def _stub(sheet: Sheet, bill: DukeBill) -> None:
    late = dollars(bill.amount_due + bill.amount_due // 100)
    sheet.at(527.8, (349, "Late payments are subject to a 1.0% late charge."))
    sheet.at(551.8, (29, "Please return this portion with your payment."), size=7)
    sheet.at(555.2, (364, "Amount due"), size=12, font=BOLD)
    sheet.at(575, (281, "Account number"), (453, f"After {day(bill.due)}, the amount due"), size=8)
    sheet.at(577.3, (373, dollars(bill.amount_due)), size=11, font=BOLD)
    sheet.at(586.1, (453, f"will increase to {late}."))
    sheet.at(587.8, (276, bill.account), (376, f"by {day(bill.due)}"), size=8.5)
    sheet.at(692.4, (360, "Duke Energy Payment Processing"), size=9.5)
    sheet.at(705.2, (360, "PO Box 100"))
    sheet.at(718.4, (360, "Charlotte, NC 28201-0100"))
    for n, line in enumerate((bill.customer, "PO BOX 9900", "CHICAGO IL 60601-0099")):
        sheet.at(685.5 + 11 * n, (81, line))


def _head(sheet: Sheet, bill: DukeBill, page: int) -> None:
    sheet.at(38.7, (-576, f"Page {page} of 3"), size=7)
    sheet.at(50.6, (135, "duke-energy.com"), size=8.5)
    sheet.at(53.7, (-576, f"Account number {bill.account}"))
    sheet.at(62.5, (135, bill.company.phone), size=8.5)


def _contacts(sheet: Sheet, bill: DukeBill) -> None:
    """The page of addresses, with sentences on overdue money that are not about this bill."""
    _head(sheet, bill, 2)
    sheet.at(96.2, (40, "We're here for you"), size=12, font=BOLD)
    sheet.at(121.5, (40, "Report an emergency"), size=10)
    sheet.at(135.9, (40, "Electric outage"), (210, "duke-energy.com/outages"), size=10)
    sheet.at(147.8, (210, bill.company.outage), size=10)
    words = (
        "Service may end if payment is past",
        "due. A charge of 1.0% is added to any",
        "past due balance of $100.00 and more.",
    )
    for n, line in enumerate(words):
        sheet.at(195 + 12 * n, (358, line), size=10)


def _usage(sheet: Sheet, bill: DukeBill) -> None:
    _head(sheet, bill, 3)
    sheet.at(118.2, (36, "Your usage snapshot - Continued"), size=14, font=BOLD)
    foot = _lights(sheet, bill, 135.2) if bill.lighting else 135.2
    words = ("A kilowatt-hour (kWh) is a measure of the energy used by a", "watt appliance in one hour.")
    for n, line in enumerate(words):
        sheet.at(151.2 + 10 * n, (ASIDE, line), size=8)
    for meter in bill.meters:
        foot = _readings(sheet, bill, meter, foot) if meter.kwh == "" else _values(sheet, bill, meter, foot)
    if bill.gas:
        foot = _readings(sheet, bill, bill.gas, foot, what="Gas")
    if not bill.listed:
        foot = _details(sheet, bill, foot + 22)
    words = (f"For a complete listing of all {bill.company.rates} rates and riders, visit", "duke-energy.com/rates")
    for n, line in enumerate(words):
        sheet.at(foot + 10 * n, (LEFT, line), size=8)


def _lights(sheet: Sheet, bill: DukeBill, foot: float) -> float:
    sheet.at(foot, (42, "Street Lighting"), font=BOLD)
    sheet.at(foot + 14, (42, f"Billing period {day(bill.start)} - {day(bill.end)}"), size=8.5)
    sheet.at(foot + 28, (42, "Description"), (180, "Quantity"), (300, "Usage"), size=8.5)
    for n, words in enumerate(("SAMPLE LAMP 9", "Total")):
        sheet.at(foot + 42 + 14 * n, (42, words), (195, "1"), (-RIGHT, f"{bill.lighting} kWh"), size=8.5)
    return foot + 82


def _values(sheet: Sheet, bill: DukeBill, meter: Meter, foot: float) -> float:
    sheet.at(foot, (42, "Current Electric Usage"), font=BOLD)
    sheet.at(foot + 16, (42, "Meter Number"), (173, "Usage Type"), (-330, "Billing Period"), size=8.5)
    period = f"{day(bill.start)} - {day(bill.end)}"
    sheet.at(foot + 31.8, (42, meter.id), (173, "Actual"), (-330, period), size=8.5)
    sheet.at(foot + 50.6, (42, "Usage Values"), size=8.5)
    rows = [("Billed kWh", f"{meter.used:,.3f} kWh"), *((words, f"{kw} kW") for words, kw in meter.demand)]
    for n, (words, value) in enumerate(rows):
        sheet.at(foot + 65 + 14.4 * n, (42, words), (-330, value), size=8.5)
    return foot + 80 + 14.4 * len(rows)


def _readings(sheet: Sheet, bill: DukeBill, meter: Meter, foot: float, *, what: str = "electric") -> float:
    sheet.at(foot, (40, f"Current {what} usage for meter number {meter.id}"), font=BOLD)
    if meter.registers:
        return _registers(sheet, meter, foot + 15)
    used = ("Gas Used", f"{meter.used} CCF") if what == "Gas" else ("Energy Used", f"{meter.used:,} kWh")
    rows = [(f"Actual reading on {day(bill.end)}", f"{meter.now}")]
    rows += [(f"Previous reading on {day(bill.start)}", f"- {meter.before}"), used]
    for n, (words, value) in enumerate(rows):
        sheet.at(foot + 15 + 14.4 * n, (40, words), (-330, value))
    return foot + 70


def _registers(sheet: Sheet, meter: Meter, foot: float) -> float:
    sheet.at(foot, (76, "Present"), (118, "-"), (133, "Previous"), (178, "x Multiplier ="), (253, "Total Usage"))
    for register in meter.registers:
        sheet.at(foot + 14.6, (40, register.words))
        row = ((-104, register.now), (-165, register.before), (-225, str(register.constant)))
        sheet.at(foot + 27.5, *row, (-320, f"{register.used} {register.unit}"))
        foot += 25.9
    return foot + 30


def _details(sheet: Sheet, bill: DukeBill, foot: float) -> float:
    span = f"Billing Period - {bill.start:%b %d %y} to {bill.end:%b %d %y}"
    if bill.lighting:
        rows = [("Fixture Charge", bill.lit)]
        foot = _box(sheet, foot, "Lighting", [span], rows, bill.lit, bill.lighting_rate)
    if bill.gas:
        rows = [("Fixed Delivery Service Charge", 33_30), ("Usage-Based Charge", bill.gas_charges - 33_30)]
        foot = _box(sheet, foot, "Gas", [span, f"Meter - {bill.gas.id}"], rows, bill.gas_charges, bill.gas_rate)
    heads = [span, f"Meter - {bill.meters[0].id}"]
    if bill.supplier:
        heads.append("Duke Energy Delivery")
    foot = _box(sheet, foot, "Electric", heads, bill.charges, bill.electric, bill.rate, supplied=bool(bill.supplier))
    if bill.supplier:
        sheet.at(foot, (36, "Billing details - Electric Supplier"), size=14, font=BOLD)
        sheet.at(foot + 18, (LEFT, bill.supplier), size=8.5)
        sheet.at(foot + 32, (LEFT, "Total Electric Supplier"), (-335, dollars(bill.supplied)), font=BOLD)
        foot += 54
    return _box(sheet, foot, "Taxes", [], [("Sales Tax For Utility", bill.taxes)], bill.taxes, "", total="Total Taxes")


def _box(
    sheet: Sheet,
    foot: float,
    what: str,
    heads: list[str],
    rows: list[tuple[str, int]],
    amount: int,
    rate: str,
    *,
    total: str = "Total Current Charges",
    supplied: bool = False,
) -> float:
    sheet.at(foot, (36, f"Billing details - {what}"), size=14, font=BOLD)
    if rate:
        _rate(sheet, foot + 18.4, rate)
    for words in heads:
        sheet.at(foot + 18.4, (LEFT, words), size=8.5, font=BOLD)
        foot += 14.4
    lines = [(words, number(each)) for words, each in rows]
    lines += [("Total Delivery Charges", dollars(amount))] if supplied else []
    for words, text in lines:
        sheet.at(foot + 18.4, (LEFT, words), (-300, text), size=8.5)
        foot += 14.4
    sheet.at(foot + 22, (LEFT, total), (-335, dollars(amount)), size=8.5, font=BOLD)
    return foot + 44


def _rate(sheet: Sheet, foot: float, rate: str, x: float = ASIDE) -> None:
    for n, line in enumerate(textwrap.wrap(f"Your current rate is {rate}.", 52)):
        sheet.at(foot + 8.6 * n, (x, line), size=8, font=ITALIC)
