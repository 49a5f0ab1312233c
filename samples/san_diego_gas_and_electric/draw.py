"""Draws a bill of San Diego Gas & Electric: a page for the balance, then one for each service or period.

A column of charts and words on the right has lines at any height.
"""

import datetime as dt

from samples.drawing import BOLD, Sheet
from samples.money import dollars, number
from samples.san_diego_gas_and_electric.model import CITY, CODES, Electric, Gas, Period, SdgeBill


def day(date: dt.date) -> str:
    return f"{date:%b} {date.day}, {date.year}"


def slashed(date: dt.date) -> str:
    return f"{date.month}/{date.day}/{date:%y}"


def signed(amount: int) -> str:
    """As the summary prints credits: ``- $23.87``; amounts below a dollar have no 0 in front."""
    return f"{'- ' if amount < 0 else ''}${number(abs(amount)).removeprefix('0')}"


def draw(bill: SdgeBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.account}")
    periods = bill.electric.periods
    pages = 1 + len(periods) + bool(bill.gas) + bool(bill.aggregator)
    first_page(sheet, bill, pages)
    at = 2
    if bill.gas:
        head(sheet, bill, at, pages)
        gas_service(sheet, bill.gas)
        at += 1
    for period in periods:
        head(sheet, bill, at, pages)
        electric_service(sheet, bill.electric, period)
        at += 1
    if bill.aggregator:
        head(sheet, bill, at, pages)
        generation(sheet, bill, bill.aggregator)
    return sheet.finish()


def banner(sheet: Sheet, bill: SdgeBill, at: int, pages: int) -> None:
    sheet.row(14, (185, f"ACCOUNT NUMBER {bill.account}"), (404, f"DATE MAILED {day(bill.mailed)}"), size=8)
    sheet.row(14, (-590, f"Page {at} of {pages}"), size=8)
    sheet.text(404, 77, "www.sdge.com", size=8)


def first_page(sheet: Sheet, bill: SdgeBill, pages: int) -> None:
    banner(sheet, bill, 1, pages)
    sheet.text(185, 24, "SERVICE FOR", size=8)
    sheet.lines(185, 36, (bill.customer, bill.street, f"{CITY}, CA {CODES}"), leading=12)
    to_pay(sheet, bill, 435, 122)
    sheet.row(176, (408, "Electric Usage History (Total kWh used)"), size=8)
    sheet.row(188, (24, "Account Summary"), (428, "20"), font=BOLD)
    rows = [("Previous Balance", dollars(bill.previous)), ("", ""), ("Current Charges", f"+ {number(bill.total)}")]
    rows[1] = (f"Payment Received {bill.paid_on:%m/%d/%y} THANK YOU", f"- {number(bill.previous)}")
    if bill.total < 0:
        rows[2] = ("Current Charges", f"- {number(-bill.total)}")
    rows.append(("Credit Balance" if bill.total < 0 else "Total Amount Due", signed(bill.total)))
    for n, (words, amount) in enumerate(rows):
        sheet.row(206 + 11.5 * n, (24, words), (-385, amount))
        sheet.row(210 + 11.5 * n, (430, str(16 - 4 * n)), size=7)
    summary(sheet, bill)
    sheet.row(568, (324, "ACCOUNT NUMBER"), size=8)
    sheet.text(324, 581, bill.account, size=8)
    sheet.text(36, 620, f"SERVICE ADDRESS: {bill.street} SD {CODES}", size=8)
    sheet.lines(401, 691, ("SAN DIEGO GAS & ELECTRIC", "PO BOX 99999", "SANTA ANA CA 92799-0001"), leading=11)


def to_pay(sheet: Sheet, bill: SdgeBill, x: float, top: float) -> None:
    if bill.due is None:
        sheet.lines(x, top, ("No payment is due.", "Your account has a credit balance of", f"{dollars(-bill.total)}."))
        return
    sheet.row(top, (x, "DATE DUE"), (x + 80, "AMOUNT DUE"), size=8, font=BOLD)
    sheet.row(top + 12, (x, day(bill.due)), (x + 80, dollars(bill.total)))


def summary(sheet: Sheet, bill: SdgeBill) -> None:
    sheet.row(281, (24, "Summary of Current Charges"), (307, "(See page 2 for details)"), font=BOLD)
    sheet.row(297, (107, "Billing Period"), (231, "Usage"), (355, "Amount($)"), size=8)
    rows = []
    if gas := bill.gas:
        rows.append(("Gas", gas.start, gas.end, f"{gas.therms} Therms", gas.total))
    electric = bill.electric
    start, end = electric.periods[0].start, electric.periods[-1].end
    rows.append(("Electric", start, end, f"{electric.used:,} kWh", bill.electricity))
    for n, (name, start, end, usage, amount) in enumerate(rows):
        cells = ((24, name), (107, f"{day(start)} - {day(end)}"), (231, usage), (-385, number(amount)))
        sheet.row(309 + 12.3 * n, *cells)
        sheet.row(313 + 12.3 * n, (408, "Change in daily average from last year"), (-590, "- 66.7%"), size=7)
    total = f"{'-' if bill.total < 0 else ''}{dollars(abs(bill.total))}"
    sheet.row(309 + 12.5 * len(rows), (24, "Total Charges this Month"), (-385, total), font=BOLD)


