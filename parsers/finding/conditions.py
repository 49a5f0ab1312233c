"""Conditions: what a bill shows or does not."""

from dataclasses import dataclass

from parsers.errors import DeclarationError
from parsers.finding.kinds import BILL_KINDS
from parsers.finding.labels import find
from parsers.finding.outcome import Found, Scope
from parsers.finding.rules import Condition, Part


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
    """Whether another field of the bill is read and is 0."""

    field: str

    def __post_init__(self) -> None:
        if self.field not in BILL_KINDS:
            raise DeclarationError(f"a condition on {self.field}, which a bill does not have")

    def holds(self, scope: Scope) -> bool:
        outcome = scope.field(self.field)
        return isinstance(outcome, Found) and outcome.value == 0
