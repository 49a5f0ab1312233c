"""The sample bills of San Diego Gas & Electric: invented customers, meters and amounts."""

import datetime as dt

from samples.files import Sample
from samples.san_diego_gas_and_electric.draw import draw
from samples.san_diego_gas_and_electric.model import CODE, Electric, Gas, Period, SdgeBill

CREDIT = SdgeBill(  # a home with gas, to which the climate credit gives more than it owes
    account="9900 017 017 0",
    customer="KIM EXAMPLE",
    street="17 EXAMPLE AVE 3",
    mailed=dt.date(2015, 10, 23),
    due=None,
    previous=31_08,
    paid_on=dt.date(2015, 10, 9),
    electric=Electric(
        meter="06990017",
        rate="DR-Residential",
        price="0.16120",
        periods=(Period(start=dt.date(2015, 9, 21), end=dt.date(2015, 10, 20), net=84, reading=5_521),),
        credit=44_00,
    ),
    gas=Gas(
        meter="00990018",
        rate="GR-Residential",
        start=dt.date(2015, 9, 21),
        end=dt.date(2015, 10, 20),
        reading=8_168,
        previous=8_150,
    ),
)

AGGREGATION = SdgeBill(  # two periods, as the prices changed; an aggregator sells the energy; usage net of solar
    account="9900 0280 0280 8",
    customer="SAMPLE BAKERY INC",
    street="2800 SAMPLE BLVD",
    mailed=dt.date(2025, 1, 31),
    due=dt.date(2025, 2, 19),
    previous=1_090_77,
    paid_on=dt.date(2025, 1, 8),
    electric=Electric(
        meter="06990028",
        rate="TOU-A",
        price="0.21870",
        periods=(
            Period(start=dt.date(2024, 12, 27), end=dt.date(2024, 12, 31), net=308),
            Period(start=dt.date(2025, 1, 1), end=dt.date(2025, 1, 27), net=1_904),
        ),
        demand="14.6",
        generation="0.10230",
    ),
    aggregator="San Diego Community Power",
)

BILLS = {"2015-10_credit": CREDIT, "2025-01_aggregator": AGGREGATION}


def samples() -> list[Sample]:
    return [Sample(f"{CODE}/{name}.pdf", draw(bill), bill.expected()) for name, bill in BILLS.items()]
