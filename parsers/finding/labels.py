"""Finds a label where it is printed.

Labels are compared without spaces, so that stray, doubled and missing ones do not matter, but with their case. A label
may be wrapped over lines that stand below each other. Where it begins a phrase anywhere, only those places count:
``Current Charges`` is not found inside ``Total Current Charges``. On a page that was read by OCR a label that is not
found as it is may have a letter or two misread.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from parsers.finding.lines import Line, Span, Word, squeezed
from parsers.finding.nearly import find_nearly
from parsers.finding.region import Area, Region, remembered, unwrapped
from parsers.model import Box

WRAP_SPACING = 2.0  # of the font size: the next line of a wrapped label stands no lower


@dataclass(frozen=True)
class Spot:
    """A label on a page: ``line`` holds its last words, which end at ``end``."""

    area: Area
    line: Line
    begin: int
    end: int
    spans: tuple[Span, ...]
    begins_phrase: bool

    @property
    def box(self) -> Box:
        boxes = [span.box for span in self.spans]
        return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)

    @property
    def page(self) -> int:
        return self.line.page

    @property
    def place(self) -> tuple[int, Box, int, int]:
        """What two labels have in common only where they are one."""
        return self.page, self.box, self.begin, self.end

    @property
    def size(self) -> float:
        return self.spans[-1].words[0].size

    def row(self) -> Line | None:
        """All that stands to the right of the label at its height, on whatever baseline."""
        _, top, x1, bottom = self.box
        rest = self._rest_of_last_word()
        words = [
            word
            for line in self.area.lines
            for word in line.words
            if word.x0 >= x1 - 0.5 and (top <= word.middle <= bottom or word.top <= (top + bottom) / 2 <= word.bottom)
        ]
        row = sorted([*rest, *words], key=lambda word: word.x0)
        return Line(self.page, row) if row else None

    def _rest_of_last_word(self) -> list[Word]:
        last = self.spans[-1].words[-1]
        at = self.line.starts[self.line.words.index(last)]
        rest = self.line.text[self.end : at + len(last.text)].lstrip(":")
        if not rest:
            return []
        share = (last.x1 - last.x0) * len(rest) / len(last.text)
        return [replace(last, text=rest, x0=last.x1 - share)]


def find(region: Region, label: str) -> list[Spot]:
    """Every place of the label, in reading order."""
    spots = [spot for area in region.that_may_print(label) for spot in _remembered(area, label)]
    leading = [spot for spot in spots if spot.begins_phrase]
    return leading or spots


def _remembered(area: Area, label: str) -> list[Spot]:
    return remembered(area.memo, label, lambda: list(_in_area(area, label)))


def _in_area(area: Area, label: str) -> Iterator[Spot]:
    single = [spot for line in area.lines for spot in _in_line(area, line, squeezed(label))]
    found = single or list(_wrapped(area, label))
    if not found and area.sheet.was_picture:
        found = [spot for line in area.lines for spot in _nearly_in_line(area, line, squeezed(label))]
    yield from found


def _nearly_in_line(area: Area, line: Line, wanted: str) -> Iterator[Spot]:
    """The place of a label that OCR read with mistakes."""
    text, places = line.squeezed
    place = find_nearly(wanted, text)
    if place:
        begin, end = places[place[0]], places[place[1] - 1] + 1
        if _bounded(line.text, begin, end):
            leads = any(begin == phrase for phrase, _ in line.phrases)
            yield Spot(area, line, begin, end, (line.span(begin, end),), leads)


def _in_line(area: Area, line: Line, wanted: str) -> Iterator[Spot]:
    text, places = line.squeezed
    at = text.find(wanted)
    while at >= 0:
        begin, end = places[at], places[at + len(wanted) - 1] + 1
        if _bounded(line.text, begin, end):
            leads = any(begin == phrase for phrase, _ in line.phrases)
            yield Spot(area, line, begin, end, (line.span(begin, end),), leads)
        at = text.find(wanted, at + 1)


def _bounded(text: str, begin: int, end: int) -> bool:
    """Whether the place is not inside a longer word."""
    starts = begin == 0 or not (text[begin - 1].isalnum() and text[begin].isalnum())
    ends = end == len(text) or not (text[end].isalnum() and text[end - 1].isalnum())
    return starts and ends


def _wrapped(area: Area, label: str) -> Iterator[Spot]:
    words = unwrapped(label)
    for cut in range(1, len(words)):
        for line in area.lines:
            for spot in _in_line(area, line, squeezed(" ".join(words[:cut]))):
                if any(spot.end == end for _, end in line.phrases):
                    yield from _continued(spot, " ".join(words[cut:]))


def _continued(spot: Spot, rest: str) -> Iterator[Spot]:
    """The spot of a label whose first words are at ``spot`` and the rest below it."""
    lowest = spot.line.baseline + WRAP_SPACING * spot.size
    below = spot.area.cut(after=spot.line.baseline)
    near = (line for line in below.lines if line.baseline <= lowest)
    whole = [lower for line in near for lower in _in_line(below, line, squeezed(rest))]
    for lower in whole or _wrapped(below, rest):
        left, _, right, _ = lower.box
        if lower.spans[0].baseline <= lowest and left <= spot.box[2] and right >= spot.box[0]:
            spans = (*spot.spans, *lower.spans)
            yield Spot(spot.area, lower.line, lower.begin, lower.end, spans, spot.begins_phrase)
            return
