"""Parts of a bill: whole pages, columns, sections. What every rule searches in.

Pages give their cheap text first; the geometry of a page is built only when a rule looks at its lines.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import Any, TypeVar

from parsers.finding.lines import Line, Word, lines_of, squeezed
from parsers.finding.nearly import find_nearly, with_units_in_any_case
from parsers.pdf.document import Page

T = TypeVar("T")


def remembered(memo: dict[object, Any], key: object, make: Callable[[], T]) -> T:
    """What was made for this key before, or is made now: many rules look for the same label or section."""
    if key not in memo:
        memo[key] = make()
    made: T = memo[key]
    return made


def unwrapped(label: str) -> list[str]:
    """The pieces between which a label may be broken over lines: its words, and their parts after a hyphen."""
    return label.replace("-", "- ").split()


class Sheet:
    """One page of the document; ``number`` counts from 1."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.number = page.page_number

    @cached_property
    def squeezed(self) -> str:
        """All text of the page without white space, in the order of its content stream."""
        return squeezed(self.page.plain_text)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        upright = (word for word in self.page.extract_words() if word["upright"])
        return lines_of(self.number, map(Word.of, upright))

    @cached_property
    def whole(self) -> "Area":
        """All of the page."""
        return Area(self)

    @property
    def was_picture(self) -> bool:
        """Whether its text was read by OCR, and may have mistakes."""
        return self.page.origin == "ocr"

    def form(self, pattern: re.Pattern[str]) -> re.Pattern[str]:
        """The form of a line as this page may print it: OCR mistakes the case of units."""
        return with_units_in_any_case(pattern) if self.was_picture else pattern

    def prints(self, text: str) -> bool:
        """Whether the page prints this text in one piece, told from its cheap text alone."""
        return squeezed(text) in self.squeezed or (
            self.was_picture and bool(find_nearly(squeezed(text), self.squeezed))
        )

    def may_print(self, text: str) -> bool:
        """Whether the page can hold these words, told from its cheap text alone."""
        return self.was_picture or all(squeezed(word) in self.squeezed for word in unwrapped(text))


@dataclass(frozen=True, eq=False)
class Area:
    """A rectangle of a page: lines whose baseline is below ``after`` and not below ``upto``, words between two x."""

    sheet: Sheet
    left: float = -inf
    right: float = inf
    after: float = -inf
    upto: float = inf
    memo: dict[object, Any] = field(default_factory=dict)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        inside = (line for line in self.sheet.lines if self.after < line.baseline <= self.upto)
        parts = (line.within(self.left, self.right) for line in inside)
        return tuple(part for part in parts if part)

    def cut(self, *, left: float = -inf, right: float = inf, after: float = -inf, upto: float = inf) -> "Area":
        """The part of it inside these bounds too."""
        return Area(
            self.sheet,
            max(self.left, left),
            min(self.right, right),
            max(self.after, after),
            min(self.upto, upto),
        )


class Region:
    """Areas in reading order."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self.areas = tuple(areas)
        self.memo: dict[object, Any] = {}

    @classmethod
    def of_pages(cls, sheets: Iterable[Sheet]) -> "Region":
        return cls(sheet.whole for sheet in sheets)

    def lines(self) -> Iterator[Line]:
        for area in self.areas:
            yield from area.lines

    def that_may_print(self, text: str) -> Iterator[Area]:
        return (area for area in self.areas if area.sheet.may_print(text))

    def between(self, start: tuple[Area, float], end: tuple[Area, float] | None) -> "Region":
        """What follows a baseline of one of its areas, up to a baseline of the same or a later one (or to its end)."""
        first = self.areas.index(start[0])
        last = self.areas.index(end[0]) if end else len(self.areas) - 1
        chosen = list(self.areas[first : last + 1])
        if end:
            chosen[-1] = chosen[-1].cut(upto=end[1])
        chosen[0] = chosen[0].cut(after=start[1])
        return Region(chosen)
