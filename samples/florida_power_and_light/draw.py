"""Draws a bill of Florida Power & Light: what is owed on page 1, charges and meters beside each other on page 2."""

import datetime as dt

from samples.drawing import BOLD, ITALIC, Sheet
from samples.florida_power_and_light.model import FplBill, Meter
from samples.money import dollars, number

MINUS = "\N{MINUS SIGN}"


def draw(bill: FplBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.account}")
    _front(sheet, bill)
    _notes(sheet, bill)
    _stub(sheet, bill)
    sheet.next_page()
    sheet.at(35.5, (138, "Customer Name:"), (228, "Account Number:"), (359, "FPL.com Page 2"), (576, "E001"), size=7)
    sheet.at(45.5, (138, bill.customer), (228, bill.account), size=7)
    _details(sheet, bill)
    _meters(sheet, bill)
    return sheet.finish()


def day(when: dt.date) -> str:
    return f"{when:%b %d, %Y}"


def _front(sheet: Sheet, bill: FplBill) -> None:
    sheet.at(34.8, (359, "FPL.com Page 1"), (576, "E001"), size=8)
    days = (bill.end - bill.start).days
    head = (
        "Electric Bill Statement",
        f"For: {day(bill.start)} to {day(bill.end)} ({days} days)",
        f"Statement Date: {day(bill.end)}",
        f"Account Number: {bill.account}",
        "Service Address:",
        bill.street,
        f"{bill.town}, FL {bill.postal_code}",
    )
    for n, line in enumerate(head):
        sheet.at(56.4 + 10.8 * n, (396, line), size=8)
    sheet.at(141.5, (24, "Here's what you owe for this billing period."), size=10)
    sheet.at(165.6, (121, "CURRENT BILL"), size=10, font=BOLD)
    sheet.at(195.6, (127, dollars(bill.balance + bill.new)), size=17, font=BOLD)
    sheet.at(207.4, (107, "TOTAL AMOUNT YOU OWE"), size=8)
    sheet.at(234.6, (106, day(bill.due)), size=17, font=BOLD)
    sheet.at(246.4, (112, "NEW CHARGES DUE BY"), size=8)
    sheet.at(172, (390, "ENERGY USAGE HISTORY"), size=10, font=BOLD)
    sheet.bars(372, 240, (30, 34, 40, 52, 60, 61, 60, 55, 48, 36, 30, 31), step=15)
    sheet.at(291.7, (120, "BILL SUMMARY"), size=10, font=BOLD)
    rows = (
        (303.0, "Amount of your last bill", number(bill.last)),
        (313.8, "Payments received", number(-bill.paid)),
        (328.2, "Balance before new charges", number(bill.balance)),
        (349.8, "Total new charges", number(bill.new)),
        (364.2, "Total amount you owe", dollars(bill.balance + bill.new)),
    )
    for foot, words, amount in rows:
        sheet.at(foot, (36, words), (-281, amount), size=8)


def _notes(sheet: Sheet, bill: FplBill) -> None:
    """Late payments, and the day of a draft at the beginning of the line after its words."""
    sheet.at(277, (315, "KEEP IN MIND"), size=10, font=BOLD)
    lines = [f"Payments received after {bill.due:%B %d, %Y} are considered late; a late payment"]
    lines += ["charge, the greater of $5.00 or 1.5% of your past due balance will apply."]
    if bill.drafted:
        lines += ["The amount due on your account will be drafted automatically on or after"]
        lines += [f"{bill.drafted:%B %d, %Y}. If a partial payment is received before this date, less is drafted."]
        sheet.at(377.3, (88, "FPL automatic bill pay - DO NOT PAY"), size=8)
    for n, line in enumerate(lines):
        sheet.at(288.8 + 9.6 * n, (325, line), size=8)


def _stub(sheet: Sheet, bill: FplBill) -> None:
    sheet.at(608.7, (462, "Make check payable to FPL"), size=6)
    for n, line in enumerate(("FPL", "PO BOX 9900", "MIAMI FL 33101-0099")):
        sheet.at(665.7 + 9.6 * n, (462, line), size=8)
    row = (273, bill.account), (364, dollars(bill.balance + bill.new)), (435, day(bill.due)), (507, "$")
    sheet.at(748, *row, size=8)
    titles = (
        (273, "ACCOUNT NUMBER"),
        (346, "TOTAL AMOUNT YOU OWE"),
        (431, "NEW CHARGES DUE BY"),
        (515, "AMOUNT ENCLOSED"),
    )
    sheet.at(761.4, *titles, size=5)


