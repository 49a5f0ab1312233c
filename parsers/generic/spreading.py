"""What of several printed values belongs to which of several meters.

On some bills a meter's period, rate and readings stand above its number, on others below it. A value is given to a
meter only where every meter has one of its own on the same side.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

Place = tuple[int, float]
PAGE = 800.0  # points that count as the height of a page


class Placed(Protocol):
    @property
    def place(self) -> Place: ...


T = TypeVar("T", bound=Placed)
FIRST, LAST = (0, 0.0), (10**6, 0.0)


def above(at: int, numbers: Sequence[Placed], found: Sequence[T]) -> list[T]:
    """What stands between the meter before and this one, its own row included."""
    start = numbers[at - 1].place if at else FIRST
    return [one for one in found if start < one.place <= numbers[at].place]


def below(at: int, numbers: Sequence[Placed], found: Sequence[T]) -> list[T]:
    """What stands between this meter, its own row included, and the next one."""
    end = numbers[at + 1].place if at + 1 < len(numbers) else LAST
    return [one for one in found if numbers[at].place <= one.place < end]


def spread(numbers: Sequence[Placed], found: Sequence[T]) -> list[T] | None:
    """For each meter its nearest value, all of them from the same side; the nearer side where both have all."""
    sides = []
    for side in (below, above):
        groups = [side(at, numbers, found) for at in range(len(numbers))]
        if all(groups):
            nearest = [
                min(group, key=lambda one: _apart(one, number)) for number, group in zip(numbers, groups, strict=True)
            ]
            far = sum(_apart(one, number) for one, number in zip(nearest, numbers, strict=True))
            sides.append((far, nearest))
    return min(sides, key=lambda side: side[0])[1] if sides else None


def _apart(one: Placed, other: Placed) -> float:
    (page, baseline), (other_page, other_baseline) = one.place, other.place
    return abs((page - other_page) * PAGE + baseline - other_baseline)
