"""The sample bills of Xcel Energy: invented customers, meters and amounts."""

import datetime as dt

from samples.files import Sample
from samples.xcel_energy.draw import draw
from samples.xcel_energy.model import Premises, Service, XcelBill, expected

MARCH = (dt.date(2024, 2, 26), dt.date(2024, 3, 26))
DECEMBER = (dt.date(2021, 11, 12), dt.date(2021, 12, 15))
RESIDENTIAL, FIRM = "Residential Service", "Residential Firm Service"

FLATS = XcelBill(  # Minnesota: two premises, a balance that nobody paid
    account="51-0099550017-3",
    statement="990000017",
    customer="EXAMPLE HOUSING LLP",
    billed=dt.date(2024, 3, 28),
    due=dt.date(2024, 4, 24),
    previous=310_40,
    paid=0,
    premises=(
        Premises(
            "399000101", "14 SAMPLE LN UNIT 2", "WEST EXAMPLE", "MN", "55199",
            (
                Service("electric", "399100101", *MARCH, RESIDENTIAL, 217),
                Service("gas", "29100101", *MARCH, FIRM, 31, now=1_207),
            ),
        ),
        Premises(
            "399000102", "14 SAMPLE LN UNIT 3", "WEST EXAMPLE", "MN", "55199",
            (
                Service("electric", "399100102", *MARCH, RESIDENTIAL, 96),
                Service("gas", "29100102", *MARCH, FIRM, 0, now=840),
            ),
        ),
    ),
)  # fmt: skip

HOME = XcelBill(  # Colorado: one premises over two services, paid
    account="53-0099550022-8",
    statement="990000022",
    customer="SAM EXAMPLE",
    billed=dt.date(2021, 12, 17),
    due=dt.date(2022, 1, 7),
    previous=140_12,
    paid=140_12,
    premises=(
        Premises(
            "399000201", "900 PLACEHOLDER ST", "SAMPLETON", "CO", "80099",
            (
                Service("electric", "399100201", *DECEMBER, "R Residential General", 640, now=22_140),
                Service("gas", "29100201", *DECEMBER, "RG Residential", 90, now=4_410, factor="0.950000"),
            ),
        ),
    ),
)  # fmt: skip

WORKS = XcelBill(  # Colorado: a multiplier, demand, and gas in Dth, of which ccf are what can be kept
    account="53-0099550033-9",
    statement="990000033",
    customer="EXAMPLE TOOLS LLC",
    billed=dt.date(2020, 4, 10),
    due=dt.date(2020, 4, 29),
    previous=2_210_00,
    paid=2_000_00,
    premises=(
        Premises(
            "399000301", "4000 DEMO BLVD STE 7", "EXAMPLEVILLE", "CO", "80098",
            (
                Service(
                    "electric", "399100301", dt.date(2020, 3, 10), dt.date(2020, 4, 8), "SG Secondary General", 100,
                    now=1_100, constant=160, demand="40.00",
                ),
                Service(
                    "gas", "29100301", dt.date(2020, 3, 9), dt.date(2020, 4, 7), "CLG Commercial MDQ", 1_000,
                    now=81_000, factor="0.100000", dekatherms=True,
                ),
            ),
        ),
    ),
)  # fmt: skip


def samples() -> list[Sample]:
    cases = {"2020-04_works_dekatherms": WORKS, "2021-12_home": HOME, "2024-03_two_premises": FLATS}
    return [Sample(f"xcel_energy/{name}.pdf", draw(bill), expected(bill)) for name, bill in cases.items()]
