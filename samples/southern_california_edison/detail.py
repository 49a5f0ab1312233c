"""Draws the page of detailed charges of a bill of Southern California Edison."""

import datetime as dt

from samples.drawing import ITALIC, Sheet
from samples.money import dollars
from samples.southern_california_edison.model import PERIODS, Aggregator, Charges, Line, SceBill

AMOUNTS = 420.0  # where amounts end
STEP = 10.55


def us(day: dt.date) -> str:
    return f"{day:%m/%d/%y}"


def details(sheet: Sheet, bill: SceBill) -> None:
    sheet.rule(47, 595, 62)
    sheet.text(47, 67.3, "Details of your new charges", size=16)
    period = f"Billing period: {us(bill.start)} to {us(bill.end)} ({bill.days} days{bill.season})"
    sheet.lines(47, 84.9, (f"Your rate: {bill.rate}", period), leading=STEP)
    sheet.lines(430, 120.1, ("Your Delivery charges include:", *bill.includes), leading=12.8, font=ITALIC)
    top = heading(sheet, 115.1, "Delivery charges", "Cost to deliver your electricity")
    top = charges(sheet, top, bill.delivery)
    if bill.generation:
        top = heading(sheet, top + 9, "Generation charges", "Cost to generate your electricity")
        sheet.text(47, top, "SCE", font=ITALIC)
        top = charges(sheet, top + STEP, bill.generation)
    sheet.text(47, top + 9, "Other charges or credits")
    top = charges(sheet, top + 20, bill.other)
    sheet.row(top + 5, (47, "Subtotal of your new charges"), (-AMOUNTS, dollars(bill.subtotal)))
    tax = Line("State tax", bill.used, price="0.00030")
    top = charges(sheet, top + 15.6, (tax,))
    sheet.row(top, (47, "Your  new  charges"), (-AMOUNTS, dollars(bill.own_charges)))
    if bill.aggregator:
        top = aggregator(sheet, bill.aggregator, top + 34, period)
    closing(sheet, top + 28)


def aggregator(sheet: Sheet, seller: Aggregator, top: float, period: str) -> float:
    sheet.lines(47, top, (seller.name, f"Your rate: {seller.rate}", period), leading=STEP)
    top = heading(sheet, top + 42, "Generation charges", "Cost to generate your electricity")
    top = charges(sheet, top, seller.charges)
    label = f"Sub-Total of {seller.short} Generation Charges"
    sheet.row(top + 4, (47, label), (-AMOUNTS, dollars(seller.total)))
    return top + 4


def heading(sheet: Sheet, top: float, title: str, words: str) -> float:
    right = sheet.text(47, top, title.replace(" ", "  "))
    sheet.text(right + 5, top, f"- {words}", font=ITALIC)
    return top + 11


def charges(sheet: Sheet, top: float, lines: Charges) -> float:
    """The lines with their reckoning; returns the top of the line that would follow."""
    for line in lines:
        if isinstance(line, str):
            sheet.text(47, top, line)
        else:
            indent = 9 if line.label in PERIODS or line.label == "Fixed recovery charge" else 0
            sheet.row(top, (47 + indent, line.label), (-300, line.reckoning), (-AMOUNTS, dollars(line.amount)))
        top += STEP
    return top


def closing(sheet: Sheet, top: float) -> None:
    sheet.text(50, top, "Rate Identification Number - RIN", size=16)
    sheet.text(124, top + 21, "USCA-SCSC-0000-0000", size=10)
    sheet.text(47, top + 60, "Things you should know", size=16)
    sheet.text(47, top + 84, "Fixed  Recovery  Charge", size=10)
    sheet.text(47, top + 96, "Two or three lines about this charge stand here on a real bill.", font=ITALIC)
