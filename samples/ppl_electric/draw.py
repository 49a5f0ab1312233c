"""Draws a bill of PPL Electric Utilities in the layout of 2021 to 2025: its first page."""

import datetime as dt

from samples.drawing import BOLD, LIGHT, MONO, Sheet
from samples.money import dollars
from samples.ppl_electric.back import back
from samples.ppl_electric.model import OWN_NAME, PplBill
from samples.ppl_electric.words import STEP, mixed, month, short

SHOP = "Visit PAPowerSwitch.com or www.oca.state.pa.us", "If you're shopping, know your contract expiration date."


def draw(bill: PplBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.account}")
    head(sheet, bill)
    charges_at_a_glance(sheet, bill)
    shopping(sheet, bill)
    usage_summary(sheet, bill)
    stub(sheet, bill)
    sheet.next_page()
    back(sheet, bill)
    return sheet.finish()


def head(sheet: Sheet, bill: PplBill) -> None:
    sheet.text(563, 20.6, "Page 1")
    mixed(sheet, 367, 31.9, "Meter", bill.meter, size=11)
    mixed(sheet, 475, 31.9, "Account", bill.account, size=11)
    sheet.text(194, 27.8, "We deliver.", size=22, align="centre")
    sheet.text(193, 52.2, "1-800-555-0150", align="centre")
    sheet.text(193, 62.3, "For hours of operation and to", size=8, align="centre")
    sheet.text(193, 71.7, "manage your account, visit", size=8, align="centre")
    sheet.text(193, 81, "pplelectric.com.", size=8, align="centre")
    sheet.row(55.9, (392, "Due Date"), size=13)
    sheet.row(55.9, (487, "Amount Due"), size=13, font=BOLD)
    sheet.box(378, 48, 592, 102)
    sheet.text(419, 81.9, short(bill.due), size=18, font=BOLD, align="centre")
    sheet.text(526, 83.5, dollars(bill.amount_due), size=16, font=BOLD, align="centre")
    sheet.text(18, 99.3, "Service to :", font=BOLD)
    place = *bill.customer, bill.street, f"{bill.town}, PA {bill.postal_code}"
    sheet.lines(18, 111.3, place, leading=9.35)
    sheet.text(589, 106.8, "Billing Details on Back", size=11, font=BOLD, align="right")
    for n, line in enumerate(bill.notice):
        sheet.right(589, 120.6 + n * 11.6, line, size=10)


def charges_at_a_glance(sheet: Sheet, bill: PplBill) -> None:
    """Supply on the left, delivery on the right, the sum of both in the ring between them."""
    supply = bill.supplies[-1]
    period = f"Usage from {month(bill.start)} - {month(bill.end)}"
    sheet.text(303.5, 161.2, period, size=10, align="centre")
    sheet.row(165.4, (22, "Supply"), (-214, dollars(bill.supplied)), size=14, font=BOLD)
    sheet.row(165.4, (393, dollars(bill.delivered)), (-585, "Delivery"), size=14, font=BOLD)
    name = supply.wrapped or (supply.name,)
    sheet.lines(18, 190.7, name, leading=9.6, font=BOLD)
    sheet.text(18, 192.4 + 9.6 * len(name), supply.phone)
    if bill.effective:
        sheet.text(162, 190.7, "Effective Date", font=BOLD)
        sheet.text(162, 202, short(bill.effective))
    sheet.right(589, 191.2, OWN_NAME, size=10, font=BOLD)
    sheet.box(18, 222, 230, 243, fill=LIGHT)
    sheet.text(22, 227.5, bill.price_words, size=10)
    sheet.text(303.5, 240.5, "Usage Charges", size=12, align="centre")
    sheet.text(303.5, 255.4, dollars(bill.usage_charges), size=14, font=BOLD, align="centre")
    sheet.lines(
        396, 214.7, ("Consider a monthly pledge to help", "those in need to heat their homes."), size=10, font=BOLD
    )
    sheet.lines(416, 276.9, ("Turn off what you do not use.", "It saves energy."), size=10)


