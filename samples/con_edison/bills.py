"""The sample bills of Con Edison: invented customers, meters and amounts."""

import datetime as dt

from samples.con_edison.draw import draw
from samples.con_edison.model import ConEdisonBill, Meter, Service
from samples.files import Sample

TAXES = ("GRT & other tax surcharges", 18_20)

BUSINESS = ConEdisonBill(  # two meters with demand; a supplier that bills apart; nothing was paid
    account="99123-45000-1",
    customer="EXAMPLE GLASS WORKS LLC",
    street="100 SAMPLE AVE FL 2",
    billed=dt.date(2025, 3, 5),
    due=dt.date(2025, 3, 27),
    start=dt.date(2025, 1, 31),
    end=dt.date(2025, 3, 4),
    next_date=dt.date(2025, 4, 3),
    last=8_112_40,
    paid=0,
    electric=Service(
        meters=(
            Meter(number="099700011", reading="10257.16", previous="9821.71", multiplier=400, demand="455.36"),
            Meter(number="099700022", reading="2910.46", previous="2526.16", multiplier=80, demand="67.2"),
        ),
        rate="EL9 General Large - TOD",
        delivery_price="0.02346",
        fixed=(("Customer charge", 142_10), ("RNY Credit", -123_95), TAXES),
    ),
    supplier="EXAMPLE ENERGY SERVICES INC (C&I)",
    extra=(("Late payment charges", 81_12), ("Adjustments", -5_00)),
    notice="FINAL TERMINATION NOTICE NON-RESIDENTIAL RIGHTS",
)

HOME = ConEdisonBill(  # electricity and gas, both supplied by Con Edison; everything was paid
    account="99123-46000-2",
    customer="SAM EXAMPLE",
    street="7 DEMO ST APT 5C",
    billed=dt.date(2025, 7, 11),
    due=dt.date(2025, 8, 4),
    start=dt.date(2025, 6, 10),
    end=dt.date(2025, 7, 10),
    next_date=dt.date(2025, 8, 8),
    last=151_30,
    paid=151_30,
    electric=Service(
        meters=(Meter(number="099700033", reading="4321", previous="3921"),),
        rate="EL1 Residential or Religious",
        delivery_price="0.16411",
        supply_price="0.11207",
        fixed=(("Basic service charge", 20_00), TAXES),
    ),
    gas=Service(
        meters=(Meter(number="099800033", reading="1412", previous="1401"),),
        rate="GS1 Residential or Religious",
        delivery_price="1.10500",
        supply_price="0.61200",
        fixed=(("Basic service charge", 26_10),),
    ),
)

CREDIT = ConEdisonBill(  # more was paid than was owed
    account="99123-47000-3",
    customer="EXAMPLE BAKERY INC",
    street="21 TEST BLVD",
    billed=dt.date(2024, 11, 6),
    due=dt.date(2024, 12, 2),
    start=dt.date(2024, 10, 4),
    end=dt.date(2024, 11, 5),
    next_date=dt.date(2024, 12, 6),
    last=-20_00,
    paid=11_50,
    electric=Service(
        meters=(Meter(number="099700044", reading="8952.88", previous="8696.28", multiplier=40, demand="31.4"),),
        rate="EL9 General Large",
        delivery_price="0.02075",
        supply_price="0.09110",
        fixed=(("Customer charge", 68_20), TAXES),
    ),
)

OLD = ConEdisonBill(  # the generation until about 2020
    account="99-1234-5678-9000-4",
    customer="SAM TESTER",
    street="8 SAMPLE PL 2",
    billed=dt.date(2019, 1, 9),
    due=dt.date(2019, 2, 4),
    start=dt.date(2018, 12, 6),
    end=dt.date(2019, 1, 8),
    next_date=dt.date(2019, 2, 6),
    last=98_40,
    paid=90_00,
    electric=Service(
        meters=(Meter(number="9970055", reading="10450", previous="10112"),),
        rate="EL1 Residential or Religious",
        delivery_price="0.12210",
        supply_price="0.08120",
        fixed=(("Basic service charge", 15_76),),
    ),
    gas=Service(
        meters=(Meter(number="9980055", reading="2241", previous="2229"),),
        rate="GS1 Residential or Religious",
        delivery_price="0.80110",
        supply_price="0.40220",
        fixed=(("Basic service charge", 21_12),),
    ),
    old=True,
)


def samples() -> list[Sample]:
    cases = {
        "2019-01_older_home": OLD,
        "2024-11_credit": CREDIT,
        "2025-03_business_in_debt": BUSINESS,
        "2025-07_home_with_gas": HOME,
    }
    return [Sample(f"con_edison/{name}.pdf", draw(bill), bill.expected()) for name, bill in cases.items()]
