"""Homes in the west, with panels, an aggregator, tiers and registers by time of day, of which no sample is drawn."""

import datetime as dt
from pathlib import Path

import pytest
from drawn import Row, bill_of

from parsers.utilities.cps_energy import CpsEnergy
from parsers.utilities.los_angeles_department_of_water_and_power import LosAngelesDepartmentOfWaterAndPower
from parsers.utilities.pacific_gas_and_electric import PacificGasAndElectric
from parsers.utilities.san_diego_gas_and_electric import SanDiegoGasAndElectric
from parsers.utilities.silicon_valley_power import SiliconValleyPower
from parsers.utilities.xcel_energy import XcelEnergy


def san_diego(*, past_due: str) -> tuple[list[Row], ...]:
    head = (14.0, [(185.0, "ACCOUNT NUMBER 0099 9000 0170 1"), (404.0, "DATE MAILED Oct 31, 2025")])
    first: list[Row] = [
        head,
        (30, [(185, "SERVICE FOR"), (404, "sdge.com")]),
        (42, [(185, "SAM EXAMPLE")]),
        (54, [(185, "17 SAMPLE CT")]),
        (66, [(185, "SAMPLETON, CA 92001")]),
        (90, [(404, "DATE DUE"), (500, "AMOUNT DUE")]),
        (102, [(404, "Nov 19, 2025"), (500, "$391.72")]),
        (188, [(24, "Account Summary")]),
        (200, [(24, "Previous Balance"), (-385, "$52.00")]),
        (212, [(24, "Payment Received 10/09/25 THANK YOU"), (-385, "\u2212 0.00")]),
        (224, [(24, "Past Due Amount"), (-385, past_due)]),
        (236, [(24, "Current Charges"), (-385, "+ 339.72")]),
        (248, [(24, "Total Amount Due"), (-385, "$391.72")]),
        (281, [(24, "Summary of Current Charges")]),
        (309, [(24, "Electric"), (107, "Sep 26, 2025 - Oct 27, 2025"), (260, "1,364 kWh"), (-385, "339.72")]),
        (321, [(24, "Total Charges this Month"), (-385, "$339.72")]),
    ]
    second: list[Row] = [
        head,
        (100, [(24, "Electric Service")]),
        (112, [(24, "Rate: TOU-DR1"), (200, "Climate Zone: Inland")]),
        (124, [(24, "Billing Period: 9/26/25 - 9/30/25"), (240, "Total Days: 5")]),
        (136, [(24, "Meter Number: 06990017"), (240, "Cycle: 14")]),
        (148, [(24, "Total Usage: \u2212140")]),
        (160, [(24, "Non Bypassable Charges Usage: 308")]),
        (200, [(24, "Total Electric Service $24.09")]),
        (240, [(24, "Electric Service")]),
        (252, [(24, "Billing Period: 10/1/25 - 10/27/25"), (240, "Total Days: 27")]),
        (264, [(24, "Meter Number: 06990017"), (240, "Cycle: 14")]),
        (276, [(24, "Total Usage: 1,504")]),
        (330, [(24, "Total Electric Service $83.71")]),
    ]
    third: list[Row] = [
        head,
        (100, [(24, "CLEAN ENERGY ALLIANCE")]),
        (112, [(24, "Community Choice Aggregation (CCA) Electric Generation Charges")]),
        (140, [(24, "Total CCA Electric Generation Charges $37.28")]),
        (180, [(24, "Total CCA Electric Generation Charges $194.64")]),
    ]
    return first, second, third


def test_san_diego_with_panels_an_aggregator_and_two_periods(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, SanDiegoGasAndElectric, *san_diego(past_due="$52.00"))
    assert bill.account_number == "0099 9000 0170 1"
    assert (bill.outstanding_balance, bill.total_amount, bill.amount_due) == (52_00, 339_72, 391_72)
    assert (bill.delivery_charge, bill.supply_charge, bill.electricity_amount) == (107_80, 231_92, 339_72)
    assert bill.supplier_name == "CLEAN ENERGY ALLIANCE"
    assert bill.past_due
    (meter,) = bill.meters
    assert meter.consumption == bill.electricity_consumption == 1_364_000
    assert (meter.billing_period_from, meter.billing_period_to) == (dt.date(2025, 9, 26), dt.date(2025, 10, 27))


