"""Draws a bill of the Los Angeles Department of Water and Power: a page for each service after the first one.

Pages alternate between two left edges; a column of definitions stands at the height of the values.
"""

import datetime as dt

from samples.drawing import BOLD, Sheet
from samples.los_angeles_department_of_water_and_power.model import Agreement, LadwpBill, Other
from samples.money import dollars, number

COLUMN = (
    "www.ladwp.com",
    "Hours of operation - 7 am to 6 pm",
    "DEFINITIONS of words that bills use",
    "ECA - an adjustment of fuel, energy and",
    "other associated costs.",
    "kWh - the unit in which electric usage is",
    "measured. One kWh equals 1000 watts of",
    "electricity used for one hour.",
    "RCA - a charge that is explained here in 3",
    "lines of other words, which are invented",
)
LONGEST_NUMBER = 17  # characters; a longer meter number goes on in the next line


def day(date: dt.date) -> str:
    return f"{date:%b} {date.day}, {date.year}"


def slashed(date: dt.date) -> str:
    return f"{date.month}/{date.day}/{date:%y}"


def draw(bill: LadwpBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.account}")
    pages = 2 + len(bill.agreements) + len(bill.others)
    first_page(sheet, bill, pages)
    sheet.next_page()
    head(sheet, bill, 295, f"Page 2 of {pages}")
    sheet.text(193, 105, "LATE PAYMENT CHARGE", size=9, font=BOLD)
    sheet.text(193, 118, "Charges are made on balances that are not paid. No amount of this page belongs to the bill.")
    sheet.text(18, 550, "WHERE TO PAY YOUR BILL", font=BOLD)
    for n, agreement in enumerate(bill.agreements, start=3):
        new_page(sheet, bill, f"Page {n} of {pages}")
        electric(sheet, agreement, 230 if n % 2 else 200)
    for n, other in enumerate(bill.others, start=3 + len(bill.agreements)):
        new_page(sheet, bill, f"Page {n} of {pages}")
        service(sheet, bill, other, 230 if n % 2 else 200)
    return sheet.finish()


def new_page(sheet: Sheet, bill: LadwpBill, counted: str) -> None:
    sheet.next_page()
    head(sheet, bill, 325, counted)
    for n, line in enumerate(COLUMN):
        sheet.text(48, 134 + 10.8 * n, line, size=7.5)


def head(sheet: Sheet, bill: LadwpBill, x: float, counted: str) -> None:
    due = "AUTO PAYMENT" if bill.automatic else "DATE DUE"
    sheet.row(18, (x, "BILL DATE"), (x + 137, due), (-590, counted), size=8, font=BOLD)
    sheet.row(29, (x, day(bill.billed)), (x + 137, day(bill.due)))
    sheet.row(43, (x, "ACCOUNT NUMBER"), (x + 137, "AMOUNT DUE"), size=8, font=BOLD)
    sheet.row(54, (x, bill.account), (x + 137, f"$ {number(bill.amount_due)}"))


def first_page(sheet: Sheet, bill: LadwpBill, pages: int) -> None:
    head(sheet, bill, 325, f"Page 1 of {pages}")
    sheet.text(48, 84, "CUSTOMER SERVICE - 7:00 am - 6:00 pm", size=8)
    sheet.text(222, 86, f"{bill.customer},")
    sheet.text(48, 97.5, "1-800-555-0142", size=8)
    sheet.text(48, 171, "www.ladwp.com/combillpay", size=8)
    sheet.text(222, 99, f"{bill.street}, LOS ANGELES, CA {bill.postal_code}")
    if bill.corrected:
        sheet.text(222, 114, "This bill corrects a previous bill and contains your new charges. Previous", size=8)
        sheet.text(222, 125, "charges were cancelled and then rebilled correctly.", size=8)
    sheet.text(222, 140, "Account Summary", size=11, font=BOLD)
    rows = [("Previous Account Balance", f"$ {number(bill.previous)}")]
    rows += [(f"Payment Received {slashed(when)}   Thank you", number(-paid)) for when, paid in bill.payments]
    if bill.corrected:
        rows.append(("Credit Corrections (see details on page 3)", dollars(-bill.corrected)))
    rows.append(("Credit Balance" if bill.remaining < 0 else "Remaining Balance", f"$ {number(bill.remaining)}"))
    rows.append(("New Charges", f"+ {number(bill.new_charges)}"))
    for n, (words, amount) in enumerate(rows):
        sheet.text(77, 158 + 12 * n, "Pay from your checking or savings", size=8)
        sheet.row(158 + 12 * n, (222, words), (-592, amount))
    top = 166 + 12 * len(rows)
    sheet.row(top, (440, "Total Amount Due"), (-592, f"$ {number(bill.amount_due)}"), font=BOLD)
    new_charges(sheet, bill, top + 40)
    stub(sheet, bill)


