"""What the detail pages of Central Maine Power have in common."""

import datetime as dt

from samples.drawing import Sheet
from samples.money import dollars, number

RIGHT = 585.0  # where amounts end
STEP = 10.8
INDENT = " " * 8  # spaces, in the text itself


def us(day: dt.date) -> str:
    return f"{day:%m/%d/%Y}"


def signed(amount: int) -> str:
    return f"{'+' if amount >= 0 else '-'}${number(abs(amount))}"


def payments(sheet: Sheet, top: float, paid: int) -> None:
    label = f"{INDENT}Payments received{'  - Thank you' if paid else ''}"
    sheet.row(top, (19.8, label), (-RIGHT, dollars(-paid)))
