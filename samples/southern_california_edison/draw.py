"""Draws a bill of Southern California Edison in the layout of 2025."""

from samples.drawing import BOLD, ITALIC, MONO, Sheet
from samples.money import dollars
from samples.southern_california_edison.detail import STEP, details, us
from samples.southern_california_edison.model import PERIODS, SceBill

OPTIONS = ("On-line", "Pay at www.sce.com/bill"), ("Mail-in", "Check or Money order"), ("Phone", "1-800-555-0120")
PAST_DUE = (
    "When is my bill past due? It is past due 20 days after the preparation date,",
    "which was {}. A late payment charge may apply to what is unpaid then.",
)
DEFINITIONS = (
    "• Baseline Credit: lowers the price of a first part of the usage of a home.",
    "• Wildfire Fund Charge: a state program. The words of this page are invented.",
    "• SCE Generation: the cost of the energy, where it is bought from SCE.",
)


def draw(bill: SceBill) -> bytes:
    sheet = Sheet(f"Sample bill {bill.account}")
    pages = 4 if bill.hours else 3
    first_page(sheet, bill, pages)
    page_number(sheet, bill, 21.3, 2, pages)
    options(sheet, bill)
    sheet.next_page()
    if bill.hours:
        page_number(sheet, bill, 71.7, 3, pages)
        top = cost_by_period(sheet, bill)
        usage(sheet, bill, top)
        sheet.next_page()
    page_number(sheet, bill, 21.3, pages, pages)
    details(sheet, bill)
    return sheet.finish()


def page_number(sheet: Sheet, bill: SceBill, top: float, page: int, pages: int) -> None:
    sheet.right(584, top, f"{bill.customer} / Page {page} of {pages}")


def first_page(sheet: Sheet, bill: SceBill, pages: int) -> None:
    sheet.text(582, 38.6, "Your electricity bill", size=20, align="right")
    sheet.lines(199.6, 44.1, ("For billing and service inquiries", "1-800-555-0120", "www.sce.com"), leading=STEP)
    page_number(sheet, bill, 71.7, 1, pages)
    sheet.row(111, (36, "Customer  account"), (180, "Rotating  outage"))
    sheet.row(122.1, (36, bill.account), (180, f"Group {bill.group}"))
    sheet.lines(180, 145.6, ("POD-ID", bill.pod), leading=11)
    place = "Service  account", bill.service_account, bill.street, f"{bill.town}, CA {bill.postal_code}"
    sheet.lines(36, 148.2, place, leading=10.7)
    sheet.lines(180, 177.7, ("Date  bill  prepared", us(bill.prepared)), leading=11)
    sheet.row(111.7, (415, "Amount"), (480, "due"), (-584, dollars(bill.amount_due)), size=16)
    sheet.right(584, 130.3, "PAST DUE" if bill.past_due else f"Due by {us(bill.due)}", size=14)
    sheet.rule(36, 584, 204)
    sheet.text(36, 209.6, "Your account summary", size=16)
    top = summary(sheet, bill)
    if bill.past_due:
        notice = (
            f"Your bill includes a past due balance. Please pay the past due amount of {dollars(bill.forward)} now."
        )
        sheet.text(36, top + 20, notice)
    if bill.aggregator:
        billing_detail(sheet, bill, top + 26)
    elif bill.hours:
        sheet.text(40.3, 319.9, "Your cost varies by time of day", size=14)
        sheet.lines(68, 342.4, bill.hours, leading=11)
    else:
        usage(sheet, bill, 330)
    stub(sheet, bill)
    sheet.next_page()


def summary(sheet: Sheet, bill: SceBill) -> float:
    """The account summary; returns the top of its last line."""
    rows = [("Previous Balance", dollars(bill.previous))]
    rows += [(f"Payment Received {us(day)}", dollars(-amount)) for day, amount in bill.payments]
    forward = "Past due amount" if bill.past_due else "Balance forward" if bill.forward >= 0 else "Credit balance"
    rows += [(forward, dollars(bill.forward)), ("Your new charges", dollars(bill.new_charges))]
    for n, (label, amount) in enumerate(rows):
        sheet.row(235.8 + n * STEP, (36, label), (-352.5, amount))
    top = 239.5 + len(rows) * STEP
    label = "Total  amount  you  owe" + ("" if bill.past_due else f"  by  {us(bill.due)}")
    sheet.row(top, (36, label), (-352.5, dollars(bill.amount_due)), size=10)
    return top


