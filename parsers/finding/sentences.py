"""A locator for running text: what follows a label up to the end of its sentence, wherever the lines break."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.finding.kinds import compiled
from parsers.finding.labels import Spot
from parsers.finding.lines import Line
from parsers.finding.outcome import Field
from parsers.finding.places import Labelled, Place
from parsers.finding.region import Region
from parsers.finding.search import Near

LINE_SPACING = 1.5  # of the font size: a wider gap parts two paragraphs
ALIGNED = 2.0  # points between the left edges of the lines of a paragraph
MOST_WORDS = 60  # no sentence of a bill that holds a value is longer
_STOP = re.compile(r"\.(?=\s|$)")


@dataclass(frozen=True)
class Sentence(Labelled):
    """The first value behind a label in its sentence; words go on up to the full stop, and need one."""

    labels: tuple[str, ...]

    __str__ = Labelled.__str__

    def spans(self, region: Region, wanted: Field) -> Iterator[Place]:
        for label, spot in self.spots(region):
            text, start = _paragraph(spot)
            stop = _STOP.search(text.text, start)
            end = stop.start() if stop else len(text.text)
            if wanted.kind.pattern is not None:
                value = compiled(wanted.kind.pattern).search(text.text, start, end)
                place = value.span() if value else None
            else:
                place = (start, end) if stop and text.text[start:end].strip() else None
            if place:
                yield text.span(*place), wanted.kind
            else:
                yield Near(f"label '{label}' without {wanted.kind.name} in the rest of its sentence")


def _paragraph(spot: Spot) -> tuple[Line, int]:
    """The label's phrase and the lines that continue it below, as one line, and where the label ends in it."""
    begin, end = next(phrase for phrase in spot.line.phrases if phrase[0] < spot.end <= phrase[1])
    words = list(spot.line.words_between(begin, end))
    last = next(word for word in words if any(map(str.isalnum, word.text)))  # a bullet hangs out to the left
    left = last.x0
    for line in spot.area.lines:
        if 0 < line.baseline - last.baseline <= LINE_SPACING * last.size and len(words) < MOST_WORDS:
            spans = [line.span(*phrase) for phrase in line.phrases]
            follows = next((span for span in spans if abs(span.box[0] - left) <= ALIGNED), None)
            if follows:
                words += follows.words
                last = follows.words[0]
    return Line(spot.page, words, spot.line.baseline), spot.end - begin
