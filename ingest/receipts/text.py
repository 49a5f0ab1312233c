"""Words for people who do operations: values, dates and reasons as one line of plain text each.

What a stranger wrote (file names, subjects) is shown without control, format and direction characters, bounded.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from ingest.reasons import BY_CODE

LONGEST_SHOWN = 120
MASKED_DIGITS = 4
_LONG_NUMBER = re.compile(r"(?<![\w-])(?!(?:19|20)\d\d-[01]\d-[0-3]\d\b)\d(?:[ -]?\d){8,30}(?![\w-])|\d{7,}")
"""In groups or not; a day (ISO 8601) is none."""
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_VOWEL = re.compile(r"[aeiouy]")


def shown(text: str, longest: int = LONGEST_SHOWN) -> str:
    """Foreign text on one line: no character that is not seen, that turns the direction, or that ends the line."""
    seen = "".join(" " if unicodedata.category(c) in _UNSEEN else c for c in text[: 4 * longest])
    plain = " ".join(seen.split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def without_numbers(text: str) -> str:
    """A sentence of which long numbers show no more than their last four digits: one may be an account number."""
    return _LONG_NUMBER.sub(_masked, text)


def _masked(number: re.Match[str]) -> str:
    return "…" + re.sub(r"\D", "", number[0])[-MASKED_DIGITS:]


def dollars(cents: int) -> str:
    """``-1234567`` -> ``-$12,345.67``."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${whole:,}.{rest:02}"


def day(moment: dt.date) -> str:
    """``3 March 2026``."""
    return f"{moment.day} {moment:%B %Y}"


def moment(at: dt.datetime) -> str:
    """``3 March 2026, 09:05 UTC``."""
    return f"{day(at)}, {at:%H:%M} UTC"


def company(code: str) -> str:
    """``pacific_gas_and_electric`` -> ``Pacific Gas and Electric``, ``ppl_electric`` -> ``PPL Electric``."""
    return " ".join(map(_company_word, filter(None, shown(code).split("_"))))


def _company_word(word: str) -> str:
    if word in {"and", "of", "the"}:
        return word
    return word.capitalize() if _VOWEL.search(word) else word.upper()


def advice(codes: Iterable[str]) -> list[str]:
    """Each reason's sentence and next step; of a code that is not ours, the code."""
    found = ((code, BY_CODE.get(code)) for code in codes)
    return [f"{reason.sentence} {reason.next_step}" if reason else shown(code) for code, reason in found]


def date_of(value: Any) -> dt.date | None:
    """A date of a record (ISO 8601), or None where it is none."""
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 bill``, ``2 bills``."""
    return f"{number} {one if number == 1 else many or one + 's'}"
