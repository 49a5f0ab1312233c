"""Draws a bill of Silicon Valley Power: charges on the left, the balance on the right, usage of all services below."""

from samples.drawing import BOLD, Sheet
from samples.money import dollars
from samples.silicon_valley_power.model import Row, SvpBill

DAY = "%m/%d/%Y"


def draw(bill: SvpBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.account}")
    sheet.text(1, 0, f"[Record*SCL0000X*000*{bill.account}*KEY={bill.account}*Index]", size=3)
    sheet.text(200, 13, "City of Santa Clara Municipal Utilities", size=10, font=BOLD)
    sheet.text(246, 32, "REGULAR BILL", size=10, font=BOLD)
    rows = (
        ("Account Number:", bill.account, "Bill Date:", f"{bill.billed:{DAY}}"),
        ("Account Name:", bill.customer, "Amount Due:", dollars(bill.total)),
        ("Service Address:", bill.street, "Customer Service", "(408) 555-0100"),
    )
    for n, (label, value, other, beside) in enumerate(rows):
        sheet.row(52 + 10.7 * n, (50, label), (140, value), (384, other), (474, beside), size=8)
    sheet.text(553, 52, "Pg 1 of 2", size=8)
    charges(sheet, bill)
    balance(sheet, bill)
    usage(sheet, bill)
    sheet.text(111, 617, "Please return this portion with your payment in envelope provided.", size=8)
    sheet.row(631, (50, "Account No:"), (117, bill.account), (397, "Amount Due:"), (-580, dollars(bill.total)), size=8)
    sheet.row(642, (50, "Bill Date:"), (117, f"{bill.billed:{DAY}}"), size=8)
    sheet.row(652, (50, f"Past Due Date: {bill.due:{DAY}}"), size=8)
    sheet.next_page()
    sheet.text(50, 50, "The back of the bill, whose words are invented: questions are answered within 30 days.")
    return sheet.finish()


def charges(sheet: Sheet, bill: SvpBill) -> None:
    sheet.text(53, 87, "Current Charges", size=9, font=BOLD)
    lines = [("Silicon Valley Power", bill.power, True), ("Meter Charge", 69_51, False), ("Energy", bill.energy, False)]
    if bill.demand:
        lines.append(("Demand", bill.demand_charge, False))
    if bill.water:
        lines += [("Water / Sewer / Solar", bill.water_charge, True), ("Water", bill.water_charge, False)]
    if bill.garbage:
        lines += [("Garbage / Recycling", bill.garbage, True), ("Garbage", bill.garbage, False)]
    lines.append(("Current Charges Total", bill.total, True))
    top = 102.0
    for words, amount, group in lines:
        sheet.row(
            top, (50, words), (-313 if group else -273, dollars(amount)), size=8, font=BOLD if group else "Helvetica"
        )
        top += 10.5
        if words == "Energy":
            sheet.text(55, top, f"{bill.used:,} kWh X $.11167/kWh = {dollars(amount)}", size=8)
            top += 10.5


def balance(sheet: Sheet, bill: SvpBill) -> None:
    sheet.text(337, 87, "Billing Comments", font=BOLD)
    sheet.text(364, 107, "THIS BILL IS DUE UPON RECEIPT", size=8)
    sheet.text(334, 129, "To avoid late charges and additional fees,", size=8)
    sheet.text(334, 139, f"pay {dollars(bill.total)[1:]} IN FULL before {bill.due:{DAY}}.", size=8)
    sheet.text(337, 182, "Billing Information", font=BOLD)
    rows = (
        ("Previous Balance", bill.previous),
        (f"Payments ({bill.paid_on:{DAY}}) - Thank You", -bill.previous),
        ("Current Charges", bill.total),
    )
    for n, (words, amount) in enumerate(rows):
        sheet.row(197 + 10.4 * n, (334, words), (-583, dollars(amount)), size=8)
    sheet.row(231, (334, "Amount Due"), (-583, dollars(bill.total)), size=8, font=BOLD)


def usage(sheet: Sheet, bill: SvpBill) -> None:
    sheet.text(52, 355, "Usage Table and History Graphs", font=BOLD)
    sheet.row(372, (97, "Read Dates"), (198, "Meter Readings"), (476, "This Month"), (538, "This Month"), size=7)
    sheet.row(380, (55, "Type"), (159, "Days"), (277, "Mult"), (324, "Usage"), (388, "Number"), (440, "Rate"), size=7)
    sheet.row(389, (92, "Prior"), (125, "Current"), (196, "Current"), (240, "Prior"), (476, "(Daily Avg.)"), size=7)
    top = 402.0
    for kind, unit, rows in (("E", "kWh", bill.electric), ("W", "HCF", bill.water)):
        for row in rows:
            usage_row(sheet, top, kind, unit, row)
            top += 9.3
    if bill.demand:
        actual, highest, billed = bill.demand
        sheet.row(452, (48, "kW Demand"), (107, "Actual:"), (197, actual), size=8)
        sheet.row(462, (123, f"HI: {bill.electric[0].start:%m/%y}"), (197, highest), size=8)
        sheet.row(473, (111, "Billed:"), (197, billed), size=8)
        sheet.text(48, 486, "Power Factor: 91%", size=8)


def usage_row(sheet: Sheet, top: float, kind: str, unit: str, row: Row) -> None:
    days = (row.end - row.start).days
    now, before = row.readings
    cells = [(61, kind), (89, f"{row.start:%m/%d}"), (125, f"{row.end:%m/%d}"), (167, str(days)), (198, now)]
    cells += [(238, before), (275, str(row.multiplier)), (321, f"{row.used:,} {unit}"), (388, row.meter)]
    cells += [(439, row.rate), (485, f"{row.used // days:,} {unit}"), (548, f"{row.used // 25:,} {unit}")]
    sheet.row(top, *(cell for cell in cells if cell[1]), size=7)