def new_charges(sheet: Sheet, bill: LadwpBill, top: float) -> None:
    sheet.text(222, top, "Summary of New Charges", size=11, font=BOLD)
    sheet.text(473, top, "Details on following pages.", size=8)
    sheet.text(225, top + 22, "Los Angeles Department of Water and Power Charges", font=BOLD)
    period = ""
    if len(bill.agreements) == 1 and not bill.corrected:
        period = f"{slashed(bill.agreements[0].start)} - {slashed(bill.agreements[0].end)}   "
    used = f"{bill.used:,} kWh" if bill.used else ""
    sheet.row(top + 38, (276, "Electric Charges"), (355, period + used), (-545, dollars(bill.electricity)))
    top += 54
    for sanitation in (False, True):
        others = [other for other in bill.others if other.sanitation == sanitation]
        if sanitation and others:
            sheet.text(225, top, "City of Los Angeles Bureau of Sanitation Charges", font=BOLD)
            top += 16
        for other in others:
            usage = f"{other.usage} HCF" if other.usage is not None else ""
            sheet.row(top, (276, other.name), (355, usage), (-545, dollars(other.amount)))
            top += 15
        sum_ = sum(other.amount for other in others) + (0 if sanitation else bill.electricity)
        if sum_:
            name = "Total Sanitation Charges" if sanitation else "Total LADWP Charges"
            sheet.row(top, (430, name), (-592, f"$ {number(sum_)}"), font=BOLD)
            top += 26
    sheet.row(top, (430, "Total New Charges"), (-592, f"$ {number(bill.new_charges)}"), font=BOLD)


def stub(sheet: Sheet, bill: LadwpBill) -> None:
    sheet.text(48, 530, "PLEASE KEEP THIS PORTION FOR YOUR RECORDS.", size=7)
    sheet.row(618, (458, "ACCOUNT NUMBER"), size=8)
    sheet.text(458, 629, bill.account)
    sheet.row(646, (462, "AUTO PAYMENT" if bill.automatic else "DATE DUE"), (535, day(bill.due)), size=8)
    sheet.row(667, (462, "AMOUNT" if bill.automatic else "AMOUNT DUE"), (-592, f"$ {number(bill.amount_due)}"), size=8)
    sheet.lines(33, 655, (bill.customer, bill.street, f"LOS ANGELES CA {bill.postal_code}-0001"), leading=11)


def electric(sheet: Sheet, agreement: Agreement, x: float) -> None:
    sheet.text(x + 211, 98, f"SA # : {agreement.number}", size=8)
    sheet.text(x + 38, 100, "Electric Charges", size=11, font=BOLD)
    sheet.row(122, (x, "BILLING PERIOD"), (x + 90, "DAYS"), (x + 214, "USAGE HISTORY (Total kWh)"), size=7.5)
    days = (agreement.end - agreement.start).days
    sheet.row(133, (x, f"{slashed(agreement.start)} - {slashed(agreement.end)}"), (x + 90, str(days)))
    sheet.text(x, 150, "RATE SCHEDULE", size=7.5)
    sheet.lines(x, 161, agreement.rate, leading=11)
    sheet.text(x, 186.5, "NEXT SCHEDULED READ DATE", size=7.5)
    sheet.text(x, 197, slashed(agreement.end + dt.timedelta(30)))
    sheet.row(214, (x + 216, "Total kWh used"), (-575, "9,612"), (-592, f"{agreement.used():,}"), size=7)
    if agreement.facilities:
        sheet.row(238, (x + 216, "Highest Demand in last 12 months:"), (-592, "412 kW"), size=7)
    top = readings(sheet, agreement, x)
    for part in range(len(agreement.parts)):
        top = charges(sheet, agreement, part, x, top)
    sheet.row(top + 4, (x + 205, "Total Electric Charges"), (-x - 360, f"$ {number(agreement.total)}"), font=BOLD)
    sheet.text(x, top + 40, "An invented message: the plan for Green Power of 2019 costs $0.03 for each kWh.")


