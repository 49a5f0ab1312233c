"""Draws a bill of Con Edison: the summary on page 1, then each service with supply and delivery side by side."""

import datetime as dt

from samples.con_edison.model import ConEdisonBill, Lines, Meter, Service
from samples.con_edison.old import old_services
from samples.drawing import BOLD, LIGHT, Sheet
from samples.money import dollars


def day(date: dt.date) -> str:
    return f"{date:%b %d, %Y}"


def draw(bill: ConEdisonBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.account}")
    pages = 3 if bill.notice else 2
    first_page(sheet, bill, pages)
    sheet.next_page()
    sheet.row(
        23, (30, f"Name: {bill.customer}"), (304, f"Account number: {bill.account}"), (-581, f"Page 2 of {pages}")
    )
    if bill.old:
        old_services(sheet, bill)
    else:
        top = service(sheet, bill, "Electric", "electricity", bill.electric, 52)
        if bill.gas:
            service(sheet, bill, "Gas", "gas", bill.gas, top + 20)
    if bill.notice:
        sheet.next_page()
        sheet.text(306, 190, bill.notice, size=16, font=BOLD, align="centre")
        sheet.text(306, 212, "ACT NOW TO AVOID A SERVICE TURN-OFF!", size=12, font=BOLD, align="centre")
        sheet.text(27, 243, "Your payment is overdue. What the customer may do is told here on a real bill.", size=8)
    return sheet.finish()


def first_page(sheet: Sheet, bill: ConEdisonBill, pages: int) -> None:
    sheet.text(551, 10, f"Page 1 of {pages}", size=7)
    label = "Your account number" if bill.old else "Account"
    sheet.text(26, 114, bill.customer, font=BOLD)
    sheet.text(26, 128, f"{label}: {bill.account}", font=BOLD)
    if bill.old:
        sheet.text(26, 142, f"Service delivered to: {bill.street}", font=BOLD)
        rates = [("electric", bill.electric), *([("gas", bill.gas)] if bill.gas else [])]
        sheet.lines(26, 156, [f"Your {name} rate: {each.rate}" for name, each in rates], leading=14)
    else:
        header(sheet, bill)
    summary(sheet, bill, 190)
    sheet.text(26, 440, "Messages For You", size=10, font=BOLD)
    sheet.lines(43, 454, ("To save on energy and heating costs, visit conEd.com/Savings.", "A message."), size=8)
    sheet.text(167, 540, "Questions? Contact Us: conEd.com/ContactUs", size=8)
    sheet.text(388, 556, f"Account number: {bill.account}", font=BOLD)
    sheet.text(389, 577, "Pay By")
    sheet.row(589, (389, f"{bill.due:%m/%d/%y}"), (-570, dollars(bill.due_amount)))
    sheet.text(388, 661, "Please make checks payable to Con Edison.", size=7)
    sheet.lines(66, 672, (bill.customer, bill.street, "EXAMPLETOWN NY 00501-0100"), size=8, leading=10.8)


def header(sheet: Sheet, bill: ConEdisonBill) -> None:
    """The box with what is due, and the right column with its chart."""
    sheet.box(313, 28, 588, 82, fill=LIGHT)
    sheet.text(406, 33, "Current balance due", size=10, align="centre")
    sheet.text(406, 50, dollars(bill.due_amount), size=26, font=BOLD, align="centre")
    sheet.text(543, 42, "Pay By", size=12, align="centre")
    sheet.text(543, 58, f"{bill.due:%m/%d/%y}", size=12, align="centre")
    sheet.text(313, 114, f"Service delivered to: {bill.street}", font=BOLD)
    sheet.text(313, 128, f"Next Billing Date: {bill.next_date:%A, %B %d, %Y}", font=BOLD)
    sheet.text(319, 146, "Your average daily electric usage", size=11, font=BOLD)
    sheet.text(323, 198, "3,026.41", size=10)
    for top, tick in ((174, "3500"), (200, "1750"), (228, "0")):
        sheet.right(389, top, tick, size=6)


def summary(sheet: Sheet, bill: ConEdisonBill, top: float) -> None:
    previous: list[tuple[str, str]] = [("Total charges from your last bill", dollars(bill.last))]
    through = f"Payments through {bill.billed - dt.timedelta(1):%b %d}"
    previous.append((f"{through}, thank you", dollars(-bill.paid)) if bill.paid else (through, "None"))
    left = "Credit applied" if bill.remaining < 0 else "Remaining balance" if bill.old else "Balance from previous bill"
    previous.append((left, dollars(bill.remaining) if bill.remaining else "None"))
    sheet.text(26, top, f"Your billing summary as of {day(bill.billed)}", size=7)
    sheet.text(26, top + 11, "Your previous charges and payments", size=7)
    top = pairs(sheet, previous, top + 21)
    heading = "Your new charges - details start on page 2" if bill.old else "Your new charges"
    sheet.text(26, top + 6, heading, size=11, font=BOLD)
    sheet.text(26, top + 20, f"Billing period: {day(bill.start)} to {day(bill.end)}", size=7)
    new = [(f"Electricity charges - for {bill.days} days", bill.electric.total)]
    if bill.gas:
        new.append((f"Gas charges - for {bill.days} days", bill.gas.total))
    words = "Total new charges" if bill.old else "Total from this billing period"
    rows = [*new, *bill.extra, (words, bill.new), ("Total amount due", bill.due_amount)]
    top = pairs(sheet, [(label, dollars(amount)) for label, amount in rows], top + 31)
    sheet.text(26, top + 6, "Payment is due upon receipt of this bill. To avoid a late payment charge of 1.5%,", size=7)
    sheet.text(26, top + 15.4, f"please pay the total amount due by {day(bill.due)}.", size=7)


