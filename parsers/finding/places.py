"""Locators that start from a label: to the right of it, and below it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from parsers.errors import DeclarationError
from parsers.finding.kinds import Kind
from parsers.finding.labels import Spot, find
from parsers.finding.lines import Line, Span
from parsers.finding.outcome import Field
from parsers.finding.region import Region
from parsers.finding.search import Near

REACH = 5.0  # of the label's size: a value stands no further below its label

Place = tuple[Span, Kind] | Near


def places(line: Line, kind: Kind, start: int = 0) -> list[Span]:
    """What looks like a value of this kind in a line from a place on; a whole phrase for a kind without a pattern."""
    if kind.pattern is None:
        return [line.span(max(begin, start), end) for begin, end in line.phrases if end > start]
    return [line.span(*match.span()) for match in re.finditer(kind.pattern, line.text) if match.start() >= start]


def overlap(span: Span, left: float, right: float) -> float:
    """How many points of two x the span covers; negative is the distance to them."""
    return min(span.box[2], right) - max(span.box[0], left)


class Labelled:
    """What the locators that start from a label share."""

    labels: tuple[str, ...]

    def __str__(self) -> str:
        return " / ".join(f"label '{label}'" for label in self.labels)

    def check(self, name: str) -> None:
        if not all(label.strip() for label in self.labels) or not self.labels:
            raise DeclarationError(f"{name}: an empty label")

    def spots(self, region: Region) -> Iterator[tuple[str, Spot]]:
        found: set[object] = set()  # two wordings may be one misread label of a scan
        for label in self.labels:
            for spot in find(region, label):
                if spot.place not in found:
                    found.add(spot.place)
                    yield label, spot


@dataclass(frozen=True)
class RightOf(Labelled):
    """The first value to the right of a label, at its height; with ``at_end`` the last one."""

    labels: tuple[str, ...]
    at_end: bool = False

    __str__ = Labelled.__str__

    def spans(self, region: Region, wanted: Field) -> Iterator[Place]:
        for label, spot in self.spots(region):
            row = spot.row()
            values = places(row, wanted.kind) if row else []
            if values:
                yield values[-1 if self.at_end else 0], wanted.kind
            else:
                yield Near(f"label '{label}' without {wanted.kind.name} to its right")


@dataclass(frozen=True)
class Below(Labelled):
    """The value in the nearest phrase below a label; ``skip`` passes over as many phrases."""

    labels: tuple[str, ...]
    skip: int = 0

    __str__ = Labelled.__str__

    def spans(self, region: Region, wanted: Field) -> Iterator[Place]:
        for label, spot in self.spots(region):
            found = self._below(spot, wanted.kind)
            yield (found, wanted.kind) if found else Near(f"label '{label}' without {wanted.kind.name} below it")

    def _below(self, spot: Spot, kind: Kind) -> Span | None:
        return _in_phrase(phrases_below(spot), spot, kind, self.skip)


@dataclass(frozen=True)
class Above(Labelled):
    """The value in the nearest phrase above a label, as in a box that has its name at its foot."""

    labels: tuple[str, ...]

    __str__ = Labelled.__str__

    def spans(self, region: Region, wanted: Field) -> Iterator[Place]:
        for label, spot in self.spots(region):
            found = _in_phrase(phrases_above(spot), spot, wanted.kind)
            yield (found, wanted.kind) if found else Near(f"label '{label}' without {wanted.kind.name} above it")


def _in_phrase(phrases: Iterator[tuple[Line, Span]], spot: Spot, kind: Kind, skip: int = 0) -> Span | None:
    line, phrase = next(islice(phrases, skip, None), (None, None))
    if line is None or phrase is None:
        return None
    left, _, right, _ = spot.box
    part = Line(line.page, phrase.words)
    values = [value for value in places(part, kind) if overlap(value, left, right) > -spot.size]
    return max(values, key=lambda value: overlap(value, left, right), default=None)


def phrases_below(spot: Spot) -> Iterator[tuple[Line, Span]]:
    """The phrases under a label, from the nearest on: each overlaps the label's two x."""
    bottom = spot.box[3]
    lines = (line for line in spot.area.lines if spot.line.baseline < line.baseline <= bottom + REACH * spot.size)
    return _overlapping(spot, lines)


def phrases_above(spot: Spot) -> Iterator[tuple[Line, Span]]:
    """The phrases over a label, from the nearest up."""
    top = spot.box[1]
    lines = (line for line in reversed(spot.area.lines) if top - REACH * spot.size <= line.baseline <= top)
    return _overlapping(spot, lines)


def _overlapping(spot: Spot, lines: Iterable[Line]) -> Iterator[tuple[Line, Span]]:
    left, _, right, _ = spot.box
    for line in lines:
        spans = [line.span(*phrase) for phrase in line.phrases]
        matching = [span for span in spans if overlap(span, left, right) > 0]
        if matching:
            yield line, max(matching, key=lambda span: overlap(span, left, right))
