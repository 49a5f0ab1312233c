"""Whose bill it is among companies that print one name, and what their layouts must not be taken for."""

from pathlib import Path

import pytest
from drawn import Row, sheets

from parsers.reading import read_bill
from parsers.registry import UTILITIES, claims
from parsers.utilities.duke_energy_ohio import DukeEnergyOhio

SITE = "duke-energy.com"


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("800.777.9898", "duke_energy_carolinas"),
        ("DUKE PHONE: 800-653-5307", "duke_energy_carolinas"),
        ("Electric outage 800.419.6356", "duke_energy_progress"),
        ("877.372.8477", "duke_energy_florida"),
        ("For a complete listing of all Indiana rates and riders, visit", "duke_energy_indiana"),
        ("For a complete listing of all Ohio rates and riders, visit", "duke_energy_ohio"),
        ("For a complete listing of all Kentucky rates and riders, visit", "duke_energy_kentucky"),
        ("800.544.6900", None),  # Ohio's and Kentucky's alike
        ("For a complete listing of all North Carolina rates and riders, visit", None),  # two companies serve it
    ],
)
def test_a_telephone_or_the_state_of_the_rates_tells_the_company(
    tmp_path: Path, printed: str, code: str | None
) -> None:
    page: list[Row] = [(40, [(135, SITE), (400, "Account number 9900 5550 0001")]), (60, [(135, printed)])]
    with sheets(tmp_path, page) as drawn:
        claimed = [utility.code for utility in claims(drawn, UTILITIES)]
    assert claimed == ([code] if code else [])


def test_a_supplier_is_named_where_two_places_agree(tmp_path: Path) -> None:
    summary: list[Row] = [
        (30, [(39, "Billing summary")]),
        (50, [(39, "Example Retail Energy LLC")]),
        (64, [(53, "Electric Generation Supply"), (-329, "40.00")]),
        (78, [(39, "Total Amount Due Aug 11"), (-329, "$90.00")]),
    ]
    heading: Row = (120, [(39, "Billing details - Electric Supplier")])
    for printed, read in (("Example Retail Energy LLC", "Example Retail Energy LLC"), ("Jun 26 25 - Jul 26 25", None)):
        with sheets(tmp_path, [*summary, heading, (140, [(39, printed)])]) as drawn:
            assert read_bill(DukeEnergyOhio, drawn, []).supplier_name == read
