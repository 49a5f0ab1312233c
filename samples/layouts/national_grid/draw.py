"""Draws the first pages of a National Grid bill: notice, account balance and summary, words at the end."""

import datetime as dt

from samples.drawing import BLACK, BOLD, ITALIC, MONO, Sheet
from samples.layouts.national_grid.detail import adjustments, detail
from samples.layouts.national_grid.model import NgBill
from samples.money import number

STEP = 13.9


def day(date: dt.date) -> str:
    return f"{date:%b} {date.day}, {date.year}"


def owed(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}$ {number(abs(amount))}"


def draw(*bills: NgBill) -> bytes:
    """One document of one or several bills, each with its own page numbers."""
    sheet = Sheet(f"Sample bill {bills[0].account}")
    for n, bill in enumerate(bills):
        if n:
            sheet.next_page()
        draw_one(sheet, bill)
    return sheet.finish()


def draw_one(sheet: Sheet, bill: NgBill) -> None:
    both = bool(bill.electric and bill.gas)  # then the adjustments stand on a page of their own
    pages = 3 + bool(bill.notice) + both
    page = 1
    if bill.notice:
        header(sheet, bill, page, pages, 0)
        left_column(sheet, bill)
        sheet.text(372, 110.5, bill.notice[0], size=10, font=BOLD, align="centre")
        sheet.lines(175, 130.6, bill.notice[1:], size=10, leading=12)
        sheet.next_page()
        page += 1
    header(sheet, bill, page, pages, 0)
    left_column(sheet, bill)
    enrollment(sheet, bill)
    summary(sheet, bill, balance(sheet, bill))
    stub(sheet, bill)
    sheet.next_page()
    header(sheet, bill, page + 1, pages, 8)
    top = detail(sheet, bill)
    if both:
        sheet.next_page()
        header(sheet, bill, page + 2, pages, 8)
    adjustments(sheet, bill, *((173, 93.4) if both else (189, top + 11.2)))
    sheet.next_page()
    sheet.text(30, 77.9, "www.nationalgridus.com", size=8)  # the last page has no header
    sheet.text(24, 88.4, "For Your Information", font=BOLD)
    sheet.lines(174, 88.4, bill.issuer.words, size=8)


def header(sheet: Sheet, bill: NgBill, page: int, pages: int, shift: float) -> None:
    """The line on top; the labels PLEASE PAY BY and AMOUNT DUE are pictures, not text."""
    sheet.text(171, 13.9, "SERVICE FOR", size=6)
    street = [f"{bill.street},", bill.building] if bill.building else [bill.street]
    sheet.lines(171, 22, (bill.customer, *street, f"{bill.town} {bill.issuer.state} {bill.postal_code}"), leading=11)
    sheet.text(335 + shift, 16.3, "BILLING PERIOD", size=6)
    sheet.text(335 + shift, 27.7, f"{day(bill.start)}  to {day(bill.end)}")
    right = sheet.text(502 + shift, 17, "PAGE ", size=7)
    sheet.text(right, 16.2, f"{page} of {pages}", size=8, font=BOLD)
    sheet.text(335 + shift, 46.8, "ACCOUNT NUMBER", size=6)
    sheet.box(408 + shift, 45, 460 + shift, 54, fill=BLACK)
    sheet.box(501 + shift, 45, 550 + shift, 54, fill=BLACK)
    sheet.row(58.7, (337 + shift, bill.account), (408 + shift, day(bill.due)))
    sheet.right(547.5 + shift, 58.7, owed(bill.amount_due), font=BOLD)
    sheet.rule(18, 552, 72)


def left_column(sheet: Sheet, bill: NgBill) -> None:
    for top, size, text in bill.issuer.contact:
        sheet.text(30, top, text, size=size, font=BOLD if text[0] == "1" else "Helvetica")
    sheet.text(30, 243.2, day(bill.issued), font=BOLD)


def enrollment(sheet: Sheet, bill: NgBill) -> None:
    sheet.text(30, 281.5, "Enrollment Information", size=7, font=BOLD)
    sheet.lines(30, 294.4, ("To choose a supplier, you need", "the following about your account:"), size=7)
    if bill.electric:
        sheet.text(30, 321.3, f"Loadzone   {bill.issuer.loadzone}", size=7)
    sheet.row(332.4, (30, "Acct No:"), (105, "Cycle:"), size=6, font=BOLD)
    sheet.row(331.6, (60, bill.account), (125, "9, SAMP"), size=7)
    kind, unit, used = "Electric", "kWh", bill.electric.kwh if bill.electric else 0
    if bill.gas and not bill.electric:
        kind, unit, used = "Gas", "Therms", bill.gas.therms
    sheet.text(32, 351.8, f"{kind} Usage History", size=7, font=BOLD)
    sheet.row(363.8, (32, "Month"), (-90, unit), (98, "Month"), (-162, unit), size=7, font=BOLD)
    for n in range(6):
        months = (f"{dt.date(bill.end.year - 1, 6 + n, 1):%b %y}", f"{dt.date(bill.end.year, 1 + n, 1):%b %y}")
        values = (str(used + 80 * (6 - n)), str(used + 40 * (5 - n)))
        cells = (32, months[0]), (-90, values[0]), (98, months[1]), (-162, values[1])
        sheet.row(374.4 + n * 8.4, *cells, size=7)


