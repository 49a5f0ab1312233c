"""What values look like inside a line."""

import re

import pytest

from parsers.kinds import MONTH_DAY_PATTERN


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
