"""Parts of a bill: between headings, in a column, line by line. What a rule is confined to.

They are found by what is printed at their edges, never by fixed coordinates.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import inf

from parsers.errors import DeclarationError
from parsers.finding.kinds import compiled
from parsers.finding.labels import Spot, find
from parsers.finding.lines import Line
from parsers.finding.region import Area, Region, remembered
from parsers.finding.rules import Part

HEADING = "the heading itself"
SLACK = 4.0  # points that a column may begin to the left of its heading
_JUST_ABOVE = 0.1
_AT_ITS_HEIGHT = 0.25  # of the font size: what stands no higher above a line stands beside it


class _Remembered(ABC):
    """Parts are cut out of a region once, however many rules are confined to them."""

    def parts(self, region: Region) -> list[Region]:
        """The parts of the region, in reading order."""
        return remembered(region.memo, self, lambda: self._parts(region))

    @abstractmethod
    def _parts(self, region: Region) -> list[Region]: ...


@dataclass(frozen=True)
class Section(_Remembered):
    """From the line of a heading down to one of ``until``, or else to the foot of the page (``onward``: of the bill).

    ``left`` and ``right`` crop it to a column: at the left edge of its heading, or of another label on the page. A
    ``closed`` section counts only where one of ``until`` ends it; that line belongs to it.
    """

    start: tuple[str, ...]
    until: tuple[str, ...] = ()
    left: str | None = None
    right: str | None = None
    onward: bool = False
    closed: bool = False
    part: Part | None = None

    def __str__(self) -> str:
        return f"section '{self.start[0]}'"

    def _parts(self, region: Region) -> list[Region]:
        regions = self.part.parts(region) if self.part else [region]
        parts = [self._from(one, spot) for one in regions for spot in self._starts(one)]
        return [part for part in parts if part]

    def _starts(self, region: Region) -> list[Spot]:
        starts = {spot.place: spot for label in self.start for spot in find(region, label)}
        return sorted(starts.values(), key=lambda spot: (spot.page, spot.line.baseline))

    def _from(self, region: Region, spot: Spot) -> Region | None:
        left, right = self._edges(spot)
        at, top = region.areas.index(spot.area), spot.line.baseline - _JUST_ABOVE
        home = spot.area.cut(left=left, right=right, after=top)
        rest = Region([home, *(region.areas[at + 1 :] if self.onward else ())])
        end = self._end(rest, spot)
        if end is None:
            return None if self.closed else rest
        last = end.line.baseline if self.closed else end.line.baseline - _JUST_ABOVE
        return rest.between((home, top), (end.area, last))

    def _end(self, rest: Region, spot: Spot) -> Spot | None:
        ends = [end for label in self.until for end in find(rest, label) if end.begins_phrase]
        below = [end for end in ends if (end.page, end.line.baseline) > (spot.page, spot.line.baseline)]
        return min(below, key=lambda end: (end.page, end.line.baseline), default=None)

    def _edges(self, spot: Spot) -> tuple[float, float]:
        page = Region([spot.area.sheet.whole])
        left, right = -inf, inf
        if self.left is not None:
            starts = [spot] if self.left == HEADING else find(page, self.left)
            left = min((start.box[0] - SLACK for start in starts), default=-inf)
        if self.right is not None:
            beyond = [other for other in find(page, self.right) if other.box[0] > spot.box[0]]
            right = min((other.box[0] - SLACK for other in beyond), default=inf)
        return left, right


@dataclass(frozen=True)
class Blocks(_Remembered):
    """Parts from a line of one form to a line of another, that one included, or else to the next beginning.

    Where a line ends a block and none has begun it since the last end, the block is all that stands between the two.
    With ``headed`` each begins with what stands above the first of them: a head that they share.
    """

    start: str
    end: str | None = None
    part: Part | None = None
    headed: bool = False

    def compile(self) -> None:
        """Raises ``DeclarationError`` where a form is no pattern."""
        _ = self._patterns

    def __str__(self) -> str:
        return f"part from '{self.start}'"

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
        try:
            return compiled(self.start), compiled(self.end) if self.end else None
        except re.error as error:
            raise DeclarationError(f"{self}: {error}") from error

    def _parts(self, region: Region) -> list[Region]:
        regions = self.part.parts(region) if self.part else [region]
        return [block for one in regions for block in (self._with_head(one) if self.headed else self._blocks(one))]

    def _with_head(self, region: Region) -> Iterator[Region]:
        first: Region | None = None
        for block in self._blocks(region):
            first = first or block
            top = first.areas[0]
            home = [area for area in region.areas if area.sheet is top.sheet and area.after <= top.after][-1]
            head = region.between((region.areas[0], region.areas[0].after), (home, top.after))
            yield Region([*head.areas, *block.areas])

    def _blocks(self, region: Region) -> Iterator[Region]:
        start, end = self._patterns
        begun: tuple[Area, float] | None = None
        last_end = (region.areas[0], region.areas[0].after)
        for area, line in lines_with_areas(region):
            if area.sheet.form(start).search(line.text) and (begun is None or end is None):
                top = line.baseline - max(_JUST_ABOVE, _AT_ITS_HEIGHT * line.words[0].size)
                if begun:
                    yield region.between(begun, (area, top))
                begun = (area, top)
            if end and area.sheet.form(end).search(line.text):
                last = (area, line.baseline)
                yield region.between(begun or last_end, last)
                begun, last_end = None, last
        if begun:
            yield region.between(begun, None)


@dataclass(frozen=True)
class Rows(_Remembered):
    """Every line of a known form, as a part of its own: the rows of a table."""

    form: str
    part: Part | None = None

    def compile(self) -> None:
        """Raises ``DeclarationError`` where the form is no pattern."""
        _ = self._pattern

    def __str__(self) -> str:
        return f"row '{self.form}'"

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        try:
            return compiled(self.form)
        except re.error as error:
            raise DeclarationError(f"{self}: {error}") from error

    def _parts(self, region: Region) -> list[Region]:
        regions = self.part.parts(region) if self.part else [region]
        return [
            Region([area.cut(after=line.baseline - _JUST_ABOVE, upto=line.baseline)])
            for one in regions
            for area, line in lines_with_areas(one)
            if area.sheet.form(self._pattern).search(line.text)
        ]


def lines_with_areas(region: Region) -> Iterator[tuple[Area, Line]]:
    for area in region.areas:
        for line in area.lines:
            yield area, line
