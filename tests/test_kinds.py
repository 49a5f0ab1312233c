"""What values look like inside a line."""

import datetime as dt
import re

import pytest

from parsers.finding.kinds import DATE, DATE_PATTERN, MONEY_PATTERN, MONTH_DAY_PATTERN, NUMBER_PATTERN


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("04/22-05/22", ["04/22", "05/22"]),
        ("04/22 - 05/22", ["04/22", "05/22"]),
        ("Apr 22 - May 22", ["Apr 22", "May 22"]),
        ("04/22/2024-05/22/2024", []),
        ("555-04-22", []),
    ],
)
def test_days_without_a_year(text: str, days: list[str]) -> None:
    assert [match.group() for match in re.finditer(MONTH_DAY_PATTERN, text)] == days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("from Apr 2 '08 to May 1 '08", [dt.date(2008, 4, 2), dt.date(2008, 5, 1)]),
        ("May 2, '08", [dt.date(2008, 5, 2)]),
        ("Apr 4 '08 13:45", [dt.date(2008, 4, 4)]),
        ("Apr 13 14 15", []),
        ("May 2 '080", []),
    ],
)
def test_a_year_of_two_digits_after_an_apostrophe(text: str, days: list[dt.date]) -> None:
    assert [DATE.read(match.group()) for match in re.finditer(DATE_PATTERN, text)] == days


@pytest.mark.parametrize("torn", ["$2, 345.67", "$2,3 45 .67", "$2,345. 67", "2,345 .67"])
def test_a_piece_of_a_torn_amount_is_none(torn: str) -> None:
    assert re.findall(MONEY_PATTERN, f"Total {torn}") == []


def test_amounts_beside_other_numbers() -> None:
    found = [match.group() for match in re.finditer(MONEY_PATTERN, "June 3 $.45 30 12.00 to pay .15")]
    assert [one.strip() for one in found] == ["$.45", "12.00", ".15"]


def test_credits_are_marked_behind_the_amount() -> None:
    found = re.findall(MONEY_PATTERN, "Payments 53.99 (CR) 12.00 CR 7.00")
    assert [one.strip() for one in found] == ["53.99 (CR)", "12.00 CR", "7.00"]


@pytest.mark.parametrize(
    ("text", "numbers"), [("2, 345 kWh", []), ("May 3, 2024", []), ("30 2,345 kWh", ["30", "2,345"])]
)
def test_a_piece_of_a_torn_number_or_of_a_date_is_none(text: str, numbers: list[str]) -> None:
    assert re.findall(NUMBER_PATTERN, text) == numbers
