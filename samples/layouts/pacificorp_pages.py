"""The pages of a bill of PacifiCorp's companies: page 1 with the balance, a page for each further item."""

from samples.drawing import BOLD, Sheet
from samples.layouts.pacificorp import DAY, Company, Item, PacifiCorpBill
from samples.money import dollars, number


def draw(company: Company, bill: PacifiCorpBill) -> bytes:
    """Page 1 with the balance and the stub, then the items."""
    sheet = Sheet(f"Sample bill {bill.account}")
    due_label = "DATE DUE:" if bill.older else "DUE DATE:"
    sheet.row(28, (354, company.site), size=9)
    head = (("BILLING DATE:", f"{bill.billed:{DAY}}"), ("ACCOUNT NUMBER:", bill.account))
    head += ((due_label, f"{bill.due:{DAY}}"), ("AMOUNT DUE:", dollars(bill.amount_due)))
    for n, (label, value) in enumerate(head):
        sheet.row(60 + 17 * n, (-540, label), (-612 + 30, value), size=7)
    sheet.row(130, (36, "Your Balance With Us"), (197, "Payments Received"), font=BOLD)
    sheet.row(
        149, (36, "Previous Account Balance"), (-180, number(bill.previous)), (197, "DATE"), (-440, "AMOUNT"), size=8
    )
    sheet.row(166, (36, "Payments/Credits"), (-180, number(-bill.paid)), (197, "Payment Received - Thank You"), size=8)
    sheet.row(183, (36, "New Charges"), (-180, f"+{number(bill.total)}"), size=8)
    sheet.row(200, (36, "Current Account Balance"), (-180, dollars(bill.amount_due)), size=8)
    _stub(sheet, company, bill)
    if len(bill.items) == 1 and not bill.contract:
        sheet.text(36, 226, "Detailed Account Activity", font=BOLD)
        _item(sheet, company, bill, bill.items[0], 1, 245)
    else:
        _summary(sheet, company, bill)
        for n, item in enumerate(bill.items, 1):
            _later_page(sheet, company, bill, n + 1, due_label)
            _item(sheet, company, bill, item, n, 99)
        if bill.contract:
            _contract(sheet, company, bill, len(bill.items) + 1)
    return sheet.finish()


def _stub(sheet: Sheet, company: Company, bill: PacifiCorpBill) -> None:
    sheet.text(34, 524, f"Write account number on check & mail to: {company.name}, PO Box 99999", size=8)
    rows = (
        ("Account Number:", bill.account),
        ("Date Due:", f"{bill.due:{DAY}}"),
        ("AMOUNT DUE:", dollars(bill.amount_due)),
    )
    for n, (label, value) in enumerate(rows):
        sheet.row(590 + 17 * n, (464, label), (-600, value), size=8)
    sheet.lines(465, 700, (bill.customer, "PO BOX 100"), size=8)


def _summary(sheet: Sheet, company: Company, bill: PacifiCorpBill) -> None:
    sheet.text(36, 226, "Summary of Account Activity", font=BOLD)
    top = 251.0
    for n, item in enumerate(bill.items, 1):
        sheet.row(
            top, (36, f"ITEM {n}"), (130, f"{item.street} {company.town} {company.state}"), (-440, number(item.total))
        )
        sheet.row(top + 9, (36, "ELECTRIC SERVICE"), (130, f"{item.text} {item.schedule} METER # {item.meter}"), size=8)
        top += 32
    if bill.contract:
        sheet.row(
            top, (36, f"ITEM {len(bill.items) + 1}"), (130, "Example Subscription"), (-440, number(bill.contract))
        )


