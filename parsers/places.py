"""Locators: right of a label, below it, in the cell of a row and a column, in a line of a known form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.errors import DeclarationError
from parsers.kinds import BILL_EVIDENCE, BILL_KINDS, KINDS, METER_EVIDENCE, METER_KINDS, Kind, compiled
from parsers.labels import Spot, find
from parsers.lines import Line, Span
from parsers.outcome import Field
from parsers.region import Region
from parsers.search import Near
from parsers.values import tidy

REACH = 5.0  # of the label's size: a value stands no further below its label
LONGEST_LINE = 1000  # characters; no line of a bill is longer, and it bounds the time of a pattern
_HOLE = re.compile(r"\{(?P<name>[a-z_]+)(?::(?P<kind>[a-z_]+))?\}")

Place = tuple[Span, Kind] | Near


def places(line: Line, kind: Kind, start: int = 0) -> list[Span]:
    """What looks like a value of this kind in a line from a place on; a whole phrase for a kind without a pattern."""
    if kind.pattern is None:
        return [line.span(max(begin, start), end) for begin, end in line.phrases if end > start]
    return [line.span(*match.span()) for match in re.finditer(kind.pattern, line.text) if match.start() >= start]


def overlap(span: Span, left: float, right: float) -> float:
    """How many points of two x the span covers; negative is the distance to them."""
    return min(span.box[2], right) - max(span.box[0], left)


class _Labelled:
    """What the locators that start from a label share."""

    labels: tuple[str, ...]

    def __str__(self) -> str:
        return " / ".join(f"label '{label}'" for label in self.labels)

    def check(self, name: str) -> None:
        if not all(label.strip() for label in self.labels) or not self.labels:
            raise DeclarationError(f"{name}: an empty label")

    def spots(self, region: Region) -> Iterator[tuple[str, Spot]]:
        for label in self.labels:
            for spot in find(region, label):
                yield label, spot


@dataclass(frozen=True)
class RightOf(_Labelled):
    """The first value to the right of a label, at its height; with ``at_end`` the last one."""

    labels: tuple[str, ...]
    at_end: bool = False

    __str__ = _Labelled.__str__

    def spans(self, region: Region, wanted: Field) -> Iterator[Place]:
        for label, spot in self.spots(region):
            row = spot.row()
            values = places(row, wanted.kind) if row else []
            if values:
                yield values[-1 if self.at_end else 0], wanted.kind
            else:
                yield Near(f"label '{label}' without {wanted.kind.name} to its right")


@dataclass(frozen=True)
class Below(_Labelled):
    """The value in the nearest phrase below a label; ``skip`` passes over as many phrases."""

    labels: tuple[str, ...]
    skip: int = 0

    __str__ = _Labelled.__str__

    def spans(self, region: Region, wanted: Field) -> Iterator[Place]:
        for label, spot in self.spots(region):
            found = self._below(spot, wanted.kind)
            yield (found, wanted.kind) if found else Near(f"label '{label}' without {wanted.kind.name} below it")

    def _below(self, spot: Spot, kind: Kind) -> Span | None:
        phrases = phrases_below(spot)
        for _ in range(self.skip):
            next(phrases, None)
        line, phrase = next(phrases, (None, None))
        if line is None or phrase is None:
            return None
        left, _, right, _ = spot.box
        part = Line(line.page, phrase.words)
        values = [value for value in places(part, kind) if overlap(value, left, right) > -spot.size]
        return max(values, key=lambda value: overlap(value, left, right), default=None)


def phrases_below(spot: Spot) -> Iterator[tuple[Line, Span]]:
    """The phrases under a label, from the nearest on: each overlaps the label's two x."""
    left, _, right, bottom = spot.box
    for line in spot.area.lines:
        if spot.line.baseline < line.baseline <= bottom + REACH * spot.size:
            spans = [line.span(*phrase) for phrase in line.phrases]
            under = [span for span in spans if overlap(span, left, right) > 0]
            if under:
                yield line, max(under, key=lambda span: overlap(span, left, right))


