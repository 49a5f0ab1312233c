"""Addresses in one line without a sign between street and city, and addresses in centred lines."""

from pathlib import Path

import pytest
from drawn import Row, read, scope

from parsers.errors import DeclarationError
from parsers.finding.outcome import Found
from parsers.finding.undivided import divided
from parsers.locate import address_right_of, undivided_address_right_of
from parsers.model import Address


@pytest.mark.parametrize(
    ("text", "street", "city"),
    [
        ("77 SW Sample Rd Exampleville OR", "77 SW Sample Rd", "Exampleville"),
        ("Oak And Elm Corner Testburg OR", "Oak And Elm Corner", "Testburg"),
        ("12 SAMPLE LN UNIT 7 WEST SAINT EXAMPLE, MN 55199", "12 SAMPLE LN UNIT 7", "WEST SAINT EXAMPLE"),
        ("12 Sample St # 5 Klamath Falls OR", "12 Sample St # 5", "Klamath Falls"),
        ("12 Sample St #5 Klamath Falls OR", "12 Sample St #5", "Klamath Falls"),
        ("12 Sample Ave NE Apt B Bldg 3 Salem OR 97399-0001", "12 Sample Ave NE Apt B Bldg 3", "Salem"),
        ("400 Hwy 97 N Central Point OR", "400 Hwy 97 N", "Central Point"),
        ("NW Sample Ln Exampleville OR", "NW Sample Ln", "Exampleville"),
        ("12 Saint Example Rd Bend OR", "12 Saint Example Rd", "Bend"),
    ],
)
def test_the_type_of_the_street_tells_where_the_city_begins(text: str, street: str, city: str) -> None:
    fields = divided(text)
    assert (fields["line_1"], fields["city"]) == (street, city)


@pytest.mark.parametrize(
    "text",
    [
        "12 Sample St North Bend OR",  # North may be the street's
        "12 Sample St St Helens OR",
        "12 Broadway St Helens OR",  # of Saint Helens, or of Broadway Street
        "12 Sample Park City UT",  # no type of a street
        "12 Sample St OR",  # no city
        "12 Sample St Exampleville 3 OR",
        "SAMPLE ROAD STORES CO",  # a name, not a street
        "12 Sample St Exampleville ZZ",
        "12 Sample St One Two Three Four Five OR",
        "",
    ],
)
def test_a_city_that_may_begin_elsewhere_is_not_guessed(text: str) -> None:
    assert divided(text) == {}


def test_every_field_that_is_printed() -> None:
    assert divided("12 Sample St Exampleville, OR 97399-0001") == {
        "line_1": "12 Sample St",
        "city": "Exampleville",
        "state": "OR",
        "postal_code": "97399",
        "postal_code_suffix": "0001",
    }


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (["12 Sample St Salem OR"], Address(line_1="12 Sample St", city="Salem", state="OR")),
        (["12 Sample St Salem OR"] * 2, Address(line_1="12 Sample St", city="Salem", state="OR")),
        (["12 Sample St Salem OR", "14 Sample St Salem OR"], None),
        (["12 Salem OR"], None),
    ],
)
def test_an_address_beside_its_label(tmp_path: Path, lines: list[str], address: Address | None) -> None:
    page: list[Row] = [
        (50 + 40 * n, [(30, "SERVICE ADDRESS:"), (200, line), (500, "x")]) for n, line in enumerate(lines)
    ]
    with scope(tmp_path, page) as where:
        outcome = read(undivided_address_right_of("SERVICE ADDRESS:"), where, "address")
    assert (outcome.value if isinstance(outcome, Found) else None) == address


def test_is_an_address_and_nothing_else() -> None:
    with pytest.raises(DeclarationError):
        undivided_address_right_of("SERVICE ADDRESS:").check("tariff")


@pytest.mark.parametrize("centred", [True, False])
def test_centred_lines(tmp_path: Path, *, centred: bool) -> None:
    page: list[Row] = [
        (50, [(100, "Service Address: 4400 LONG SAMPLE BLVD"), (400, "DUE DATE")]),
        (61, [(140, "EXAMPLEVILLE TX 76099-0001"), (400, "TOTAL")]),
    ]
    with scope(tmp_path, page) as where:
        outcome = read(address_right_of("Service Address:", centred=centred), where, "address")
    assert (outcome.value.city if isinstance(outcome, Found) else None) == ("EXAMPLEVILLE" if centred else None)
