"""Finds a text that was read from a picture, with the mistakes of such readings: ``Arnount Due`` is ``Amount Due``.

Only for pages that were read by OCR. A mistake is a letter that is another one, missing or too many; letters that look
alike are the same, and a colon at the end may be lost. The first and the last letter must be right, so that ``charge``
is not found in ``charges``; texts with digits have no mistakes, and one that differs in its case is another label.
"""

import re
from functools import cache, lru_cache

FAINT = ":.,;"  # signs at the end of a label, which a picture may have lost
SHORTEST_WHOLE = 5  # letters, to be found without such a sign
SHORTEST = 8  # letters: in shorter texts a single mistake makes another word
LETTERS_PER_MISTAKE = 8
MOST_MISTAKES = 3
_UNIT = re.compile(r"(\(\?P[<=]\w+[>)]|\\.|\[[^]]*\])|[kK][wW][hH]?(?![a-zA-Z_])")
"""Names of groups, escaped letters and sets, which are no units (group 1); and units."""
_LOOK_ALIKE = str.maketrans({"I": "l", "1": "l", "|": "l", "!": "l", "0": "O", "5": "S", "\u2019": "'"})


def find_nearly(wanted: str, text: str, start: int = 0) -> tuple[int, int] | None:
    """Begin and end of the best place in ``text`` from ``start`` on; both without white space."""
    wanted = wanted.rstrip(FAINT)
    most = min(MOST_MISTAKES, len(wanted) // LETTERS_PER_MISTAKE)
    if len(wanted) < SHORTEST or any(map(str.isdigit, wanted)):
        exact = text.find(wanted, start) if len(wanted) >= SHORTEST_WHOLE else -1
        return (exact, exact + len(wanted)) if exact >= 0 else None
    plain, searched = _alike(wanted), _alike(text)
    if not any(piece in searched for piece in _pieces(plain, most)):
        return None
    best: tuple[int, int, int] | None = None
    for begin, end, mistakes in _places(plain, searched, start, most):
        other_case = mistakes and searched[begin:end].casefold() == plain.casefold()  # a label of its own
        if not other_case and (best is None or mistakes < best[2]):
            best = begin, end, mistakes
    return best[:2] if best else None


@cache
def with_units_in_any_case(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """A pattern that finds ``kW`` and ``kWh`` also where a small letter was taken for a large one."""
    return re.compile(
        _UNIT.sub(lambda match: match[0] if match[1] else f"(?i:{match[0]})", pattern.pattern), pattern.flags
    )


def _places(wanted: str, text: str, start: int, most: int) -> list[tuple[int, int, int]]:
    """Where the text ends with at most so many mistakes: begin, end, mistakes. Sellers' algorithm, column by column."""
    found = []
    column = [(row, start) for row in range(len(wanted) + 1)]
    for at in range(start, len(text)):
        before, column = column, [(0, at + 1)]
        for row, char in enumerate(wanted):
            same = 0 if char == text[at] else 1
            steps = [(before[row][0] + same, before[row][1]), (before[row + 1][0] + 1, before[row + 1][1])]
            column.append(min(*steps, (column[row][0] + 1, column[row][1])))
        mistakes, begin = column[-1]
        if mistakes <= most and text[at] == wanted[-1] and text[begin] == wanted[0]:
            found.append((begin, at + 1, mistakes))
    return found


@lru_cache(maxsize=4096)
def _pieces(wanted: str, most: int) -> tuple[str, ...]:
    """Parts of which at least one is free of mistakes."""
    length = -(-len(wanted) // (most + 1))
    return tuple(wanted[at : at + length] for at in range(0, len(wanted), length))


def _alike(text: str) -> str:
    return text.translate(_LOOK_ALIKE).replace("rn", "m\0")
