"""The sample bills of Southern California Edison: invented customers, meters and amounts."""

import datetime as dt

from samples.files import Sample
from samples.southern_california_edison.draw import draw
from samples.southern_california_edison.model import Aggregator, Demand, Line, SceBill

SUMMER_HOURS = (
    "Summer cost periods (Jun 01-Sep 30)",
    "On peak    4pm - 9pm",
    "Mid peak    4pm - 9pm on weekends",
    "Off peak    12am - 4pm, 9pm - 12am",
)
WINTER_HOURS = (
    "Winter cost periods (Oct 01-May 31)",
    "Mid peak    4pm - 9pm",
    "Off peak    12am - 8am, 9pm - 12am",
    "Super off peak    8am - 4pm",
)
INCLUDES = ("• $101.10 transmission charges", "• $202.20 distribution charges", "• -$0.20 decommissioning charges")

SUMMER = SceBill(  # a business on time-of-use with demand
    customer="EXAMPLE COLD STORAGE INC",
    mailing=("STE 100", "100 SAMPLE AVE STE 100", "ONTARIO CA   91761-0001"),
    account="700900000017",
    service_account="8009000017",
    street="1200 S EXAMPLE AVE",
    town="ONTARIO",
    postal_code="91761",
    group="A099",
    pod="101769999000000017",
    prepared=dt.date(2025, 7, 7),
    due=dt.date(2025, 7, 28),
    previous=3_104_77,
    payments=((dt.date(2025, 6, 20), 3_104_77),),
    start=dt.date(2025, 6, 6),
    end=dt.date(2025, 7, 6),
    next_end=dt.date(2025, 8, 5),
    season="",
    rate="TOU-GS-2-E",
    meter="359900-000017",
    used=14_214,
    demand=54,
    demands=(
        Demand(
            "Summer",
            (
                ("On peak", 49, "06/25/25 04:30pm-04:45pm"),
                ("Mid Peak", 44, "06/28/25 05:15pm-05:30pm"),
                ("Off peak", 54, "06/18/25 01:15pm-01:30pm"),
            ),
        ),
    ),
    reactive=7_841,
    hours=SUMMER_HOURS,
    delivery=(
        Line("Facilities rel demand", 54, "kW", "13.48000"),
        "Energy-Summer",
        Line("On peak", 2_410, price="0.42208"),
        Line("Mid peak", 803, price="0.24122"),
        Line("Off peak", 11_001, price="0.14587"),
        Line("Wildfire fund charge", 14_214, price="0.00595"),
        Line("Customer charge", fixed=227_55),
    ),
    generation=(
        "Demand-Summer",
        Line("On peak", 49, "kW", "5.34000"),
        "Energy-Summer",
        Line("On peak", 2_410, price="0.34986"),
        Line("Mid peak", 803, price="0.09461"),
        Line("Off peak", 11_001, price="0.06070"),
    ),
    other=(Line("Fixed recovery charge", 14_214, price="0.00153"),),
    includes=INCLUDES,
)

TWO_SEASONS = SceBill(  # the season changes in mid-period: each charge in parts, and a credit left from before
    customer="SAMPLE TRANSPORT & SUPPLY",
    mailing=("77 DEMO BLVD", "RIVERSIDE CA   92501-0002"),
    account="700900000028",
    service_account="8009000028",
    street="77 DEMO BLVD",
    town="RIVERSIDE",
    postal_code="92501",
    group="N001",
    pod="101769999000000028",
    prepared=dt.date(2025, 6, 5),
    due=dt.date(2025, 6, 25),
    previous=1_950_40,
    payments=((dt.date(2025, 5, 12), 1_950_40), (dt.date(2025, 5, 20), 400_00)),
    start=dt.date(2025, 5, 6),
    end=dt.date(2025, 6, 4),
    next_end=dt.date(2025, 7, 3),
    season=" Winter/Summer Season",
    rate="TOU-GS-2-E",
    meter="359900-000028",
    used=9_876,
    demand=41,
    demands=(
        Demand(
            "Winter",
            (
                ("Mid Peak", 38, "05/09/25 04:30pm-04:45pm"),
                ("Off peak", 29, "05/28/25 04:30am-04:45am"),
                ("Super off peak", 41, "05/30/25 11:45am-12:00pm"),
            ),
        ),
        Demand("Summer", (("On peak", 33, "06/02/25 04:30pm-04:45pm"), ("Off peak", 36, "06/03/25 02:00pm-02:15pm"))),
    ),
    reactive=3_020,
    hours=(*SUMMER_HOURS, "", *WINTER_HOURS),
    delivery=(
        Line("Facilities rel demand", 41, "kW", "13.77000", "26/30"),
        Line("Facilities rel demand", 41, "kW", "13.48000", "4/30"),
        "Energy-Winter",
        Line("Mid peak", 1_904, price="0.07527"),
        Line("Off peak", 3_412, price="0.05580"),
        Line("Super off peak", 3_300, price="0.06960"),
        "Energy-Summer",
        Line("On peak", 260, price="0.42208"),
        Line("Off peak", 1_000, price="0.14587"),
        Line("Wildfire fund charge", 9_876, price="0.00595"),
        Line("Customer charge", fixed=203_38),
        Line("Customer charge", fixed=30_34),
    ),
    generation=(
        "Demand-Winter",
        Line("Mid peak", 38, "kW", "2.07000", "26/30"),
        "Demand-Summer",
        Line("On peak", 33, "kW", "5.34000", "4/30"),
        "Energy-Winter",
        Line("Mid peak", 1_904, price="0.10924"),
        Line("Off peak", 3_412, price="0.07047"),
        Line("Super off peak", 3_300, price="0.03700"),
        "Energy-Summer",
        Line("On peak", 260, price="0.34986"),
        Line("Off peak", 1_000, price="0.06070"),
    ),
    other=(Line("Fixed recovery charge", 9_876, price="0.00153"),),
    includes=INCLUDES,
)

