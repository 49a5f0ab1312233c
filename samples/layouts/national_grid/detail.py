"""Draws the page of detailed charges of a National Grid bill."""

import datetime as dt

from samples.drawing import BOLD, ITALIC, Sheet
from samples.layouts.national_grid.model import SURCHARGE, Electric, Gas, Lines, NgBill, surcharge
from samples.money import number

STEP = 13.9
RIGHT = 565.5  # where amounts and usage end


def day(date: dt.date) -> str:
    return f"{date:%b} {date.day}"


def total(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}$ {number(abs(amount))}"


def detail(sheet: Sheet, bill: NgBill) -> float:
    """Delivery and supply; returns where the adjustments would begin."""
    both = bool(bill.electric and bill.gas)
    sheet.text(189, 99, "DETAIL OF CURRENT CHARGES", font=BOLD)
    sheet.text(189, 118, "Delivery Services", size=10 if both else 9, font=BOLD)
    top = 139.4
    if bill.electric:
        if both:
            sheet.text(189, 135, "Electricity Delivery", font=BOLD)
            top = 156.5
        top = electric(sheet, bill.electric, top)
        label = "Total Electricity Delivery" if both else "Total Delivery Services"
        top = charges(sheet, bill.electric.delivery, top, label, bill.electric.delivered)
    if bill.gas:
        if both:
            sheet.text(189, top + 8.8, "Gas Delivery", font=BOLD)
            top += 30.2
        top = gas(sheet, bill.gas, top)
        label = "Total Gas Delivery" if both else "Total Delivery Services"
        top = charges(sheet, bill.gas.delivery, top, label, bill.gas.delivered)
    if both:
        sheet.text(471, top + 1.5, "Total Delivery Services", font=BOLD, align="right")
        sheet.right(RIGHT, top, total(bill.delivered), font=BOLD)
        top += 16
    for part in (bill.electric, bill.gas):
        if part and part.supply:
            top = supply(sheet, part, top + 11.2, both=both)
    return top


def label(sheet: Sheet, x: float, top: float, name: str, value: str) -> float:
    """A small bold label with its value on the same baseline."""
    right = sheet.text(x, top, name, size=6, font=BOLD)
    return sheet.text(right + 4, top - 2.3, value)


def electric(sheet: Sheet, part: Electric, top: float) -> float:
    """The rows of the meter; returns the top of the first line of charges."""
    heads = (189, "Type of Service"), (252, "Current Reading"), (306, "-"), (326, "Previous Reading"), (383, "=")
    sheet.row(top, *heads, (399, "Difference"), (436, "x"), (494, "="), (-566, "Total Usage"), size=6)
    sheet.text(461, top - 6.2, "Meter", size=6, align="centre")
    sheet.text(461, top + 1, "Multiplier", size=6, align="centre")
    top += 9.5
    difference = part.reading - part.previous
    readings = str(part.reading), str(part.previous), str(difference)
    if part.peak:
        top = registers(sheet, part, top)
    else:
        top = reading(sheet, top, "Energy", readings, part.multiplier, f"{part.kwh}  kWh")
    if part.demand:
        readings = *part.demand, str(part.demand_difference)
        top = reading(sheet, top + 0.2, "Demand", readings, part.multiplier, f"{part.demand_kw} kW")
    top += 2
    label(sheet, 189, top, "METER NUMBER", part.meter)
    label(sheet, 314, top, "NEXT SCHEDULED READ DATE ON OR ABOUT", day(part.next_read))
    label(sheet, 189, top + 13, "SERVICE PERIOD", f"{day(part.start)} - {day(part.end)}")
    label(sheet, 314, top + 13, "NUMBER OF DAYS IN PERIOD", f" {(part.end - part.start).days}")
    if part.demand:
        label(sheet, 434, top + 13, "METERING TYPE", "Secondary")
    sheet.text(189, top + 26, "RATE", size=6, font=BOLD)
    right = sheet.text(222, top + 23.7, part.rate)
    label(sheet, right + 7, top + 26, "VOLTAGE DELIVERY LEVEL", " 0 - 2.2 kv")
    return carried(sheet, part, top + 47.2) if part.credit else top + 45


def reading(sheet: Sheet, top: float, kind: str, readings: tuple[str, ...], multiplier: int, used: str) -> float:
    """One register with its two totals; returns the top of what follows."""
    sheet.text(189, top, kind)
    for x, value in zip((250, 325), readings, strict=False):
        right = sheet.text(x, top, value)
        sheet.text(right + 3, top + 2.3, "Actual", size=6, font=ITALIC)
    sheet.row(top, (396, readings[-1]), (449, str(multiplier)), (-RIGHT, used))
    for n, name in enumerate(("Total", "Billed")):
        sheet.text(499, top + 14 + n * 13, f"{name} {kind} Usage", font=BOLD, align="right")
        sheet.right(RIGHT, top + 14 + n * 13, used, font=BOLD)
    return top + 40


def registers(sheet: Sheet, part: Electric, top: float) -> float:
    """The form of Massachusetts: two registers repeat what the energy says, and a line tells the total."""
    difference = part.reading - part.previous
    for kind, used in (("Energy", part.kwh), ("Peak", part.peak), ("Off Peak", part.kwh - part.peak)):
        sheet.row(top, (189, kind), (396, str(difference)), (449, str(part.multiplier)), (-RIGHT, f"{used} kWh"))
        for x, value in ((250, part.reading), (325, part.previous)):
            right = sheet.text(x, top, str(value))
            sheet.text(right + 3, top + 2.3, "Actual", size=6, font=ITALIC)
        top += 13
    sheet.row(top, (440, "Total Energy"), (-RIGHT, f"{part.kwh} kWh"), font=BOLD)
    return top + 14


