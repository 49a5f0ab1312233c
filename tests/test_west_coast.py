"""Generations of western bills that no sample is drawn of: older and newer labels, agreements of an aggregator."""

import datetime as dt
from pathlib import Path

from drawn import Row, bill_of

from parsers.utilities.portland_general_electric import PortlandGeneralElectric
from parsers.utilities.southern_california_edison import SouthernCaliforniaEdison

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
