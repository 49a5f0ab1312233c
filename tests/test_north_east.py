"""What bills of the north-east must not be taken for, and values that must stay missing on them."""

from pathlib import Path

import pytest
from drawn import Row, sheets

from parsers.model import Bill
from parsers.reading import read_bill
from parsers.registry import claims
from parsers.utilities.con_edison import ConEdison
from parsers.utilities.eversource import Eversource
from parsers.utilities.new_york_state_electric_and_gas import NewYorkStateElectricAndGas
from parsers.utilities.united_illuminating import UnitedIlluminating
from parsers.utility import Utility

NATIONAL_GRID: list[Row] = [
    (14, [(171, "SERVICE FOR"), (335, "BILLING PERIOD"), (502, "PAGE 1 of 2")]),
    (78, [(30, "www.nationalgridus.com"), (172, "ACCOUNT BALANCE")]),
    (233, [(30, "DATE BILL ISSUED")]),
]


@pytest.mark.parametrize(
    ("words", "company"),
    [
        ("300 Erie Blvd West, Syracuse, NY 13202", "national_grid_new_york"),
        ("Northborough, MA 01532: Massachusetts Department of Public Utilities", "national_grid_massachusetts"),
        ("Loadzone WCMA", "national_grid_massachusetts"),
        ("Northborough, MA 01532: Rhode Island Division of Public Utilities and Carriers", None),
        ("Brooklyn, NY 11201: New York City gas, NYS sales tax", None),
    ],
)
def test_which_national_grid_it_is_comes_from_what_is_printed(tmp_path: Path, words: str, company: str | None) -> None:
    with sheets(tmp_path, [*NATIONAL_GRID, (300, [(30, words)])]) as drawn:
        assert [utility.code for utility in claims(drawn)] == ([company] if company else [])


def bill_of(folder: Path, utility: type[Utility], *pages: list[Row]) -> Bill:
    with sheets(folder, *pages) as drawn:
        return read_bill(utility, drawn, [])


def test_a_prior_account_is_not_the_account(tmp_path: Path) -> None:
    page: list[Row] = [(128, [(26, "Account:"), (150, "Prior Account: 99-1234-5678-9000-1")])]
    assert bill_of(tmp_path, ConEdison, page).account_number is None


def test_the_chart_beside_the_balance_is_no_balance(tmp_path: Path) -> None:
    page: list[Row] = [
        (128, [(313, "Next Billing Date: Monday, March 3, 2025")]),
        (200, [(26, "Your previous charges and payments")]),
        (210, [(26, "Total charges from your last bill"), (323, "3,026.41")]),
        (220, [(26, "Balance from previous bill"), (323, "1,750.00")]),
        (240, [(26, "Your new charges")]),
    ]
    assert bill_of(tmp_path, ConEdison, page).outstanding_balance is None


def test_supply_is_not_the_delivery_beside_it(tmp_path: Path) -> None:
    page: list[Row] = [
        (100, [(28, "Your Supply Charges"), (318, "Your Delivery Charges")]),
        (
            120,
            [(28, "Total electricity supply charges"), (318, "Total electricity delivery charges"), (-587, "$50.00")],
        ),
        (140, [(318, "Your electricity total"), (-587, "$50.00")]),
    ]
    bill = bill_of(tmp_path, ConEdison, page)
    assert (bill.supply_charge, bill.delivery_charge) == (None, 50_00)


def test_registers_of_a_net_meter_that_are_not_told_apart_have_no_consumption(tmp_path: Path) -> None:
    page: list[Row] = [
        (40, [(40, "Service from:")]),
        (54, [(40, "01/09/25 - 02/07/25")]),
        (80, [(40, "99055511"), (200, "30 days"), (260, "812 kwh")]),
        (92, [(40, "99055511"), (200, "30 days"), (260, "120 kwh")]),
        (120, [(40, "Total Electricity Cost"), (-300, "99.10")]),
    ]
    bill = bill_of(tmp_path, NewYorkStateElectricAndGas, page)
    assert (bill.electricity_amount, bill.electricity_consumption) == (99_10, None)


def test_a_raw_difference_before_its_constant_is_no_consumption(tmp_path: Path) -> None:
    page: list[Row] = [
        (40, [(26, "Svc Addr:"), (72, "10 SAMPLE RD")]),
        (60, [(26, "099550011"), (90, "2835"), (130, "2780"), (175, "55"), (215, "On Peak")]),
        (80, [(26, "Meter Constant: 720; usage in kWh is told elsewhere")]),
    ]
    assert bill_of(tmp_path, Eversource, page).electricity_consumption is None


def test_taxes_beside_the_charges_are_not_left_out_of_a_total(tmp_path: Path) -> None:
    page: list[Row] = [
        (120, [(40, "Account Summary")]),
        (138, [(40, "Balance Forward"), (-300, "$0.00")]),
        (151, [(40, "Total Current Charges"), (-300, "$100.00")]),
        (164, [(40, "Total Miscellaneous Charges & Credits"), (-300, "$6.35")]),
        (177, [(40, "Total Balance"), (-300, "$106.35")]),
    ]
    bill = bill_of(tmp_path, UnitedIlluminating, page)
    assert (bill.amount_due, bill.electricity_amount, bill.total_amount) == (106_35, 100_00, None)
