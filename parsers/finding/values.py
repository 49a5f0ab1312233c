"""Text as printed to exact values: a value or ``UnreadableError``, nothing else.

Money becomes integer cents, electric energy integer watt-hours, other quantities ``Decimal``; nothing is ever a float,
and what cannot be read is never 0. Credits may be printed with a minus of any kind (before or after the number, before
or after the dollar sign), in parentheses, or with ``CR``, ``(CR)`` or ``Credit`` behind it.
"""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from parsers.errors import UnreadableError

LONGEST = 80  # characters; no printed value is longer, and it bounds the time of every pattern below
MOST_DIGITS = 15
YEARS = range(1990, 2100)

MINUS = r"[-\u2010\u2011\u2012\u2013\u2212]"
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)

_MONEY = re.compile(
    rf"(?P<open>\()? ?(?P<plus>\+)? ?(?P<before>{MINUS})? ?\$? ?(?P<inside>{MINUS})? ?"
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d*)\.(?P<cents>\d\d) ?(?P<close>\))? ?"
    rf"(?P<after>{MINUS}|CR|Cr|cr|CREDIT|[Cc]redit|\(CR\))?",
    re.ASCII,
)
_QUANTITY = re.compile(
    rf"(?P<before>{MINUS})? ?(?P<number>(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?|\.\d+) ?(?P<after>{MINUS}|CR)?"
    r"(?: ?(?P<unit>[A-Za-z]+\.?))?",
    re.ASCII,
)
_KILOWATT_HOURS = frozenset({"", "kwh", "kh"})
_NUMERIC_DATE = re.compile(r"(\d{1,2})([/.-])(\d{1,2})(?:\2(\d{4}|\d{2}))?", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_NAMED_DATE = re.compile(r"([A-Za-z]{3,9})\.? ?(\d{1,2})(?:(?:, ?| )'?(\d{4}|\d{2}))?", re.ASCII)
_IDENTIFIER = re.compile(r"[0-9A-Za-z*](?:[0-9A-Za-z*./ -]{0,38}[0-9A-Za-z*])?")


class MonthDay(NamedTuple):
    """A day whose year is not printed."""

    month: int
    day: int


Date = dt.date | MonthDay


def tidy(text: str) -> str:
    """The text with single spaces and none at its ends."""
    return " ".join(text.split())


def cents(text: str) -> int:
    """``$1,234.50``, ``-$ 0.50``, ``- 10.00``, ``(5.00)``, ``5.00 CR``, ``.00`` as cents."""
    match = _MONEY.fullmatch(_short(text))
    if not match or bool(match["open"]) != bool(match["close"]):
        raise UnreadableError("an amount", text)
    signs = [match["before"], match["inside"], match["after"]]
    minuses = sum(1 for sign in signs if sign)
    if minuses == 2 and (match["after"] or "").strip("(").upper().startswith("CR"):
        minuses = 1  # ``-$5.00 CR`` says the same twice
    if minuses > 1 or (match["plus"] and (minuses or match["open"])):
        raise UnreadableError("an amount", text)
    amount = int(match["whole"].replace(",", "") or 0) * 100 + int(match["cents"])
    return -amount if minuses or match["open"] else amount


def nothing(text: str) -> int:
    """``None`` in the place of an amount, as 0 cents."""
    if _short(text).lower() != "none":
        raise UnreadableError("the word None", text)
    return 0


def quantity(text: str) -> Decimal:
    """``1,050``, ``12.5 kW``, ``-12.5`` as a number; the unit is not looked at."""
    return _quantity(text, "a number")[0]


def watt_hours(text: str) -> int:
    """``1,200 kWh`` or a bare ``1,200`` (kilowatt-hours) as watt-hours.

    Parts of a watt-hour, which only a number with its unit may have (others are prices), are rounded, a half up.
    """
    number, unit = _quantity(text, "kilowatt-hours")
    if unit.lower() not in _KILOWATT_HOURS or (number * 1000 % 1 and not unit):
        raise UnreadableError("kilowatt-hours", text)
    return int((number * 1000).quantize(Decimal(1), ROUND_HALF_UP))


def whole_number(text: str) -> int:
    number, unit = _quantity(text, "a whole number")
    if unit or number % 1:
        raise UnreadableError("a whole number", text)
    return int(number)


def date(text: str) -> Date:
    """``07/03/25``, ``Jun 10, 2025``, ``2025-06-10``, and without year ``Feb 5`` or ``2/5``. Month before day."""
    plain = _short(text)
    if match := _ISO_DATE.fullmatch(plain):
        return _day(text, match[1], int(match[2]), match[3])
    if match := _NUMERIC_DATE.fullmatch(plain):
        return _day(text, match[4], int(match[1]), match[3])
    if (match := _NAMED_DATE.fullmatch(plain)) and (month := _month(match[1])):
        return _day(text, match[3], month, match[2])
    raise UnreadableError("a date", text)


def identifier(text: str) -> str:
    """An account, meter or service number as displayed, with single inner spaces."""
    plain = _short(text)
    if not _IDENTIFIER.fullmatch(plain) or not any(char.isdigit() for char in plain):
        raise UnreadableError("a number of an account or a meter", text)
    return plain


def words(text: str) -> str:
    """Printed words as they stand."""
    plain = tidy(text)
    if len(plain) > 2 * LONGEST or not any(char.isalnum() for char in plain):
        raise UnreadableError("words", text)
    return plain


def _short(text: str) -> str:
    plain = tidy(text) if len(text) <= 2 * LONGEST else text
    if len(plain) > LONGEST or not plain.isprintable():
        raise UnreadableError("a value", plain[:LONGEST])
    return plain


def _quantity(text: str, what: str) -> tuple[Decimal, str]:
    match = _QUANTITY.fullmatch(_short(text))
    if not match or (match["before"] and match["after"]) or sum(map(str.isdigit, match["number"])) > MOST_DIGITS:
        raise UnreadableError(what, text)
    number = Decimal(match["number"].replace(",", ""))
    return (-number if match["before"] or match["after"] else number), match["unit"] or ""


def _month(name: str) -> int | None:
    return next((n for n, month in enumerate(MONTHS, start=1) if month.startswith(name.lower())), None)


def _day(text: str, year: str | None, month: int, day: str) -> Date:
    try:
        if year is None:
            return MonthDay(month, dt.date(2000, month, int(day)).day)  # a leap year: 29 February is a day
        full = int(year) + 2000 if len(year) == 2 else int(year)
        if full not in YEARS:
            raise UnreadableError("a date", text)
        return dt.date(full, month, int(day))
    except ValueError as error:
        raise UnreadableError("a date", text) from error
