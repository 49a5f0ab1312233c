"""Draws page 2 of the older generation: supply and delivery below each other, for each service."""

import datetime as dt

from samples.con_edison.model import ConEdisonBill, Lines, Service
from samples.drawing import BOLD, Sheet
from samples.money import dollars


def old_services(sheet: Sheet, bill: ConEdisonBill) -> None:
    top = old_service(sheet, bill, "electricity", "kWh", bill.electric, 52)
    if bill.gas:
        old_service(sheet, bill, "gas", "therms", bill.gas, top + 24)


def old_service(sheet: Sheet, bill: ConEdisonBill, name: str, unit: str, part: Service, top: float) -> float:
    """One service in one column. Returns the top below it."""
    sheet.text(31, top, f"Your {name} charges", size=12, font=BOLD)
    sheet.text(31, top + 18, f"{name.capitalize()} you used during this {bill.days} day", size=8)
    period = f"{bill.start:%b %d, %Y} to {bill.end:%b %d, %Y}"
    sheet.text(31, top + 28, f"billing period from {period}", size=8)
    sheet.text(31, top + 38, f"Rate: {part.rate}", size=8)
    meter = part.meters[0]
    sheet.text(31, top + 52, f"Meter# {meter.number}", size=8)
    ends: tuple[tuple[dt.date, str], ...] = ((bill.end, meter.reading), (bill.start, meter.previous))
    for n, (end, reading) in enumerate(ends):
        sheet.row(top + 62 + 10 * n, (31, f"{end:%b %d, %y} actual reading"), (-290, reading), size=8)
    sheet.row(top + 82, (31, f"Your {name} use"), (-290, f"{part.used} {unit}"), size=8, font=BOLD)
    sheet.text(31, top + 96, "Your supply charges", size=9, font=BOLD)
    supply: Lines = ((f"Supply {part.used} {unit}", part.supplied), ("Total supply charges", part.supplied))
    foot = column(sheet, supply, top + 108)
    sheet.text(31, foot + 6, "Your delivery charges", size=9, font=BOLD)
    foot = column(sheet, (*part.delivery, ("Total delivery charges", part.delivered)), foot + 18)
    sheet.row(foot + 6, (31, f"Total {name} charges"), (-290, dollars(part.total)), size=9, font=BOLD)
    return foot + 20


def column(sheet: Sheet, rows: Lines, top: float) -> float:
    for label, amount in rows:
        sheet.row(top, (31, label), (-290, dollars(amount)), size=8)
        top += 10
    return top