def shopping(sheet: Sheet, bill: PplBill) -> None:
    top = 259.6
    if bill.compare:
        sheet.text(18, 252, "PPL Electric Utilities Price to Compare", size=8, font=BOLD)
        sheet.text(18, 261.6, f"${bill.compare} Use this price when comparing supplier offers.", size=8)
        top += 16
    sheet.text(42, top, "SHOP FOR ELECTRICITY", size=10, font=BOLD)
    sheet.lines(18, top + 17.3, SHOP, size=8, leading=STEP)
    mixed(sheet, 18, top + 36.5, "Account Number:", bill.account, size=8, apart=True)
    right = sheet.text(18, top + 46.1, "The price to compare is updated June 1 ", size=8)
    sheet.text(right - 2.1, top + 45.1, "st ", size=5.2)
    right = sheet.text(right + 3.5, top + 46.1, "and December 1 ", size=8)
    sheet.text(right - 2.1, top + 45.1, "st ", size=5.2)
    sheet.text(right + 1.8, top + 46.1, ". ", size=8)
    sheet.text(18, top + 55.7, f"Rate: {bill.rate}. View schedule at pplelectric.com/rates", size=8)


def usage_summary(sheet: Sheet, bill: PplBill) -> None:
    sheet.text(18, 401, "Usage Summary", size=13)
    sheet.text(306, 401, f"{bill.end:%B}", size=13)
    sheet.row(433.3, (92, "Previous 12 Months"), (190, "Current 12 Months"), size=8)
    daily = bill.used // bill.days
    for n in range(5):
        sheet.right(47, 448.9 + n * 11.8, str(daily * (5 - n) // 4), size=6)
    sheet.upwards(26, 512, "Avg. Per Day (kWh)")
    sheet.bars(64, 510, (40, 38, 35, 33, 36, 42, 45, 44, 39, 37, 41, 40), step=18.8)
    for n in range(12):
        name = dt.date(2000, (bill.end.month + n) % 12 + 1, 1)
        sheet.text(73 + n * 18.8, 513.7, f"{name:%b}", size=6, align="centre")
    titles = [(353, "Electricity Usage (kWh)"), (539, "Avg. Temperature")]
    years = [(336, 371), (517, 563)]
    if bill.demand:
        titles.append((447, "Demand (KW)"))
        years.append((423, 470))
        sheet.row(485.2, (417, f"{float(bill.demand) + 4:.0f}"), (461, f"{float(bill.demand):.0f}"), size=10)
    for x, title in titles:
        sheet.text(x, 423.3, title, size=8, align="centre")
    for before, now in years:
        sheet.text(before, 514.7, str(bill.end.year - 1), align="centre")
        sheet.text(now, 514.7, str(bill.end.year), font=BOLD, align="centre")
    for x, used in ((327, bill.used + 600), (358, bill.used)):
        sheet.text(x, 470, f"{used} ", size=7)
        sheet.text(x + 9.4, 470, " ", size=7)  # a stray space inside the number
    sheet.row(483.2, (506, "71°"), (552, "69°"), size=15)


def stub(sheet: Sheet, bill: PplBill) -> None:
    sheet.text(20, 539.7, "Questions/concerns?", size=10, font=BOLD)
    sheet.text(131, 540.4, f"Contact us by {short(bill.due)}")
    sheet.text(99, 555.3, "1-800-555-0150", size=10)
    sheet.row(559.6, (360, "Account Number"), (449, "Due Date"), (517, "Amount Due"), size=8)
    sheet.text(362, 582.4, bill.account)
    sheet.row(581.5, (445, short(bill.due)), (-568, dollars(bill.amount_due)), size=11, font=BOLD)
    sheet.lines(99, 577.8, ("Correspondence to:", "PPL Customer Service", "Allentown, PA 18104-0100"), size=8)
    sheet.text(399, 623.2, "Amount Enclosed:")
    place = *bill.customer, bill.street, f"{bill.town}, PA {bill.postal_code}"
    sheet.lines(49, 670.9, place, size=8, leading=STEP)
    sheet.text(258, 674.1, "Please make check payable to: PPL ELECTRIC UTILITIES", size=8)
    sheet.lines(368, 685.4, ("PO BOX 100", "ST LOUIS, MO 63141-0100"), leading=11.2)
    digits = bill.account.replace("-", "")
    sheet.text(190, 756.2, f"1 19{bill.amount_due:010d}{bill.amount_due:010d} {digits}", size=10, font=MONO)