def head(sheet: Sheet, bill: SdgeBill, at: int, pages: int) -> None:
    sheet.next_page()
    banner(sheet, bill, at, pages)
    if bill.due is None:
        sheet.text(185, 28, "AMOUNT DUE", size=8)
        sheet.text(185, 43, "No Payment Due", size=8)
    else:
        to_pay(sheet, bill, 185, 28)
    more = " - Continued" if at > 2 else ""
    sheet.text(24, 112, f"Detail of Current Charges{more}", size=10, font=BOLD)
    for n in range(12):
        sheet.text(409, 120 + 9.3 * n, "invented words beside the charges", size=7)


def gas_service(sheet: Sheet, gas: Gas) -> None:
    sheet.text(24, 143, "Gas Service", font=BOLD)
    sheet.row(157, (24, f"Rate: {gas.rate}"), (146, "Baseline Allowance: 48 Therms"), size=8)
    sheet.row(172, (24, f"Meter Number: {gas.meter}"), (146, "(Next scheduled read date)"), (300, "Cycle: 14"), size=8)
    heads = ((24, "Billing Period"), (102, "Days"), (130, "Reading"), (216, "Difference"), (348, "Total Therms"))
    sheet.row(196, *heads, size=7)
    days = str((gas.end - gas.start).days)
    cells = ((24, f"{gas.start:%m/%d/%y} - {gas.end:%m/%d/%y}"), (107, days), (136, str(gas.reading)))
    more = ((180, str(gas.previous)), (239, str(gas.reading - gas.previous)), (267, "1.000"), (306, gas.factor))
    sheet.row(210, *cells, *more, (380, str(gas.therms)), size=8)
    sheet.text(24, 247, f"Gas Service (Details below)   {gas.therms} Therms", size=8)
    sheet.row(269, (24, "Therms used"), (91, str(gas.therms)), size=8)
    sheet.text(259, 465, f"Total Gas Charges {dollars(gas.total)}", size=8)
    sheet.row(500, (259, "Total Gas Service"), (-385, dollars(gas.total)), font=BOLD)


def electric_service(sheet: Sheet, electric: Electric, period: Period) -> None:
    sheet.text(24, 135, "Electric Service", font=BOLD)
    sheet.row(149, (24, f"Rate: {electric.rate}"), (204, "Climate Zone: Coastal"), size=8)
    span = f"Billing Period: {slashed(period.start)} - {slashed(period.end)}"
    sheet.row(163, (24, span), (165, f"Total Days: {period.days}"), size=8)
    sheet.row(177, (24, f"Meter Number: {electric.meter}"), (318, "Cycle: 14"), size=8)
    if period.reading is not None:
        cells = ((24, f"{period.start:%m/%d/%y} - {period.end:%m/%d/%y}"), (112, str(period.days)))
        more = ((131, str(period.reading)), (168, str(period.reading - period.net)), (227, str(period.net)))
        sheet.row(210, *cells, *more, (272, "1.000"), (376, str(period.net)), size=8)
        sheet.text(439, 206, f"{period.net} kWh", size=7)
    else:
        sheet.text(24, 196, f"Total Usage: {period.net:,}", size=8)
        sheet.text(24, 210, f"Non Bypassable Charges Usage: {period.net + 84:,}", size=8)
    top = 240.0
    if electric.demand:
        sheet.text(24, top, f"Maximum Demand {electric.demand} kW x $12.00", size=8)
        top += 14
    rows = [("Electricity Delivery", charge_words(electric, period), electric.charges(period))]
    rows.append(("Total Electric Charges", "", electric.charges(period)))
    rows.append(("Total Taxes & Fees on Electric Charges", "", electric.taxes(period)))
    rows.append(("Total Electric Service", "", electric.service(period)))
    for n, (words, reckoning, amount) in enumerate(rows):
        sheet.row(top + 16 * n, (24, words), (199, reckoning), (-385, dollars(amount)), size=8)


def charge_words(electric: Electric, period: Period) -> str:
    return f"{period.net:,} kWh x ${electric.price.removeprefix('0')}"


def generation(sheet: Sheet, bill: SdgeBill, aggregator: str) -> None:
    sheet.text(24, 135, aggregator, size=10, font=BOLD)
    sheet.text(24, 152, "Community Choice Aggregation (CCA) Electric Generation Charges", font=BOLD)
    top = 170.0
    for period in bill.electric.periods:
        sheet.text(24, top, f"Billing Period: {slashed(period.start)} - {slashed(period.end)}", size=8)
        amount = dollars(bill.electric.supply(period))
        sheet.row(top + 14, (24, "Total CCA Electric Generation Charges"), (-385, amount), size=8)
        top += 40
