"""Draws a bill of PSE&G: messages beside the summary on page 1, then a page of details for each meter."""

import datetime as dt

from samples.drawing import BOLD, Sheet
from samples.money import dollars
from samples.pseg_new_jersey.model import Meter, PsegBill

MESSAGES = (
    "This bill reflects approved changes in the Supply and Delivery",
    "portions of your electric bill, $1.00 or 2.5 percent. The words",
    "of this column are invented; they stand beside the summary.",
    "More words, on as many lines as a real message has, so that",
    "the lines of the two columns meet at some of their heights.",
)
SIDE = (
    "If you want to consider getting your supply",
    "from another supplier, compare their price",
    "with ours. This price to compare varies",
    "month to month, depending on your usage.",
)


def day(date: dt.date) -> str:
    return f"{date:%B %d, %Y}"


def draw(bill: PsegBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.account[1]}")
    pages = 1 + len(bill.meters)
    first_page(sheet, bill)
    sheet.text(495, 527, f"Page 1 of {pages}", size=10)
    for n, meter in enumerate(bill.meters, start=2):
        sheet.next_page()
        sheet.right(560, 25, bill.customer, size=8, font=BOLD)
        sheet.right(560, 35, f"Your account number: {bill.account[1]}", size=8)
        sheet.right(560, 44, "Invoice Number: 600100200300", size=8)
        details(sheet, bill, meter)
        sheet.text(479, 780, f"Page {n} of {pages}", size=10)
    return sheet.finish()


def first_page(sheet: Sheet, bill: PsegBill) -> None:
    sheet.row(49, (323, "Total amount due"), size=10)
    sheet.right(590, 42, dollars(bill.amount_due), size=18, font=BOLD)
    due = f"{bill.due:%b} {bill.due.day}, {bill.due.year}"
    if bill.debit:
        sheet.text(323, 66, "You do not need to make a payment.", size=11)
        sheet.text(323, 78, f"With automatic bill payment, we'll debit your bank account on {due}", size=9)
    sheet.text(316, 103, f"Bill date: {day(bill.billed)}", size=10)
    sheet.text(316, 115, f"For the period: {day(bill.start)} to {day(bill.end)}", size=10)
    sheet.text(44, 92, "Your energy bill", size=35)
    sheet.text(331, 140, bill.customer, size=11, font=BOLD)
    sheet.text(59, 140, "Message Center", size=13, font=BOLD)
    sheet.row(172.6, (338, "ACCOUNT NUMBER"), (463, "SERVICE ADDRESS"))
    sheet.text(338, 183.7, bill.account[0], size=12)
    sheet.lines(463, 183, (bill.street, f"{bill.town} NJ {bill.postal_code}"), leading=10.3)
    if bill.notice:
        sheet.text(44, 153, "** SHUT-OFF NOTICE **", font=BOLD)
    sheet.lines(44, 165, MESSAGES * 4, leading=10.8)
    summary(sheet, bill, due)
    sheet.row(556, (386, "Account number"), (-565, bill.account[1]))
    sheet.text(386, 569, "Automatic bill payment - do not pay" if bill.debit else f"Total amount due by {due}")
    sheet.text(
        42, 598, "We offer a variety of methods that make it easy to pay your bill, at pseg.com/myaccount.", size=8
    )
    sheet.lines(360, 684, ("PSE&G CO", "PO BOX 100", "EXAMPLETOWN NJ 00501-0100"), size=10)


def summary(sheet: Sheet, bill: PsegBill, due: str) -> None:
    sheet.text(331, 243, "Your billing summary", size=19, font=BOLD)
    sheet.text(331, 275, "Balance remaining from your last bill", size=11, font=BOLD)
    sheet.row(296, (335, "PSE&G balance from last bill"), (-596, dollars(bill.last)))
    if bill.paid:
        sheet.text(318, 308, "Less", size=7)
        sheet.row(306, (335, f"Payment received {bill.paid_on} - thank you!"), (-596, dollars(-bill.paid)))
    sheet.row(319, (335, "Balance remaining from your last bill"), (-596, dollars(bill.remaining)), size=10, font=BOLD)
    sheet.text(331, 347, "This month's charges and credits", size=11, font=BOLD)
    top = 368.0
    for kind, label in (("gas", "Gas"), ("electric", "Electric")):
        if meters := bill.of(kind):
            many = f" for {len(meters)} meters" if len(meters) > 1 else ""
            sheet.row(top, (337, f"{label} charges - PSE&G{many}"), (-596, dollars(bill.total(kind))))
            top += 12
    if bill.supplier:
        name, amount = bill.supplier
        sheet.row(top, (337, f"Electric supply charges - {name}"), (-596, dollars(amount)))
        top += 12
    # the font of the real bill has no code for the apostrophe
    sheet.row(top, (337, "This month¤s charges and credits"), (-596, dollars(bill.new)), size=10, font=BOLD)
    if bill.debit:
        sheet.row(top + 23, (337, "Total amount we¤ll debit your"), (-594, dollars(bill.amount_due)), size=10)
        sheet.text(337, top + 35, f"account on {due}", size=10)
    else:
        sheet.row(top + 23, (337, f"Total amount due by {due}"), (-596, dollars(bill.amount_due)), size=10, font=BOLD)


