"""The sample bills of PSE&G: invented customers, meters and amounts."""

import datetime as dt

from samples.files import Sample
from samples.pseg_new_jersey.draw import draw
from samples.pseg_new_jersey.model import Meter, PsegBill

BUSINESS = PsegBill(  # demand, a multiplier, and the bank pays over the turn of a year
    account=("99 100 200 01", "9910020001"),
    customer="EXAMPLE PRODUCTS INC",
    street="100 SAMPLE AVE",
    town="EXAMPLE TWP EXA",
    postal_code="07001",
    billed=dt.date(2025, 1, 3),
    due=dt.date(2025, 1, 21),
    start=dt.date(2024, 11, 30),
    end=dt.date(2024, 12, 31),
    last=4_801_12,
    paid=4_801_12,
    paid_on="December 18, 2024",
    meters=(
        Meter(
            number="990010250",
            rate="General Lighting & Power (GLP)",
            reading=4_382,
            previous=4_010,
            multiplier=120,
            demand=("139.20", "141.60"),
            service=5_10,
            price="0.026254",
            supply_price="0.092749",
            pod="PE000099000099000011",
        ),
    ),
    debit=True,
)

HOME = PsegBill(  # electricity and gas, with an unpaid rest
    account=("99 100 200 02", "9910020002"),
    customer="SAM EXAMPLE",
    street="7 DEMO ST",
    town="SAMPLE CITY",
    postal_code="07002",
    billed=dt.date(2024, 8, 13),
    due=dt.date(2024, 8, 28),
    start=dt.date(2024, 7, 12),
    end=dt.date(2024, 8, 9),
    last=172_95,
    paid=100_00,
    paid_on="August 6, 2024",
    meters=(
        Meter(
            number="99021236",
            kind="gas",
            rate="Residential Service Gas-Heating - RSG (HTG)",
            reading=2_798,
            previous=2_781,
            service=8_62,
            price="0.558000",
            supply_price="0.392720",
            pod="PG000099000099000022",
        ),
        Meter(
            number="990022722",
            rate="Residential Service (RS)",
            reading=12_606,
            previous=11_820,
            service=4_95,
            price="0.070861",
            supply_price="0.150369",
            pod="PE000099000099000022",
        ),
    ),
)

SUPPLIED = PsegBill(  # two gas meters, electricity from a supplier, nothing paid for a month
    account=("99 100 200 03", "9910020003"),
    customer="EXAMPLE HOTEL LLC",
    street="160 TEST RD",
    town="SAMPLETON",
    postal_code="07003",
    billed=dt.date(2025, 3, 11),
    due=dt.date(2025, 3, 26),
    start=dt.date(2025, 2, 7),
    end=dt.date(2025, 3, 8),
    last=2_940_10,
    paid=0,
    meters=(
        Meter(
            number="99019179",
            kind="gas",
            rate="General Service Gas Heating - GSG (HTG)",
            reading=73_732,
            previous=72_247,
            ccf="1.068",
            heat="1.037",
            service=19_81,
            price="0.482686",
            supply_price="0.540641",
            pod="PG000099000099000033",
        ),
        Meter(
            number="99079388",
            kind="gas",
            rate="Large Volume Gas (LVG)",
            reading=15_281,
            previous=11_021,
            ccf="1.068",
            heat="1.037",
            service=175_92,
            price="0.207502",
            supply_price="0.540641",
            pod="PG000099000099000034",
        ),
        Meter(
            number="990014507",
            rate="General Lighting & Power (GLP)",
            reading=47_734,
            previous=47_259,
            multiplier=40,
            demand=("61.30",),
            service=5_10,
            price="0.052254",
            pod="PE000099000099000033",
        ),
    ),
    supplier=("Example Energy, Inc.", 1_882_85),
    notice=True,
)


def samples() -> list[Sample]:
    cases = {"2024-08_home": HOME, "2025-01_business": BUSINESS, "2025-03_supplier_and_two_gas_meters": SUPPLIED}
    return [Sample(f"pseg_new_jersey/{name}.pdf", draw(bill), bill.expected()) for name, bill in cases.items()]