def _later_page(sheet: Sheet, company: Company, bill: PacifiCorpBill, page: int, due_label: str) -> None:
    sheet.next_page()
    sheet.row(10, (525, f"PAGE {page} OF 4"), size=8)
    sheet.row(34, (187, f"Questions about your bill: Call toll free 1-800-555-0100 {company.site}"), size=8)
    cells = ((18, f"BILLING DATE: {bill.billed:{DAY}}"), (160, f"ACCOUNT NUMBER: {bill.account}"))
    cells += ((330, f"{due_label} {bill.due:{DAY}}"), (470, f"AMOUNT DUE: {dollars(bill.amount_due)}"))
    sheet.row(53, *cells, size=8)


def _item(sheet: Sheet, company: Company, bill: PacifiCorpBill, item: Item, n: int, top: float) -> None:
    sheet.text(36, top, f"ITEM {n} - ELECTRIC SERVICE", font=BOLD)
    place = f"{item.street} {company.town} {company.state}"
    sheet.text(203, top - (1.8 if bill.older else 0), place)
    sheet.text(464, top, f"Historical Data - ITEM {n}", font=BOLD)
    sheet.text(203, top + 10, f"{item.text} {item.schedule}", size=8)
    sheet.text(203, top + 20, f"Service ID: {item.service}", size=8)
    sheet.row(top + 32, (39, "METER"), (95, "SERVICE PERIOD"), (190, "ELAPSED"), (240, "METER READINGS"), size=7)
    heads = ((39, "NUMBER"), (95, "From"), (145, "To"), (190, "DAYS"), (230, "Previous"), (280, "Current"))
    sheet.row(top + 40, *heads, (330, "MULTIPLIER"), (390, "THIS MONTH"), size=7)
    at = top + 54
    days = (item.end - item.start).days
    for one in item.registers:
        used = (one.now - one.before) * item.constant
        dates = (39.0, item.meter), (90.0, f"{item.start:{DAY}}"), (142.0, f"{item.end:{DAY}}"), (-205.0, str(days))
        readings = (-265.0, str(one.before)), (-315.0, str(one.now)), (-365.0, f"{item.constant:,}.0")
        sheet.row(at, *dates, *readings, (-450, f"{used:,} {one.unit}"), (470, "Cost per Day"), (-560, "$7.40"), size=7)
        at += 17
    if item.demand:
        sheet.row(at, (39, item.meter), (90, "Demand"), (142, f"{item.end:{DAY}}"), (-450, f"{item.demand} kw"), size=7)
        sheet.row(at + 17, (39, item.meter), (90, "Reactive"), (-450, "990 kvar"), size=7)
        at += 34
    sheet.text(36, at, "Next scheduled read date: 08-05. Date may vary due to scheduling or weather.", size=7)
    at = _charges(sheet, bill, item.charges, at + 16)
    sheet.text(36, at + 20, "Looking for other ways to pay? See our website.", size=8)


def _charges(sheet: Sheet, bill: PacifiCorpBill, lines: list[tuple[str, str, str, int]], top: float) -> float:
    head = (36.0, f"NEW CHARGES - {bill.billed:%m/%y}"), (210.0, "UNITS"), (280.0, "COST PER UNIT"), (400.0, "CHARGE")
    sheet.row(top, *head, size=8)
    for n, (name, units, price, amount) in enumerate(lines, 1):
        sheet.row(top + 10 * n, (36, name), (-255, units), (-340, price), (-440, number(amount)), size=8)
    foot = top + 10 * (len(lines) + 1)
    sheet.row(foot, (36, "Total New Charges"), (-440, number(sum(amount for *_, amount in lines))), size=8, font=BOLD)
    return foot


def _contract(sheet: Sheet, company: Company, bill: PacifiCorpBill, n: int) -> None:
    place = f"{bill.items[0].street} {company.town} {company.state}"
    sheet.row(420, (36, f"ITEM {n} - CONTRACT"), (203, place))
    sheet.text(203, 430, "Example Subscription Schedule PRF", size=8)
    sheet.text(203, 440, "Service ID: 555000999-013", size=8)
    _charges(sheet, bill, [("Subscription for 30 day(s)", "", "", bill.contract)], 456)
