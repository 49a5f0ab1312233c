"""The sample bills of Portland General Electric: invented customers, meters and amounts."""

import datetime as dt

from samples.files import Sample
from samples.portland_general_electric.draw import Meter, PgeBill, draw, expected

FOLDER = "portland_general_electric"

HOME = PgeBill(
    account="9900550017",
    customer="SAM EXAMPLE",
    street="14 SAMPLE ST APT 3",
    town="SAMPLETON, OR 97001-0001",
    due=dt.date(2021, 2, 1),
    start=dt.date(2020, 12, 11),
    end=dt.date(2021, 1, 13),
    previous=91_20,
    paid=0,
    meters=(Meter("55500017AB", "Schedule 7 Residential", 1, 822, "9900001700", reading=31_204),),
)

WORKS = PgeBill(  # two meters, demand and a credit
    account="9900 55001-900222 5",
    customer="EXAMPLE TOOLS LLC",
    street="4400 DEMO AVE",
    town="EXAMPLEVILLE, OR 97002",
    due=dt.date(2018, 7, 30),
    start=dt.date(2018, 6, 12),
    end=dt.date(2018, 7, 12),
    previous=2_104_11,
    paid=2_150_00,
    meters=(
        Meter("55500021AB", "Schedule 83 Secondary", 100, 31_400, "9900002100", demand="91.000"),
        Meter("55500022AB", "Schedule 32 Small Nonresidential", 1, 1_204, "9900002200"),
    ),
)

FACTORY = PgeBill(  # one meter with demand by time, that has paid
    account="9900550033",
    customer="SAMPLE FOUNDRY INC",
    street="700 PLACEHOLDER WAY",
    town="SAMPLETON, OR 97001",
    due=dt.date(2020, 9, 28),
    start=dt.date(2020, 8, 8),
    end=dt.date(2020, 9, 9),
    previous=3_210_40,
    paid=3_210_40,
    meters=(Meter("55500033AB", "Schedule 83 Secondary", 200, 40_200, "9900003300", demand="120.000"),),
)


def samples() -> list[Sample]:
    cases = {"2018-07_two_meters_credit": WORKS, "2020-09_demand": FACTORY, "2021-01_home_unpaid": HOME}
    return [Sample(f"{FOLDER}/{name}.pdf", draw(bill), expected(bill)) for name, bill in cases.items()]
