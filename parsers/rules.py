"""Rules: how a field's value is found, and what to do when several or no values are.

A rule is data: it is written once, as an attribute of a utility's class, and read on every bill. ``parsers.locate``
holds the words that make rules; this module holds what they have in common.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from parsers.errors import DeclarationError, UnreadableError
from parsers.kinds import BILL_KINDS, Kind
from parsers.lines import Span
from parsers.outcome import Field, Found, Missing, Outcome, Scope
from parsers.region import Region
from parsers.values import MonthDay


@dataclass(frozen=True)
class Near:
    """A place where the value should stand and does not."""

    reason: str


class Locator(Protocol):
    """Finds the places where a value can stand."""

    def spans(self, region: Region, wanted: Field) -> Iterator[tuple[Span, Kind] | Near]:
        """Places in reading order, each with the kind to read it as; ``Near`` where a label has no value."""

    def check(self, name: str) -> None:
        """Raises ``DeclarationError`` where it cannot give the field of this name."""

    def __str__(self) -> str: ...


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

    def except_for(self, *texts: str, reason: str) -> "Rule":
        """Nothing, for this reason, where one of these values is found."""
        return Except(self, frozenset(text.casefold() for text in texts), reason)


Pick = Callable[[Sequence[Found]], Outcome]


@dataclass(frozen=True)
class Search(Rule):
    """A locator, where it searches, and which of the values that it finds is the right one."""

    locator: Locator
    picked: str = "agreed"
    kind: Kind | None = None
    part: Part | None = None

    def __str__(self) -> str:
        return f"{self.locator} in {self.part}" if self.part else str(self.locator)

    def check(self, name: str) -> None:
        self.locator.check(name)

    def within(self, part: Part) -> "Search":
        return replace(self, part=part)

    def first(self) -> "Search":
        return replace(self, picked="first")

    def last(self) -> "Search":
        return replace(self, picked="last")

    def summed(self) -> "Search":
        return replace(self, picked="sum")

    def largest(self) -> "Search":
        return replace(self, picked="largest")

    def smallest(self) -> "Search":
        return replace(self, picked="smallest")

    def shaped(self, shape: str) -> "Search":
        """Only values that are printed in this shape (a regular expression)."""
        return replace(self, locator=Shaped(self.locator, shape))

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        regions = [scope.region] if self.part is None else self.part.parts(scope.region)
        if not regions:
            return scope.note(wanted, str(self), Missing(f"{self.part} not found"))
        found, reasons = self._all(regions, wanted)
        if found:
            return scope.note(wanted, str(self), _PICKS[self.picked](found))
        reason = "; ".join(dict.fromkeys(reasons)) or f"{self.locator} not found"
        return scope.note(wanted, str(self), Missing(reason))

    def _all(self, regions: Iterable[Region], wanted: Field) -> tuple[list[Found], list[str]]:
        found: list[Found] = []
        reasons: list[str] = []
        for region in regions:
            for place in self.locator.spans(region, wanted):
                if isinstance(place, Near):
                    reasons.append(place.reason)
                    continue
                span, kind = place
                try:
                    found.append(Found(kind.read(span.text), span, str(self)))
                except UnreadableError as error:
                    reasons.append(f"{self.locator}: what stands there is not {error.what}")
        return found, reasons


@dataclass(frozen=True)
class Shaped:
    """A locator whose values have a shape of their own."""

    locator: Locator
    shape: str

    def __str__(self) -> str:
        return str(self.locator)

    def check(self, name: str) -> None:
        self.locator.check(name)

    def spans(self, region: Region, wanted: Field) -> Iterator[tuple[Span, Kind] | Near]:
        return self.locator.spans(region, replace(wanted, kind=wanted.kind.shaped(self.shape)))


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
        reasons = []
        for rule in self.rules:
            outcome = rule.read(scope, wanted)
            if isinstance(outcome, Found):
                return outcome
            reasons.append(outcome.reason)
        return Missing("; ".join(dict.fromkeys(reasons)))


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


def _agreed(found: Sequence[Found]) -> Outcome:
    if len({_comparable(one.value) for one in found}) == 1:
        return found[0]
    pages = sorted({one.span.page for one in found})
    return Missing(f"{found[0].rule}: {len(found)} places disagree (pages {', '.join(map(str, pages))})")


def _comparable(value: Any) -> Any:
    return " ".join(value.split()).casefold() if isinstance(value, str) else value


def _summed(found: Sequence[Found]) -> Outcome:
    text = " + ".join(one.span.text for one in found)
    words = tuple(word for one in found if one.span.page == found[0].span.page for word in one.span.words)
    span = Span(found[0].span.page, words, text)
    return Found(sum(one.value for one in found), span, f"sum of {found[0].rule}") if len(found) > 1 else found[0]


def _extreme(choose: Callable[..., Found]) -> Pick:
    def pick(found: Sequence[Found]) -> Outcome:
        if any(isinstance(one.value, MonthDay) for one in found):
            return _agreed(found)  # without their years days cannot be put in order
        return choose(found, key=lambda one: one.value)

    return pick


_PICKS: dict[str, Pick] = {
    "agreed": _agreed,
    "first": lambda found: found[0],
    "last": lambda found: found[-1],
    "sum": _summed,
    "largest": _extreme(max),
    "smallest": _extreme(min),
}
