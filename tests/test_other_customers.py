"""Bills of known companies as other customers get them: homes with panels, debts, credits, earlier layouts."""

from pathlib import Path

import pytest
from drawn import Row, sheets

from parsers.model import Bill
from parsers.reading import read_bill
from parsers.registry import claims
from parsers.utilities.atmos_energy import AtmosEnergy
from parsers.utilities.con_edison import ConEdison
from parsers.utilities.duke_energy_carolinas import DukeEnergyCarolinas
from parsers.utilities.florida_power_and_light import FloridaPowerAndLight
from parsers.utilities.georgia_power import GeorgiaPower
from parsers.utilities.national_grid_massachusetts import NationalGridMassachusetts
from parsers.utilities.ppl_electric import PplElectric
from parsers.utilities.pseg_new_jersey import PsegNewJersey
from parsers.utility import Utility


def bill_of(folder: Path, utility: type[Utility], *pages: list[Row]) -> Bill:
    """The bill, of a company that is told by its pages."""
    with sheets(folder, *pages) as drawn:
        assert claims(drawn) == [utility]
        return read_bill(utility, drawn, [])


def balance_in_columns(past_due: tuple[str, str, str, str]) -> list[Row]:
    """The front of a bill on which a supplier's services have a column of their own."""
    columns = (-330, -400, -480, -560)
    rows = (
        ("Previous Balance", ("80.00", "40.00", "0.00", "120.00")),
        ("Payment(s) Received", ("- 80.00", "- 0.00", "- 0.00", "- 80.00")),
        ("Amount Past Due", past_due),
        ("Current Charges", ("70.00", "90.00", "-5.00", "155.00")),
        ("Amount Due", ("$ 70.00", "$ 130.00", "-$ 5.00", "$ 195.00")),
    )
    return [
        (14, [(171, "SERVICE FOR"), (335, "BILLING PERIOD"), (502, "PAGE 1 of 2")]),
        (80, [(172, "ACCOUNT BALANCE")]),
        *((96 + 12 * n, [(172, label), *zip(columns, values, strict=True)]) for n, (label, values) in enumerate(rows)),
        (180, [(172, "DETAIL OF CURRENT CHARGES")]),
        (192, [(20, "Loadzone WCMA"), (172, "Delivery Services")]),
    ]


def use(top: float, heading: str, row: str, meter: str, rate: str) -> list[Row]:
    return [
        (top, [(172, heading)]),
        (top + 12, [(172, "Service Period"), (250, "Current Reading - Previous Reading = Total Usage")]),
        (top + 24, [(172, row)]),
        (top + 36, [(172, f"METER NUMBER {meter}"), (330, "NEXT SCHEDULED READ DATE ON OR ABOUT Aug 19")]),
        (top + 48, [(172, f"RATE {rate}")]),
    ]


OWED = ("0.00", "40.00", "0.00", "40.00")
HOME = use(210, "", "Jun 10 - Jul 13 33 99467 Actual 99257 Actual 210 kWh", "99055001", "Residential Regular R-1")
TOTALS: list[Row] = [
    (400, [(172, "Total Delivery Services"), (-560, "$ 70.00")]),
    (412, [(172, "Total Supply Services"), (-560, "$ 90.00")]),
]


def test_a_balance_in_columns_has_its_totals_in_the_last(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, NationalGridMassachusetts, [*balance_in_columns(OWED), *HOME, *TOTALS])
    assert (bill.outstanding_balance, bill.total_amount, bill.amount_due) == (40_00, 155_00, 195_00)
    assert (bill.delivery_charge, bill.supply_charge, bill.electricity_amount) == (70_00, 90_00, None)
    assert bill.past_due  # the supplier is owed something, National Grid is not


def test_a_debt_to_one_that_another_has_too_much_of_is_none(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, NationalGridMassachusetts, balance_in_columns(("10.00", "0.00", "-60.00", "-50.00")))
    assert (bill.outstanding_balance, bill.past_due) == (-50_00, False)


