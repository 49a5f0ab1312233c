"""The sample bills of CPS Energy: invented customers, meters and amounts."""

import datetime as dt

from samples.cps_energy.draw import draw
from samples.cps_energy.model import CODE, CpsBill, Service
from samples.files import Sample

OVERDUE = CpsBill(  # a business with demand, that has not paid
    account="300-9900-017",
    customer="EXAMPLE WAREHOUSES LLC",
    street="410 E EXAMPLE ST",
    postal_code="78299",
    billed=dt.date(2025, 7, 16),
    due=dt.date(2025, 8, 1),
    previous=2_204_18,
    previous_on=dt.date(2025, 6, 16),
    paid=0,
    late=44_08,
    start=dt.date(2025, 6, 12),
    end=dt.date(2025, 7, 14),
    services=(
        Service(
            commodity="electric",
            rate="Large Lighting and Power",
            meter="6990017",
            reading=8_805,
            previous=8_731,
            multiplier="300",
            price="0.08112",
            demand=(71, 90),
            fixed=190_27,
        ),
    ),
    city=4_50,
)

BOTH = CpsBill(  # a home with electricity and gas, over the turn of the year
    account="300-9900-028",
    customer="JO EXAMPLE",
    street="55 SAMPLE OAK DR",
    postal_code="78298",
    billed=dt.date(2024, 1, 12),
    due=dt.date(2024, 1, 30),
    previous=187_44,
    previous_on=dt.date(2023, 12, 12),
    paid=187_44,
    start=dt.date(2023, 12, 10),
    end=dt.date(2024, 1, 10),
    services=(
        Service(
            commodity="electric",
            rate="Residential Electric",
            meter="4990028",
            reading=52_310,
            previous=51_398,
            price="0.11240",
            fixed=9_10,
        ),
        Service(
            commodity="gas",
            rate="Residential Gas",
            meter="1-990028",
            reading=4_410,
            previous=4_358,
            multiplier="1.0420",
            price="0.70110",
            fixed=11_10,
        ),
    ),
    city=31_40,
)

BILLS = {"2025-07_past_due": OVERDUE, "2024-01_electric_and_gas": BOTH}


def samples() -> list[Sample]:
    return [Sample(f"{CODE}/{name}.pdf", draw(bill), bill.expected()) for name, bill in BILLS.items()]
