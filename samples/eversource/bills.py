"""The sample bills of Eversource: invented customers, meters and amounts."""

import datetime as dt

from samples.eversource.draw import EversourceBill, Service, draw, expected
from samples.files import Sample

PLANT = EversourceBill(  # two registers with a constant and demand, a supplier, a late charge, nothing paid
    account="5199 700 0011",
    customer="EXAMPLE AVIATION SERVICES",
    billed=dt.date(2024, 7, 3),
    due=dt.date(2024, 7, 31),
    start=dt.date(2024, 6, 3),
    end=dt.date(2024, 7, 3),
    services=(
        Service(
            street="10 SAMPLE RD",
            town="EXAMPLE LOCKS CT 06502",
            reference="990550011",
            meter="099550011",
            registers=(("On Peak", 2_835, 2_780), ("Off Peak", 8_047, 7_910)),
            constant=720,
            demand="289.40",
        ),
    ),
    supplier="EXAMPLE NEWENERGY C&I",
    last=22_454_99,
    other=2_019_09,
)
LAMPS = EversourceBill(  # two lamps without a meter and a shop with one
    account="5499 700 0022",
    customer="SAMPLE DONUTS INC",
    billed=dt.date(2025, 1, 10),
    due=dt.date(2025, 2, 4),
    start=dt.date(2024, 12, 9),
    end=dt.date(2025, 1, 9),
    services=(
        Service(
            street="497 DEMO HWY",
            town="SAMPLEWICK MA 01077",
            reference="990550022",
            meter="099550022",
            registers=(("Actual", 60_412, 59_900),),
        ),
        Service(street="497 DEMO HWY", town="SAMPLEWICK MA 01077", reference="990550023", unmetered=143, rate="S1"),
    ),
    last=74_98,
    paid=74_98,
    other=-5_75,
)
GAS = EversourceBill(  # gas from Eversource itself
    account="7399 700 0033",
    customer="EXAMPLE GREENHOUSE LLC",
    billed=dt.date(2024, 8, 30),
    due=dt.date(2024, 9, 24),
    start=dt.date(2024, 7, 30),
    end=dt.date(2024, 8, 29),
    services=(
        Service(
            street="5 TEST LN",
            town="SAMPLEFIELD MA 01085",
            reference="990550033",
            meter="099550033",
            registers=(("Actual", 7_411, 7_300),),
        ),
    ),
    last=410_20,
    paid=300_00,
    gas=True,
)


def samples() -> list[Sample]:
    cases = {"2024-07_plant": PLANT, "2024-08_gas": GAS, "2025-01_shop_and_lamp": LAMPS}
    return [Sample(f"eversource/{name}.pdf", draw(bill), expected(bill)) for name, bill in cases.items()]