def _details(sheet: Sheet, bill: FplBill) -> None:
    sheet.at(113.4, (128, "BILL DETAILS"), size=10, font=BOLD)
    rows = [("Amount of your last bill", number(bill.last), 288)]
    rows += [("Payment received - Thank you", number(-bill.paid).replace("-", MINUS), 288)]
    rows += [("Balance before new charges", dollars(bill.balance), 288), ("New Charges", "", 288)]
    rows += [(f"Rate: {bill.rate}", "", 233), ("Base charge:", dollars(bill.base), 233)]
    rows += [("Non-fuel:", dollars(bill.service - bill.base + bill.solar_credit), 233)]
    if bill.solar_credit:
        rows += [("FPL SolarTogether credit", f"{MINUS}{dollars(bill.solar_credit)}", 233)]
    rows += [("Electric service amount", number(bill.service), 233), ("Taxes and charges", number(bill.taxes), 233)]
    if bill.budget is not None:
        rows += [("Actual electric charges", number(bill.electric), 233)]
        rows += [("Budget billing charges", dollars(bill.budget), 288)]
    if bill.product:
        rows += [("Billing for Services and Products", "", 288), ("Example surge program*", number(bill.product), 233)]
        rows += [("Total Services and Products", dollars(bill.product), 288)]
    rows += [("Total new charges", dollars(bill.new), 288)] if bill.budget is None else []
    rows += [("Total amount you owe", dollars(bill.balance + bill.new), 288)]
    for n, (words, amount, edge) in enumerate(rows):
        sheet.at(133.6 + 9.8 * n, (25, words), (-edge, amount), size=8)
        if words == "Non-fuel:":
            sheet.at(133.6 + 9.8 * n, (71, f"(First 1000 kWh at ${bill.price})"), size=6, font=ITALIC)


def _meters(sheet: Sheet, bill: FplBill) -> None:
    foot = 110.5
    sheet.at(foot, (315, "METER SUMMARY"), size=10, font=BOLD)
    for meter in bill.meters:
        foot = _meter(sheet, meter, foot + 15.2)
    foot += 24
    sheet.at(foot, (315, "ENERGY USAGE COMPARISON"), size=10, font=BOLD)
    sheet.at(foot + 11.2, (-442, "This Month"), (-518, "Last Month"), (-595, "Last Year"), size=8, font=BOLD)
    used, amount = f"{bill.used:,}", dollars(bill.electric)
    rows = (
        ("Service to", day(bill.end), day(bill.start), day(bill.end - dt.timedelta(365))),
        ("kWh Used", used, "951", "784"),
        ("Service days", str((bill.end - bill.start).days), "30", "28"),
        ("Amount", amount, "$102.08", "$83.25"),
    )
    for n, (words, *values) in enumerate(rows):
        cells = zip((-442, -518, -595), values, strict=True)
        sheet.at(foot + 20.8 + 9.7 * n, (315, words), *cells, size=8)
    if bill.budget is not None:
        sheet.at(foot + 81, (315, "FPL BUDGET BILLING"), size=10, font=BOLD)
        sheet.at(foot + 93, (315, "Deferred Balance $12.78"), size=8)


def _meter(sheet: Sheet, meter: Meter, foot: float) -> float:
    sheet.at(foot, (315, f"Meter reading - Meter {meter.id}. Next meter reading Mar 29, 2026."), size=8)
    heads = (315, "Usage Type"), (430, "Current"), (-484, "-"), (501, "Previous"), (554, "="), (570, "Usage")
    constant = ((-545, str(meter.constant)),) if meter.constant > 1 else ()
    sheet.at(foot + 11.7, *heads, size=8, font=BOLD)
    row = (315, "kWh used"), (-456, f"{meter.now:05d}"), (-520, f"{meter.before:05d}"), *constant
    sheet.at(foot + 22.3, *row, (-595, f"{meter.used:,}"), size=8)
    if meter.demand is None:
        return foot + 30
    reading, factor, usage = meter.demand
    sheet.at(foot + 32, (315, "Demand KW"), (-456, reading), (-545, factor), (-595, usage), size=8)
    sheet.at(foot + 41.7, (315, "Contract demand"), (-595, "99"), size=8)
    return foot + 50
