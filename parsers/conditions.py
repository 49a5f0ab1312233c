"""Conditions: what a bill shows or does not."""

from dataclasses import dataclass

from parsers.errors import DeclarationError
from parsers.kinds import MONEY
from parsers.labels import find
from parsers.outcome import Field, Found, Scope
from parsers.rules import Condition, Part, Rule


@dataclass(frozen=True)
class Prints(Condition):
    """Whether any of these texts is printed, in a part of the bill or anywhere."""

    texts: tuple[str, ...]
    part: Part | None = None

    def __post_init__(self) -> None:
        if not self.texts or not all(text.strip() for text in self.texts):
            raise DeclarationError("a condition on an empty text")

    def holds(self, scope: Scope) -> bool:
        regions = self.part.parts(scope.region) if self.part else [scope.region]
        return any(find(region, text) for region in regions for text in self.texts)


@dataclass(frozen=True)
class IsZero(Condition):
    """Whether a rule reads an amount of 0."""

    rule: Rule

    def holds(self, scope: Scope) -> bool:
        outcome = self.rule.read(scope, Field("outstanding_balance", "condition", MONEY))
        return isinstance(outcome, Found) and outcome.value == 0
