"""The pages of a bill of Xcel Energy: a balance, then the services of each premises."""

from samples.drawing import BOLD, Sheet
from samples.money import dollars
from samples.xcel_energy.model import Premises, Service, XcelBill

DAY, SHORT = "%m/%d/%Y", "%m/%d/%y"
LEFT, RIGHT = 218.0, 590.0
NAMES = {"electric": "ELECTRICITY", "gas": "NATURAL GAS"}


def draw(bill: XcelBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.account}")
    pages = 1 + len(bill.services)
    _head(sheet, bill, 1, pages)
    _front(sheet, bill)
    page = 1
    for site in bill.premises:
        for service in site.services:
            page += 1
            sheet.next_page()
            _head(sheet, bill, page, pages)
            _service(sheet, site, service)
            if service is site.services[-1]:
                sheet.row(700, (LEFT, "Premises Total"), (-RIGHT, dollars(site.total)), font=BOLD)
    return sheet.finish()


def _head(sheet: Sheet, bill: XcelBill, page: int, pages: int) -> None:
    sheet.row(8, (540, f"Page {page} of {pages}"), size=7)
    sheet.row(22, (252, "MAILING ADDRESS"), (425, "ACCOUNT NUMBER"), (530, "DUE DATE"), size=8)
    sheet.row(39, (397, bill.account), (520, f"{bill.due:{DAY}}"), size=10)
    sheet.lines(212, 34, (bill.customer, "PO BOX 100", "SAMPLETON 00501"), leading=10.3)
    sheet.row(56, (376, "STATEMENT NUMBER STATEMENT DATE"), (530, "AMOUNT DUE"), size=7)
    amount = dollars(bill.balance + bill.total)
    sheet.row(73, (376, bill.statement), (460, f"{bill.billed:{DAY}}"), (530, amount), size=10)


def _front(sheet: Sheet, bill: XcelBill) -> None:
    sheet.text(25, 124, "QUESTIONS ABOUT YOUR BILL?", font=BOLD)
    sheet.text(25, 136, "See our website: xcelenergy.com")
    sheet.text(221, 124, "ACCOUNT BALANCE (Balance de su cuenta)", font=BOLD)
    sheet.row(136, (221, "Previous Balance"), (380, "As of 03/01"), (-RIGHT, dollars(bill.previous)))
    if bill.paid:
        sheet.row(151, (221, "Payment Received"), (380, "Electronic 03/24"), (-RIGHT, f"-{dollars(bill.paid)} CR"))
    else:
        sheet.row(151, (221, "No Payments Received"), (-RIGHT, "$0.00"))
    sheet.row(163, (221, "Balance Forward"), (-RIGHT, dollars(bill.balance)))
    sheet.row(176, (221, "Current Charges"), (-RIGHT, dollars(bill.total)))
    sheet.row(189, (221, "Amount Due (Cantidad a pagar)"), (-RIGHT, dollars(bill.balance + bill.total)), font=BOLD)
    if len(bill.premises) > 1:
        sheet.text(27, 263, "PREMISES SUMMARY", font=BOLD)
        sheet.row(274, (27, "PREMISES NUMBER"), (140, "PREMISES IDENTIFIER"), (500, "CURRENT BILL"), size=8)
        for n, site in enumerate(bill.premises):
            sheet.row(286 + 13 * n, (27, site.number), (140, site.street), (-RIGHT, dollars(site.total)))
        sheet.row(286 + 13 * len(bill.premises), (27, "Total"), (-RIGHT, dollars(bill.total)))
    else:
        sheet.text(27, 263, "SUMMARY OF CURRENT CHARGES (detailed charges begin on page 2)", font=BOLD)
        for n, one in enumerate(bill.services):
            name, unit = ("Electricity Service", "kWh") if one.type == "electric" else ("Natural Gas Service", "therms")
            period, used = f"{one.start:{SHORT}} - {one.end:{SHORT}}", f"{one.billed} {unit}"
            sheet.row(276 + 13 * n, (27, name), (200, period), (-420, used), (-RIGHT, dollars(one.total)))
        sheet.row(276 + 13 * len(bill.services), (27, "Current Charges"), (-RIGHT, dollars(bill.total)))
    sheet.text(224, 511, "RETURN BOTTOM PORTION WITH PAYMENT ONLY", size=7)
    sheet.row(537, (224, "ACCOUNT NUMBER"), (330, "DUE DATE"), (420, "AMOUNT DUE"), (510, "AMOUNT ENCLOSED"), size=7)
    due = dollars(bill.balance + bill.total)
    sheet.row(555, (223, bill.account), (330, f"{bill.due:{DAY}}"), (420, due), (510, "Automated Bank Payment"), size=8)