def balance(sheet: Sheet, bill: NgBill) -> float:
    """The account balance; returns the top of the line of the amount due."""
    sheet.text(172, 78.3, "ACCOUNT BALANCE", size=10, font=BOLD)
    sheet.row(96.6, (171, "Previous Balance"), (-551.5, number(bill.previous)))
    if bill.paid:
        thanks = ((376, "THANK YOU"),) if bill.paid == bill.previous else ()
        label = (171, f"Payment Received on {bill.paid_on} ( ACH )")
        sheet.row(110.5, label, *thanks, (-551.5, f"- {number(bill.paid)}"))
    else:
        sheet.row(110.5, (171, "Payment Received"), (-551.5, "- 0.00"))
        sheet.text(255, 111.3, "No payments have been received during this billing period", size=8)
    top = 129.2
    if bill.forward:
        sheet.row(top, (171, "Balance Forward"), (-550.5, number(bill.forward)), font=BOLD)
        top += STEP
    sheet.row(top, (171, "Current Charges"), (-551.5, f"+ {number(bill.current)}"))
    sheet.row(top + STEP, (358, "Amount Due"), (-550.5, owed(bill.amount_due)), font=BOLD)
    if bill.transfer:
        words = f"DO NOT PAY. Your Automated Payment Transfer will occur on {bill.transfer:%B} {bill.transfer.day}, "
        sheet.text(189, top + 30, f"{words}{bill.transfer.year} .", size=10)
    if not bill.forward:
        return top + STEP
    when = f"{bill.due:%b} {bill.due.day} {bill.due.year}"
    words = f"To avoid late payment charges of 1.5%, {owed(bill.amount_due)} must be received by {when}."
    sheet.text(189, top + 38.2, words, size=8, font=ITALIC)
    return top + 28.5


def summary(sheet: Sheet, bill: NgBill, top: float) -> None:
    """The summary of charges; its columns move when there is nothing to show under OTHER."""
    other = bool(bill.adjustments or bill.late)
    delivery, supply = (348, 412.5) if other else (365, 428)
    sheet.text(172, top + 50.1, "SUMMARY OF CURRENT CHARGES", size=10, font=BOLD)
    heads = [(delivery, "DELIVERY", "SERVICES"), (supply, "SUPPLY", "SERVICES"), (551, "", "TOTAL")]
    if other:
        heads.append((482.5, "OTHER CHARGES/", "ADJUSTMENTS"))
    for x, first, second in heads:
        sheet.right(x, top + 62.2, first, size=7, font=BOLD)
        sheet.right(x, top + 70.6, second, size=7, font=BOLD)
    y = top + 81.8
    for label, part in (("Electric Service", bill.electric), ("Gas Service", bill.gas)):
        if part is None:
            continue
        whole = number(part.delivered + part.supplied)
        sheet.row(y, (172.5, label), (-delivery, number(part.delivered)), (-551.5, whole))
        if part.by_supplier:
            sheet.right(413, y + 0.3, "Billed by supplier", size=8)
        else:
            sheet.right(supply, y, number(part.supplied) if part.supplied else ".00")
        y += STEP
    if other:
        adjusted = number(bill.adjusted)
        sheet.row(y, (172.5, "Other Charges/Adjustments"), (-482.5, adjusted), (-551.5, adjusted))
        y += STEP
    sheet.text(172.5, y, "Total Current Charges", font=BOLD)
    totals = [(delivery - 2, bill.delivered), (supply - 2, bill.supplied), (482, bill.adjusted), (550.5, bill.current)]
    for x, amount in totals:
        if amount:
            sheet.right(x, y, owed(amount), font=BOLD)
    sheet.text(207, y + 15.3, "A reminder about safety stands here on a real bill, over three or four lines.")
    sheet.text(207, y + 40, "Payment concerns?", font=BOLD)
    sheet.text(298, y + 40, "We are here to help.")


def stub(sheet: Sheet, bill: NgBill) -> None:
    sheet.text(175, 535.7, "KEEP THIS PORTION FOR YOUR RECORDS.", size=5)
    sheet.text(173, 550.8, "RETURN THIS PORTION WITH YOUR PAYMENT.", size=5)
    sheet.text(173, 565.4, "ACCOUNT NUMBER", size=7)
    sheet.box(293, 565, 355, 577, fill=BLACK)
    sheet.box(400, 565, 460, 577, fill=BLACK)
    cells = (176, bill.account), (294, day(bill.due)), (401, owed(bill.amount_due))
    sheet.row(580.8, *cells, size=11, font=BOLD)
    sheet.lines(79, 609.8, bill.issuer.sender, size=8)
    sheet.text(383, 612.2, "ENTER AMOUNT ENCLOSED", size=7)
    sheet.text(370, 626.8, "$", size=20)
    sheet.lines(79, 675, (bill.customer, *bill.mailing), leading=11)
    sheet.lines(336, 676.9, ("NATIONAL GRID", "PO BOX 100", "PITTSBURGH PA 15250-0100"), leading=11.3)
    digits = bill.account.replace("-", "")
    sheet.text(193, 750, f"{bill.current:09d} {digits}{bill.amount_due:010d}", size=10, font=MONO)
