"""Locators for tables: where a row and a column meet, and in a column, whatever the row."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.errors import DeclarationError
from parsers.finding.kinds import Kind
from parsers.finding.labels import Spot, find
from parsers.finding.lines import Line, Span
from parsers.finding.outcome import Field
from parsers.finding.places import Labelled, Place, overlap, places
from parsers.finding.region import Region
from parsers.finding.search import Near
from parsers.finding.values import tidy


@dataclass(frozen=True)
class Cell(Labelled):
    """The value in the row of one label and in the column of another one above it."""

    labels: tuple[str, ...]
    columns: tuple[str, ...]

    def __str__(self) -> str:
        return f"row {' / '.join(self.labels)!r} of column {' / '.join(self.columns)!r}"

    def check(self, name: str) -> None:
        super().check(name)
        if not self.columns or not all(column.strip() for column in self.columns):
            raise DeclarationError(f"{name}: an empty column")

    def spans(self, region: Region, wanted: Field) -> Iterator[Place]:
        heads = [spot for column in self.columns for spot in find(region, column)]
        for label, spot in self.spots(region):
            above = [head for head in heads if head.page == spot.page and head.line.baseline < spot.line.baseline]
            if above:
                head = max(above, key=lambda head: head.line.baseline)
                yield self._cell(label, spot, head, wanted.kind)
            else:
                yield Near(f"row '{label}' without a column {' / '.join(self.columns)!r} above it")

    def _cell(self, label: str, spot: Spot, head: Spot, kind: Kind) -> Place:
        row = spot.row()
        value = in_column(row, head, kind) if row else None
        if value:
            return value, kind
        there = _words_there(row, kind, head) if row else ""
        return Near(f"row '{label}': {repr(there) if there else 'nothing'} where {kind.name} would stand")


@dataclass(frozen=True)
class InColumn(Labelled):
    """The values under a heading, in every line of the part that the rule is confined to (the row of one meter)."""

    labels: tuple[str, ...]

    def __str__(self) -> str:
        return f"column {' / '.join(self.labels)!r}"

    def spans(self, region: Region, wanted: Field) -> Iterator[Place]:
        for area in region.areas:
            page = Region([area.sheet.whole])
            heads = [spot for label in self.labels for spot in find(page, label)]
            for line in area.lines:
                above = [head for head in heads if head.line.baseline < line.baseline]
                head = max(above, key=lambda head: head.line.baseline, default=None)
                value = in_column(line, head, wanted.kind) if head else None
                if value:
                    yield value, wanted.kind


def in_column(row: Line, head: Spot, kind: Kind) -> Span | None:
    """The value of a row that stands most under a heading."""
    left, _, right, _ = head.box
    values = [value for value in places(row, kind) if overlap(value, left, right) > 0]
    return max(values, key=lambda value: overlap(value, left, right), default=None)


def _words_there(row: Line, kind: Kind, head: Spot) -> str:
    """What a row says in a column instead of a value; values that belong to other columns left out."""
    left, _, right, _ = head.box
    phrases = [row.span(*phrase) for phrase in row.phrases]
    there = " ".join(phrase.text for phrase in phrases if overlap(phrase, left, right) > 0)
    return tidy(re.sub(kind.pattern, " ", there) if kind.pattern else there)