def test_totals_of_gas_are_not_those_of_electricity(tmp_path: Path) -> None:
    gas: Row = (300, [(172, "Distribution Adjustment 0.4858 x 5 therms")])
    bill = bill_of(tmp_path, NationalGridMassachusetts, [*balance_in_columns(OWED), *HOME, gas, *TOTALS])
    assert (bill.delivery_charge, bill.supply_charge) == (None, None)


@pytest.mark.parametrize("used", ["210", "-2790"])
def test_what_panels_have_made_is_no_use(tmp_path: Path, used: str) -> None:
    row = f"Jun 10 - Jul 13 33 99467 Actual 99257 Actual {used} kWh"
    row_made = "Energy 4542 Actual 3103 Actual 1439 1 -1439 kWh"
    made = use(300, "MA SMART Incentive Program", row_made, "99055002", "Solar")
    page = [*balance_in_columns(OWED), *use(210, "", row, "99055001", "Residential Regular R-1"), *made]
    bill = bill_of(tmp_path, NationalGridMassachusetts, page)
    assert [(meter.id, meter.consumption) for meter in bill.meters] == [("99055001", int(used) * 1000)]
    assert bill.electricity_consumption == int(used) * 1000


def con_edison(*messages: str, period: str = "Billing period", due: str = "None") -> list[Row]:
    """The front of a bill until 2023, with an account number of five groups."""
    lines = [
        ("Your billing summary as of Nov 9, 2023", ""),
        ("Your previous charges and payments", ""),
        ("Total charges from your last bill", "$80.40"),
        ("Payments through Nov 8, thank you", "-$80.40"),
        ("Balance from previous bill", "None"),
        ("Your new charges", ""),
        (f"{period}: Oct 11, 2023 to Nov 8, 2023", ""),
        ("Electricity charges - for 28 days", "$60.00"),
        ("Adjustments", "-$60.00"),
        ("Total from this billing period", "$0.00"),
        ("Total amount due", due),
        ("Messages For You", ""),
        *((message, "") for message in messages),
        ("Con Edison at conEd.com", ""),
    ]
    head: list[Row] = [(20, [(26, "Account number: 99-1234-5678-9012-3")])]
    return head + [(50 + 13 * n, [(26, label), (-320, value)]) for n, (label, value) in enumerate(lines)]


def con_edison_meters(*readings: str) -> list[Row]:
    lines = ("Electric Meter Detail - billing period from October 11, 2023 to November 8, 2023 (28 days)", *readings)
    foot: Row = (120, [(26, "Your Supply Charges"), (318, "Your Delivery Charges")])
    return [*((20 + 13 * n, [(26, line)]) for n, line in enumerate(lines)), foot]


def test_nothing_due_is_none_in_words(tmp_path: Path) -> None:
    bill = bill_of(tmp_path, ConEdison, con_edison())
    assert (bill.outstanding_balance, bill.total_amount, bill.amount_due) == (0, 0, 0)
    assert bill.account_number == "99-1234-5678-9012-3"


@pytest.mark.parametrize(
    ("messages", "credit"),
    [
        (("ADJUSTMENT INFORMATION", "A credit of $60.00 for the output of your", "community solar project."), -60_00),
        (("ADJUSTMENT INFORMATION", "A credit of $60.00 for an estimated reading."), None),
        (("Would you like to join a community solar project?",), None),
    ],
)
def test_an_adjustment_is_of_shared_solar_where_a_message_says_so(
    tmp_path: Path, messages: tuple[str, ...], credit: int | None
) -> None:
    assert bill_of(tmp_path, ConEdison, con_edison(*messages)).community_solar_bill_credit == credit


@pytest.mark.parametrize(
    ("readings", "used"),
    [
        (["990129925 12345 Actual Nov 8, 23 12000 Estimate Oct 11, 23 345 1 345 kWh"], [345_000]),
        (["990129925 12345 Actual Nov 08, 23 12000 Start Oct 11, 23 345 345 kWh"], [345_000]),
        (
            [
                "E L 990129925 1234 Actual 1200 Actual 34 80 2720",
                "E L 990129926 15 Estimated 5 Actual 10 80 800",
                "D L 990129926 6.52 Actual .00 Actual 6.52 48 312.96",
            ],
            [2_720_000, 800_000],
        ),
    ],
)
def test_readings_with_years_or_without_days(tmp_path: Path, readings: list[str], used: list[int]) -> None:
    bill = bill_of(tmp_path, ConEdison, con_edison(), con_edison_meters(*readings))
    assert [meter.consumption for meter in bill.meters] == used