def carried(sheet: Sheet, part: Electric, top: float) -> float:
    credit = part.credit
    assert credit is not None
    rows = (
        ("Prior Month Carry Over", credit.before),
        ("Current Month Transfer", credit.current),
        ("Applied to This Bill", -part.applied),
        ("Next Month Carry Over", credit.before + credit.current - part.applied),
    )
    for n, (name, amount) in enumerate(rows):
        sheet.row(top + n * 15.4, (223, f"CDG Credit - {name}"), (-525, f"${number(amount)}"))
    return top + 59.3


def gas(sheet: Sheet, part: Gas, top: float) -> float:
    """The row of the meter and what stands below it; returns the top of the first line of charges."""
    period = f"{day(part.start)} - {day(part.end)}"
    days = str((part.end - part.start).days)
    for x, first, second in ((439, "Measured", "CCF"), (488, "Therm", "Factor"), (547, "Therms", "Used")):
        sheet.text(x, top - 6.2, first, size=6)
        sheet.text(x, top + 1, second, size=6)
    if part.multiplier:
        with_multiplier(sheet, part, top)
    else:
        with_period(sheet, part, top, period, days)
    sheet.row(top + 11, (438, str(part.ccf)), (485, part.factor), (-566, str(part.therms)))
    top += 26.2
    label(sheet, 189, top, "METER NUMBER", part.meter)
    label(sheet, 313, top, "NEXT SCHEDULED READ DATE ON OR ABOUT", day(part.next_read))
    if part.multiplier:
        top += 13
        label(sheet, 189, top, "SERVICE PERIOD", period)
        label(sheet, 313, top, "NUMBER OF DAYS IN PERIOD", f" {days}")
    sheet.text(189, top + 13, "RATE", size=6, font=BOLD)
    sheet.text(222, top + 10.7, part.rate)
    return top + 32


def with_multiplier(sheet: Sheet, part: Gas, top: float) -> None:
    """The form of the row that begins with the readings."""
    heads = (189, "Current Reading"), (241, "-"), (259, "Previous Reading"), (319, "="), (333, "Difference")
    sheet.row(top, *heads, (367, "x"), (383, "Multiplier"), (416, "="), (473, "x"), (518, "="), size=6)
    actual(sheet, 192, top + 11, part.reading)
    actual(sheet, 259, top + 11, part.previous)
    sheet.row(top + 11, (331, str(part.reading - part.previous)), (381, part.multiplier))


def with_period(sheet: Sheet, part: Gas, top: float, period: str, days: str) -> None:
    """The form of the row that begins with the service period."""
    heads = (189, "Service Period"), (275, "days"), (300, "Current Reading"), (362, "Previous Reading")
    sheet.row(top, *heads, (404, "="), (461, "x"), (516, "="), size=6)
    sheet.row(top + 11, (189, period), (274, days))
    actual(sheet, 304, top + 11, part.reading)
    actual(sheet, 365, top + 11, part.previous)


def actual(sheet: Sheet, x: float, top: float, value: int) -> None:
    right = sheet.text(x, top, str(value))
    sheet.text(right + 3, top + 2.3, "Actual", size=6, font=ITALIC)


def charges(sheet: Sheet, lines: Lines, top: float, name: str, amount: int) -> float:
    """A list of charges with its surcharge and total; returns where the next part begins."""
    for line in lines:
        cells = [(224.0, line.label), (-564.5, number(line.amount))]
        if line.price:
            cells += [(-399.5, line.price), (407.0, "x"), (418.5, f"{line.quantity} {line.unit}")]
        sheet.row(top, *cells)
        top += STEP
    sheet.row(top, (224, "Tariff Surcharge"), (363, f"{SURCHARGE} %"), (-564.5, number(surcharge(lines))))
    foot(sheet, top + 14.2, name, amount)
    return top + 28.4


def foot(sheet: Sheet, top: float, name: str, amount: int, *, x: float = RIGHT) -> None:
    sheet.text(x - 95.5, top, name, size=8, font=BOLD, align="right")
    sheet.right(x, top, total(amount), size=8, font=BOLD)


def supply(sheet: Sheet, part: Electric | Gas, top: float, *, both: bool) -> float:
    sheet.text(189, top, "Supply Services", size=10 if both else 9, font=BOLD)
    if both:
        top += 20.7
        sheet.text(189, top, "Electricity Supply", font=BOLD)
    sheet.text(189, top + 16.4, "SUPPLIER", size=6, font=BOLD)
    sheet.text(223, top + 15, "National Grid", size=5)
    return charges(sheet, part.supply, top + 42.7, "Total Supply Services", part.supplied)


def adjustments(sheet: Sheet, bill: NgBill, x: float, top: float) -> None:
    """The last list, ``x`` being its left edge; nothing where there is nothing to adjust."""
    if not (bill.adjustments or bill.late):
        return
    right = x + 375.5
    sheet.text(x, top, "Other Charges/Adjustments", font=BOLD)
    top += 22.4
    for line in bill.adjustments:
        sheet.row(top, (x + 35, line.label), (-right, number(line.amount)))
        top += STEP
    if bill.late:
        sheet.row(top, (x + 35, "Late Payment Charges"), (-right, number(bill.late)))
        part = number(bill.late_total - bill.late)
        sheet.row(top + 16, (x + 70, "Tariff Surcharge"), (x + 244, f"{SURCHARGE} %"), (-right, part))
        sheet.row(top + 31, (-right + 74, "Total Late Payment Charges"), (-right, number(bill.late_total)))
        top += 47
    foot(sheet, top + 0.3, "Total Other Charges/Adjustments", bill.adjusted, x=right + 1)
