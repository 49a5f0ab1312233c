"""Service addresses: lines of a block that end in a line of city, state and postal code."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from parsers.errors import DeclarationError
from parsers.finding.labels import Spot, find
from parsers.finding.lines import Span
from parsers.finding.outcome import Field, Found, Missing, Outcome, Scope
from parsers.finding.places import Labelled, phrases_below
from parsers.finding.rules import Rule
from parsers.model import Address

LINE_SPACING = 2.2  # of the font size: a wider gap ends the block
WRAP_SPACING = 1.35  # of the font size: lines this near are one wrapped text, not two labels
ALIGNED = 6.0  # points between the left edges of two lines of one block
MOST_LINES = 8
STATE = "A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]"
STATE += "|P[AR]|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY]"
CITY = re.compile(
    rf"(?P<city>[A-Za-z][A-Za-z .'-]*?),? +(?P<state>{STATE}),? +(?P<postal_code>\d{{5}})"
    r"(?:-?(?P<postal_code_suffix>\d{4}))?",
    re.ASCII,
)
_NUMBERED = re.compile(r"\d+[A-Z]?(?:-\d+)?(?: \d/\d)? +\S", re.ASCII)
_STREET = re.compile(
    r"(?i)\b(?:st|street|ave?|avenue|r(?:oa)?d|dr|drive|ln|lane|blvd|ct|court|pl|place|way|pkwy|h(?:ighwa|w)y|r(?:ou)?te"
    r"|cir|circle|ter|terrace|sq|square|trl|trail|tpke|pike|alley|aly|plz|plaza|box|pole|lot)\b",
    re.ASCII,
)
_ADDRESSEE = re.compile(r"(?i)(?:c/o|attn|attention|d/?b/?a|%)\b|%", re.ASCII)


@dataclass(frozen=True)
class AddressBlock(Rule):
    """The lines under a label, or with ``right`` those that begin to the right of it.

    ``skip`` lines (a name, a number) stand before the street. ``centred`` lines begin at any x under the first.
    """

    labels: tuple[str, ...]
    skip: int = 0
    right: bool = False
    centred: bool = False

    def __str__(self) -> str:
        return f"address {'right of' if self.right else 'below'} label '{self.labels[0]}'"

    def check(self, name: str) -> None:
        if name != "address":
            raise DeclarationError(f"{self} is no rule for {name}")

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        spots = [spot for label in self.labels for spot in find(scope.region, label)]
        blocks = [self._block(spot)[self.skip :] for spot in spots]
        read = [parts for block in blocks if (parts := address_parts(block, str(self), named=self.skip > 0))]
        return scope.note(wanted, str(self), self._agreed(read))

    def _agreed(self, read: Sequence[Mapping[str, Found]]) -> Outcome:
        if not read:
            return Missing(f"{self} not found")
        addresses = [Address(**{name: part.value for name, part in parts.items()}) for parts in read]
        if len(set(addresses)) > 1:
            return Missing(f"{self}: {len(set(addresses))} addresses are printed")
        return Found(addresses[0], next(iter(read[0].values())).span, str(self), read[0])

    def _block(self, spot: Spot) -> list[Span]:
        if self.right:
            row = spot.row()
            return self._lines(spot, row.span(*row.phrases[0])) if row else []
        first = next(phrases_below(spot), None)
        return self._lines(spot, first[1]) if first else []

    def _lines(self, spot: Spot, first: Span) -> list[Span]:
        if not self.centred:
            return _block(spot, first, first.box[0] - ALIGNED, first.box[0] + ALIGNED)
        return _block(spot, first, min(spot.box[0], first.box[0]), first.box[2])


@dataclass(frozen=True)
class StreetOnly(Labelled, Rule):
    """The street to the right of a label, on bills that print no city with it. Null where it may go on below."""

    labels: tuple[str, ...]

    def __str__(self) -> str:
        return f"street right of label '{self.labels[0]}'"

    def check(self, name: str) -> None:
        if name != "address":
            raise DeclarationError(f"{self} is no rule for {name}")

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        rows = [(spot, row) for _, spot in self.spots(scope.region) if (row := spot.row())]
        streets = [(spot, row.span(*row.phrases[0])) for spot, row in rows]
        if not streets:
            return scope.note(wanted, str(self), Missing(f"{self} not found"))
        if any(_goes_on(spot, street) for spot, street in streets):
            return scope.note(wanted, str(self), Missing(f"{self}: the line below may belong to it"))
        if len({street.text for _, street in streets}) > 1:
            return scope.note(wanted, str(self), Missing(f"{self}: several are printed"))
        street = streets[0][1]
        found = Found(Address(line_1=street.text), street, str(self), {"line_1": Found(street.text, street, str(self))})
        return scope.note(wanted, str(self), found)


def _goes_on(spot: Spot, street: Span) -> bool:
    """Whether a line begins below the label or the street, so near that it can be the rest of a wrapped one."""
    lefts = (spot.box[0], street.box[0])
    for line in spot.area.lines:
        if 0 < line.baseline - street.baseline <= WRAP_SPACING * street.words[0].size:
            spans = [line.span(*phrase) for phrase in line.phrases]
            if any(abs(span.box[0] - left) <= ALIGNED for span in spans for left in lefts):
                return True
    return False


def _block(spot: Spot, first: Span, left: float, right: float) -> list[Span]:
    """Lines of text that begin between two x, down to a city or a wider gap."""
    block = [first]
    for span in _beginning(spot, first, left, right):
        size = block[-1].words[0].size
        ended = CITY.fullmatch(block[-1].text) or len(block) == MOST_LINES
        if ended or span.baseline - block[-1].baseline > LINE_SPACING * size:
            break
        block.append(span)
    return block


def _beginning(spot: Spot, below: Span, left: float, right: float) -> Iterator[Span]:
    for line in spot.area.lines:
        if line.baseline > below.baseline:
            spans = (line.span(*phrase) for phrase in line.phrases)
            yield from (span for span in spans if left <= span.box[0] <= right)


def address_parts(block: Sequence[Span], rule: str, *, named: bool = False) -> Mapping[str, Found]:
    """The fields of an address from the lines of a block; nothing where no city, state and postal code end it.

    ``named``: a name stands before it, which may go on where the street should stand.
    """
    at, city = next(((n, match) for n, span in enumerate(block) if (match := CITY.fullmatch(span.text))), (0, None))
    if city is None:
        return _in_one_line(block[0], rule) if block else {}
    street = _street(block[:at], named=named)
    parts: dict[str, Found] = {}
    for name, span in zip(("line_1", "line_2"), street, strict=False):
        parts[name] = Found(span.text.strip(" ,"), span, rule)
    return parts | _found(city, block[at], rule)


def _street(lines: Sequence[Span], *, named: bool) -> Sequence[Span]:
    """The lines from the street on; names and addressees stand before it. None where nothing tells it from a name."""
    numbered = [n for n, span in enumerate(lines) if _NUMBERED.match(span.text)]
    streets = [n for n, span in enumerate(lines) if _STREET.search(span.text) and not _ADDRESSEE.match(span.text)]
    first = next(iter([*(n for n in numbered if n in streets), *numbered, *streets]), None)
    if first is None and len(lines) == 1 and not named:
        return lines
    return lines[first:] if first is not None else ()


def _in_one_line(span: Span, rule: str) -> Mapping[str, Found]:
    """``31 Main St, Unit 2, Springfield, ST 00000``: only commas part the street from the city."""
    before, comma, rest = span.text.rpartition(", ")
    while comma and not (city := CITY.fullmatch(rest)):
        before, comma, more = before.rpartition(", ")
        rest = f"{more}, {rest}"
    if not comma or not city:
        return {}
    line_1, _, line_2 = before.partition(", ")
    streets = {"line_1": line_1, "line_2": line_2}
    return {name: Found(text, span, rule) for name, text in streets.items() if text} | _found(city, span, rule)


def _found(city: re.Match[str], span: Span, rule: str) -> dict[str, Found]:
    return {name: Found(text, span, rule) for name, text in city.groupdict().items() if text}
