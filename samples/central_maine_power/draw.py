"""Draws a bill of Central Maine Power: the layout of 2021 and 2022, and that of 2023."""

import datetime as dt

from samples.central_maine_power.model import CmpBill
from samples.central_maine_power.supply import supply_page
from samples.central_maine_power.words import INDENT, RIGHT, STEP, payments, signed, us
from samples.drawing import BOLD, LIGHT, MONO, Sheet
from samples.money import dollars

ABOUT = (
    "Delivery prices are set by the state. This sample carries the headings of a real bill and none of its text. For",
    "bills with both supply and delivery, payments are passed on to the supplier. See www.cmpco.com or call us.",
)
CHANGES = ("Please “X” for mail address changes and fill in", "your new mailing address information below.")


def draw(bill: CmpBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.account}")
    pages = 2 + bool(bill.shares) + bool(bill.supplier)
    first_page(sheet, bill, pages)
    page = header(sheet, bill, 2, pages)
    top = delivery(sheet, bill)
    top = meter(sheet, bill, top + 23.8)
    if bill.shares:
        generation(sheet, bill, top + 10)
        address_change(sheet)
        page = header(sheet, bill, page + 1, pages)
        monthly_usage(sheet, bill)
        top = 225.0
    information(sheet, bill, top + 21)
    if not bill.shares:
        address_change(sheet)
    if bill.supplier:
        header(sheet, bill, page + 1, pages)
        supply_page(sheet, bill, bill.supplier)
    return sheet.finish()


def first_page(sheet: Sheet, bill: CmpBill, pages: int) -> None:
    sheet.text(544.4, 19.1, f"Page 1 of {pages}")
    sheet.box(230, 30, 592, 100)
    heads = (234, "Account Number"), (323.3, "Service Location"), (-536, "Amount Due"), (543.2, "Date Due")
    sheet.row(32.7, *heads, size=9.6, font=BOLD)
    sheet.row(49.7, (234, bill.account), (-536, dollars(bill.amount_due)), (-586.8, us(bill.due)), font=BOLD)
    sheet.text(323.3, 49.7, bill.customer)
    sheet.text(323.3, 60.5, bill.street)
    sheet.text(234, 70.3, "Invoice Number", size=10)
    sheet.text(323.3, 71.3, f"{bill.town} ME {bill.postal_code}")
    sheet.text(234, 82.4, bill.invoice)
    sheet.row(88.9, (19.8, "Manage your account online:"))
    sheet.row(100.9, (19.8, "Customer assistance line:" if bill.old_words else "Customer Service:"))
    sheet.row(112.9, (19.8, "Outage reporting line:"))
    sheet.lines(144, 88.9, ("cmpco.com", "800.555.0101", "800.555.0102"), leading=12, font=BOLD)
    for box in (230, 108, 590, 330), (230, 336, 590, 527), (19, 128, 226, 527):
        sheet.box(*box)
    summary(sheet, bill)
    sheet.text(23.4, 133.2, "Your Messages", size=12, font=BOLD)
    sheet.lines(24.1, 151, bill.messages, leading=10.35)
    chart(sheet, bill)
    stub(sheet, bill)
    sheet.next_page()


def summary(sheet: Sheet, bill: CmpBill) -> None:
    ours, theirs = ("Electricity Delivery Central Maine Power", "Electricity Supply")
    if not bill.old_words:
        ours, theirs = "CMP Delivery", "Non-CMP Supplier"
    sheet.text(234, 111.6, "Your Account Summary", size=12, font=BOLD)
    sheet.row(127.1, (235.8, "Prior Balance"), (-581.4, dollars(bill.all_prior)), font=BOLD)
    paid = f"      Payments received through {us(bill.billed)}{' - Thank you' if bill.all_paid else ''}"
    sheet.row(137.9, (235.8, paid), (-581.4, dollars(-bill.all_paid)))
    sheet.row(148.7, (235.8, "Balance Forward"), (-581.4, dollars(bill.forward)), font=BOLD)
    sheet.row(159.5, (235.8, ours), (-581.4, signed(bill.delivery)), font=BOLD)
    top = 159.5
    if bill.supplier:
        top += STEP
        sheet.row(top, (235.8, f"{theirs} {bill.supplier.name}"), (-581.4, signed(bill.supply)), font=BOLD)
    top += 14.2
    sheet.box(232, top - 2, 590, top + 13, fill=LIGHT)
    sheet.row(top, (235.1, f"Please pay by {us(bill.due)}"), (-580.7, dollars(bill.amount_due)), size=11, font=BOLD)


