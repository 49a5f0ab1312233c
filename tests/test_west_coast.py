"""Generations of western bills that no sample is drawn of in full: older labels, solar, agreements of an aggregator."""

import datetime as dt
from pathlib import Path

import pytest
from drawn import Row, sheets

from parsers.model import Bill
from parsers.reading import read_bill
from parsers.registry import claims
from parsers.utilities.cps_energy import CpsEnergy
from parsers.utilities.los_angeles_department_of_water_and_power import LosAngelesDepartmentOfWaterAndPower
from parsers.utilities.pacific_gas_and_electric import PacificGasAndElectric
from parsers.utilities.portland_general_electric import PortlandGeneralElectric
from parsers.utilities.san_diego_gas_and_electric import SanDiegoGasAndElectric
from parsers.utilities.silicon_valley_power import SiliconValleyPower
from parsers.utilities.southern_california_edison import SouthernCaliforniaEdison
from parsers.utilities.xcel_energy import XcelEnergy
from parsers.utility import Utility


def bill_of(folder: Path, utility: type[Utility], *pages: list[Row]) -> Bill:
    """The bill on these pages, which its utility and no other claims."""
    with sheets(folder, *pages) as drawn:
        assert claims(drawn) == [utility]
        return read_bill(utility, drawn, [])


EDISON_2008: list[Row] = [
    (20, [(30, "www.sce.com"), (300, "SAMPLE PLANT / Page 1 of 4")]),
    (40, [(30, "Customer account"), (300, "Date bill prepared: May 2 '08")]),
    (52, [(30, "2-00-900-0017")]),
    (76, [(30, "Service account")]),
    (88, [(30, "3-000-9000-17")]),
    (100, [(30, "17 EXAMPLE ST")]),
    (112, [(30, "SAMPLETON, CA 90001")]),
    (160, [(30, "Your account summary")]),
    (172, [(30, "Amount of your last bill"), (-400, "$1,731.36")]),
    (184, [(30, "Payment we received on Apr 14 '08 - thank you"), (-400, "-$1,731.36")]),
    (208, [(30, "Your new charges"), (-400, "$1,829.48")]),
    (220, [(30, "Total amount you owe by May 21 '08"), (-400, "$1,829.48")]),
    (250, [(30, "Compare the electricity you are using")]),
    (262, [(30, "For meter Z123Y-4567 from Apr 2 '08 to May 1 '08")]),
    (274, [(30, "Total electricity you used this month in kWh"), (-400, "28,967")]),
    (286, [(30, "Maximum demand is 58 kW")]),
    (700, [(30, "Make your check payable to Southern California Edison.")]),
]


def test_edison_as_it_billed_when_years_had_an_apostrophe(tmp_path: Path) -> None:
    details: list[Row] = [
        (40, [(30, "Details of your new charges")]),
        (52, [(30, "Your rate: TOU-8")]),
        (64, [(30, "Billing period: Apr 2 '08 to May 1 '08 (29 days)")]),
        (90, [(30, "Your new charges"), (-400, "$1,829.48")]),
    ]
    bill = bill_of(tmp_path, SouthernCaliforniaEdison, EDISON_2008, details)
    assert (bill.account_number, bill.billed_on, bill.due_on) == (
        "2-00-900-0017",
        dt.date(2008, 5, 2),
        dt.date(2008, 5, 21),
    )
    assert (bill.outstanding_balance, bill.total_amount, bill.amount_due) == (0, 1829_48, 1829_48)
    (meter,) = bill.meters
    assert (meter.id, meter.tariff) == ("Z123Y-4567", "TOU-8")
    assert meter.consumption == 28_967_000
    assert (meter.billing_period_from, meter.billing_period_to) == (dt.date(2008, 4, 2), dt.date(2008, 5, 1))
    assert meter.demand_kw == 58
    assert meter.additional_attributes == {"service_id": "3-000-9000-17"}
    assert meter.address
    assert (meter.address.line_1, meter.address.city) == ("17 EXAMPLE ST", "SAMPLETON")


def edison_with_two_agreements(generated: str) -> tuple[list[Row], ...]:
    first: list[Row] = [
        (20, [(30, "www.sce.com"), (300, "SAM EXAMPLE / Page 1 of 4")]),
        (40, [(30, "Customer account"), (300, "Amount due $89.50")]),
        (52, [(30, "700900000017"), (300, "Due by 08/20/25")]),
        (76, [(30, "Date bill prepared")]),
        (88, [(30, "08/01/25")]),
        (160, [(30, "Your account summary")]),
        (172, [(30, "Previous Balance"), (-400, "$0.00")]),
        (184, [(30, "Balance forward"), (-400, "$0.00")]),
        (196, [(30, "Your new charges"), (-400, "$89.50")]),
        (208, [(30, "Total amount you owe by 08/20/25"), (-400, "$89.50")]),
        (230, [(30, "Summary of your billing detail")]),
        (242, [(30, "8009000017"), (120, "07/01/25 to 07/30/25"), (260, "TOU-D-PRIME (SCE)"), (-400, "$61.20")]),
        (254, [(30, "8009000018"), (120, "07/01/25 to 07/30/25"), (260, "SBP TOU-D-PRIME"), (-400, generated)]),
        (300, [(30, "For meter 222900-000017 from 07/01/25 to 07/30/25")]),
        (312, [(30, "Total electricity you used this month in kWh"), (-400, "412")]),
        (324, [(30, "Total electricity you exported this month in kWh"), (-400, "205")]),
        (700, [(30, "Make your check payable to Southern California Edison.")]),
    ]
    delivery: list[Row] = [
        (40, [(30, "Details of your new charges")]),
        (52, [(30, "Your rate: TOU-D-PRIME (SCE)")]),
        (64, [(30, "Billing period: 07/01/25 to 07/30/25 (30 days)")]),
        (90, [(30, "Your new charges"), (-400, "$61.20")]),
        (700, [(30, "Things you should know")]),
    ]
    generation: list[Row] = [
        (40, [(30, "Details of your new charges")]),
        (52, [(30, "Your rate: SBP TOU-D-PRIME")]),
        (64, [(30, "Clean Power Alliance")]),
        (76, [(30, "Sub-Total of CPA Generation Charges"), (-400, generated)]),
        (90, [(30, "Your new charges"), (-400, generated)]),
    ]
    return first, delivery, generation


