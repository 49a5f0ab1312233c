"""Rules and locators that few fields need: names, a balance that payments cancel, an amount that sums must confirm."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.errors import DeclarationError
from parsers.finding.kinds import BILL_KINDS, MONEY, Kind
from parsers.finding.labels import Spot, find
from parsers.finding.lines import Span
from parsers.finding.outcome import Field, Found, Missing, Outcome, Scope
from parsers.finding.places import Labelled, Place, phrases_below
from parsers.finding.region import Region
from parsers.finding.rules import Condition, Rule, Wrapped
from parsers.finding.search import Near

MOST_WORDS_AFTER = 3  # behind a known name in its heading; more make a sentence
NAME_LINES = 3
LINE_SPACING = 2.0  # of the font size, in a name of several lines
ALIGNED = 2.0  # points between the left edges of these lines


@dataclass(frozen=True)
class Named:
    """Whichever of these names is printed as a heading; inside a sentence it does not count."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"one of {len(self.names)} known names"

    def check(self, name: str) -> None:
        if not self.names:
            raise DeclarationError(f"{name}: no names")

    def spans(self, region: Region, wanted: Field) -> Iterator[tuple[Span, Kind] | Near]:
        for name in self.names:
            for spot in find(region, name):
                if _heads(spot):
                    yield spot.spans[0], wanted.kind


def _heads(spot: Spot) -> bool:
    phrase_end = next(end for _, end in spot.line.phrases if spot.end <= end)
    return spot.begins_phrase and len(spot.line.text[spot.end : phrase_end].split()) <= MOST_WORDS_AFTER


@dataclass(frozen=True)
class NameLines(Labelled):
    """A name that may be wrapped: below a label, with all lines down to one of the form ``until``.

    Without ``until`` it stands to the right of the label; where a line next to it can belong to it, it is not certain.
    """

    labels: tuple[str, ...]
    until: str | None = None

    __str__ = Labelled.__str__

    def spans(self, region: Region, wanted: Field) -> Iterator[Place]:
        for label, spot in self.spots(region):
            lines = self._lines(spot)
            if not lines or (self.until and re.match(self.until, lines[0].text)):
                yield Near(f"label '{label}' without {wanted.kind.name} beside it")
            elif self.until is None and any(not re.search(r"\d", line.text) for line in self._neighbours(spot, lines)):
                yield Near(f"label '{label}': the line next to the name may belong to it")
            else:
                yield self._joined(lines), wanted.kind

    def _neighbours(self, spot: Spot, lines: list[Span]) -> Iterator[Span]:
        """The lines right above and below the first one."""
        yield from lines[1:2]
        reach = LINE_SPACING * lines[0].words[0].size
        for line in spot.area.lines:
            if 0 < lines[0].baseline - line.baseline <= reach:
                spans = (line.span(*phrase) for phrase in line.phrases)
                yield from (span for span in spans if abs(span.box[0] - lines[0].box[0]) <= ALIGNED)

    def _lines(self, spot: Spot) -> list[Span]:
        """The first line of the name and those aligned below it."""
        if self.until is None:
            row = spot.row()
            first = row.span(*row.phrases[0]) if row else None
        else:
            below = next(phrases_below(spot), None)
            first = below[1] if below else None
        if first is None:
            return []
        lines = [first]
        for line in spot.area.lines:
            for span in (line.span(*phrase) for phrase in line.phrases):
                near = 0 < span.baseline - lines[-1].baseline <= LINE_SPACING * lines[-1].words[0].size
                if near and abs(span.box[0] - first.box[0]) <= ALIGNED and len(lines) <= NAME_LINES:
                    lines.append(span)
        return lines

    def _joined(self, lines: list[Span]) -> Span:
        ends = [n for n, span in enumerate(lines) if self.until and re.match(self.until, span.text)]
        name = lines[: ends[0]] if ends and ends[0] > 0 else lines[:1]
        words = tuple(word for span in name for word in span.words)
        return Span(name[0].page, words, " ".join(span.text for span in name))


@dataclass(frozen=True)
class Cancelled(Rule):
    """0, at the place of the previous balance, where the payments are equal to it."""

    balance: Rule
    payments: Rule

    def __str__(self) -> str:
        return f"{self.balance} cancelled by payments"

    def check(self, name: str) -> None:
        if name != "outstanding_balance":
            raise DeclarationError(f"{self} is no rule for {name}")
        self.balance.check("previous_balance")
        self.payments.check("payments")

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        before = self.balance.read(scope, Field("previous_balance", wanted.path, MONEY))
        if isinstance(before, Missing):
            return before
        paid = self.payments.read(scope, Field("payments", wanted.path, MONEY))
        if before.value + (paid.value if isinstance(paid, Found) else 0) == 0:
            return scope.note(wanted, str(self), Found(0, before.span, str(self)))
        return scope.note(wanted, str(self), Missing("the payments do not cancel the previous balance"))


@dataclass(frozen=True)
class AddsUp(Wrapped):
    """An amount that counts only where it makes, together with another field, the total that the bill prints.

    With ``needed`` both must be read; without it what is not read proves nothing, and neither does anything where
    ``exempt`` holds (a budget plan sets the total).
    """

    beside: str
    total: str
    needed: bool = False
    exempt: Condition | None = None

    def check(self, name: str) -> None:
        if not {self.beside, self.total} <= BILL_KINDS.keys():
            raise DeclarationError(f"{name}: a bill has no field {self.beside} or {self.total}")
        super().check(name)

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        outcome = self.rule.read(scope, wanted)
        if isinstance(outcome, Missing) or (self.exempt and self.exempt.holds(scope)):
            return outcome
        beside, total = scope.field(self.beside), scope.field(self.total)
        if isinstance(beside, Found) and isinstance(total, Found):
            confirmed = outcome.value + beside.value == total.value
        else:
            confirmed = not self.needed
        reason = f"with {self.beside} it does not make {self.total}"
        return outcome if confirmed else scope.note(wanted, str(self), Missing(reason))


@dataclass(frozen=True)
class Confirmed(Wrapped):
    """A value that counts only where a second rule finds the same."""

    witness: Rule

    def check(self, name: str) -> None:
        self.witness.check(name)
        super().check(name)

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        outcome = self.rule.read(scope, wanted)
        if isinstance(outcome, Missing):
            return outcome
        second = self.witness.read(scope, wanted)
        if isinstance(second, Found) and second.value == outcome.value:
            return outcome
        return scope.note(wanted, str(self), Missing(f"{self.witness} does not confirm it"))
