"""Service addresses of which a bill prints the street alone, without a city: lines under a label or above it."""

import re
from dataclasses import dataclass

from parsers.errors import DeclarationError
from parsers.finding.labels import Spot
from parsers.finding.lines import Span
from parsers.finding.outcome import Field, Found, Missing, Outcome, Scope
from parsers.finding.places import Labelled, phrases_above, phrases_below
from parsers.finding.rules import Rule
from parsers.model import Address

ALIGNED = 6.0  # points between the left edges of two lines of one block
LINE_SPACING = 2.2  # of the font size: a wider gap ends the block
_STREET = re.compile(r"\d+[A-Z]?(?:-\d+)?(?: \d/\d)? +\S*[A-Za-z]", re.ASCII)
_UNIT = re.compile(r"(?i)(?:apt|unit|ste|suite|bldg|lot|fl|floor|rm|room|spc|trlr)\b|#", re.ASCII)


@dataclass(frozen=True)
class StreetLine(Labelled, Rule):
    """The one line of a block that begins as a street does; what follows it can only be a unit.

    Names stand before it. Two such lines, or a line behind it of which nobody can say what it is, are no address.
    """

    labels: tuple[str, ...]
    above: bool = False

    def __str__(self) -> str:
        return f"street {'above' if self.above else 'below'} label '{self.labels[0]}'"

    def check(self, name: str) -> None:
        if name != "address":
            raise DeclarationError(f"{self} is no rule for {name}")

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        blocks = [_above(spot) if self.above else _below(spot) for _, spot in self.spots(scope.region)]
        found = [street for block in blocks if (street := _street(block, str(self)))]
        if len({one.value for one in found}) > 1:
            return scope.note(wanted, str(self), Missing(f"{self}: {len(found)} streets are printed"))
        return scope.note(wanted, str(self), found[0] if found else Missing(f"{self} not found"))


def _street(block: list[Span], rule: str) -> Found | None:
    numbered = [at for at, span in enumerate(block) if _STREET.match(span.text)]
    if len(numbered) != 1:
        return None
    lines = block[numbered[0] :]
    if len(lines) > 2 or (len(lines) == 2 and not _UNIT.match(lines[1].text)):
        return None
    names = dict(zip(("line_1", "line_2"), lines, strict=False))
    parts = {name: Found(span.text, span, rule) for name, span in names.items()}
    return Found(Address(**{name: part.value for name, part in parts.items()}), lines[0], rule, parts)


def _below(spot: Spot) -> list[Span]:
    first = next(phrases_below(spot), None)
    if first is None:
        return []
    block = [first[1]]
    for line in spot.area.lines:
        for span in (line.span(*phrase) for phrase in line.phrases):
            near = 0 < span.baseline - block[-1].baseline <= LINE_SPACING * block[-1].words[0].size
            if near and abs(span.box[0] - block[0].box[0]) <= ALIGNED:
                block.append(span)
    return block


def _above(spot: Spot) -> list[Span]:
    """Phrases over the label, from the top down."""
    return [phrase for _, phrase in phrases_above(spot)][::-1]