def billing_detail(sheet: Sheet, bill: SceBill, top: float) -> None:
    """The two rows of a customer of an aggregator: first the utility's charges, then the aggregator's."""
    heads = (36, "Service account"), (110, "Service address"), (262, "Billing period"), (378, "Your rate")
    sheet.text(36, top, "Summary of your billing detail", size=14)
    sheet.row(top + 22, *heads, (-584, "New charges"), font=BOLD)
    period = f"{us(bill.start)} to {us(bill.end)}"
    assert bill.aggregator is not None
    rows = (bill.rate, bill.own_charges), (bill.aggregator.rate, bill.aggregator.total)
    for n, (rate, amount) in enumerate(rows):
        y = top + 35 + n * 24
        sheet.row(
            y, (36, bill.service_account), (110, bill.street), (262, period), (378, rate), (-584, dollars(amount))
        )
        sheet.text(110, y + STEP, f"{bill.town}, CA {bill.postal_code}")
    sheet.right(584, top + 86, dollars(bill.new_charges))


def stub(sheet: Sheet, bill: SceBill) -> None:
    sheet.text(305, 554.1, "Please return the payment stub below with your payment.", size=7, align="centre")
    sheet.row(565.6, (18, "(14-574)"), (76, "Tear here"), (507, "Tear here"), size=8)
    sheet.rule(0, 612, 577, dashed=True)
    sheet.text(137, 584.5, f"Customer account {bill.account}")
    sheet.lines(
        137,
        594.4,
        ("Please write this number on your check. Make", "it payable to Southern California Edison."),
        size=7,
    )
    owed = [(f"Amount due by {us(bill.due)}", bill.amount_due)]
    if bill.past_due:
        owed = [(f"Past due charges - pay by {us(bill.due)}", bill.forward)]
        owed += [(f"New charges - pay by {us(bill.due)}", bill.new_charges), ("Total amount you owe", bill.amount_due)]
    for n, (label, amount) in enumerate(owed):
        sheet.row(586.2 + n * 14, (363, label), (-592, dollars(amount)))
    sheet.row(588.3 + len(owed) * 14, (363, "Amount enclosed"), (476, "$"))
    sheet.text(65, 657.1, f"STMT {bill.prepared:%m%d%Y} P1", size=8)
    sheet.lines(64, 682, (bill.customer, *bill.mailing), leading=STEP)
    sheet.lines(394, 697.1, ("P.O. BOX 300", "ROSEMEAD, CA  91772-0001"), leading=STEP)
    owed_digits = f"{max(bill.forward, 0):012d}{bill.new_charges:09d}"
    sheet.text(180, 745.9, f"{bill.account} 0000100 {owed_digits}", size=10, font=MONO)


def options(sheet: Sheet, bill: SceBill) -> None:
    """The page of general words; it speaks of bills that are past due though this one need not be."""
    sheet.text(36, 151.5, "Important information", size=16)
    sheet.row(178.5, (36, "What are my options for paying my bill?"), (322, "Disputed bills"))
    for n, (way, how) in enumerate(OPTIONS):
        sheet.row(190 + n * 9.8, (-70, way), (90, how), size=7.5)
    sheet.text(322, 189, "If you believe there is an error on your bill, please call 1-800-555-0120.", size=7.5)
    sheet.text(36, 307.8, "Past due bills")
    sheet.lines(36, 318.1, (line.format(us(bill.prepared)) for line in PAST_DUE), size=7.5)
    sheet.text(322, 418.5, "Definitions")
    sheet.lines(322, 430, DEFINITIONS, size=7.5)
    sheet.text(18, 604.9, f"Change of mailing address: {bill.account}")
    sheet.text(324, 605.9, f"Direct Payment Enrollment: {bill.account}")


