"""From what the API sends to what a field means: each reader gives a value, None, or raises Unreadable.

The API's types drift (an amount as a string, an account number as a number, a date as a date-time), so that each
field has one reader that knows all its spellings. ``null`` and an empty string mean "not there". What could only be
guessed is Unreadable, whose message names the kind of value but never the value: it may be personal.
"""

import datetime as dt
import re
from decimal import Decimal
from typing import Literal

LARGEST = 10**15
"""No amount (cents) or consumption (Wh) of a bill comes near; what is larger is garbage, and costly to compute with."""

DECIMALS, DIGITS = 9, 15
"""Of a quantity. What has more decimals was computed in floating point; more digits than these no float can hold."""

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[Tt ]\d{2}:\d{2}.{0,40})?", re.ASCII)
_WHOLE = re.compile(r"[-+]?\d{1,16}", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:\d{1,16}(?:\.\d{0,30})?|\.\d{1,30})", re.ASCII)
_SPAN = re.compile(r"(?<!\d)(\d{1,4})\s*-?\s*(second|minute|hour|day|week)s?\b", re.ASCII)


class Unreadable(ValueError):
    """A value that is there but does not say what its field means."""


def _kind(value: object) -> str:
    names: dict[type, str] = {bool: "true or false", int: "a number", dict: "an object", list: "a list", str: "a text"}
    return names.get(type(value), "a number with decimals")


def _absent(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _exact(value: object, expected: str) -> Decimal:
    """A JSON number as a Decimal of reasonable size, without the noise of floating point in its last digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Unreadable(f"{_kind(value)} where {expected} was expected")
    if isinstance(value, int):
        number = Decimal(value if -LARGEST <= value <= LARGEST else "inf")
    else:
        number = Decimal(repr(value)) if isinstance(value, float) else value
    if not number.is_finite() or abs(number) > LARGEST or not -60 <= int(number.as_tuple().exponent) <= 16:
        raise Unreadable(f"a number out of all proportion where {expected} was expected")
    exact = number if int(number.as_tuple().exponent) >= -DECIMALS else round(number, DECIMALS).normalize()
    if len(exact.normalize().as_tuple().digits) > DIGITS or (number and not exact):
        raise Unreadable(f"a number out of all proportion where {expected} was expected")
    return exact


def _whole(number: Decimal, expected: str) -> int:
    if number != number.to_integral_value():
        raise Unreadable(f"a number with decimals where {expected} was expected")
    return int(number)


def cents(value: object) -> int | None:
    """Money in integer cents. A text with a decimal point is Unreadable: it could as well mean dollars."""
    expected = "a whole number of cents"
    if _absent(value):
        return None
    if isinstance(value, str):
        if not _WHOLE.fullmatch(value.strip()):
            raise Unreadable(f"a text that is not {expected}")
        return _whole(_exact(int(value), expected), expected)
    return _whole(_exact(value, expected), expected)


def quantity(value: object) -> Decimal | None:
    """A consumption, as a number or as a text such as ``"50.000"``."""
    expected = "a quantity"
    if _absent(value):
        return None
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            raise Unreadable(f"a text that is not {expected}")
        return _exact(Decimal(value.strip()), expected)
    return _exact(value, expected)


def watt_hours(value: object) -> int | None:
    """Electricity in integer watt-hours."""
    number = quantity(value)
    return None if number is None else _whole(number, "a whole number of watt-hours")


def number_id(value: object) -> int | None:
    """The API's own numeric id of a record."""
    if _absent(value):
        return None
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise Unreadable(f"{_kind(value)} that is not a numeric id")
    return value


def identifier(value: object) -> str | None:
    """An identifier as displayed. A number with decimals is Unreadable: some of its digits may be lost."""
    if _absent(value):
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Unreadable(f"{_kind(value)} where an identifier was expected")
    if isinstance(value, int) and not -(LARGEST**3) < value < LARGEST**3:
        raise Unreadable("a number out of all proportion where an identifier was expected")
    return str(value).strip()


def text(value: object) -> str | None:
    """Words."""
    if _absent(value):
        return None
    if not isinstance(value, str):
        raise Unreadable(f"{_kind(value)} where a text was expected")
    return value.strip()


def postal_code(value: object) -> str | None:
    """A US postal code; one sent as a number has lost the zeros in front of it, which are put back."""
    code = identifier(value)
    return code.zfill(5) if isinstance(value, int) and code is not None else code


def postal_code_suffix(value: object) -> str | None:
    """The four digits after a US postal code, with the zeros that a number has lost."""
    code = identifier(value)
    return code.zfill(4) if isinstance(value, int) and code is not None else code


def day(value: object) -> dt.date | None:
    """A date, or the date of a date-time as it is written (a bill's day has no time zone)."""
    if _absent(value):
        return None
    match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise Unreadable(f"{_kind(value)} that is not a date")
    year, month, of_month = map(int, match.groups())
    try:
        return dt.date(year, month, of_month)
    except ValueError as error:
        raise Unreadable("a date that no calendar has") from error


def flag(value: object) -> bool | None:
    """True or false."""
    if _absent(value):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    raise Unreadable(f"{_kind(value)} where true or false was expected")


def gas_unit(value: object) -> Literal["therms", "ccf"] | None:
    """The unit of all gas quantities of a bill."""
    word = text(value)
    match word.lower() if word else None:
        case None:
            return None
        case "therms" | "therm":
            return "therms"
        case "ccf":
            return "ccf"
        case _:
            raise Unreadable("a text that is neither therms nor ccf")


def meter_type(value: object) -> Literal["electric", "gas"] | None:
    """The service that a meter measures."""
    word = text(value)
    match word.lower() if word else None:
        case None:
            return None
        case "electric" | "electricity":
            return "electric"
        case "gas":
            return "gas"
        case _:
            raise Unreadable("a text that is neither electric nor gas")


def lower(value: object) -> str | None:
    """A code such as a status, whose case is not to be relied on."""
    word = text(value)
    return word.lower() if word else None


def velocity(words: str | None) -> dt.timedelta | None:
    """How soon the API promises an answer: ``instant`` (within a minute), ``24 hours``; None where it does not say."""
    if words is None:
        return None
    if "instant" in words.lower():
        return dt.timedelta(seconds=60)
    match = _SPAN.search(words.lower())
    return dt.timedelta(**{f"{match[2]}s": int(match[1])}) if match else None
