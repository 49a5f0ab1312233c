"""One PDF to the page ranges of its bills."""

from pathlib import Path
from typing import ClassVar

import pytest
from drawn import Row, sheets

from parsers.finding.region import Sheet
from parsers.split import split
from parsers.utility import Marks, Utility


def begins_at(pages: list[Sheet], pattern: str, *covered: str) -> list[tuple[int, int]]:
    class Drawn:
        begins: ClassVar[str] = pattern
        covers: ClassVar[tuple[str, ...]] = covered
        marks: ClassVar[Marks] = ("EXAMPLE POWER", ("Page", "STATEMENT"))

    parts = split(Drawn, pages)  # type: ignore[arg-type]  # only how a bill begins and whose it is matter here
    return [(part[0].number, part[-1].number) for part in parts]


def page(*texts: str) -> list[Row]:
    return [(50 + 20 * n, [(30, text)]) for n, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("heads", "ranges"),
    [
        (["Page 1 of 3", "Page 2 of 3", "small print"], [(1, 3)]),
        (["Page 1 of 2", "small print", "Page 1 of 1", "Page 1 of 2", "Page 2 of 2"], [(1, 2), (3, 3), (4, 5)]),
        (["a letter before", "Page 1 of 2", "Page 2 of 2", "Page 1 of 1"], [(1, 3), (4, 4)]),
        (["no head at all", "nor here"], [(1, 2)]),
        (["Page 2 of 3", "Page 3 of 3"], [(1, 2)]),
        (["Page 11 of 12", "Page 12 of 12"], [(1, 2)]),
    ],
)
def test_a_bill_goes_from_its_first_page_to_the_next_one(
    tmp_path: Path, heads: list[str], ranges: list[tuple[int, int]]
) -> None:
    with sheets(tmp_path, *(page("EXAMPLE POWER", head) for head in heads)) as drawn:
        assert begins_at(drawn, Utility.begins) == ranges


def test_how_a_bill_begins_is_the_parsers_own(tmp_path: Path) -> None:
    first, second = page("EXAMPLE POWER", "STATEMENT 1"), page("EXAMPLE POWER", "STATEMENT 2")
    with sheets(tmp_path, first, page("continued"), second) as drawn:
        assert begins_at(drawn, r"STATEMENT \d") == [(1, 2), (3, 3)]


@pytest.mark.parametrize(
    ("heads", "ranges"),
    [
        (["LETTER", "POWER", "POWER"], [(1, 2), (3, 3)]),
        (["POWER", "LEAFLET", "POWER"], [(1, 2), (3, 3)]),
        (["POWER", "LEAFLET"], [(1, 2)]),
    ],
)
def test_what_counts_its_own_pages_without_the_marks_is_no_bill(
    tmp_path: Path, heads: list[str], ranges: list[tuple[int, int]]
) -> None:
    with sheets(tmp_path, *(page(f"EXAMPLE {head}", "Page 1 of 1") for head in heads)) as drawn:
        assert begins_at(drawn, Utility.begins) == ranges


@pytest.mark.parametrize(
    ("heads", "ranges"),
    [
        (["ALL ACCOUNTS", "ALL ACCOUNTS", "Page 1 of 2", "Page 2 of 2", "Page 1 of 1"], [(3, 4), (5, 5)]),
        (["ALL ACCOUNTS", "Page 1 of 1", "ALL ACCOUNTS", "Page 1 of 1"], [(2, 2), (4, 4)]),  # two of them in one file
        (["a letter before", "ALL ACCOUNTS", "Page 1 of 1"], [(3, 3)]),
        (["ALL ACCOUNTS Page 1 of 2", "ALL ACCOUNTS Page 2 of 2", "Page 1 of 1"], [(3, 3)]),
        (["ALL ACCOUNTS", "Page 2 of 3", "Page 3 of 3", "Page 1 of 1"], [(2, 3), (4, 4)]),
        (["ALL ACCOUNTS", "ALL ACCOUNTS"], [(1, 2)]),  # without its accounts it is a bill of its own
        (["Page 1 of 2", "Page 2 of 2"], [(1, 2)]),
    ],
)
def test_covers_of_a_collective_bill_belong_to_no_account(
    tmp_path: Path, heads: list[str], ranges: list[tuple[int, int]]
) -> None:
    with sheets(tmp_path, *(page("EXAMPLE POWER", head) for head in heads)) as drawn:
        assert begins_at(drawn, Utility.begins, "ALL ACCOUNTS") == ranges