def readings(sheet: Sheet, agreement: Agreement, x: float) -> float:
    plain = agreement.multiplier == 1 and len(agreement.registers) == 1
    if plain:
        one = agreement.registers[0]
        heads = (
            (x, "METER NUMBER"),
            (x + 119, "CURRENT READ"),
            (x + 193, "minus PREVIOUS READ"),
            (x + 323, "TOTAL USED"),
        )
        sheet.row(260, *heads, size=7.5)
        cells = ((x, agreement.meter), (x + 142, str(one.reading)), (x + 234, str(one.previous)))
        sheet.row(274, *cells, (-x - 355, f"{agreement.used()} kWh"))
        return 295
    first, rest = agreement.meter[:LONGEST_NUMBER], agreement.meter[LONGEST_NUMBER:]
    if rest:
        sheet.text(x, 216, "METER NUMBER", size=7.5)
        sheet.row(227, (x, f"{first} SERVES"))
        sheet.row(238, (x, rest), (x + 90, "BASE KVARH"))
    else:
        sheet.row(216, (x, "METER NUMBER"), (x + 90, "SERVES"), size=7.5)
        sheet.text(x, 227, f"{first} 7H")
    heads = ((x, "PERIOD"), (x + 91, "CURRENT READ"), (x + 169, "PREVIOUS READ"), (x + 252, "MULTIPLIER"))
    sheet.row(252, *heads, (x + 325, "TOTAL USED"), size=7.5)
    top = 266.0
    for name, kw in agreement.demands:
        cells = ((x, f"{name} kW"), (x + 109, f"{float(kw) / agreement.multiplier:.2f}"))
        sheet.row(top, *cells, (x + 269, str(agreement.multiplier)), (-x - 355, f"{kw} kW"), size=8)
        top += 10
    for one in agreement.registers:
        used = (one.reading - one.previous) * agreement.multiplier
        cells = ((x, f"{one.name} kWh"), (x + 106, str(one.reading)), (x + 190, str(one.previous)))
        sheet.row(top, *cells, (x + 269, str(agreement.multiplier)), (-x - 355, f"{used} kWh"), size=8)
        top += 10
    return top + 12


def charges(sheet: Sheet, agreement: Agreement, part: int, x: float, top: float) -> float:
    start, end = agreement.parts[part]
    period = f"{slashed(start)} - {slashed(end)}"
    several = len(agreement.parts) > 1
    days = (end - start).days + 1
    if several:
        sheet.text(x + 106, top, "RATE SCHEDULE", size=7.5)
        heads = ((x, "BILLING PERIOD"), (x + 80, "DAYS"), (x + 106, " ".join(agreement.rate)[:60]))
        sheet.row(top + 11, *heads, size=7.5)
        sheet.row(top + 22, (x, period), (x + 80, str(days)), (x + 106, " ".join(agreement.rate)[60:]), size=7.5)
        top += 40
    for words, reckoning, amount in agreement.lines(part):
        sheet.row(top, (x, words), (x + 195, reckoning), (-x - 360, number(amount)), size=8)
        top += 13.9
    subtotal = dollars(agreement.subtotal(part))
    sheet.row(top, (x, "Subtotal Electric Charges"), (-x - 360, subtotal), size=8)
    tax, surcharge = number(agreement.tax(part)), number(agreement.surcharge(part))
    sheet.row(
        top + 14, (x, "City of Los Angeles Utility Tax"), (x + 205, f"{subtotal} x 12.5%"), (-x - 360, tax), size=8
    )
    kwh = f"{agreement.used(part):,} kWh x $0.0003/kWh"
    sheet.row(top + 28, (x, "State Energy Surcharge"), (x + 195, kwh), (-x - 360, surcharge), size=8)
    top += 44
    if several:
        words = f"Electric Charges {period} ({days} Days)"
        sheet.row(top, (x, words), (-x - 360, dollars(agreement.part_total(part))), size=8)
        top += 18
    return top


def service(sheet: Sheet, bill: LadwpBill, other: Other, x: float) -> None:
    agreement = bill.agreements[0]
    sheet.row(98, (x, other.name), (x + 211, "SA # : 9990009999"), font=BOLD)
    sheet.row(122, (x, "BILLING PERIOD"), (x + 90, "DAYS"), (x + 120, "RATE SCHEDULE"), size=7.5)
    period = f"{slashed(agreement.start - dt.timedelta(3))} - {slashed(agreement.end)}"
    sheet.row(133, (x, period), (x + 90, "33"), (x + 120, "Schedule of another service"))
    if other.usage is not None:
        sheet.row(160, (x, "METER NUMBER"), (x + 121, "CURRENT READ"), (x + 325, "TOTAL USED"), size=7.5)
        cells = ((x, "96990017"), (x + 135, "4355"), (x + 230, str(4355 - other.usage)))
        sheet.row(174, *cells, (-x - 355, f"{other.usage} HCF"))
    sheet.row(200, (x + 210, f"Total {other.name}"), (-x - 360, f"$ {number(other.amount)}"), font=BOLD)
