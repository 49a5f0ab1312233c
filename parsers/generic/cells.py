"""A page as cells: values that show by their form what they are, and the words between them.

Words are compared without spaces, case and punctuation, so that letter-spaced and glued text reads alike.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Literal

from parsers.finding.kinds import MONEY_PATTERN
from parsers.finding.lines import Line, Span, Word
from parsers.finding.region import Sheet
from parsers.finding.values import MINUS
from parsers.model import Box

Form = Literal["words", "range", "date", "month_day", "money", "quantity", "rate", "number", "code"]

LONGEST_LINE = 1000  # characters
GAP = 0.9  # of the height of the letters: a wider gap parts two cells
SAME_HEIGHT = 0.6  # of the height: cells whose baselines differ by less stand side by side

_MONTH = r"(?i:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?i:[a-z]{0,6})\.?"
_NAMED = (
    rf"{_MONTH}\s?\d{{1,2}}(?!\d|:)(?:(?:,\s?|\s)'?(?:20\d\d|[12]\d(?=\s+(?:to|-|\u2013|through)\b|\s*$|\s+to\s)))?"
)
_NUMERIC = r"\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})|\d{1,2}-\d{1,2}-(?:\d{4}|\d{2})|\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})"
_ISO = r"\d{4}-\d\d-\d\d"
_SHORT = r"\d{1,2}/\d{1,2}"
_DAY = rf"(?:{_ISO}|{_NUMERIC}|{_NAMED}|{_SHORT})"
_BETWEEN = r"\s*(?:-|\u2010|\u2011|\u2012|\u2013|\u2014|(?i:to|through|thru|until))\s*(?i:to\s+)?"
_AMOUNT = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
UNITS = (
    r"(?i:(?:on|off)?kwhs?|kh|kilowatt[- ]?hours?|therms?|thms?|ccf|mcf|dth|dekatherms?|hcf|gallons?|gal|kgal"
    r"|kw|kva|kvarh?|rkva|kvrh)"
)
_NOT_INSIDE = r"(?<![\w.,/@#-])"
_VALUE = re.compile(
    "|".join(
        (
            rf"(?P<range>(?<![\w./-]){_DAY}{_BETWEEN}{_DAY}(?![\w/]))",
            rf"(?P<date>(?<![\w./-])(?:{_ISO}|{_NUMERIC}|{_MONTH}\s?\d{{1,2}}(?:,\s?|\s)'?20\d\d)(?!\w))",
            rf"(?P<month_day>(?<![\w./-])(?:{_MONTH}\s?\d{{1,2}}(?![\d:])|{_SHORT})(?![\w/]))",
            rf"(?P<quantity>(?<![\w.,/#-]){MINUS}?(?:{_AMOUNT})(?:{MINUS}(?=\s|$))?\s?{UNITS}(?![\w/]))",
            rf"(?P<money>{MONEY_PATTERN})",
            rf"(?P<rate>(?<![\w.,]){MINUS}?\s?\$\s?{MINUS}?(?:{_AMOUNT})(?!\w)|{MINUS}?(?:{_AMOUNT})\s?\u00a2)",
            rf"(?P<number>{_NOT_INSIDE}{MINUS}?(?:{_AMOUNT})(?:{MINUS}(?=\s|$))?%?(?![\w/-])(?!\.\d|,\d))",
            r"(?P<code>(?<![\w-])#?(?=[A-Z0-9*-]*\d)[A-Z0-9*][A-Z0-9*-]{3,23}(?![\w-]))",
        )
    ),
    re.ASCII,
)
_PUNCTUATION = re.compile(r"[^a-z0-9#&/%@]")


@lru_cache(maxsize=20_000)
def bare(text: str) -> str:
    """Letters and digits of a text, small, without spaces: what wordings are compared with."""
    return _PUNCTUATION.sub("", text.casefold())


@dataclass(frozen=True, eq=False)
class Cell:
    """A part of a line; ``begin`` and ``end`` are places in the line's text."""

    line: Line
    begin: int
    end: int
    form: Form
    words: tuple[Word, ...]
    leads: bool
    """Whether it begins a part of the line that stands by itself."""
    below: "tuple[Cell, ...]" = ()
    """The rest of a label that is wrapped."""

    @property
    def page(self) -> int:
        return self.line.page

    @cached_property
    def text(self) -> str:
        return " ".join([self.line.text[self.begin : self.end].strip(), *(cell.text for cell in self.below)])

    @cached_property
    def bare(self) -> str:
        return bare(self.text)

    @cached_property
    def box(self) -> Box:
        words = [word for cell in (self, *self.below) for word in cell.words]
        left = min(word.x0 for word in words)
        right = max(word.x1 for word in words)
        first, last = words[0], words[-1]
        if not self.below and len(words) == 1 and first.text != self.text:
            share = (first.x1 - first.x0) / len(first.text)
            start = self.line.starts[self.line.words.index(first)]
            left, right = first.x0 + share * (self.begin - start), first.x0 + share * (self.end - start)
        return left, min(first.top, last.top), right, max(first.bottom, last.bottom)

    @property
    def baseline(self) -> float:
        return self.below[-1].baseline if self.below else self.line.baseline

    @property
    def height(self) -> float:
        return max(self.words[0].size, self.words[0].bottom - self.words[0].top)

    @property
    def span(self) -> Span:
        return self.line.span(self.begin, self.end)


