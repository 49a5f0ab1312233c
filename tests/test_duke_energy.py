"""Whose bill it is among companies that print one name, and what their layouts must not be taken for."""

from pathlib import Path

import pytest
from drawn import Row, sheets

from parsers.reading import read_bill
from parsers.registry import UTILITIES, claims
from parsers.utilities.duke_energy_carolinas import DukeEnergyCarolinas
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


CURRENT_USAGE: list[Row] = [
    (20, [(30, "Current Electric Usage")]),
    (34, [(30, "990055501 Energy"), (150, "Jul 2 - Aug 1")]),
]
FORMER_USAGE: list[Row] = [(20, [(30, "Current electric usage for meter number 990055")])]
OLD_USAGE: list[Row] = [(20, [(30, "METER READINGS:")]), (34, [(30, "990055 Example General Service")])]


@pytest.mark.parametrize(
    ("usage", "rows", "highest"),
    [
        (CURRENT_USAGE, ["Actual Demand-kW 4.250 kW", "Billed Demand kW 31.000 kW"], 31),
        (CURRENT_USAGE, ["Actual Demand-kW 4.250 kW", "Billed Demand kW"], None),
        (CURRENT_USAGE, ["Actual Demand-kW 4.250 kW", "31.000 kW"], None),
        (FORMER_USAGE, ["2.10 0.00 100 210 KW", "3.10 0.00 100 310 KW"], 310),
        (FORMER_USAGE, ["2.10 0.00 100 210 KW", "3.10 0.00 100 KW"], None),
        (FORMER_USAGE, ["Actual Demand-kW 21", "Billed Demand-kW 31"], 31),
        (FORMER_USAGE, ["Actual Demand-kW 21", "Billed Demand-kW"], None),
        (OLD_USAGE, ["0.00 21.00 1 21 KW Actual Demand", "31 KW Billing Demand"], 31),
        (OLD_USAGE, ["0.00 21.00 1 21 KW Actual Demand", "Billing Demand 171.30"], None),
        (OLD_USAGE, ["0.00 21.00 1 21 KW Actual Demand"], None),
    ],
)
def test_of_demands_the_highest_counts_where_all_are_read(
    tmp_path: Path, usage: list[Row], rows: list[str], highest: float | None
) -> None:
    page = [*usage, *((60 + 14 * at, [(30, row)]) for at, row in enumerate(rows))]
    with sheets(tmp_path, page) as drawn:
        (meter,) = read_bill(DukeEnergyCarolinas, drawn, []).meters
    assert meter.demand_kw == highest


def test_large_readings_of_the_old_table_are_no_meter(tmp_path: Path) -> None:
    used = (48, [(30, "41700 41917 100 21,700 KWH On-Peak Energy")])
    unread = (62, [(30, "317017"), (120, "318417"), (200, "1000"), (300, "17,917.40")])
    with sheets(tmp_path, [*OLD_USAGE, used, unread]) as drawn:
        meters = read_bill(DukeEnergyCarolinas, drawn, []).meters
    assert [(meter.id, meter.consumption) for meter in meters] == [("990055", None)]
