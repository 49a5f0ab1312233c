"""Rules: how a field's value is found, and what to do where none is.

A rule is data: it is written once, as an attribute of a utility's class, and read on every bill. ``parsers.locate``
holds the words that make rules; ``parsers.finding.search`` those that look for a value on the page.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

from parsers.errors import DeclarationError
from parsers.finding.kinds import BILL_KINDS
from parsers.finding.outcome import Field, Found, Missing, Outcome, Scope
from parsers.finding.region import Region


class Part(Protocol):
    """Something that cuts parts out of a region, as ``sections.Section`` does."""

    def parts(self, region: Region) -> list[Region]: ...
    def __str__(self) -> str: ...


class Condition(ABC):
    """Something that a bill shows or does not. ``~a`` and ``a | b`` are conditions too."""

    @abstractmethod
    def holds(self, scope: Scope) -> bool: ...

    def __invert__(self) -> "Condition":
        return Not(self)

    def __or__(self, other: "Condition") -> "Condition":
        return AnyOf((self, other))


@dataclass(frozen=True)
class Not(Condition):
    condition: Condition

    def holds(self, scope: Scope) -> bool:
        return not self.condition.holds(scope)


@dataclass(frozen=True)
class AnyOf(Condition):
    conditions: tuple[Condition, ...]

    def holds(self, scope: Scope) -> bool:
        return any(condition.holds(scope) for condition in self.conditions)


class Rule(ABC):
    """How one field is read."""

    @abstractmethod
    def read(self, scope: Scope, wanted: Field) -> Outcome: ...

    @abstractmethod
    def __str__(self) -> str: ...

    @abstractmethod
    def check(self, name: str) -> None:
        """Raises ``DeclarationError`` where the rule cannot give the field of this name."""

    def __or__(self, other: "Rule") -> "Rule":
        """This rule, or where it finds nothing the other."""
        return Either((self, other))

    def unless(self, condition: Condition, reason: str) -> "Rule":
        """Nothing, for this reason, where the condition holds."""
        return Conditional(self, condition, holds=False, reason=reason)

    def only_if(self, condition: Condition, reason: str) -> "Rule":
        """Nothing, for this reason, where the condition does not hold."""
        return Conditional(self, condition, holds=True, reason=reason)

    def of_bill(self) -> "Rule":
        """Searched in the whole bill: for what all meters of a bill share."""
        return OfBill(self)

    def of_only_meter(self) -> "Rule":
        """Searched in the whole bill, for what it prints once: of several meters none is given it."""
        return OfBill(self, only_meter=True)

    def except_for(self, *texts: str, reason: str) -> "Rule":
        """Nothing, for this reason, where one of these values is found."""
        return Except(self, frozenset(text.casefold() for text in texts), reason)


@dataclass(frozen=True)
class Either(Rule):
    """The first of several rules that finds a value."""

    rules: tuple[Rule, ...]

    def __str__(self) -> str:
        return " or ".join(map(str, self.rules))

    def check(self, name: str) -> None:
        for rule in self.rules:
            rule.check(name)

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        missing: list[Missing] = []
        for rule in self.rules:
            outcome = rule.read(scope, wanted)
            if isinstance(outcome, Found):
                return outcome.because("alternative") if missing else outcome
            missing.append(outcome)
        reason = "; ".join(dict.fromkeys(one.reason for one in missing))
        return Missing(reason, unseen=all(one.unseen for one in missing))


@dataclass(frozen=True)
class Wrapped(Rule):
    """A rule with something done before or after it."""

    rule: Rule

    def __str__(self) -> str:
        return str(self.rule)

    def check(self, name: str) -> None:
        self.rule.check(name)


@dataclass(frozen=True)
class Conditional(Wrapped):
    condition: Condition
    holds: bool
    reason: str

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        if self.condition.holds(scope) == self.holds:
            return self.rule.read(scope, wanted)
        return scope.note(wanted, str(self), Missing(self.reason))


@dataclass(frozen=True)
class OfBill(Wrapped):
    only_meter: bool = False

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        return self.rule.read(scope.confined(scope.bill), wanted)


@dataclass(frozen=True)
class Except(Wrapped):
    texts: frozenset[str]
    reason: str

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        outcome = self.rule.read(scope, wanted)
        if isinstance(outcome, Found) and str(outcome.value).casefold() in self.texts:
            return scope.note(wanted, str(self), Missing(self.reason))
        return outcome


@dataclass(frozen=True)
class Absent(Rule):
    """A field that these bills do not print."""

    reason: str

    def __str__(self) -> str:
        return "not printed"

    def check(self, name: str) -> None:
        """Any field can be absent."""

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        return scope.note(wanted, str(self), Missing(self.reason))


@dataclass(frozen=True)
class SameAs(Rule):
    """The value of another field of the bill."""

    name: str

    def __str__(self) -> str:
        return f"the same as {self.name}"

    def check(self, name: str) -> None:
        if self.name == name or self.name not in BILL_KINDS:
            raise DeclarationError(f"{name} cannot be the same as {self.name}")

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        return scope.note(wanted, str(self), scope.field(self.name))


@dataclass(frozen=True)
class OfMeters(Rule):
    """Behind ``|``: what the meters of the bill make together, where the rules before it find nothing."""

    def __str__(self) -> str:
        return "of the meters"

    def check(self, name: str) -> None:
        if name not in ("electricity_consumption", "gas_consumption", "billing_period_from", "billing_period_to"):
            raise DeclarationError(f"the meters of a bill do not make its {name}")

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        """Nothing: the meters are read after the fields of the bill."""
        return scope.note(wanted, str(self), Missing("left to the meters"))


def is_left_to_meters(rule: Rule) -> bool:
    return isinstance(rule, Either) and any(isinstance(one, OfMeters) for one in rule.rules)