def details(sheet: Sheet, bill: PsegBill, meter: Meter) -> None:
    sheet.text(72, 76, f"Details of your {meter.kind} charges", size=16, font=BOLD)
    sheet.text(72, 95, f"Your rate: {meter.rate}")
    sheet.row(111.6, (53, f"Meter # {meter.number}"), (-288, "Usage"), font=BOLD)
    previous = bill.start - dt.timedelta(1)
    sheet.row(129.6, (71, f"Actual reading {bill.end:%b} {bill.end.day}, {bill.end.year}"), (-287, str(meter.reading)))
    sheet.text(55, 140, "Less", size=7)
    sheet.row(
        141.3, (71, f"Estimated reading {previous:%b} {previous.day}, {previous.year}"), (-287, str(meter.previous))
    )
    top = usage(sheet, bill, meter, 153)
    name, unit = meter.kind, "therms" if meter.kind == "gas" else "kWh"
    sheet.text(53, top + 12, "Delivery charges", size=11, font=BOLD)
    sheet.row(top + 30, (53, "Monthly service charge"), (-347, dollars(meter.service)))
    words = f"{meter.used:,} {unit} x ${meter.price}"
    sheet.row(top + 42, (71, f"{unit} charges"), (-286, words), (-347, dollars(meter.delivered - meter.service)))
    sheet.row(top + 60, (53, f"Total {name} delivery charges"), (-347, dollars(meter.delivered)), size=10, font=BOLD)
    top += 60
    if meter.supply_price:
        sheet.text(53, top + 14, "Supply charges", size=11, font=BOLD)
        words = f"{meter.used:,} {unit} x ${meter.supply_price}"
        sheet.row(top + 30, (71, "Charges"), (-286, words), (-347, dollars(meter.supplied)))
        sheet.row(top + 42, (53, f"Total {name} supply charges"), (-347, dollars(meter.supplied)), size=10, font=BOLD)
        top += 42
    whole = dollars(meter.delivered + meter.supplied)
    sheet.row(top + 28, (74, f"Total {name} charges"), (-342, whole), size=11, font=BOLD)
    side(sheet, meter)


def usage(sheet: Sheet, bill: PsegBill, meter: Meter, top: float) -> float:
    """From the difference of the readings to what is charged. Returns the top below it."""
    days = (bill.end - bill.start).days + 1
    rows = [("Difference", f"{meter.reading - meter.previous:,}")]
    if meter.kind == "gas":
        rows += [(f"Converted to CCF x {meter.ccf}", f"{meter.converted:,}")]
        rows += [(f"Converted to therms x {meter.heat}", f"{meter.used:,}")]
        rows += [(f"Total gas you used in {days} days", f"{meter.used:,} therms")]
    elif meter.multiplier > 1:
        rows += [("Meter multiplier", str(meter.multiplier)), ("Total kWh", f"{meter.used:,}")]
    else:
        rows = [(f"Total electric you used in {days} days", f"{meter.used:,} kWh")]
    for label, value in rows:
        sheet.row(top, (72, label), (-288, value))
        top += 11.4
    return top


def side(sheet: Sheet, meter: Meter) -> None:
    """The boxes at the right: demand and its explanation, then the price to compare with the point of delivery."""
    if meter.demand:
        sheet.text(395, 85, "MEASURED DEMAND", size=11, font=BOLD)
        sheet.row(99, (395, "Demand kW"), (-550, meter.demand[0]))
        sheet.lines(395, 111.6, ("Measured Demand is the maximum use of", "electricity at any time."), leading=11)
        sheet.text(395, 148, "BILLED DEMAND", size=11, font=BOLD)
        sheet.row(161, (395, "Annual Demand kW"), (-550, meter.demand[-1]))
        sheet.text(395, 186, "SUPPLY CAPACITY", size=11, font=BOLD)
        sheet.row(199, (395, "Generation kW"), (-550, "982.459"))
    sheet.text(394, 337, "Price to compare", size=14, font=BOLD)
    sheet.lines(394, 360, SIDE, leading=10.6)
    sheet.text(394, 414.6, f"Your PoD ID is: {meter.pod} ¤")
