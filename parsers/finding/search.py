"""Looking for a value: a locator, where it searches, and which of the values that it finds is the right one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from parsers.errors import DeclarationError, UnreadableError
from parsers.finding.kinds import KINDS, Kind, compiled
from parsers.finding.lines import Span
from parsers.finding.outcome import UNREADABLE, Field, Found, Missing, Outcome, Scope
from parsers.finding.region import Region
from parsers.finding.rules import Part, Rule
from parsers.finding.values import MonthDay


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


Pick = Callable[[Sequence[Found]], Outcome]


@dataclass(frozen=True)
class Search(Rule):
    """A locator, where it searches, and which of the values that it finds is the right one."""

    locator: Locator
    picked: str = "agreed"
    part: Part | None = None
    form: str | None = None

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

    def covering(self, form: str) -> "Search":
        """Only where it reads every line of this form: a regular expression for the text of a line without its spaces.

        For the rows of a table: one that is printed in another form than the rest would be left out unnoticed.
        """
        compiled(form)
        return replace(self, form=form)

    def shaped(self, shape: str) -> "Search":
        """Only values that are printed in this shape (a regular expression)."""
        return replace(self, locator=Adjusted(self.locator, shape=shape))

    def read_as(self, kind: str) -> "Search":
        """Values of another kind than the field's own, as ``month_day`` for a date without its year."""
        if kind not in KINDS:
            raise DeclarationError(f"no kind is named {kind}")
        return replace(self, locator=Adjusted(self.locator, kind=KINDS[kind]))

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        regions = [scope.region] if self.part is None else self.part.parts(scope.region)
        if not regions:
            return scope.note(wanted, str(self), Missing(f"{self.part} not found", unseen=True))
        found, reasons = self._all(regions, wanted)
        if self.picked != "agreed" and UNREADABLE in reasons:
            return scope.note(wanted, str(self), Missing(UNREADABLE))
        if found and reasons and self.picked == "sum":
            return scope.note(wanted, str(self), Missing(f"a part of the sum is not read: {reasons[0]}"))
        if found and self._leaves_out_a_line(regions, found):
            return scope.note(wanted, str(self), Missing(f"{self}: a line like those that are read is not read"))
        if found:
            return scope.note(wanted, str(self), _PICKS[self.picked](found))
        reason = "; ".join(dict.fromkeys(reasons)) or f"{self.locator} not found"
        return scope.note(wanted, str(self), Missing(reason, unseen=not reasons))

    def _all(self, regions: Iterable[Region], wanted: Field) -> tuple[list[Found], list[str]]:
        found: list[Found] = []
        reasons: list[str] = []
        for region in regions:
            for place in self.locator.spans(region, wanted):
                if isinstance(place, Near):
                    reasons.append(place.reason)
                    continue
                span, kind = place
                if span.unreadable:
                    reasons.append(UNREADABLE)
                    continue
                try:
                    found.append(Found(kind.read(span.text), span, str(self)))
                except UnreadableError as error:
                    reasons.append(f"{self.locator}: what stands there is not {error.what}")
        return sorted(found, key=_place), reasons

    def _leaves_out_a_line(self, regions: Iterable[Region], found: Sequence[Found]) -> bool:
        if self.form is None:
            return False
        form = compiled(self.form)
        spans = [one.span for one in found]
        lines = (line for region in regions for line in region.lines() if form.search(line.squeezed[0]))
        return not all(line.holds_any(spans) for line in lines)


@dataclass(frozen=True)
class Adjusted:
    """A locator whose values are of another kind than the field's, or are printed in a shape of their own."""

    locator: Locator
    kind: Kind | None = None
    shape: str | None = None

    def __str__(self) -> str:
        return str(self.locator)

    def check(self, name: str) -> None:
        self.locator.check(name)

    def spans(self, region: Region, wanted: Field) -> Iterator[tuple[Span, Kind] | Near]:
        kind = self.kind or wanted.kind
        return self.locator.spans(region, replace(wanted, kind=kind.shaped(self.shape) if self.shape else kind))


def _place(found: Found) -> tuple[int, float, float]:
    return found.span.page, found.span.baseline, found.span.box[0]


def _agreed(found: Sequence[Found]) -> Outcome:
    if _same(found):
        return found[0].because("places_agree") if len(found) > 1 else found[0]
    certain = [one for one in found if one.span.agreed]
    if certain and len(certain) < len(found) and _same(certain):
        return certain[0]  # of the other places OCR is not sure
    pages = sorted({one.span.page for one in found})
    return Missing(f"{found[0].rule}: {len(found)} places disagree (pages {', '.join(map(str, pages))})")


def _chosen(pick: Callable[[Sequence[Found]], Found]) -> Pick:
    """A choice; where all are the same there is none, and they confirm each other."""
    return lambda found: _agreed(found) if _same(found) else pick(found).because("chosen")


def _same(found: Sequence[Found]) -> bool:
    return len({_comparable(one.value) for one in found}) == 1


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
        outcome = _chosen(lambda several: choose(several, key=lambda one: one.value))(found)
        doubtful = any(not one.span.agreed for one in found)  # one that was misread may be the one that is looked for
        return outcome.because("one_engine") if doubtful and isinstance(outcome, Found) else outcome

    return pick


_PICKS: dict[str, Pick] = {
    "agreed": _agreed,
    "first": _chosen(lambda found: found[0]),
    "last": _chosen(lambda found: found[-1]),
    "sum": _summed,
    "largest": _extreme(max),
    "smallest": _extreme(min),
}
