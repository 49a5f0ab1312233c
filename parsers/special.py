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