def xcel(*readings: Row, used: str = "900 kWh") -> list[Row]:
    return [
        (20, [(30, "MAILING ADDRESS"), (250, "ACCOUNT NUMBER"), (400, "DUE DATE")]),
        (32, [(250, "53-0099000017-1"), (400, "08/20/2025")]),
        (44, [(250, "STATEMENT NUMBER"), (400, "STATEMENT DATE"), (500, "AMOUNT DUE")]),
        (56, [(250, "900990017"), (400, "07/29/2025"), (500, "$120.00")]),
        (70, [(30, "See our website: xcelenergy.com"), (250, "ACCOUNT BALANCE")]),
        (82, [(250, "Balance Forward"), (-560, "$0.00")]),
        (94, [(250, "Current Charges"), (-560, "$120.00")]),
        (120, [(30, "SUMMARY OF CURRENT CHARGES")]),
        (132, [(30, "Electricity Service"), (200, "06/27/25 - 07/28/25"), (-420, used), (-560, "$120.00")]),
        (160, [(30, "INFORMATION ABOUT YOUR BILL")]),
        (200, [(250, "SERVICE ADDRESS:"), (340, "17 EXAMPLE ST SAMPLETON, CO 80001")]),
        (212, [(250, "ELECTRICITY SERVICE DETAILS")]),
        (224, [(250, "PREMISES NUMBER:"), (340, "300990017")]),
        (236, [(250, "METER 77990017"), (400, "Read Dates: 06/27/25 - 07/28/25 (31 Days)")]),
        *readings,
        (400, [(250, "ELECTRICITY CHARGES"), (400, "RATE: RE-TOU Residential Time of Use")]),
    ]


def register(top: float, name: str, now: str, used: str) -> Row:
    return (
        top,
        [(30, "Temperature"), (250, name), (380, f"{now} Actual"), (450, "1000 Actual"), (-570, f"{used} kWh")],
    )


def test_xcel_with_a_register_for_each_time_of_day(tmp_path: Path) -> None:
    rows = (
        register(248, "On Pk Energy", "1300", "300"),
        register(260, "Off Pk Energy", "1600", "600"),
        register(272, "Total Energy", "1900", "900"),
    )
    bill = bill_of(tmp_path, XcelEnergy, xcel(*rows))
    assert bill.meters[0].consumption == bill.electricity_consumption == 900_000


def test_xcel_does_not_add_what_a_home_delivered(tmp_path: Path) -> None:
    rows = (
        register(248, "Total Energy Delivered by Xcel", "1900", "900"),
        register(260, "Total Energy Delivered by Customer", "1400", "400"),
    )
    bill = bill_of(tmp_path, XcelEnergy, xcel(*rows, used="500 kWh"))
    assert bill.meters[0].consumption is None
    assert bill.electricity_consumption == 500_000


def silicon_valley(*more: Row) -> list[Row]:
    return [
        (20, [(30, "City of Santa Clara Municipal Utilities")]),
        (40, [(30, "Account Number:"), (120, "00990017-04"), (220, "Bill Date:"), (290, "11/20/2024")]),
        (40.2, [(400, "Pg 1 of 2")]),
        (54, [(30, "Service Address:"), (120, "17 EXAMPLE CT"), (400, "Amount Due:"), (-560, "$104.10")]),
        (80, [(30, "Current Charges"), (350, "Billing Comments")]),
        (92, [(30, "Silicon Valley Power"), (-300, "$64.10")]),
        (104, [(30, "Water / Sewer / Solar"), (-300, "$10.00")]),
        (116, [(350, "Billing Information")]),
        (128, [(30, "Current Charges Total"), (-300, "$74.10"), (350, "Previous Balance"), (-560, "$30.00")]),
        (140, [(350, "Past Due Balance"), (-560, "$30.00")]),
        (152, [(350, "Current Charges"), (-560, "$74.10")]),
        (164, [(350, "Amount Due"), (-560, "$104.10")]),
        (200, [(30, "Usage Table")]),
        (212, [(30, "E"), (50, "10/06"), (90, "11/04"), (130, "29"), (160, "EST"), (200, "1"), (-300, "345 kWh")]),
        (212.2, [(320, "M53-955"), (380, "D1"), (-480, "12 kWh")]),
        *more,
        (400, [(30, "Please return this portion with your payment")]),
    ]


def test_silicon_valley_power_for_a_home_that_owes(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, SiliconValleyPower, silicon_valley())
    assert (bill.outstanding_balance, bill.total_amount, bill.amount_due) == (30_00, 74_10, 104_10)
    (meter,) = bill.meters
    assert (meter.id, meter.tariff) == ("M53-955", "D1")
    assert meter.consumption == bill.electricity_consumption == 345_000


def test_silicon_valley_powers_net_meter_is_not_guessed_at(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, SiliconValleyPower, silicon_valley((240, [(30, "Net Metering")])))
    assert bill.electricity_consumption is None