def chart(sheet: Sheet, bill: CmpBill) -> None:
    billed = "" if bill.old_words else "Billed "
    sheet.text(411, 339.8, f"Your Monthly {billed}Usage Summary(kWh)", size=9.8, font=BOLD, align="centre")
    sheet.text(411, 351.6, f"Your next meter reading is on or about {us(bill.next_reading)}", size=8, align="centre")
    sheet.text(271.6, 358.6, "kWh", align="right")
    for n, tick in enumerate(("2,000", "1,500", "1,000", "500", "0")):
        sheet.right(271.6, 376.2 + n * 20.7, tick)
    sheet.bars(275, 464, (45, 42, 40, 38, 35, 37, 44, 46, 40, 36, 38, 43), step=25)
    for n in range(12):
        sheet.text(280 + n * 25, 471.4, f"{dt.date(2000, n + 1, 1):%b}", align="centre")
        for line, daily in enumerate((0 if n >= bill.billed.month else 31 + n, 28 + n, 40 - n)):
            sheet.text(280 + n * 25, 482.2 + line * 10.6, str(daily), size=8, align="centre")
    for line in range(3):
        sheet.text(243.1, 482.2 + line * 10.6, f" {bill.billed.year - line}", size=8)
    sheet.text(411, 514.6, f"Your Average Daily {billed}Usage (kWh)", font=BOLD, align="centre")


def stub(sheet: Sheet, bill: CmpBill) -> None:
    sheet.rule(34, 594, 532, dashed=True)
    sheet.lines(
        56.8, 551, ("Please return this stub with your payment.", "Please do not send coins. Thank you."), size=8
    )
    values = ("Account Number", bill.account), ("Date Due", us(bill.due)), ("Amount Due", dollars(bill.amount_due))
    for n, (label, value) in enumerate(values):
        sheet.text(538.6, 592.4 + n * 30.1, label, size=10, font=BOLD, align="centre")
        sheet.text(538.6, 607.9 + n * 30.1, value, font=BOLD, align="centre")
    sheet.text(538.6, 682.7, "Amount Paid", size=10, font=BOLD, align="centre")
    sheet.lines(240.8, 623.7, ("Central Maine Power", "PO Box 100", "Boston, MA 02284-0100"), size=8)
    sheet.lines(58.5, 656.9, (bill.customer, *bill.mailing), size=8)
    sheet.text(471.3, 729.9, "Please do not write below this line.", size=8)
    digits = bill.account.replace("-", "")
    sheet.text(193.5, 753.4, f"10{bill.due:%m%d%y}00{digits}{max(bill.amount_due, 0):09d}", size=10, font=MONO)


def header(sheet: Sheet, bill: CmpBill, page: int, pages: int) -> int:
    """The line on top of each later page; returns the page's number."""
    if page > 2:
        sheet.next_page()
    sheet.row(
        19.1,
        (19.8, f"Bill Date {us(bill.billed)}"),
        (170.9, f"Invoice Number {bill.invoice}"),
        (336.8, f"Account Number {bill.account}"),
        (542.6, f"Page {page} of {pages}"),
    )
    return page


def delivery(sheet: Sheet, bill: CmpBill) -> float:
    """The delivery charges; returns the top of their last line."""
    sheet.text(19.2, 37.2, "Your Central Maine Power Delivery Service Account Detail", size=12, font=BOLD)
    sheet.row(50.2, (19.8, "Prior Balance for Central Maine Power Delivery"), (-RIGHT, dollars(bill.prior)), font=BOLD)
    payments(sheet, 61, bill.paid)
    sheet.row(71.8, (19.8, "Balance Forward"), (-RIGHT, dollars(bill.prior - bill.paid)), font=BOLD)
    sheet.text(19.8, 82.6, "Delivery Charges", font=BOLD)
    top = 93.4
    priced = len(bill.blocks) == 1  # with two blocks the prices are not printed
    for block in bill.blocks:
        title = f"{INDENT}Delivery Charges: {bill.tariff} ( {us(block.start)} - {us(block.end)} )"
        sheet.text(19.8, top, title)
        top += STEP
        price = ((402.2, f"@{dollars(block.service_charge)}"),) if priced else ()
        sheet.row(top, (19.8, INDENT + bill.service), *price, (-RIGHT, signed(block.service_charge)))
        top += STEP
        if block.kwh is not None:
            price = ((402.2, f"@${block.price}"),) if priced else ()
            kwh = (-384.2, f"{block.kwh:,} KWH")
            sheet.row(top, (19.8, f"{INDENT}Delivery Service:"), kwh, *price, (-RIGHT, signed(block.energy)))
            top += STEP
    if bill.demand_kw:
        sheet.text(39.8, top, "Demand Charge", font=BOLD)
        sheet.text(39.8, top + STEP, "Demand")
        sheet.row(top + 2 * STEP, (73.2, "Measured"), (-384.2, f"{bill.demand_kw} KW"))
        top += 3 * STEP
    sheet.row(top, (19.8, f"{INDENT}Maine Sales Tax"), (-RIGHT, signed(bill.tax)))
    top += STEP
    sheet.row(top, (19.8, "Total Current Delivery Charges"), (-RIGHT, dollars(bill.delivery)), font=BOLD)
    balance = bill.prior - bill.paid + bill.delivery
    sheet.row(top + 18, (19.8, "Central Maine Power Account Balance"), (-RIGHT, dollars(balance)), font=BOLD)
    return top + 18