def cost_by_period(sheet: Sheet, bill: SceBill) -> float:
    """Usage times average cost of each price period; returns the top of what follows."""
    sheet.row(115, (82, "Usage"), (321, "Avg. cost"), (429, "Total cost"), size=13)
    top, used, spent = 142.8, 0, 0
    for period in PERIODS:
        kwh, cost = bill.energy(period)
        if not kwh:
            continue
        sheet.row(top + 1.3, (-113, period), (272, "kWh"), (304, "x"), (384, "="))
        average = f"${cost / kwh / 100:.5f}"
        sheet.row(top, (-268, str(kwh)), (318, average), (-491, dollars(cost)), size=11)
        top, used, spent = top + 17.1, used + kwh, spent + cost
    rest = bill.new_charges - spent - bill.demand_charges()
    sums = ("Energy Charges", spent), ("Demand Charges", bill.demand_charges()), ("Other credits/charges", rest)
    sheet.row(top + 5.2, (272, "kWh"))
    sheet.row(top + 3.7, (-268, str(used)), size=11)
    for n, (label, amount) in enumerate((*sums, ("Total", bill.new_charges))):
        if amount:
            sheet.text(495, top + 5.2 + n * 17.2, label)
            sheet.right(491, top + 3.7 + n * 17.2, dollars(amount), size=11)
    words = "Costs are rounded. To view all charges and credits, refer to Details of your new charges."
    sheet.text(47, top + 72, words)
    return demand(sheet, bill, top + 103) if bill.demand else top + 103


def demand(sheet: Sheet, bill: SceBill, top: float) -> float:
    seasons = " and ".join(sorted(part.season for part in bill.demands))
    sheet.text(51, top, f"{seasons}  season  demand  (kW)")
    sheet.text(51.5, top + 14.2, f"Your maximum demand reached this billing period is {bill.demand} kW")
    sheet.text(51.5, top + 25.2, "Your maximum threshold demand is 199 kW", font=ITALIC)
    y = top + 14.2
    for part in bill.demands:
        sheet.text(337, y, f"Maximum {part.season} demand reached by price period :", font=ITALIC)
        for period, kw, when in part.reached:
            y += 10.8
            sheet.row(y, (340, period), (416, f"{kw} kW {when}"), font=ITALIC)
        y += 10.8
    sheet.box(47, top + 12, 597, y + 4)
    return y + 40


def usage(sheet: Sheet, bill: SceBill, top: float) -> None:
    sheet.text(47, top, "Your past and current electricity usage", size=16)
    sheet.text(47, top + 22.4, f"For meter {bill.meter} from {us(bill.start)} to {us(bill.end)}")
    sheet.text(
        584,
        top + 22.4,
        f"Your next billing cycle will end on or about {us(bill.next_end)}.",
        align="right",
        font=ITALIC,
    )
    label = "Total estimated electricity usage this month in kWh"
    if not bill.estimated:
        label = "Total  electricity   you used this month in kWh"
    sheet.row(top + 33.2, (47, label), (-363.6, f"{bill.used:,}"))
    if bill.reactive:
        sheet.text(377, top + 51.9, f"Reactive usage is {bill.reactive:,} kVarh", font=ITALIC)
    sheet.text(47, top + 66, "Your daily average electricity  usage (kWh)", size=10)
    sheet.bars(133, top + 158, (62, 71, 57, 60), step=39, width=23)
    sheet.text(47, top + 190, "Usage comparison")
    rows = (
        ("Total kWh used", bill.used, 37),
        ("Number of days", bill.days, 0),
        ("Appx. average kWh", bill.used // bill.days, 1),
    )
    for n, (label, value, step) in enumerate(rows):
        sheet.text(47, top + 226 + n * 13, label, size=7)
        for month in range(4):
            sheet.text(461 + month * 34, top + 226 + n * 13, f"{value - (3 - month) * step:,}", size=6)