@pytest.mark.parametrize(("current", "used"), [([(-171.0, "450")], 450_000), ([], None)])
def test_cps_energys_last_month_is_not_this_one(
    tmp_path: Path, current: list[tuple[float, str]], used: int | None
) -> None:
    page: list[Row] = [
        (28, [(96, "Try our online services at www.cpsenergy.com")]),
        (43, [(174, "Statement of Account"), (382, "Billing Date:"), (-577, "05/15/24")]),
        (54, [(382, "Customer Number:"), (-577, "300-9900-017")]),
        (253, [(52, "ACCOUNT COMPARISON SUMMARY")]),
        (267, [(148, "Current"), (202, "Previous"), (259, "Last Year")]),
        (288, [(67, "kWh Used"), *current, (-228, "760"), (-285, "690")]),
    ]
    assert bill_of(tmp_path, CpsEnergy, page).electricity_consumption == used


def san_antonio(*readings: Row) -> tuple[list[Row], list[Row]]:
    first: list[Row] = [
        (28, [(96, "Try our online services at www.cpsenergy.com")]),
        (43, [(174, "Statement of Account"), (382, "Billing Date:"), (-577, "05/15/24")]),
        (54, [(382, "Customer Number:"), (-577, "300-9900-017")]),
    ]
    rest: list[Row] = [(400, [(33, "Your next scheduled meter read date is Jun 12, 2024")])]
    rest += [(410, [(33, "Billing Period Apr 12, 2024 - May 13, 2024")])]
    return first, [(90, [(33, "Customer Number:"), (157, "300-9900-017")]), *readings, *rest]


def test_cps_energy_for_a_home_whose_meters_have_no_multiplier(tmp_path: Path) -> None:
    pages = san_antonio(
        (200, [(33, "Electric Meter"), (200, "Previous"), (250, "Current"), (300, "Consumption")]),
        (212, [(33, "#6900017 (R-05/13/2024)"), (200, "08721"), (250, "09461"), (320, "740")]),
        (240, [(33, "Gas Meter"), (200, "Previous"), (250, "Current"), (300, "Consumption")]),
        (252, [(33, "#1-990017 (E-05/13/2024)"), (200, "4665"), (250, "4694"), (320, "29")]),
    )
    bill = bill_of(tmp_path, CpsEnergy, *pages)
    assert [(meter.type, meter.id) for meter in bill.meters] == [("electric", "6900017"), ("gas", "1-990017")]
    assert [meter.consumption for meter in bill.meters] == [740_000, 29]
    assert bill.billing_period_from == dt.date(2024, 4, 12)


def test_what_panels_send_to_cps_energy_is_not_added(tmp_path: Path) -> None:
    pages = san_antonio(
        (200, [(33, "Electric Meter"), (200, "Previous"), (250, "Current"), (300, "Consumption")]),
        (212, [(33, "#6900017 (R-05/13/2024)"), (200, "08721"), (250, "09461"), (320, "740")]),
        (224, [(33, "Received"), (320, "kWh")]),
        (236, [(33, "#6900017 (R-05/13/2024)"), (200, "01721"), (250, "02021"), (320, "300")]),
    )
    assert bill_of(tmp_path, CpsEnergy, *pages).meters[0].consumption is None


def test_what_a_home_in_los_angeles_may_use_at_a_price_is_not_what_it_used(tmp_path: Path) -> None:
    first: list[Row] = [
        (20, [(300, "BILL DATE"), (400, "DATE DUE")]),
        (32, [(300, "Nov 26, 2025"), (400, "Dec 15, 2025")]),
        (60, [(30, "ladwp.com"), (250, "Account Summary")]),
        (100, [(250, "Total New Charges"), (-560, "$ 88.00")]),
    ]
    second: list[Row] = [
        (20, [(250, "SA # : 9900990017")]),
        (40, [(250, "METER NUMBER")]),
        (52, [(250, "PMY00219-00990017"), (400, "4900"), (440, "4485"), (-560, "415 kWh")]),
        (64, [(250, "Your Tier 1 allotment for 61 days is"), (-560, "700 kWh")]),
        (90, [(250, "Total Electric Charges"), (-560, "$ 88.00")]),
    ]
    (meter,) = bill_of(tmp_path, LosAngelesDepartmentOfWaterAndPower, first, second).meters
    assert meter.id == "PMY00219-00990017"
    assert meter.consumption == 415_000


