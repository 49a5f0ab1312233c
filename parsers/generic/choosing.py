"""Of several values that labels point to, the one that most speaks for; nothing where they contradict each other."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from parsers.errors import UnreadableError
from parsers.generic.pointing import Pointed

ENOUGH = 0.9  # of worth
CLEARLY = 1.5  # times the worth of the next value
MORE_PLACES = 0.3  # what each further place adds of its worth


@dataclass
class Candidate:
    """One value, all places of it, and what speaks for it."""

    value: Any
    places: list[Pointed] = field(default_factory=list)

    @property
    def worth(self) -> float:
        worths = sorted((place.worth for place in self.places), reverse=True)
        return worths[0] + MORE_PLACES * sum(worths[1:4])

    @property
    def best(self) -> Pointed:
        return max(self.places, key=lambda place: place.worth)


def candidates(
    pointed: Sequence[Pointed], read: Callable[[str], Any], same: Callable[[Any], Any] = lambda value: value
) -> list[Candidate]:
    """The values, each once, with what speaks for it; the likeliest first."""
    found: dict[Any, Candidate] = {}
    for one in pointed:
        try:
            value = read(one.cell.text)
        except UnreadableError:
            continue
        found.setdefault(same(value), Candidate(value)).places.append(one)
    return sorted(found.values(), key=lambda candidate: -candidate.worth)


def clearest(ordered: Sequence[Candidate]) -> Candidate | None:
    """The first of them, if it stands out."""
    if not ordered or ordered[0].worth < ENOUGH:
        return None
    if len(ordered) > 1 and ordered[0].worth < CLEARLY * ordered[1].worth:
        return None
    return ordered[0]


def by_field(pointed: Sequence[Pointed]) -> dict[str, list[Pointed]]:
    grouped: dict[str, list[Pointed]] = defaultdict(list)
    for one in pointed:
        grouped[one.label.field].append(one)
    return grouped
