"""What is broken over lines: numbers too long for their column, addresses in running text."""

from pathlib import Path
from typing import Any

import pytest
from drawn import Row, read, scope

from parsers.errors import DeclarationError
from parsers.finding.outcome import Found, Missing
from parsers.locate import address_in, numbers_below, section
from parsers.model import Address

METER = numbers_below("METER NUMBER", shape=r"[A-Z]+\d{5}-\d{8}")
HEAD = section("Bill date", until="Account Summary", left="Account Summary")
PLACE = address_in(HEAD, r", (?P<line_1>\d[^,]*)(?:, (?P<line_2>(?:APT|UNIT) [^,]+))?, {city}")


def value(folder: Path, rule: Any, field: str, rows: list[Row]) -> Any:
    with scope(folder, rows) as where:
        outcome = read(rule, where, field)
    return outcome.value if isinstance(outcome, Found) else outcome


@pytest.mark.parametrize(
    ("below", "number"),
    [
        ([(44, [(30, "AB00999-00000017 7H")])], "AB00999-00000017"),
        ([(44, [(30, "ABCDE00999-00000 SERVES")]), (55, [(30, "017"), (120, "8H")])], "ABCDE00999-00000017"),
        ([(44, [(30, "AB00999-00000017")]), (55, [(30, "AB00999-00000018")])], None),  # which of the two?
        ([(44, [(30, "ABCDE00999-00000")]), (80, [(30, "017")])], None),  # too far below to be its end
        ([(44, [(90, "AB00999-00000017")])], None),  # another column
        ([(44, [(30, "to be installed")])], None),
    ],
)
def test_a_number_in_a_column_may_go_on_in_the_next_line(tmp_path: Path, below: list[Row], number: str | None) -> None:
    got = value(tmp_path, METER, "id", [(30, [(30, "METER NUMBER"), (120, "SERVES")]), *below])
    assert got == number if number else isinstance(got, Missing)


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (["ALEX EXAMPLE, 12 TEST ST, LOS ANGELES, CA 90099"], ("12 TEST ST", None, "LOS ANGELES")),
        (
            ["A, B AND COMPANY, LLC,", "12 TEST ST, UNIT 4, SUN VALLEY, CA 90099"],
            ("12 TEST ST", "UNIT 4", "SUN VALLEY"),
        ),
        (
            ["SAMPLE PROPERTIES, 1200 S LONG", "STREET NAME, LOS", "ANGELES, CA 90099"],
            ("1200 S LONG STREET NAME", None, "LOS ANGELES"),
        ),
        (["ALEX EXAMPLE, TEST ST, LOS ANGELES, CA 90099"], None),
        (["A, 12 TEST ST, LOS ANGELES, CA 90099", "B, 14 TEST ST, LOS ANGELES, CA 90099"], None),
    ],
)
def test_an_address_in_running_text(tmp_path: Path, lines: list[str], address: tuple[str, ...] | None) -> None:
    text: list[Row] = [(60 + 11 * n, [(200, line)]) for n, line in enumerate(lines)]
    beside: list[Row] = [(66, [(30, "5 OTHER ST, ELSEWHERE, CA 90098")])]
    got = value(
        tmp_path, PLACE, "address", [(30, [(250, "Bill date")]), *text, *beside, (120, [(200, "Account Summary")])]
    )
    if address is None:
        assert isinstance(got, Missing)
    else:
        line_1, line_2, city = address
        assert got == Address(line_1=line_1, line_2=line_2, city=city, state="CA", postal_code="90099")


def test_a_pattern_of_an_address_is_checked_when_it_is_declared() -> None:
    with pytest.raises(DeclarationError, match="no such field"):
        address_in(HEAD, r"(?P<street>\d+ \w+), {city}")
    with pytest.raises(DeclarationError, match="is no rule for"):
        PLACE.check("total_amount")
