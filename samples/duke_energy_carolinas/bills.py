"""The sample bills of Duke Energy Carolinas: all three layouts, with invented customers, meters and amounts."""

import datetime as dt
from dataclasses import replace

from samples.duke_energy_carolinas.old import OldBill, OldMeter, draw
from samples.files import Sample
from samples.layouts.duke_energy import Company, Meter, Register
from samples.layouts.duke_energy_cases import business, files, home

CAROLINAS = Company("duke_energy_carolinas", "800.653.5307", "800.769.3766", "North Carolina", "NC")

LISTED = replace(  # 2020: charges by name on page 1, registers in rows, a rate's name over two lines
    business(CAROLINAS, 11),
    account="0099005511",
    start=dt.date(2020, 6, 9),
    end=dt.date(2020, 7, 9),
    billed=dt.date(2020, 7, 13),
    due=dt.date(2020, 7, 27),
    meters=[
        Meter(
            "000955",
            registers=[
                Register("On-Peak Actual Demand(Summer)", "0.00", "12.30", 100, "KW"),
                Register("Off-Peak Actual Demand", "0.00", "11.90", 100, "KW"),
                Register("On-Peak Energy(Summer)", "2410", "2522", 1000),
                Register("Off-Peak Energy", "90317", "90784", 1000),
            ],
        )
    ],
    rate="Example Time of Use, Voltage Differential, Secondary Large General (EX-V)",
    previous=40_118_20,
    paid=40_118_20,
    listed=True,
)
TWO_METERS = OldBill(  # one of them measures demand alone; the period ends in another year than it begins
    account="9900551201",
    customer="EXAMPLE ORCHARD INC",
    street="771 SAMPLE CREEK RD",
    start=dt.date(2018, 12, 4),
    end=dt.date(2019, 1, 4),
    billed=dt.date(2019, 1, 11),
    due=dt.date(2019, 1, 25),
    meters=[
        OldMeter("955101", [Register("Actual Demand", "0.00", "14.00", 1, "KW")], billed=30),
        OldMeter("955102", [Register("Electricity Usage", "40210", "42377", 1)]),
    ],
    rate="SGS - Small General Service",
    price="0.10988",
)
PAST_DUE = OldBill(  # readings of six digits begin their rows as a meter's number would
    account="9900551302",
    customer="SAMPLE LABORATORIES",
    street="4400 DEMO PARK DR",
    start=dt.date(2020, 2, 10),
    end=dt.date(2020, 3, 11),
    billed=dt.date(2020, 3, 13),
    due=dt.date(2020, 3, 27),
    meters=[
        OldMeter(
            "000956",
            [
                Register("On-Peak Actual Demand(Winter)", "0.00", "20.50", 100, "KW"),
                Register("On-Peak Energy(Winter)", "30911", "31140", 1000),
                Register("Off-Peak Energy", "224801", "225704", 1000),
            ],
            billed=2_400,
        )
    ],
    rate="OPT-V TOU Secondary Large Gen",
    price="0.05077",
    previous=71_204_36,
    on_next_page=True,
)
OLD = {"2019-01_old_two_meters": TWO_METERS, "2020-03_old_past_due": PAST_DUE}


def samples() -> list[Sample]:
    paid = replace(business(CAROLINAS, 12), previous=1_388_02, paid=1_388_02)
    bills = {"2020-07_listed_charges": LISTED, "2025-01_home": home(CAROLINAS, 13), "2025-07_business": paid}
    old = [Sample(f"duke_energy_carolinas/{name}.pdf", draw(bill), bill.expected()) for name, bill in OLD.items()]
    return [*old, *files(CAROLINAS, bills)]
