"""Words that bills print: those of all labels that the parsers look for, and the common ones.

A word on which two engines disagree is likelier one of these than any other: ``RernaIins`` is ``Remaining``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from parsers.finding.values import MONTHS
from parsers.pdf.legible import COMMON

_STATES = """
AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI
SC SD TN TX UT VA VT WA WI WV WY
"""
STATES = frozenset(_STATES.split())
SHORTEST_MENDED = 5  # letters
LETTERS_PER_MISTAKE = 7
_WORD = re.compile(r"[A-Za-z]{2,}")
_EITHER_CASE = re.compile(r"\[([A-Z])[a-z]\]")
_GLUED = re.compile(r"([A-Za-z]?[a-z]+)([A-Z][a-z]+)([.,:;]?)")
_DAYS = re.compile(r"(\d{1,2})([-\u2013])([A-Z][a-z]{2,8}\.?)")
_LOOK_ALIKE = str.maketrans("i1|!05", "llllos")
_NO_WORDS = re.compile(r"\\.|\(\?P<\w+>|\(\?<?[=!:]|\{\w*(?::\w+)?\}|\[[^]]*\]")


def is_word(text: str) -> bool:
    """Whether bills print this word, in whatever case; two-letter codes of states only in capitals."""
    return text in STATES or text.casefold() in _known()


def mended(text: str) -> str | None:
    """The one word of bills, or two without their space, that this is with a letter or two misread; else None."""
    if len(text) < SHORTEST_MENDED:
        return None
    if parts := _parted(text):
        return parts
    seen = shape(text)
    limit = max(1, len(text) // LETTERS_PER_MISTAKE)
    near = [(_mistakes(known, seen, limit), known) for known in _shapes() if abs(len(known) - len(seen)) <= limit]
    least = min((mistakes for mistakes, _ in near), default=limit + 1)
    nearest = [known for mistakes, known in near if mistakes == least <= limit]
    return _in_case_of(text, _shapes()[nearest[0]]) if len(nearest) == 1 else None


def _in_case_of(text: str, word: str) -> str:
    capitals = sum(map(str.isupper, text))
    if capitals > len(text) / 2:
        return word.upper()
    return word.capitalize() if text[0].isupper() else word.casefold()


def spaced(text: str) -> str:
    """A word, or two without their space (``onAugust``), or a day and a month without those around the dash."""
    if (days := _DAYS.fullmatch(text)) and is_word(days[3].rstrip(".")):
        return f"{days[1]} {days[2]} {days[3]}"
    if (glued := _GLUED.fullmatch(text)) and is_word(glued[1]) and is_word(glued[2]):
        return f"{glued[1]} {glued[2]}{glued[3]}"
    return text


def _parted(text: str) -> str | None:
    """``accounton`` as ``account on``, where only one place parts it into two words."""
    letters = re.sub(r"[^A-Za-z]", " ", text).split()
    if len(letters) == 2 and all(map(is_word, letters)):
        return " ".join(letters)
    cuts = [at for at in range(2, len(text) - 1) if is_word(text[:at]) and is_word(text[at:])]
    return f"{text[: cuts[0]]} {text[cuts[0] :]}" if len(cuts) == 1 and text.isalpha() else None


def _mistakes(one: str, other: str, limit: int) -> int:
    """Edit distance, or more than ``limit``."""
    row = list(range(len(other) + 1))
    for at, char in enumerate(one, start=1):
        before, row = row, [at]
        for place, there in enumerate(other):
            row.append(min(before[place] + (char != there), before[place + 1] + 1, row[place] + 1))
        if min(row) > limit:
            return limit + 1
    return row[-1]


def shape(text: str) -> str:
    """The text with letters that look alike as one."""
    return text.casefold().replace("rn", "m").replace("vv", "w").translate(_LOOK_ALIKE)


@cache
def _shapes() -> dict[str, str]:
    return {shape(word): word for word in sorted(_printed()) if len(word) >= SHORTEST_MENDED}


@cache
def _printed() -> frozenset[str]:
    """The words of all labels as they are printed."""
    from parsers.registry import UTILITIES  # which knows all parsers

    return frozenset(word for utility in UTILITIES for text in _texts(vars(utility)) for word in _words(text))


@cache
def _known() -> frozenset[str]:
    names = {name[:length] for name in MONTHS for length in (3, len(name))}
    return frozenset(word.casefold() for word in _printed()) | COMMON | names


def _words(pattern: str) -> Iterable[str]:
    return _WORD.findall(_NO_WORDS.sub(" ", _EITHER_CASE.sub(r"\1", pattern)))


def _texts(thing: Any) -> Iterator[str]:
    """Every text in the declarations of a parser."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, re.Pattern):
        yield thing.pattern
    elif isinstance(thing, Mapping):
        yield from (text for name, part in thing.items() if not str(name).startswith("__") for text in _texts(part))
    elif isinstance(thing, tuple | list | frozenset):
        yield from (text for part in thing for text in _texts(part))
    elif is_dataclass(thing) and not isinstance(thing, type):
        yield from (text for field in fields(thing) for text in _texts(getattr(thing, field.name)))
    elif hasattr(thing, "regex"):
        yield from _texts(thing.regex)