def meter(sheet: Sheet, bill: CmpBill, top: float) -> float:
    """The meter table, with a first column ``Use`` where a solar share is credited; returns its foot."""
    sheet.text(19.3, top, "Your Meter Details", size=12, font=BOLD)
    sheet.text(253.8, top + 2.1, f"Read Cycle {bill.cycle}")
    head = ["Meter Number", "Read Date", "Meter Reading", "Prior Read Date", "Prior Meter Reading", "Number of Days"]
    days = (bill.end - bill.start).days + 1
    row = [bill.meter, us(bill.end), f"{bill.reading:,}", us(bill.prior_read), f"{bill.prior_reading:,}", str(days)]
    head, row = [*head, "Total kWh"], [*row, f"{bill.metered:,}"]
    edges = [20, 95, 152, 260, 340, 439, 524, 588]
    if bill.shares:
        edges, head, row = [20, 47, 122, 181, 262, 344, 443, 524, 588], ["", *head], ["Use", *row]
    return sheet.table(top + 15, edges, head, [row])


def generation(sheet: Sheet, bill: CmpBill, top: float) -> None:
    sheet.text(19.3, top, "Your Generation Details (kWh)", size=12, font=BOLD)
    sheet.text(20, top + 13.1, "What the columns below mean is explained on our website at cmpco.com/NEB-DG")
    head = "Fixed Percentage", "Billing Period", "Usage", "Allocated\nGeneration", "Banked Generation", "Unused Credits"
    rows = [
        (
            f"{share.percentage}%",
            f"{share.start:%m/%d/%y}-{share.end:%m/%d/%y}",
            f"{share.usage:,}",
            f"{share.allocated:,}",
            f"{share.banked:,}",
            "0",
        )
        for share in bill.shares
    ]
    foot = sheet.table(top + 25, (20, 136, 236, 309, 382, 474, 588), head, rows, head=21)
    sheet.text(
        20, foot + 4, "Please contact the sponsor of the project. Your allocation is produced by Sample Sun One."
    )


def monthly_usage(sheet: Sheet, bill: CmpBill) -> None:
    sheet.text(308, 39.2, "Your Monthly Usage Summary(kWh)", size=9.8, font=BOLD, align="centre")
    sheet.text(308, 51, f"Your next meter reading is on or about {us(bill.next_reading)}", size=8, align="centre")
    sheet.text(154.1, 186.8, "Gen", align="right")
    sheet.text(154.1, 202.8, "Use", align="right")
    for n, share in enumerate(reversed(bill.shares)):
        x = 180 + n * 25
        sheet.text(x, 171.9, f"{share.end:%b}", align="centre")
        sheet.text(x, 186.8, str(share.allocated), size=8, align="centre")
        sheet.text(x, 202.8, str(share.usage), size=8, align="centre")


def information(sheet: Sheet, bill: CmpBill, top: float) -> None:
    sheet.text(19.9, top, "Customer Information for Your Delivery Service", size=12, font=BOLD)
    top = sheet.lines(19.9, top + 13, ABOUT)
    columns = (
        ("What is a kilowatt-hour?", "Sales-Tax Exemption", "Late-Payment Charge"),
        ("Questions?", "Payment Plans"),
    )
    for x, titles in zip((19.9, 304.3), columns, strict=True):
        for n, title in enumerate(titles):
            sheet.text(x, top + 10 + n * 31, title, font=BOLD)
            sheet.text(x, top + 20 + n * 31, f"Two lines about this stand here in {bill.billed.year}.")


def address_change(sheet: Sheet) -> None:
    sheet.rule(34, 594, 535, dashed=True)
    sheet.text(109.9, 550.1, "Mail Address Changes", font=BOLD)
    sheet.lines(86, 584.6, CHANGES, size=8)
    sheet.text(462.3, 729.9, "Please do not write below this line.", size=8)
