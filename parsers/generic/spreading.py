"""What of several printed values belongs to which of several meters.

On some bills a meter's period, rate and readings stand above its number, on others below it: each kind of value on one
side on all of a bill.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

Place = tuple[int, float]
SAME_ROW = 3.0  # points
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


def spread(numbers: Sequence[Placed], found: Sequence[T]) -> list[T | None]:
    """For each meter its nearest value on the side on which these values stand; none where it has none there."""
    side = above if stand_above(numbers, found) else below
    groups = [side(at, numbers, found) for at in range(len(numbers))]
    return [
        min(group, key=lambda one: apart(one, number), default=None)
        for number, group in zip(numbers, groups, strict=True)
    ]


def stand_above(numbers: Sequence[Placed], found: Sequence[Placed]) -> bool:
    """Whether values stand above the meter numbers that they belong to: told from the number nearest to each."""
    votes = 0
    for one in found:
        page = [number for number in numbers if number.place[0] == one.place[0]]
        nearest = min(page, key=lambda number: apart(one, number), default=None)
        if nearest and apart(one, nearest) > SAME_ROW:
            votes += 1 if one.place < nearest.place else -1
    return votes > 0


def apart(one: Placed, other: Placed) -> float:
    """How far two things stand from each other down the pages, in points."""
    (page, baseline), (other_page, other_baseline) = one.place, other.place
    return abs((page - other_page) * PAGE + baseline - other_baseline)
