"""The sample bills of Pacific Gas and Electric: invented customers, meters and amounts; the homes among them."""

import datetime as dt

from samples.files import Sample
from samples.pacific_gas_and_electric.businesses import FIRST_BILL, TRUE_UP, UNPAID_BUSINESS
from samples.pacific_gas_and_electric.draw import draw
from samples.pacific_gas_and_electric.model import Agreement, Generation, Line, Part, PgeBill

HOME_WITH_GAS = PgeBill(  # fonts that lie; prices change in mid-period; the energy is the utility's own
    customer=("ALEX EXAMPLE",),
    mailing=("ALEX EXAMPLE", "12 SAMPLE CT", "SAN MATEO, CA 94401-0001"),
    street="12 SAMPLE CT",
    town="SAN MATEO",
    postal_code="94401",
    account="1900000017-3",
    stated=dt.date(2024, 1, 9),
    due=dt.date(2024, 1, 30),
    previous=182_40,
    paid=182_40,
    lying_fonts=True,
    agreements=(
        Agreement(
            kind="Electric",
            service_id="1900000170",
            rate="E1 T Residential Service",
            street="12 SAMPLE CT",
            meter="1010000017",
            used="402.118000",
            about=(("Baseline Territory", "T"), ("Heat Source", "B - Not Electric")),
            parts=(
                Part(
                    start=dt.date(2023, 12, 5),
                    end=dt.date(2023, 12, 31),
                    lines=(
                        "Tier 1 Allowance 202.50 kWh (27 days x 7.5 kWh/day)",
                        Line("Tier 1 Usage", "202.500000", price="0.33851"),
                        Line("Tier 2 Usage", "149.118000", price="0.42366"),
                        Line("Energy Commission Tax", fixed=11),
                    ),
                ),
                Part(
                    start=dt.date(2024, 1, 1),
                    end=dt.date(2024, 1, 4),
                    lines=(
                        Line("Tier 1 Usage", "30.000000", price="0.42009"),
                        Line("Tier 2 Usage", "20.500000", price="0.52609"),
                        Line("Energy Commission Tax", fixed=2),
                    ),
                ),
            ),
        ),
        Agreement(
            kind="Gas",
            service_id="1900000181",
            rate="G1 T Residential Service",
            street="12 SAMPLE CT",
            meter="30000017",
            used="41.000000",
            about=(
                ("Current Meter Reading", "6,211"),
                ("Prior Meter Reading", "6,172"),
                ("Difference", "39"),
                ("Multiplier", "1.046291"),
            ),
            parts=(
                Part(
                    start=dt.date(2023, 12, 6),
                    end=dt.date(2024, 1, 5),
                    lines=(
                        Line("Tier 1 Usage", "38.440000", "Therms", "2.05121"),
                        Line("Tier 2 Usage", "2.560000", "Therms", "2.51203"),
                        Line("Gas PPP Surcharge ($0.10242 /Therm)", fixed=4_20),
                    ),
                ),
            ),
        ),
    ),
)

AGGREGATOR_IN_CREDIT = PgeBill(  # an aggregator, gas, a climate credit larger than the charges, money left from before
    customer=("ROBIN SAMPLE", "JAMIE SAMPLE"),
    mailing=("ROBIN SAMPLE", "8 EXAMPLE WAY APT 2", "BERKELEY, CA 94702-0002"),
    street="8 EXAMPLE WAY APT 2",
    town="BERKELEY",
    postal_code="94702",
    account="1900000028-5",
    stated=dt.date(2025, 10, 15),
    due=dt.date(2025, 11, 5),
    previous=-61_07,
    adjustment=-58_23,
    to=" to ",
    agreements=(
        Agreement(
            kind="PG&E Electric Delivery",
            service_id="1900000280",
            rate="Time-of-Use (Peak Pricing 4 - 9 p.m. Every Day)",
            street="8 EXAMPLE WAY APT 2",
            meter="1010000028",
            used="188.412500",
            parts=(
                Part(
                    start=dt.date(2025, 9, 10),
                    end=dt.date(2025, 10, 9),
                    lines=(
                        "Energy Charges",
                        Line("Peak", "41.220000", price="0.50429"),
                        Line("Off Peak", "147.192500", price="0.39936"),
                        Line("Baseline Credit", "188.412500", price="-0.10135"),
                        Line("Generation Credit", fixed=-29_80),
                        Line("Power Charge Indifference Adjustment", fixed=2_02),
                    ),
                ),
            ),
        ),
        Agreement(
            kind="Gas",
            service_id="1900000291",
            rate="G1 T Residential Service",
            street="8 EXAMPLE WAY APT 2",
            meter="30000028",
            used="6.000000",
            parts=(
                Part(
                    start=dt.date(2025, 9, 10),
                    end=dt.date(2025, 10, 9),
                    lines=(Line("Tier 1 Usage", "6.000000", "Therms", "2.52299"),),
                ),
            ),
        ),
    ),
    generation=Generation(
        supplier="Ava Community Energy",
        service_id="1900000284",
        rate="E-TOU-C",
        lines=(
            Line("Generation - On Peak - Summer", "41.220000", price="0.17041"),
            Line("Generation - Off Peak -\nSummer", "147.192500", price="0.11702"),
        ),
    ),
)

SOLAR = PgeBill(  # net metering: more fed in than used, and one line of new charges beside what is left unpaid
    customer=("SAM SAMPLE",),
    mailing=("SAM SAMPLE", "5 EXAMPLE RD", "CHICO, CA 95928-0005"),
    street="5 EXAMPLE RD",
    town="CHICO",
    postal_code="95928",
    account="1900000062-9",
    stated=dt.date(2025, 5, 6),
    due=dt.date(2025, 5, 27),
    previous=30_14,
    paid=20_00,
    agreements=(
        Agreement(
            kind="Electric",
            service_id="1900000620",
            rate="EV2A Home Charging",
            street="5 EXAMPLE RD",
            meter="1010000062",
            used="-214.500000",
            parts=(
                Part(
                    start=dt.date(2025, 4, 2),
                    end=dt.date(2025, 5, 1),
                    lines=(Line("Minimum Delivery Charge", "30", "days", "0.39167"),),
                ),
            ),
        ),
    ),
)

BILLS = {
    "2024-01_home_with_gas": HOME_WITH_GAS,
    "2024-09_true_up": TRUE_UP,
    "2025-05_solar": SOLAR,
    "2025-08_unpaid_business": UNPAID_BUSINESS,
    "2025-10_aggregator_in_credit": AGGREGATOR_IN_CREDIT,
    "2026-02_first_bill": FIRST_BILL,
}


def samples() -> list[Sample]:
    return [Sample(f"pacific_gas_and_electric/{name}.pdf", draw(bill), bill.expected()) for name, bill in BILLS.items()]