AGGREGATION = SceBill(  # a home whose energy a community choice aggregator sells; the usage is estimated
    customer="EXAMPLE, ALEX",
    mailing=("15 SAMPLE CT", "VENTURA CA   93001-0003"),
    account="700900000039",
    service_account="8009000039",
    street="15 SAMPLE CT",
    town="VENTURA",
    postal_code="93001",
    group="A098",
    pod="101769999000000039",
    prepared=dt.date(2025, 8, 13),
    due=dt.date(2025, 9, 2),
    previous=148_16,
    payments=((dt.date(2025, 7, 25), 148_16),),
    start=dt.date(2025, 7, 12),
    end=dt.date(2025, 8, 11),
    next_end=dt.date(2025, 9, 10),
    season="",
    rate="TOU-D-4-9PM (SCE)",
    meter="222900-000039",
    used=612,
    estimated=True,
    hours=SUMMER_HOURS,
    delivery=(
        Line("Basic charge", 31, "days", "0.03100"),
        "Energy-Summer",
        Line("On peak", 96, price="0.30112"),
        Line("Mid peak", 41, price="0.30112"),
        Line("Off peak", 475, price="0.21370"),
        Line("Baseline credit", 388, price="-0.09760"),
        Line("Wildfire fund charge", 612, price="0.00595"),
    ),
    other=(
        Line("Fixed recovery charge", 612, price="0.00153"),
        Line("Generation municipal surcharge", fixed=52),
    ),
    includes=INCLUDES,
    aggregator=Aggregator(
        name="Clean Power Alliance",
        short="CPA",
        rate="SBP TOU-D-4-9PM",
        charges=(
            "Energy-Summer",
            Line("On peak", 96, price="0.27950"),
            Line("Mid peak", 41, price="0.15310"),
            Line("Off peak", 475, price="0.10020"),
        ),
    ),
)

PAST_DUE = SceBill(  # a home that has not paid: "PAST DUE" in the place of the due date
    customer="SAMPLE, ROBIN",
    mailing=("8 EXAMPLE WAY APT 2", "FONTANA CA   92335-0004"),
    account="700900000040",
    service_account="8009000040",
    street="8 EXAMPLE WAY APT 2",
    town="FONTANA",
    postal_code="92335",
    group="N001",
    pod="101769999000000040",
    prepared=dt.date(2025, 3, 11),
    due=dt.date(2025, 3, 31),
    previous=92_31,
    past_due=True,
    start=dt.date(2025, 2, 7),
    end=dt.date(2025, 3, 10),
    next_end=dt.date(2025, 4, 8),
    season="",
    rate="DOMESTIC",
    meter="222900-000040",
    used=287,
    delivery=(
        Line("Basic charge", 32, "days", "0.03100"),
        "Energy-Winter",
        Line("Tier 1", 287, price="0.17240"),
        Line("Wildfire fund charge", 287, price="0.00595"),
    ),
    generation=("Energy-Winter", Line("Tier 1", 287, price="0.12155")),
    other=(Line("Fixed recovery charge", 287, price="0.00153"),),
    includes=INCLUDES,
)

BILLS = {
    "2025-07_time_of_use": SUMMER,
    "2025-06_two_seasons_credit": TWO_SEASONS,
    "2025-08_aggregator": AGGREGATION,
    "2025-03_past_due": PAST_DUE,
}


def samples() -> list[Sample]:
    return [
        Sample(f"southern_california_edison/{name}.pdf", draw(bill), bill.expected()) for name, bill in BILLS.items()
    ]