def pairs(sheet: Sheet, rows: list[tuple[str, str]], top: float) -> float:
    for label, amount in rows:
        sheet.row(top, (26, label), (-300, amount), size=7)
        top += 11
    return top


def service(sheet: Sheet, bill: ConEdisonBill, kind: str, name: str, part: Service, top: float) -> float:
    """One service: meters, then supply at the left and delivery at the right. Returns the top below it."""
    sheet.text(31, top, f"Your {name} breakdown Rate: {part.rate}", size=14, font=BOLD)
    period = f"{bill.start:%B} {bill.start.day}, {bill.start.year} to {bill.end:%B} {bill.end.day}, {bill.end.year}"
    sheet.text(31, top + 22, f"{kind} Meter Detail - billing period from {period} ({bill.days} days)", size=10)
    top = (gas_meters if kind == "Gas" else electric_meters)(sheet, bill, part, top + 40)
    sheet.text(28, top + 10, "Your Supply Charges", size=11, font=BOLD)
    sheet.text(318, top + 10, "Your Delivery Charges", size=11, font=BOLD)
    supply(sheet, bill, name, part, top + 28)
    foot = charges(sheet, (*part.delivery, (f"Total {name} delivery charges", part.delivered)), 318, 587, top + 28)
    sheet.row(foot + 6, (318, f"Your {name} total"), (-587, dollars(part.total)), size=10, font=BOLD)
    return foot + 24


def electric_meters(sheet: Sheet, bill: ConEdisonBill, part: Service, top: float) -> float:
    sheet.row(top, (27, "Billable kVar"), (-585, "0"), size=6)
    heads = ("Meter #", "New Read", "Read Type", "Date", "Prior Read", "Read Type", "Date", "Read Diff")
    for x, head in zip((27, 81, 124, 174, 222, 264, 314, 360), heads, strict=True):
        sheet.text(x, top + 10, head, size=6)
    sheet.row(top + 10, (402, "Multiplier"), (-515, "kWh"), (-585, "kW"), size=6)
    for n, meter in enumerate(part.meters):
        number = f"L - {meter.number}" if len(part.meters) > 1 else meter.number
        reads(sheet, bill, meter, number, top + 18 + 8 * n)
    return top + 18 + 8 * len(part.meters)


def reads(sheet: Sheet, bill: ConEdisonBill, meter: Meter, number: str, top: float) -> None:
    cells = ((27, number), (84, meter.reading), (124, "Actual"), (174, f"{bill.end:%b %d}"), (224, meter.previous))
    more = ((264, "Estimated"), (314, f"{bill.start:%b %d}"), (360, f"{meter.difference}"))
    sheet.row(top, *cells, *more, size=6)
    if meter.multiplier > 1:
        sheet.text(402, top, str(meter.multiplier), size=6)
    sheet.right(515, top, f"{meter.used:,}", size=6)
    if meter.demand:
        sheet.right(585, top, f"{meter.demand} - Actual", size=6)


def gas_meters(sheet: Sheet, bill: ConEdisonBill, part: Service, top: float) -> float:
    for n, meter in enumerate(part.meters):
        cells = ((27, meter.number), (84, meter.reading), (124, "Actual"), (174, f"{bill.end:%b %d}"))
        more = ((224, meter.previous), (264, "Actual"), (314, f"{bill.start:%b %d}"), (360, f"{meter.difference}"))
        sheet.row(top + 8 * n, *cells, *more, size=6)
    foot = top + 8 * len(part.meters)
    sheet.row(foot, (27, "Total Gas Use"), (-515, f"{part.used} therms"), size=6)
    return foot + 8


def supply(sheet: Sheet, bill: ConEdisonBill, name: str, part: Service, top: float) -> None:
    if part.supply_price:
        rows: Lines = ((f"Supply {part.used} @{part.supply_price}", part.supplied),)
        charges(sheet, (*rows, (f"Total {name} supply charges", part.supplied)), 28, 294, top)
        return
    words = "These charges are for the delivery portion of your electricity bill. You will receive a"
    more = "separate bill for your electricity supply. If you have a question about your supply"
    sheet.lines(28, top, (words, more, f"bill, please call {bill.supplier} at (555) 555-0147."), size=7, leading=9.4)


def charges(sheet: Sheet, rows: Lines, x: float, right: float, top: float) -> float:
    for label, amount in rows:
        sheet.row(top, (x, label), (-right, dollars(amount)), size=7)
        top += 9.4
    return top
