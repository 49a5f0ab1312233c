"""Rules and locators that few fields need: a name out of a known list, a balance that payments cancel."""

from collections.abc import Iterator
from dataclasses import dataclass

from parsers.errors import DeclarationError
from parsers.kinds import MONEY, Kind
from parsers.labels import find
from parsers.lines import Span
from parsers.outcome import Field, Found, Missing, Outcome, Scope
from parsers.region import Region
from parsers.rules import Rule
from parsers.search import Near


@dataclass(frozen=True)
class Named:
    """Whichever of these names is printed."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"one of {len(self.names)} known names"

    def check(self, name: str) -> None:
        if not self.names:
            raise DeclarationError(f"{name}: no names")

    def spans(self, region: Region, wanted: Field) -> Iterator[tuple[Span, Kind] | Near]:
        for name in self.names:
            for spot in find(region, name):
                yield spot.spans[0], wanted.kind


@dataclass(frozen=True)
class Cancelled(Rule):
    """0, at the place of the previous balance, where the payments are equal to it."""

    balance: Rule
    payments: tuple[Rule, ...]

    def __str__(self) -> str:
        return f"{self.balance} cancelled by payments"

    def check(self, name: str) -> None:
        for rule in (self.balance, *self.payments):
            rule.check(name)

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        money = Field(wanted.name, wanted.path, MONEY)
        before = self.balance.read(scope, money)
        if isinstance(before, Missing):
            return before
        read = [rule.read(scope, money) for rule in self.payments]
        paid = sum(outcome.value for outcome in read if isinstance(outcome, Found))
        if before.value + paid == 0:
            return scope.note(wanted, str(self), Found(0, before.span, str(self)))
        return scope.note(wanted, str(self), Missing("the payments do not cancel the previous balance"))