def test_periods_of_two_services_are_one_span(tmp_path: Path) -> None:
    gas: Row = (300, [(26, "Gas billing period: Oct 12, 2023 to Nov 9, 2023")])
    bill = bill_of(tmp_path, ConEdison, [*con_edison(period="Electric billing period"), gas])
    assert (str(bill.billing_period_from), str(bill.billing_period_to)) == ("2023-10-11", "2023-11-09")


def test_florida_as_it_billed_until_2020(tmp_path: Path) -> None:
    page: list[Row] = [
        (20, [(26, "Your Electric Statement")]),
        (34, [(26, "For: Jul 14 2017 to Aug 14 2017 (31 days)"), (318, "Account number: 99550-00011")]),
        (48, [(318, "Statement date: Aug 14 2017")]),
        (
            80,
            [
                (26, "Amount of your last bill"),
                (200, "New charges"),
                (318, "Total amount"),
                (440, "New charges due by"),
            ],
        ),
        (92, [(318, "you owe")]),
        (104, [(26, "$100.00"), (200, "$95.50"), (318, "$95.50"), (440, "Sep 5 2017")]),
        (140, [(26, "Meter reading - Meter AB99001.")]),
        (153, [(26, "Current reading"), (-200, "25549")]),
        (166, [(26, "Previous reading"), (-200, "- 24155"), (318, "Balance before new charges"), (-560, "$0.00")]),
        (179, [(26, "kWh used"), (-200, "1394"), (318, "New charges (Rate: RS-1 RESIDENTIAL SERVICE)")]),
        (192, [(318, "Total new charges"), (-560, "$95.50")]),
        (205, [(318, "Total amount you owe"), (-560, "$95.50")]),
        (300, [(26, "FPL.com")]),
    ]
    bill = bill_of(tmp_path, FloridaPowerAndLight, page)
    assert (str(bill.billed_on), str(bill.due_on)) == ("2017-08-14", "2017-09-05")
    assert (bill.outstanding_balance, bill.total_amount, bill.amount_due) == (0, 95_50, 95_50)
    assert [(meter.id, meter.consumption, meter.tariff) for meter in bill.meters] == [
        ("AB99001", 1_394_000, "RS-1 RESIDENTIAL SERVICE")
    ]


def test_florida_compares_use_too(tmp_path: Path) -> None:
    front: list[Row] = [(20, [(26, "FPL.com Page 1")]), (33, [(26, "Electric Bill Statement")])]
    total: Row = (60, [(26, "Total amount you owe"), (-300, "$180.34")])
    back: list[Row] = [
        (20, [(300, "METER SUMMARY")]),
        (33, [(300, "Meter Reading - Meter 9900432. Next meter reading date Aug 1, 2025")]),
        (46, [(300, "kWh"), (350, "69792"), (390, "-"), (400, "68713"), (440, "="), (-480, "1079")]),
        (70, [(300, "ENERGY USE COMPARISON")]),
        (83, [(350, "This Month"), (430, "Last Month")]),
        (96, [(300, "kWh used"), (360, "1079"), (440, "1224")]),
        (109, [(300, "Amount"), (360, "$180.34"), (440, "$206.11")]),
    ]
    bill = bill_of(tmp_path, FloridaPowerAndLight, [*front, total], back)
    assert (bill.electricity_amount, bill.electricity_consumption) == (180_34, 1_079_000)


