"""The address at a meter's street: the full one where it is that street's, else the street alone."""

from pathlib import Path

import pytest
from drawn import Row, read, scope

from parsers.errors import DeclarationError
from parsers.finding.outcome import Found, Missing
from parsers.locate import address_at_street, address_below
from parsers.model import Address

RULE = address_at_street("Service For:", full=address_below("Supplied at"))
FULL: list[Row] = [
    (50, [(30, "Supplied at")]),
    (62, [(30, "ALEX EXAMPLE")]),
    (74, [(30, "12 SAMPLE CT")]),
    (86, [(30, "APT 4")]),
    (98, [(30, "EXAMPLE CITY, CA 94000")]),
]


def address(folder: Path, *rows: Row) -> Address | None:
    with scope(folder, [*FULL, *rows]) as where:
        outcome = read(RULE, where, "address")
        if isinstance(outcome, Missing):
            return None
        assert isinstance(outcome, Found)
        assert isinstance(outcome.value, Address)
        return outcome.value


@pytest.mark.parametrize("street", ["12 SAMPLE CT APT 4", "12  SAMPLE CT  APT 4"])
def test_the_full_address_of_the_same_street(tmp_path: Path, street: str) -> None:
    found = address(tmp_path, (200, [(30, f"Service For: {street}")]))
    assert found == Address(line_1="12 SAMPLE CT", line_2="APT 4", city="EXAMPLE CITY", state="CA", postal_code="94000")


def test_another_street_has_no_city(tmp_path: Path) -> None:
    assert address(tmp_path, (200, [(30, "Service For: 14 SAMPLE CT")])) == Address(line_1="14 SAMPLE CT")


def test_two_streets_are_none(tmp_path: Path) -> None:
    rows = ((200, [(30, "Service For: 14 SAMPLE CT")]), (300, [(30, "Service For: 12 SAMPLE CT APT 4")]))
    assert address(tmp_path, *rows) is None


def test_no_street_is_no_address(tmp_path: Path) -> None:
    assert address(tmp_path) is None


def test_it_gives_nothing_but_addresses() -> None:
    with pytest.raises(DeclarationError):
        RULE.check("tariff")
