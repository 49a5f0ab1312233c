"""Draws the second page of a bill of PPL Electric Utilities: two columns whose lines interleave."""

from collections.abc import Sequence

from samples.drawing import BOLD, REGULAR, Sheet
from samples.money import dollars, number
from samples.ppl_electric.model import Line, PplBill, Supply
from samples.ppl_electric.words import STEP, mixed, month, short

WORDS = (
    "Customer Charge - A basic charge. The words of this page are invented.",
    "Kilowatt-hour (kWh) - The unit of electric energy that most customers pay for.",
    "kWh Delivered – The amount of electricity that was delivered to you.",  # noqa: RUF001 - the dash of the real bill
)


def back(sheet: Sheet, bill: PplBill) -> None:
    mixed(sheet, 412.6, 23.7, "Account", bill.account, size=9, apart=True)
    sheet.text(561, 23.7, "Page  2")
    supply_details(sheet, bill, delivered(sheet, bill))
    delivery_details(sheet, bill, billing_summary(sheet, bill))
    sheet.text(26, 563.5, "Enroll in Automatic Bill Pay", size=11, font=BOLD)
    sheet.text(21, 592.7, f"Two paragraphs and a line to sign stand here, for account {bill.account}.")
    sheet.text(27, 758.1, dollars(bill.usage_charges), size=10)


def delivered(sheet: Sheet, bill: PplBill) -> float:
    """The table of the meter: with a constant, or in the form for homes with the year's usage below it."""
    sheet.box(18, 36, 300, 113)
    sheet.text(157, 39.7, "kWh Delivered (to Customer)", size=8, font=BOLD, align="centre")
    heads = [(42, "Meter", "Number"), (85, "Reading", "Dates"), (134, "Meter", "Reading"), (274, "Kilowatt-", "Hours")]
    cells = [(42, bill.meter), (274, str(bill.used))]
    if bill.constant > 1:
        difference = bill.reading - bill.previous_reading
        heads += [(188, "kWh", "Difference"), (230, "Meter", "Constant")]
        cells += [(188, f"{difference:05d}"), (230, str(bill.constant))]
    for x, first, second in heads:
        sheet.text(x, 53.4, first, size=8, font=BOLD, align="centre")
        sheet.text(x, 63, second, size=8, font=BOLD, align="centre")
    for x, cell in cells:
        sheet.text(x, 83.9, cell, size=8, align="centre")
    for top, day, reading in ((76.7, bill.end, bill.reading), (90.6, bill.start, bill.previous_reading)):
        sheet.text(85, top, month(day), size=8, align="centre")
        sheet.text(134, top, f"{reading:05d}", size=8, align="centre")
    sums = f"Days Billed: {bill.days}", f"Avg. kWh/Day: {bill.used // bill.days}", f"Total Delivered: {bill.used}"
    sheet.row(104.5, *zip((22, 114, 206), sums, strict=True), size=8)
    top = 121.3 if bill.constant > 1 else yearly(sheet, bill)
    following = f"{month(bill.next_reading)}, {bill.next_reading.year}."
    mixed(sheet, 18, top, "Next meter reading on or about:", following, size=8)
    sheet.text(18, top + 9.4, "State taxes this bill: About $1.10. PA Gross Receipts Tax: About $5.30.", size=8)
    return top + 25.5


def yearly(sheet: Sheet, bill: PplBill) -> float:
    """The usage of a year, which is not this bill's; returns the top of what follows."""
    names = "Date Range", "Annual Total Usage", "Avg Monthly"
    dates = f"{bill.end:%b} {bill.end.year - 1} - {bill.end:%b %Y}"
    values = dates, f"{bill.used * 12} kWh", f"{bill.used} kWh"
    sheet.row(116, *zip((22, 114, 220), names, strict=True), size=8, font=BOLD)
    sheet.row(126, *zip((22, 120, 226), values, strict=True), size=8)
    return 139.3


