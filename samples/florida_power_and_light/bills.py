"""The sample bills of Florida Power & Light: invented customers, meters and amounts."""

import datetime as dt

from samples.files import Sample
from samples.florida_power_and_light.draw import draw
from samples.florida_power_and_light.model import FplBill, Meter

HOME = FplBill(  # a budget plan, a draft, and a product that is no electricity
    account="99555-00771",
    customer="SAM EXAMPLE",
    street="31 SAMPLE PALM WAY",
    town="SAMPLETON",
    postal_code="33001",
    start=dt.date(2024, 12, 12),
    end=dt.date(2025, 1, 13),
    due=dt.date(2025, 2, 3),
    drafted=dt.date(2025, 1, 23),
    meters=[Meter("ACD5507", before=9_220, now=10_188)],
    rate="RS-1 RESIDENTIAL SERVICE",
    base=9_61,
    price="0.074120",
    fuel="0.031100",
    last=141_08,
    paid=141_08,
    budget=139_40,
    product=12_79,
)
SOLAR = FplBill(  # a subscription to a solar field, two meters, and an earlier bill that is paid in part
    account="99555-00882",
    customer="EXAMPLE REEF CLUB",
    street="700 DEMO BEACH BLVD # REC",
    town="EXAMPLE HARBOR",
    postal_code="33002",
    start=dt.date(2025, 6, 3),
    end=dt.date(2025, 7, 2),
    due=dt.date(2025, 7, 23),
    meters=[Meter("KN55508", before=69_713, now=70_792), Meter("KN55509", before=1_200, now=1_455)],
    rate="GS-1 GENERAL SVC NON-DEMAND",
    base=12_87,
    price="0.081090",
    fuel="0.026600",
    solar_credit=14_25,
    last=206_11,
    paid=150_00,
)
DEMAND = FplBill(
    account="99555-00993",
    customer="EXAMPLE COLD STORE INC",
    street="4100 SAMPLE PORT RD",
    town="DEMO SPRINGS",
    postal_code="33003",
    start=dt.date(2025, 2, 14),
    end=dt.date(2025, 3, 17),
    due=dt.date(2025, 4, 7),
    meters=[Meter("MV55510", before=2_110, now=2_318, constant=80, demand=("0.62", "80.00", "50"))],
    rate="GSD-1 GENERAL SERVICE DEMAND",
    base=30_44,
    price="0.031400",
    fuel="0.026610",
    last=1_080_22,
    paid=1_080_22,
)
LIGHTS = FplBill(  # without a meter
    account="99555-00114",
    customer="SAMPLE ISLE OWNERS",
    street="1 SAMPLE ISLE CIR",
    town="SAMPLETON",
    postal_code="33001",
    start=dt.date(2025, 3, 17),
    end=dt.date(2025, 4, 16),
    due=dt.date(2025, 5, 7),
    meters=[],
    unmetered=1_204,
    rate="SL-1 STREET LIGHTING",
    base=40_00,
    price="0.040220",
    fuel="0.026600",
    last=151_00,
    paid=151_00,
)
BILLS = {
    "2025-01_home_budget_draft": HOME,
    "2025-03_business_demand": DEMAND,
    "2025-04_street_lights": LIGHTS,
    "2025-07_solar_part_paid": SOLAR,
}


def samples() -> list[Sample]:
    return [Sample(f"florida_power_and_light/{name}.pdf", draw(bill), bill.expected()) for name, bill in BILLS.items()]