@pytest.mark.parametrize(
    ("rows", "used"),
    [
        (["Aug 5 - Sep 5 9900111 Tot kWh 99245 - 98602 x 1 = 643"], 643_000),
        (["Aug 5 - Sep 5 Del Tot kWh 99245 - 98602 x 1 = 643", "Aug 5 - Sep 5 Rec Tot kWh 500 - 200 x 1 = 300"], None),
    ],
)
def test_what_is_received_is_not_added_to_what_is_delivered(tmp_path: Path, rows: list[str], used: int | None) -> None:
    front: list[Row] = [
        (20, [(26, "Georgia Power"), (200, "Please Pay By Mar 17, 2026"), (400, "Page 1 of 2")]),
        (40, [(26, "Billing Summary")]),
        (53, [(26, "Current Electric Service"), (-300, "+117.30")]),
        (66, [(26, "Total Due"), (-300, "$117.30")]),
    ]
    lines = ("Current Electric Service - Residential", *rows, "Total Current Electric Service $117.30")
    bill = bill_of(tmp_path, GeorgiaPower, front, [(20 + 13 * n, [(26, line)]) for n, line in enumerate(lines)])
    assert bill.electricity_consumption == used


def test_a_home_in_pennsylvania_without_the_words_of_the_ring(tmp_path: Path) -> None:
    front: list[Row] = [
        (20, [(26, "Page 1"), (100, "pplelectric.com"), (300, "PPL Electric Utilities")]),
        (40, [(26, "Service to:")]),
        (53, [(26, "Usage from Jul 15 - Aug 13")]),
        (66, [(26, "Rate: RS (Residential Service)")]),
        (79, [(26, "Meter 990959386 Account 99550-00022")]),
    ]
    bill = bill_of(tmp_path, PplElectric, front)
    assert (bill.account_number, bill.meters[0].tariff) == ("99550-00022", "RS")


def test_several_meters_of_new_york_with_a_supplier(tmp_path: Path) -> None:
    lines = [
        "Your electricity charges",
        "Total electricity use 376,800 kWh 754.08 kW",
        "Your electricity is supplied by EXAMPLE POWER INC. Your supply charges appear on page 3.",
        "Total delivery charges $24,667.52",
        "Total electricity charges $24,667.52",
    ]
    detail = [
        "Meter Detail",
        "E L 990008252 22915 Actual 22718 Actual 197 800 157600 75018 82582",
        "E L 990008257 45308 Actual 45034 Actual 274 800 219200 104340 114860",
        "Total 376800 179,358 197,442",
        "D L 990008252 6.52 Actual .00 Actual 6.52 48 312.96",
        "Your electricity supply detail",
        "Your electricity supply charges",
        "Total electricity supply charges $38,643.89",
    ]
    front = con_edison(due="$63,311.41")
    front.append((400, [(26, "Your new charges")]))
    front.append((413, [(26, "Esco electricity supply charges - for 32 days"), (-320, "$38,643.89")]))
    pages = [[(20 + 13 * n, [(26, line)]) for n, line in enumerate(part)] for part in (lines, detail)]
    bill = bill_of(tmp_path, ConEdison, front, *pages)
    assert bill.electricity_consumption == 376_800_000
    assert [(meter.id, meter.consumption) for meter in bill.meters] == [
        ("990008252", 157_600_000),
        ("990008257", 219_200_000),
    ]
    assert (bill.delivery_charge, bill.supply_charge) == (24_667_52, 38_643_89)
    assert bill.electricity_amount is None  # the supplier's charges come on top of the total


def pseg(*lines: str) -> list[Row]:
    period = "For the period: June 08, 2024 to July 17, 2024"
    head = ("Your energy bill", "Bill date: July 22, 2024", period, "pseg.com")
    return [(20 + 13 * n, [(26, line)]) for n, line in enumerate((*head, *lines))]


def test_a_net_meter_of_new_jersey_has_used_what_came_in(tmp_path: Path) -> None:
    registers = ("Meter # 9900842 Usage In", "Total kWh In 18,963", "Meter # 9900842 Usage Out", "Total kWh Out 19")
    details = ("Details of your electric charges", *registers, "Net Usage 18,944")
    bill = bill_of(tmp_path, PsegNewJersey, pseg(), [(20 + 13 * n, [(26, line)]) for n, line in enumerate(details)])
    assert [(meter.id, meter.consumption) for meter in bill.meters] == [("9900842", 18_963_000)]


