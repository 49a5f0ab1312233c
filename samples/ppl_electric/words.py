"""What the pages of PPL Electric Utilities have in common."""

import datetime as dt

from samples.drawing import BOLD, Sheet

SPACE = 0.278  # the width of a space, of the font size
STEP = 9.6


def short(day: dt.date) -> str:
    """``3/25/24``."""
    return f"{day.month}/{day.day}/{day:%y}"


def month(day: dt.date) -> str:
    """``Mar  6``: the day stands in two places."""
    return f"{day:%b} {day.day:>2}"


def mixed(sheet: Sheet, x: float, top: float, words: str, value: str, *, size: float, apart: bool = False) -> float:
    """Regular words with a bold value behind them, each run with a spare space at its end, as on the real bill.

    With ``apart`` the value begins a hair before the spare space, so that its first digit comes before that space
    when the characters are put in order: ``9 9240-00017``.
    """
    spare = sheet.text(x, top, words + "  ", size=size) - SPACE * size
    return sheet.text(spare - 0.1 if apart else spare + 0.2, top, value + " ", size=size, font=BOLD)