@pytest.mark.parametrize("amount_on", [200.0, 212.0])
def test_an_aggregators_long_name_goes_on_in_the_next_line(tmp_path: Path, amount_on: float) -> None:
    lines = {200.0: [(250.0, "Silicon Valley Clean Energy Electric")], 212.0: [(250.0, "Generation Charges")]}
    lines[amount_on].append((-560.0, "32.48"))
    page: list[Row] = [
        (20, [(30, "ENERGY STATEMENT"), (400, "Account No:"), (-560, "9900990017-1")]),
        (34, [(30, "www.pge.com/MyEnergy"), (400, "Statement Date:"), (-560, "09/07/2019")]),
        (48, [(400, "Due Date:"), (-560, "09/28/2019")]),
        (150, [(250, "Your Account Summary")]),
        (164, [(250, "Amount Due on Previous Statement"), (-560, "$91.57")]),
        (176, [(250, "Payment(s) Received Since Last Statement"), (-560, "-91.57")]),
        (182, [(250, "Previous Unpaid Balance"), (-560, "$0.00")]),
        (191, [(250, "Current PG&E Electric Delivery Charges"), (-560, "$55.66")]),
        *lines.items(),
        (230, [(250, "Total Amount Due by 09/28/2019"), (-560, "$88.14")]),
    ]
    bill = bill_of(tmp_path, PacificGasAndElectric, page)
    assert (bill.delivery_charge, bill.supply_charge, bill.electricity_amount) == (55_66, 32_48, 88_14)
    assert bill.supplier_name == "Silicon Valley Clean Energy"


@pytest.mark.parametrize(
    ("rows", "highest"),
    [
        ([("Actual Demand", "71 KW"), ("Billing Demand", "90 KW")], 90),
        ([("Actual Demand", "71 KW"), ("Billing Demand", "")], None),
        ([("Actual Demand", "71 KW")], None),
    ],
)
def test_cps_energys_demand_counts_where_both_are_read(
    tmp_path: Path, rows: list[tuple[str, str]], highest: int | None
) -> None:
    pages = san_antonio(
        (200, [(33, "Electric Meter"), (200, "Previous"), (250, "Current"), (300, "Consumption")]),
        (212, [(33, "#6900017 (R-05/13/2024)"), (200, "08721"), (250, "09461"), (320, "740")]),
        *((240 + 12 * at, [(33, label), (300, value)]) for at, (label, value) in enumerate(rows)),
    )
    (meter,) = bill_of(tmp_path, CpsEnergy, *pages).meters
    assert meter.consumption == 740_000
    assert meter.demand_kw == highest


def test_what_stands_beside_an_empty_cell_is_no_street(tmp_path: Path) -> None:
    page = silicon_valley()
    assert page[3][1][1] == (120, "17 EXAMPLE CT")
    for cell, street in (("17 EXAMPLE CT", "17 EXAMPLE CT"), ("Customer Service", None)):
        page[3] = (54, [(30, "Service Address:"), (120, cell), (400, "Amount Due:"), (-560, "$104.10")])
        (meter,) = bill_of(tmp_path, SiliconValleyPower, page).meters
        assert (meter.address.line_1 if meter.address else None) == street


def pacific_service(number: str, period: str, used: str) -> list[Row]:
    return [
        (40, [(30, "Details of PG&E Electric Delivery Charges")]),
        (52, [(30, period)]),
        (64, [(30, "Service Agreement ID: 9900990017"), (300, "Meter #"), (400, number)]),
        (76, [(30, "Rate Schedule: E1 Sample Service"), (300, "Total Usage"), (400, used)]),
    ]


@pytest.mark.parametrize(("number", "used"), [("1099000017", 150_000), ("", None)])
def test_a_part_of_a_meter_without_its_number_is_no_meter_of_its_own(
    tmp_path: Path, number: str, used: int | None
) -> None:
    head: list[Row] = [
        (20, [(30, "ENERGY STATEMENT"), (400, "Account No:"), (-560, "9900990017-1")]),
        (34, [(30, "www.pge.com/MyEnergy"), (400, "Statement Date:"), (-560, "09/07/2019")]),
        (48, [(400, "Due Date:"), (-560, "09/28/2019")]),
    ]
    first = pacific_service(number, "08/01/2019 - 08/10/2019 (10 billing days)", "50.000000 kWh")
    second = pacific_service("1099000017", "08/11/2019 - 08/31/2019 (21 billing days)", "100.000000 kWh")
    bill = bill_of(tmp_path, PacificGasAndElectric, head, first, second)
    assert bill.electricity_consumption == used
    if used:
        (meter,) = bill.meters
        assert (meter.billing_period_from, meter.billing_period_to) == (dt.date(2019, 8, 1), dt.date(2019, 8, 31))
    assert all(meter.id or meter.consumption is None for meter in bill.meters)