def _service(sheet: Sheet, site: Premises, one: Service) -> None:
    name = NAMES[one.type]
    place = f"{site.street} {site.city}, {site.state} {site.postal_code}"
    sheet.row(100, (LEFT, "SERVICE ADDRESS:"), (310, place))
    sheet.row(111, (21, f"YOUR MONTHLY {name} USAGE"), (LEFT, "NEXT READ DATE:"), (310, "04/28/24"))
    sheet.text(LEFT, 125, f"{name} SERVICE DETAILS", font=BOLD)
    sheet.row(138, (LEFT, "PREMISES NUMBER:"), (310, site.number))
    sheet.row(149, (LEFT, "INVOICE NUMBER:"), (310, "9900099000"))
    sheet.text(LEFT, 168, "METER READING INFORMATION", font=BOLD)
    times = f" - Multiplier x {one.constant}" if one.constant > 1 else ""
    dates = f"Read Dates: {one.start:{SHORT}} - {one.end:{SHORT}} ({(one.end - one.start).days} Days)"
    sheet.row(178, (LEFT, f"METER {one.meter}{times}"), (-RIGHT, dates))
    sheet.row(190, (29, "DAILY AVERAGES"), (110, "Last Year"), (160, "This Year"), (LEFT, "DESCRIPTION"), size=8)
    unit = "kWh" if one.type == "electric" else "ccf"
    readings = (
        ((340.0, f"{one.now} Actual"), (425.0, f"{one.now - one.used} Actual")) if one.now else ((340.0, "Actual"),)
    )
    billed = one.used * one.constant
    measured = ((-515.0, str(one.used)),) if one.constant > 1 else ()
    sheet.row(200, (29, "Temperature 71 F"), (LEFT, "Total Energy"), *readings, *measured, (-RIGHT, f"{billed} {unit}"))
    sheet.row(210, (29, "Gas Therms 0.0"), (29, ""))
    top = 216.0
    if one.demand:
        lower = f"{float(one.demand) - 0.44:.2f}"
        sheet.row(top, (LEFT, "Demand"), (340, "Actual"), (-RIGHT, f"{lower} kW"))
        sheet.row(top + 11, (LEFT, "Billable Demand"), (-RIGHT, f"{one.demand} kW"))
        top += 24
    if one.type == "gas":
        sheet.text(LEFT, top, "NATURAL GAS ADJUSTMENTS", font=BOLD)
        heat = "Dth Multiplier" if one.dekatherms else "Heat Content Adjustment"
        made = f"{one.billed} {'Dth' if one.dekatherms else 'therms'}"
        cells = ((-400.0, f"{one.used} ccf"), (430.0, f"x {one.factor}"), (-RIGHT, made))
        if not one.dekatherms:
            steady = ((-400.0, f"{one.used} ccf"), (430.0, "x 1.000000"), (-RIGHT, f"{one.used} ccf"))
            sheet.row(top + 12, (LEFT, "Pressure Correction Adjustm"), *steady)
        sheet.row(top + 24, (LEFT, heat), *cells)
        top += 40
    sheet.row(top, (LEFT, f"{name} CHARGES"), (400, f"RATE: {one.rate}"))
    sheet.row(top + 12, (LEFT, "DESCRIPTION"), (380, "USAGE UNITS"), (470, "RATE"), (540, "CHARGE"), size=8)
    lines = (("Basic Service Chg", 9_00), ("Energy Charge", one.energy), ("Subtotal", one.subtotal))
    lines += (("State Tax", one.total - one.subtotal), ("Total", one.total))
    for n, (label, amount) in enumerate(lines, 2):
        sheet.row(top + 13 * n, (LEFT, label), (-RIGHT, dollars(amount)))
