"""Characters that are known by their drawings: what two drawings cannot tell is told by where they stand.

Fake bold prints a text twice at one place. Bold fonts draw a capital I and a small l as the same bar, which the table
calls l: it is a capital between or before capitals, and at the beginning of a word before a consonant that no word with
l has.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from parsers.pdf.words import X_TOLERANCE

Char = dict[str, Any]
_CAPITAL = re.compile(r"(?<=[A-Z])l(?=[A-Z])|(?<![^\W\d_])l(?=[A-Z]|[cdfgmnpqrstv][a-z]*\b)|(?<=[A-Z]{2})l\b", re.ASCII)


def with_capitals(text: str) -> str:
    """The text with its bars as the letters they stand for."""
    return _CAPITAL.sub("I", text)


def settled_chars(chars: Iterable[Char]) -> list[Char]:
    """Characters in the order of the content stream, each once and with its bars as letters."""
    kept = list(_once(chars))
    letters, owners = _with_gaps(kept)
    for match in _CAPITAL.finditer(letters):
        kept[owners[match.start()]]["text"] = "I"
    return kept


def _once(chars: Iterable[Char]) -> Iterator[Char]:
    seen = set()
    for char in chars:
        place = (char["text"], round(char["x0"], 1), round(char["baseline"], 1))
        if place not in seen:
            seen.add(place)
            yield char


def _with_gaps(chars: Sequence[Char]) -> tuple[str, list[int]]:
    """The characters as text, with a blank where two cannot be of one word; and for each letter whose it is."""
    letters: list[str] = []
    owners: list[int] = []
    for at, char in enumerate(chars):
        if at and not _joined(chars[at - 1], char):
            letters.append(" ")
            owners.append(at)
        letters.append(char["text"] if len(char["text"]) == 1 else " ")
        owners.append(at)
    return "".join(letters), owners


def _joined(one: Char, other: Char) -> bool:
    gap: float = other["x0"] - one["x1"]
    drop: float = abs(one["baseline"] - other["baseline"])
    return drop < 1 and -1 < gap < X_TOLERANCE