@pytest.mark.parametrize("words", ["Shut-off notice", "Your bill is now past due."])
def test_a_shut_off_notice_of_new_jersey_is_past_due(tmp_path: Path, words: str) -> None:
    bill = bill_of(tmp_path, PsegNewJersey, pseg(words, "Plus Community Solar Credit -$12.50"))
    assert (bill.past_due, bill.community_solar_bill_credit) == (True, -12_50)
    assert not bill_of(tmp_path, PsegNewJersey, pseg("See shut-off notice below for payment details")).past_due


def test_meters_of_pennsylvania_without_a_constant(tmp_path: Path) -> None:
    front: list[Row] = [
        (20, [(26, "Page 1"), (100, "pplelectric.com"), (300, "PPL Electric Utilities")]),
        (40, [(26, "Service to:"), (300, "Usage Charges")]),
        (53, [(26, "Rate: GS1. View schedule")]),
    ]
    back: list[Row] = [
        (20, [(26, "kWh Delivered (to Customer)"), (330, "Billing Summary")]),
        (40, [(100, "Dec 9"), (160, "82824")]),
        (46, [(26, "990850086"), (230, "2204")]),
        (52, [(100, "Nov 9"), (160, "80620")]),
        (65, [(100, "Dec 9"), (160, "500")]),
        (71, [(26, "990850087"), (230, "400")]),
        (77, [(100, "Nov 9"), (160, "100")]),
        (90, [(26, "Days Billed: 30"), (150, "Total Delivered: 2604")]),
        (120, [(330, "Delivery Details")]),
        (133, [(330, "Area Lighting Rate: SA for Nov 9 - Dec 9")]),
    ]
    bill = bill_of(tmp_path, PplElectric, front, back)
    assert [(meter.id, meter.consumption, meter.tariff) for meter in bill.meters] == [
        ("990850086", 2_204_000, "GS1"),
        ("990850087", 400_000, "GS1"),
    ]


@pytest.mark.parametrize(("balance", "due", "total"), [("$0.00", "$300.00", 300_00), ("$50.00", "$350.00", None)])
def test_pennsylvania_as_it_billed_until_2021(tmp_path: Path, balance: str, due: str, total: int | None) -> None:
    summary = [
        ("Billing Summary", ""),
        ("Balance as of Sep 15, 2020", balance),
        ("Total Distribution Charges", "$100.00"),
        ("Total Generation & Transmission Charges", "$200.00"),
        ("Total Current Charges", due),  # with the balance
        ("Amount Due By Oct 1, 2020", due),
        ("Bill Account Number: 99291-13065", ""),
        ("Rate Schedule: LP4", ""),
        ("Current Supplier: EXAMPLE POWER & GAS LLC", ""),
    ]
    front: list[Row] = [
        (20, [(26, "Page 1"), (100, "pplelectric.com"), (300, "PPL Electric Utilities")]),
        (40, [(26, "Your Electric Usage Profile")]),
        (53, [(26, "Service to:")]),
        *((66 + 13 * n, [(300, label), (-580, value)]) for n, (label, value) in enumerate(summary)),
    ]
    back: list[Row] = [
        (20, [(26, "kWh Delivered (to Customer)")]),
        (46, [(26, "990959689"), (90, "Sep 11"), (140, "02366"), (190, "88"), (230, "2400"), (270, "211200")]),
        (59, [(90, "Aug 12"), (140, "02278")]),
        (72, [(26, "Days Billed: 30"), (150, "Total Delivered: 211200")]),
        (100, [(26, "Generation & Transmission Charges for Aug 12 - Sep 11")]),
    ]
    bill = bill_of(tmp_path, PplElectric, front, back)
    assert (bill.delivery_charge, bill.supply_charge, bill.total_amount) == (100_00, 200_00, total)
    assert (str(bill.billing_period_from), str(bill.billing_period_to)) == ("2020-08-12", "2020-09-11")
    assert (bill.supplier_name, bill.meters[0].tariff) == ("EXAMPLE POWER & GAS LLC", "LP4")
    assert [(meter.id, meter.consumption) for meter in bill.meters] == [("990959689", 211_200_000)]


