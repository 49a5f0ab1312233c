"""The sample bills of Silicon Valley Power: invented customers, meters and amounts."""

import datetime as dt

from samples.files import Sample
from samples.silicon_valley_power.draw import draw
from samples.silicon_valley_power.model import CODE, Row, SvpBill

OFFICE = SvpBill(  # a business read from afar, with demand and two water meters
    account="00099900-01",
    customer="EXAMPLE SYSTEMS CAMPUS",
    street="4990 EXAMPLE DR",
    billed=dt.date(2023, 8, 18),
    due=dt.date(2023, 9, 8),
    previous=9_412_07,
    paid_on=dt.date(2023, 8, 2),
    electric=(
        Row(
            start=dt.date(2023, 7, 6), end=dt.date(2023, 8, 4), used=61_240, meter="59901", rate="CB1V", multiplier=400
        ),
    ),
    water=(
        Row(start=dt.date(2023, 7, 5), end=dt.date(2023, 8, 4), used=7, meter="19990001", rate="W04", reading=15_024),
        Row(start=dt.date(2023, 7, 5), end=dt.date(2023, 8, 4), used=88, meter="19990002", rate="W04", reading=20_619),
    ),
    demand=("193.60", "276.00", "184.80"),
)

HOME = SvpBill(  # a home over the turn of the year, its meter read by hand; garbage beside water
    account="00099900-02",
    customer="ROBIN EXAMPLE",
    street="77 SAMPLE CT",
    billed=dt.date(2025, 1, 13),
    due=dt.date(2025, 2, 3),
    previous=212_90,
    paid_on=dt.date(2024, 12, 27),
    electric=(
        Row(start=dt.date(2024, 12, 6), end=dt.date(2025, 1, 7), used=487, meter="59902", rate="D1", reading=8_155),
    ),
    water=(
        Row(start=dt.date(2024, 12, 6), end=dt.date(2025, 1, 7), used=9, meter="19990003", rate="W01", reading=1_204),
    ),
    garbage=58_18,
)

BILLS = {"2023-08_office": OFFICE, "2025-01_home": HOME}


def samples() -> list[Sample]:
    return [Sample(f"{CODE}/{name}.pdf", draw(bill), bill.expected()) for name, bill in BILLS.items()]