def supply_details(sheet: Sheet, bill: PplBill, top: float) -> None:
    sheet.text(22, top, "Supply Details", size=11, font=BOLD)
    top += 18.9
    for supply in bill.supplies:
        period = f"{month(supply.start)}-{month(supply.end)}"
        sheet.text(90, top, f"Generation & Transmission Charges for {period}", size=8, font=BOLD)
        top = charge_lines(sheet, supply.lines, 97, 297, top + STEP, step=8.8)
        if len(bill.supplies) == 1:
            sheet.row(top + 6, (90, f"Total {supply.name} Charges"), size=8, font=BOLD)
            sheet.right(297, top + 6, dollars(supply.total), size=8, font=BOLD)
            top += 20
        contact(sheet, supply, top + 6)
        top += 62
    if len(bill.supplies) > 1:
        sheet.row(top, (22, "Total Supply Charges"), (-289, dollars(bill.supplied)), size=8, font=BOLD)


def contact(sheet: Sheet, supply: Supply, top: float) -> None:
    sheet.text(18, top, "For questions on these charges, please contact this supplier at:", size=8)
    sheet.text(58, top + 14.9, supply.phone, size=8)
    sheet.lines(184, top + 14.9, (supply.name, "Customer Services"), size=8, leading=STEP, font=BOLD)
    sheet.lines(184, top + 33.1, supply.place, size=8)


def charge_lines(sheet: Sheet, lines: Sequence[Line], x: float, right: float, top: float, *, step: float) -> float:
    for line in lines:
        sheet.text(x, top, line.words, size=8, font=REGULAR)
        if not line.heading:
            sheet.right(right, top, number(line.amount), size=8)
        top += step
    return top


def billing_summary(sheet: Sheet, bill: PplBill) -> float:
    """The balance and the totals; returns the top of the delivery's heading."""
    sheet.text(313, 42.2, "Billing Summary", size=11, font=BOLD)
    top = 62.6
    if bill.balance_on:
        sheet.row(top, (310, "Previous Balance"), (-538, dollars(bill.previous)))
        top += 14
        if bill.paid_on:
            when = f"{month(bill.paid_on)}, {bill.paid_on.year}"
            sheet.text(310, top, f"Payment Received {when} - Thank You!", size=8.5)
            sheet.right(538, top, dollars(-bill.paid))
            top += 14
        when = f"{month(bill.balance_on)}, {bill.balance_on.year}"
        sheet.row(top, (310, f"Balance as of {when}"), (-589, dollars(bill.forward)))
        top += 14
    sheet.row(top, (310, "Total Supply Charges"), (-589, dollars(bill.supplied)))
    sheet.row(top + 13.7, (310, "Total Delivery Charges"), (-589, dollars(bill.delivered)))
    top += 27.7
    if bill.late:
        sheet.row(top, (310, "Late Payment Charge"), (-589, dollars(bill.late)))
        top += 14
    if bill.other:
        sheet.text(310, top, "Other Charges")
        for line in bill.other:
            top += 14
            sheet.row(top, (320, line.words), (-538, dollars(line.amount)))
        sheet.row(top + 14, (310, "Total Other Charges"), (-589, dollars(bill.other_charges)))
        top += 28
    top += 5
    sheet.box(310, top - 3, 592, top + 18)
    mixed(sheet, 313.2, top, "Amount Due By", short(bill.due), size=14, apart=True)
    sheet.right(585, top, dollars(bill.amount_due), size=14, font=BOLD)
    sheet.row(top + 23.4, (310, "Account Balance"), (-589, dollars(bill.amount_due)))
    return top + 47.5


def delivery_details(sheet: Sheet, bill: PplBill, top: float) -> None:
    sheet.text(314, top, "Delivery Details", size=11, font=BOLD)
    sheet.text(389, top + 19.8, "Distribution Charges", size=8, font=BOLD)
    period = f"{month(bill.start)} - {month(bill.end)}"
    sheet.text(389, top + 30.4, f"{bill.rate_words}: {bill.rate} for {period}", size=8, font=BOLD)
    foot = charge_lines(sheet, bill.delivery, 389, 589, top + 39.7, step=STEP)
    sheet.row(foot + 6, (389, "Total Delivery Charges"), (-589, dollars(bill.delivered)), size=8, font=BOLD)
    sheet.text(313, foot + 26.3, "Understanding Your Bill", size=11, font=BOLD)
    sheet.lines(310, foot + 47, WORDS, size=8)