@pytest.mark.parametrize(("paid", "left"), [("-120.00", 0), ("-20.00", None)])
def test_payments_of_a_gas_customer_settle_the_balance(tmp_path: Path, paid: str, left: int | None) -> None:
    lines = [
        ("atmosenergy.com", ""),
        ("Account Number: 3099000001", ""),
        ("Billing Date: 01/15/24", ""),
        ("Account Summary", ""),
        ("Previous Balance", "120.00"),
        ("Payment(s)", paid),
        ("Current Charges", "80.00"),
        ("Total Amount Due", "$180.00"),
    ]
    page: list[Row] = [(20 + 13 * n, [(26, label), (-300, value)]) for n, (label, value) in enumerate(lines)]
    assert bill_of(tmp_path, AtmosEnergy, page).outstanding_balance == left


@pytest.mark.parametrize("previous", ["-27415", "- 27415", "27415"])
def test_a_dash_before_a_reading_is_no_minus(tmp_path: Path, previous: str) -> None:
    lines = [
        "duke-energy.com 800.777.9898",
        "Bill date Feb 23, 2021",
        "For service Jan 25 - Feb 21",
        "Current electric usage for meter number 991262413",
        "Actual reading on Feb 21 28474",
        f"Previous reading on Jan 25 {previous}",
        "Energy Used 1,059 kWh",
    ]
    bill = bill_of(tmp_path, DukeEnergyCarolinas, [(20 + 13 * n, [(26, line)]) for n, line in enumerate(lines)])
    assert [check.holds for check in bill.checks if check.name == "readings_and_usage"] == [True]


@pytest.mark.parametrize(("cells", "used"), [(["711", "698"], 698_000), (["711", ""], None), (["", "698"], 698_000)])
def test_the_use_of_last_month_is_not_that_of_this_one(tmp_path: Path, cells: list[str], used: int | None) -> None:
    page: list[Row] = [
        (20, [(26, "Georgia Power"), (200, "Please Pay By Mar 17, 2026"), (400, "Page 1 of 2")]),
        (40, [(26, "Billing Summary")]),
        (53, [(26, "Total Due"), (-300, "$105.17")]),
        (70, [(160, "1 Year"), (210, "Last"), (260, "This")]),
        (80, [(160, "Ago"), (210, "Month"), (260, "Month")]),
        (94, [(26, "Total kWh Used"), *((at, text) for at, text in zip((210, 260), cells, strict=True) if text)]),
    ]
    assert bill_of(tmp_path, GeorgiaPower, page).electricity_consumption == used


@pytest.mark.parametrize(
    "unread",
    [
        "5170.40 Actual Mar 17 4735.30 Actual Feb 15 435.10 800 348,080 517.20 - Actual",
        "L - 990129926 5170.40 Actual Mar 17 4735.30 Feb 15 435.10 800 348,080 517.20 - Actual",
        "L - 990129926 Actual Mar 17 4735.30 Actual Feb 15 435.10 800 348,080",
        "E L 990129926 15 Actual 10 80 800",
    ],
)
def test_meters_of_which_one_is_not_read_have_no_sum(tmp_path: Path, unread: str) -> None:
    table = [
        "L - 990129925 3310.50 Actual Mar 17 2932.00 Estimated Feb 15 378.50 80 30,280 61.2 - Actual",
        unread,
        "L 990129926 Actual 91.70% 217.2",  # its power factor
    ]
    bill = bill_of(tmp_path, ConEdison, con_edison(), con_edison_meters(*table))
    assert [meter.consumption for meter in bill.meters] == [30_280_000, None]
    assert bill.electricity_consumption is None
    totalled = bill_of(
        tmp_path, ConEdison, con_edison(), con_edison_meters("Total Electricity Use 378,360 kWh", *table)
    )
    assert totalled.electricity_consumption == 378_360_000
