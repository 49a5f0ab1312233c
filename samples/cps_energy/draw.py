"""Draws a bill of CPS Energy: the summary on the first page, charges and readings on the second."""

import datetime as dt

from samples.cps_energy.model import CpsBill, Service
from samples.drawing import BOLD, Sheet
from samples.money import dollars

NOTICE = (
    "IMPORTANT NOTICE - This bill includes a past due",
    "amount. If it has been paid, these invented words",
    "can be disregarded.",
)
NAMES = {"electric": ("Electric", "Electricity"), "gas": ("Gas", "Natural Gas")}


def day(date: dt.date) -> str:
    return f"{date:%b} {date.day}, {date.year}"


def draw(bill: CpsBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.account}")
    sheet.text(96, 28, "Try our online services at www.cpsenergy.com")
    sheet.row(43, (174, "Statement of Account"), (382, "Billing Date:"), (-577, f"{bill.billed:%m/%d/%y}"), size=8)
    sheet.lines(174, 53, (bill.customer, bill.street, f"SAN ANTONIO TX {bill.postal_code}"), size=8, leading=8)
    sheet.row(54, (382, "Customer Number:"), (-577, bill.account), size=8)
    to_pay(sheet, bill, 75)
    summary(sheet, bill)
    comparison(sheet, bill)
    if bill.late:
        sheet.lines(335, 383, NOTICE, size=9, leading=10.5)
    sheet.row(552, (33, "CPS Energy"), (382, "CUSTOMER NUMBER"), (-577, bill.account), size=9)
    to_pay(sheet, bill, 564)
    sheet.lines(348, 712, (bill.customer, "9 OTHER ST", "SAN ANTONIO TX 78299"), size=8)
    sheet.next_page()
    details(sheet, bill)
    return sheet.finish()


def to_pay(sheet: Sheet, bill: CpsBill, top: float) -> None:
    sheet.text(382, top, "Balance Due", font=BOLD)
    late = bill.amount_due + bill.amount_due // 100
    sheet.row(top + 10, (382, f"On or Before {day(bill.due)} Pay"), (-577, dollars(bill.amount_due)))
    sheet.row(top + 19, (382, f"After {day(bill.due)} Pay"), (-577, dollars(late)))


def summary(sheet: Sheet, bill: CpsBill) -> None:
    sheet.row(113, (52, "YOUR USE OF THIS MONTH"), (409, "BILLING SUMMARY"), font=BOLD)
    sheet.text(424, 125, "(see reverse for detail)", size=8)
    rows = [(f"Previous Bill {bill.previous_on:%m/%d/%Y}", bill.previous)]
    rows += [("Payments/Adjustments", bill.adjustments), ("Balance", bill.balance)]
    rows += [(f"Current {NAMES[one.commodity][1]} Charge", one.total) for one in bill.services]
    rows += [("Total Current Energy Charge", bill.energy)]
    rows += [("City Services", bill.city)] if bill.city else []
    rows += [("State & Local Sales Taxes", bill.taxes), ("Total Account Balance", bill.amount_due)]
    for n, (words, amount) in enumerate(rows):
        sheet.row(141 + 13 * n, (326, words), (-577, dollars(amount)))


def comparison(sheet: Sheet, bill: CpsBill) -> None:
    sheet.text(52, 253, "ACCOUNT COMPARISON SUMMARY", font=BOLD)
    sheet.row(267, (148, "Current"), (202, "Previous"), (259, "Last Year"), size=8)
    for n, service in enumerate(bill.services):
        top = 288 + 50 * n
        for at, letter in enumerate(service.commodity.upper()):
            sheet.text(53, top - 16 + 7 * at, letter, size=6)
        days = (bill.end - bill.start).days + 1
        sheet.row(top, (67, "Days on Bill"), (-166, str(days)), (-223, "29"), (-280, "30"), size=8)
        cells = ((-171, f"{service.used:,}"), (-228, f"{service.used + 310:,}"), (-285, f"{service.used - 120:,}"))
        sheet.text(67, top + 10.5, f"{service.unit} Used", size=8)
        sheet.row(top + 12.5, *cells, size=8)
        sheet.row(top + 22, (67, f"Avg. {service.unit}/Day"), (-171, f"{service.used / days:,.1f}"), size=8)


def details(sheet: Sheet, bill: CpsBill) -> None:
    sheet.row(19, (382, "Customer Service"), (519, "(210) 555-0100"), size=8)
    sheet.row(31, (382, "Gas or Electric Trouble"), (519, "(210) 555-0101"), size=8)
    sheet.text(443, 43, '"Se Habla Español"', size=8)
    sheet.row(52, (64, "Customer Number:"), (157, bill.account), (475, "PN: 2"), size=8)
    sheet.row(69, (33, "Previous Bill"), (-289, dollars(bill.previous)), size=8)
    sheet.text(33, 84, "Payments & Adjustments", size=8)
    sheet.row(94, (33, "Payments and late charges"), (-289, dollars(bill.adjustments)), size=8)
    sheet.row(119, (33, "Balance"), (-289, dollars(bill.balance)), size=8)
    top = 135.0
    for service in bill.services:
        top = charges(sheet, service, top)
    sheet.text(33, top + 6, "Meter Read Detail (Read=R) (Estimated=E)", size=8, font=BOLD)
    top += 18
    for service in bill.services:
        top = readings(sheet, bill, service, top)
    sheet.text(33, top + 4, f"Your next scheduled meter read date is {day(bill.end + dt.timedelta(30))}", size=8)
    sheet.text(33, top + 16, f"Billing Period {day(bill.start)} - {day(bill.end)}", size=8)


def charges(sheet: Sheet, service: Service, top: float) -> float:
    short, long = NAMES[service.commodity]
    sheet.row(top, (33, short), (321, "aviso"), size=8, font=BOLD)
    sheet.text(33, top + 10, service.rate, size=8)
    rows = [("Service Availability Charge", service.fixed)]
    if service.demand:
        rows.append((f"Demand Charge {service.demand[1]} KW x $8.16", service.demand_charge))
    energy = service.total - service.fixed - service.demand_charge
    rows.append((f"Energy Charge {service.used:,} {service.unit} x ${service.price}", energy))
    rows.append((f"Total {short if long == 'Electricity' else long} Bill (Taxable)", service.total))
    for n, (words, amount) in enumerate(rows):
        sheet.row(top + 20 + 10.5 * n, (33, words), (-289, dollars(amount)), size=8)
    return top + 28 + 10.5 * len(rows)


def readings(sheet: Sheet, bill: CpsBill, service: Service, top: float) -> float:
    heads = ((33, f"{NAMES[service.commodity][0]} Meter"), (136, "Previous"), (189, "Current"), (232, "Consumption"))
    sheet.row(top, *heads, size=8)
    cells = ((33, f"#{service.meter}"), (81, f"(R-{bill.end:%m/%d/%Y})"), (149, f"{service.previous:05d}"))
    sheet.row(top + 10.5, *cells, (197, f"{service.reading:05d}"), (-287, f"{service.used:,}"), size=8)
    sheet.row(top + 20, (40, "Meter Multiplier"), (135, service.multiplier), size=8)
    if service.demand:
        sheet.row(top + 29, (40, "Actual Demand"), (139, f"{service.demand[0]} KW"), size=8)
        sheet.row(top + 38, (40, "Billing Demand"), (135, f"{service.demand[1]} KW"), size=8)
    return top + 54