def _cuts(line: Line) -> list[int]:
    """Where in the text of a line a new part begins: at its start and after each wide gap."""
    cuts = [0]
    for left, right, start in zip(line.words, line.words[1:], line.starts[1:], strict=False):
        height = max(left.size, right.size, (left.bottom - left.top) * 0.75)
        if right.x0 - left.x1 > GAP * height:
            cuts.append(start)
    return cuts


def cells_of(line: Line) -> list[Cell]:
    """The cells of a line, from left to right."""
    cells: list[Cell] = []
    cuts = _cuts(line)
    at = 0
    for match in _VALUE.finditer(line.text[:LONGEST_LINE]):
        cells.extend(_words(line, at, match.start(), cuts))
        cells.append(_cell(line, match.start(), match.end(), match.lastgroup or "words", cuts))
        at = match.end()
    cells.extend(_words(line, at, len(line.text), cuts))
    return cells


def _words(line: Line, begin: int, end: int, cuts: Sequence[int]) -> Iterator[Cell]:
    """What stands between two values, parted at wide gaps."""
    inside = sorted({*(cut for cut in cuts if begin < cut < end), *_after_colons(line.text, begin, end)})
    for first, last in zip([begin, *inside], [*inside, end], strict=True):
        if any(char.isalpha() or char == "#" for char in line.text[first:last]):
            yield _cell(line, first, last, "words", cuts)


def _after_colons(text: str, begin: int, end: int) -> Iterator[int]:
    """Where words follow a colon: they say what the label before it asks for."""
    at = text.find(": ", begin, end)
    while at >= 0:
        yield at + 2
        at = text.find(": ", at + 1, end)


def part_of(cell: Cell, begin: int, end: int) -> Cell:
    """A part of a cell as one of its own."""
    words = cell.line.words_between(begin, end) or cell.words
    return replace(cell, begin=begin, end=end, words=words)


def _cell(line: Line, begin: int, end: int, form: str, cuts: Sequence[int]) -> Cell:
    text = line.text[begin:end]
    begin += len(text) - len(text.lstrip())
    end -= len(text) - len(text.rstrip())
    words = line.words_between(begin, end) or line.words[:1]
    return Cell(line, begin, end, form, words, leads=begin in cuts)  # type: ignore[arg-type]  # the groups of _VALUE are the forms


@dataclass(eq=False)
class Board:
    """All cells of one page, and who stands beside and below whom."""

    sheet: Sheet
    cells: list[Cell] = field(default_factory=list)

    def __post_init__(self) -> None:
        for line in self.sheet.lines:
            self.cells.extend(cells_of(line))

    @cached_property
    def _baselines(self) -> list[float]:
        return [cell.line.baseline for cell in self.cells]

    def between(self, top: float, bottom: float) -> Sequence[Cell]:
        """Cells whose baseline is in this stretch, from top to bottom."""
        return self.cells[bisect_left(self._baselines, top) : bisect_right(self._baselines, bottom)]

    def right_of(self, cell: Cell) -> list[Cell]:
        """What follows a cell at its height, from left to right."""
        reach = SAME_HEIGHT * cell.height
        top = min(cell.line.baseline, cell.baseline) - reach
        edge = cell.box[2] - 0.5
        beside = [c for c in self.between(top, cell.baseline + reach) if c.box[0] >= edge]
        return sorted(beside, key=lambda c: c.box[0])

    def left_of(self, cell: Cell) -> list[Cell]:
        """What stands before a cell at its height, the nearest first."""
        reach = SAME_HEIGHT * cell.height
        beside = self.between(cell.line.baseline - reach, cell.baseline + reach)
        return sorted((c for c in beside if c.box[2] <= cell.box[0] + 0.5), key=lambda c: -c.box[2])

    def below(self, cell: Cell, reach: float, slack: float = 0.0) -> list[Cell]:
        """What stands under a cell within ``reach`` heights, from top to bottom."""
        left, _, right, _ = cell.box
        first, last = cell.baseline + SAME_HEIGHT * cell.height, cell.baseline + reach * cell.height
        under = self.between(first, last)
        return [c for c in under if c.box[0] < right + slack and c.box[2] > left - slack]

    def above(self, cell: Cell, reach: float) -> list[Cell]:
        """What stands over a cell within ``reach`` heights, the nearest first."""
        left, _, right, _ = cell.box
        top = cell.line.baseline - reach * cell.height
        over = self.between(top, cell.line.baseline - SAME_HEIGHT * cell.height)
        return [c for c in reversed(over) if c.box[0] < right and c.box[2] > left]
