"""What is broken over lines without a sign that it goes on: a number too long for its column, an address in a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from parsers.errors import DeclarationError
from parsers.finding.addresses import CITY
from parsers.finding.kinds import compiled
from parsers.finding.labels import Spot
from parsers.finding.lines import Line, Span, Word
from parsers.finding.outcome import Field, Found, Missing, Outcome, Scope
from parsers.finding.places import REACH, Labelled, Place
from parsers.finding.region import Region
from parsers.finding.rules import Part, Rule
from parsers.finding.search import Near
from parsers.model import Address

ALIGNED = 3.0  # points between the left edges of the label and of the parts of a number below it
LINE_SPACING = 1.6  # of the font size, from one part of a number to the next
MOST_WORDS = 120  # of a text in which an address is looked for: it bounds the time of the pattern


@dataclass(frozen=True)
class ColumnNumbers(Labelled):
    """The numbers in a column under its label. One that is not yet of the ``shape`` goes on in the line below it."""

    labels: tuple[str, ...]
    shape: str

    __str__ = Labelled.__str__

    def spans(self, region: Region, wanted: Field) -> Iterator[Place]:
        for label, spot in self.spots(region):
            whole = list(self._whole(_column(spot)))
            for words in whole:
                yield Span(spot.page, tuple(words), "".join(word.text for word in words)), wanted.kind
            if not whole:
                yield Near(f"label '{label}' without {wanted.kind.name} of its shape below it")

    def _whole(self, column: list[Word]) -> Iterator[list[Word]]:
        parts: list[Word] = []
        for word in column:
            parts.append(word)
            if re.fullmatch(self.shape, "".join(part.text for part in parts)):
                yield parts
                parts = []


def _column(spot: Spot) -> list[Word]:
    """The words that begin where the label does, down to a wider gap."""
    left, _, _, bottom = spot.box
    column: list[Word] = []
    for line in spot.area.lines:
        if not spot.line.baseline < line.baseline <= bottom + REACH * spot.size:
            continue
        if column and line.baseline - column[-1].baseline > LINE_SPACING * column[-1].size:
            break
        column += [word for word in line.words if abs(word.x0 - left) <= ALIGNED][:1]
    return column


@dataclass(frozen=True)
class AddressInText(Rule):
    """A service address inside the text of a part: a regular expression with groups named as the address's fields.

    ``{city}`` stands for city, state and postal code; lines that follow each other are one text.
    """

    pattern: str
    part: Part

    def __post_init__(self) -> None:
        if not self._regex.groupindex.keys() <= Address.model_fields.keys():
            raise DeclarationError(f"pattern {self.pattern!r}: an address has no such field")

    def __str__(self) -> str:
        return f"address in {self.part}"

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        try:
            return compiled(self.pattern.replace("{city}", CITY.pattern))
        except re.error as error:
            raise DeclarationError(f"pattern {self.pattern!r}: {error}") from error

    def check(self, name: str) -> None:
        if name != "address":
            raise DeclarationError(f"{self} is no rule for {name}")

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        found = [one for region in self.part.parts(scope.region) for one in self._in(region)]
        if len({one.value for one in found}) > 1:
            return scope.note(wanted, str(self), Missing(f"{self}: several are printed"))
        return scope.note(wanted, str(self), found[0] if found else Missing(f"{self} not found"))

    def _in(self, region: Region) -> Iterator[Found]:
        for area in region.areas:
            words = [word for line in area.lines for word in line.words][:MOST_WORDS]
            if words:
                text = Line(area.sheet.number, words)
                for match in self._regex.finditer(text.text):
                    yield self._found(text, match)

    def _found(self, text: Line, match: re.Match[str]) -> Found:
        spans = {name: text.span(*match.span(name)) for name in match.groupdict() if match[name]}
        parts = {name: Found(span.text, span, str(self)) for name, span in spans.items()}
        values = {name: span.text for name, span in spans.items()}
        return Found(Address(**values), next(iter(spans.values())), str(self), parts)