def test_edison_with_an_agreement_of_the_aggregator_for_itself(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, SouthernCaliforniaEdison, *edison_with_two_agreements("$28.30"))
    assert (bill.delivery_charge, bill.supply_charge, bill.electricity_amount) == (61_20, 28_30, 89_50)
    assert bill.supplier_name == "Clean Power Alliance"
    assert bill.electricity_consumption == 412_000  # what was used; what was exported is told apart


def test_edisons_delivery_that_does_not_add_up_is_none(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, SouthernCaliforniaEdison, *edison_with_two_agreements("$28.00"))
    assert (bill.delivery_charge, bill.supply_charge) == (None, 28_00)


def portland_since_2021(*more: Row, balance: str = "0.00", due: str = "$57.99") -> tuple[list[Row], list[Row]]:
    first: list[Row] = [
        (30, [(30, "Thank you!"), (430, "Amount due")]),
        (44, [(30, "We received your payments totaling $53.99."), (430, due)]),
        (60, [(430, "Due date")]),
        (74, [(430, "10/7/24")]),
        (90, [(30, "Account number 9900550017")]),
        (104, [(30, "Service address"), (110, "2600 EXAMPLE AVE")]),
        (116, [(110, "Sampleton, OR 97001-1500")]),
        (130, [(30, "Service period 09/1/24 to 10/1/24")]),
        (200, [(30, "Your energy use comparison"), (300, "Visit PortlandGeneral.com/Prices, or ask PGE.")]),
        (214, [(30, "305 kWh this month")]),
        (640, [(30, "P.O. Box 4438"), (400, "Account number 9900550017")]),
        (660, [(400, f"Amount due: {due}")]),
        (672, [(400, "Due date: 10/7/24")]),
        (760, [(500, "Page 1 of 3")]),
    ]
    heads = [(30.0, "Meter number"), (120.0, "Service period"), (240.0, "Schedule")]
    heads += [(300.0, "Current read"), (360.0, "- Previous read"), (440.0, "= Total use")]
    row = [(30.0, "24500017IN"), (120.0, "09/1/24 to 10/1/24"), (240.0, "7")]
    row += [(300.0, "5,212"), (360.0, "4,907"), (440.0, "305 kWh")]
    second: list[Row] = [
        (30, [(30, "Account number 9900550017")]),
        (50, heads),
        (62, row),
        *more,
        (100, [(30, "Account charges")]),
        (114, [(30, "Balance forward"), (-280, balance), (300, "Adj (305.000 kWh x $0.00579)"), (-560, "1.77")]),
        (126, [(30, "Previous amount due 09/7/24"), (-280, "53.99")]),
        (138, [(30, "Payments through 10/7/24"), (-280, "53.99 (CR)"), (300, "Svc (143.529 kWh)"), (-560, "0.01")]),
        (152, [(30, "2600 Example Ave"), (-280, "57.99"), (300, "110 Energy Efficiency"), (-560, "0.01")]),
        (166, [(30, "My energy use and delivery charges"), (-280, "52.10")]),
        (180, [(30, "Basic Charge"), (-280, "13.00")]),
        (300, [(30, "Amount due 10/7/24"), (-280, due)]),
    ]
    return first, second


def test_portland_general_with_a_row_for_each_meter(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, PortlandGeneralElectric, *portland_since_2021())
    assert (bill.account_number, bill.due_on, bill.amount_due) == ("9900550017", dt.date(2024, 10, 7), 57_99)
    assert (bill.outstanding_balance, bill.total_amount, bill.electricity_amount) == (0, 57_99, 57_99)
    (meter,) = bill.meters
    assert (meter.id, meter.tariff) == ("24500017IN", "7")
    assert meter.consumption == 305_000
    assert (meter.billing_period_from, meter.billing_period_to) == (dt.date(2024, 9, 1), dt.date(2024, 10, 1))
    assert meter.address
    assert (meter.address.line_1, meter.address.postal_code_suffix) == ("2600 EXAMPLE AVE", "1500")
    assert all(check.holds for check in bill.checks)


def test_portland_generals_credit_carried_forward_is_negative(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, PortlandGeneralElectric, *portland_since_2021(balance="20.00 (CR)", due="$37.99"))
    assert (bill.outstanding_balance, bill.total_amount, bill.amount_due) == (-20_00, 57_99, 37_99)


def test_portland_generals_equal_payments_are_not_its_charges(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, PortlandGeneralElectric, *portland_since_2021(due="$80.00"))
    assert (bill.total_amount, bill.electricity_amount, bill.amount_due) == (None, None, 80_00)


def test_rows_of_a_net_meter_of_portland_general_are_not_added(tmp_path: Path) -> None:
    out = [(30.0, "24500017IN"), (120.0, "09/1/24 to 10/1/24"), (240.0, "7"), (440.0, "-120 kWh")]
    pages = portland_since_2021((74, out), (86, [(30, "Net Metering")]))
    assert bill_of(tmp_path, PortlandGeneralElectric, *pages).electricity_consumption is None


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