@dataclass(frozen=True)
class Cell(_Labelled):
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
        left, _, right, _ = head.box
        row = spot.row()
        values = [value for value in places(row, kind) if overlap(value, left, right) > 0] if row else []
        if values:
            return max(values, key=lambda value: overlap(value, left, right)), kind
        there = _words_there(row, kind, head) if row else ""
        return Near(f"row '{label}': {repr(there) if there else 'nothing'} where {kind.name} would stand")


def _words_there(row: Line, kind: Kind, head: Spot) -> str:
    """What a row says in a column instead of a value; values that belong to other columns left out."""
    left, _, right, _ = head.box
    phrases = [row.span(*phrase) for phrase in row.phrases]
    there = " ".join(phrase.text for phrase in phrases if overlap(phrase, left, right) > 0)
    return tidy(re.sub(kind.pattern, " ", there) if kind.pattern else there)


class InLine:
    """A value in a line of a known form: a regular expression whose spaces stand for any gap.

    ``{due_on}`` is a hole that reads a field, ``{due_on:month_day}`` reads it as another kind, ``{date}`` passes over
    a date; a named group is a hole of a form of its own. Names are those of ``parsers.kinds``.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.kinds: dict[str, Kind] = {}
        try:
            self.regex = compiled(_HOLE.sub(self._hole, pattern))
        except re.error as error:
            raise DeclarationError(f"pattern {pattern!r}: {error}") from error
        for name in self.regex.groupindex.keys() - self.kinds.keys():
            self.kinds[name] = self._known(name)
        self.anchor = _literal_words(pattern)

    def __str__(self) -> str:
        return f"line '{self.pattern}'"

    def check(self, name: str) -> None:
        if name not in self.kinds:
            raise DeclarationError(f"pattern {self.pattern!r} has no hole for {name}")

    def spans(self, region: Region, wanted: Field) -> Iterator[Place]:
        kind = self.kinds[wanted.name]
        for area in region.areas:
            if not area.sheet.may_print(self.anchor):
                continue
            for line in area.lines:
                for match in self.regex.finditer(line.text[:LONGEST_LINE]):
                    if match[wanted.name] is not None:
                        yield line.span(*match.span(wanted.name)), self._as_wanted(kind, wanted)

    def _as_wanted(self, kind: Kind, wanted: Field) -> Kind:
        """The hole's own kind, except where the field's kind depends on the meter (Wh or therms)."""
        return wanted.kind if wanted.name == "consumption" else kind

    def _hole(self, match: re.Match[str]) -> str:
        name, kind_name = match["name"], match["kind"]
        if name in KINDS and kind_name is None:
            return f"(?:{KINDS[name].pattern or '.+?'})"
        known = self._known(name)
        if name in self.kinds:
            raise DeclarationError(f"pattern {self.pattern!r} has two holes for {name}")
        if kind_name is not None and kind_name not in KINDS:
            raise DeclarationError(f"pattern {self.pattern!r}: no kind is named {kind_name}")
        kind = KINDS[kind_name] if kind_name else known
        self.kinds[name] = kind
        return f"(?P<{name}>{kind.pattern or '.+?'})"

    def _known(self, name: str) -> Kind:
        known = BILL_KINDS | BILL_EVIDENCE | METER_KINDS | METER_EVIDENCE
        if name not in known:
            raise DeclarationError(f"pattern {self.pattern!r}: no field or kind is named {name}")
        return known[name]


def _literal_words(pattern: str) -> str:
    """Words that every match holds, to pass over the pages that do not print them."""
    plain = re.sub(r"\\.|\[[^]]*\]", " ", _HOLE.sub(" ", pattern))
    while (shorter := re.sub(r"\([^()]*\)[?*]?", " ", plain)) != plain:
        plain = shorter
    return "" if "|" in plain else " ".join(word for word in plain.split() if re.fullmatch(r"[A-Za-z]{3,}", word))
