"""The businesses among the sample bills of Pacific Gas and Electric."""

import datetime as dt

from samples.pacific_gas_and_electric.model import Agreement, Generation, Line, Part, PgeBill

UNPAID_BUSINESS = PgeBill(  # two agreements at two streets, demand, and a bill that was not paid
    customer=("EXAMPLE BAKERY INC",),
    mailing=("EXAMPLE BAKERY INC", "PO BOX 9", "FRESNO, CA 93701-0009"),
    street="400 DEMO ST STE B",
    town="FRESNO",
    postal_code="93701",
    account="1900000039-7",
    stated=dt.date(2025, 8, 19),
    due=dt.date(2025, 9, 5),
    previous=3_120_66,
    past_due=True,
    messages=("Your bill includes a past due amount of $3,120.66 from earlier statements.",),
    agreements=(
        Agreement(
            kind="Electric",
            service_id="1900000390",
            note="OVEN #1",
            rate="B10S Medium General Demand-Metered Service",
            street="400 DEMO ST STE B",
            meter="1010000039",
            used="6120.480000",
            demand="47.68",
            parts=(
                Part(
                    start=dt.date(2025, 7, 15),
                    end=dt.date(2025, 8, 13),
                    lines=(
                        Line("Customer Charge", "30", "days", "6.92407"),
                        Line("Demand Charge", "47.680000", "kW", "18.90000"),
                        "Energy Charges",
                        Line("Peak", "1020.480000", price="0.35012"),
                        Line("Part Peak", "900.000000", price="0.28650"),
                        Line("Off Peak", "4200.000000", price="0.25011"),
                        Line("Energy Commission Tax", fixed=1_84),
                    ),
                ),
            ),
        ),
        Agreement(
            kind="Electric",
            service_id="1900000402",
            rate="B1 Small General Service",
            street="402 DEMO ST",
            meter="1010000040",
            used="311.002000",
            parts=(
                Part(
                    start=dt.date(2025, 7, 16),
                    end=dt.date(2025, 8, 14),
                    lines=(
                        Line("Customer Charge", "30", "days", "0.32854"),
                        Line("Peak", "60.000000", price="0.42871"),
                        Line("Off Peak", "251.002000", price="0.35912"),
                    ),
                ),
            ),
        ),
    ),
)

FIRST_BILL = PgeBill(  # a car charger of a business with an aggregator: nothing before it, and a month of generation
    customer=("SAMPLE SQUARE", "OWNERS ASSOCIATION"),
    mailing=("SAMPLE SQUARE OWNERS ASSOCIATION", "77 DEMO BLVD", "SAN FRANCISCO, CA 94102"),
    street="77 DEMO BLVD EV CHARGER",
    town="SAN FRANCISCO",
    postal_code="94102",
    account="1900000040-1",
    stated=dt.date(2026, 2, 9),
    due=dt.date(2026, 2, 26),
    previous=None,
    to=" to ",
    agreements=(
        Agreement(
            kind="PG&E Electric Delivery",
            service_id="1900000411",
            rate="BEV1 Bus Low Use EV",
            street="77 DEMO BLVD EV CHARGER",
            meter="1010000051",
            used="812.044500",
            demand="14",
            message=(
                "Business (Bus) Low Use EV Rate Your",
                "current subscription level is 20 kW and your",
                "highest demand was 14 kW, resulting in a",
                "maximum overage of 0 kW.",
            ),
            parts=(
                Part(
                    start=dt.date(2026, 1, 2),
                    end=dt.date(2026, 2, 1),
                    lines=(
                        "Subscription Charges",
                        Line("Subscription Level (10kW/block) 2 blocks", fixed=24_82),
                        Line("Overage Fees", "0", "kW", "2.48000"),
                        "Energy Charges",
                        Line("Peak", "12.044500", price="0.35518"),
                        Line("Off Peak", "800.000000", price="0.16317"),
                        Line("Generation Credit", fixed=-90_11),
                        Line("San Francisco Utility Users' Tax (7.500%)", fixed=6_02),
                    ),
                ),
            ),
        ),
    ),
    generation=Generation(
        supplier="CleanPowerSF",
        service_id="1900000415",
        rate="B-EV-1",
        lines=(
            Line("Generation - On Peak - Winter", "12.044500", price="0.26421"),
            Line("Generation - Off Peak - Winter", "800.000000", price="0.08948"),
            Line("Local Utility Users Tax", fixed=5_62),
        ),
    ),
)

TRUE_UP = PgeBill(  # a farm of two agreements, one of them net metered: its year's energy is settled on this bill
    customer=("EXAMPLE ORCHARDS LLC",),
    mailing=("EXAMPLE ORCHARDS LLC", "900 SAMPLE RD", "MADERA, CA 93637-0009"),
    street="900 SAMPLE RD",
    town="MADERA",
    postal_code="93637",
    account="1900000073-0",
    stated=dt.date(2024, 9, 12),
    due=dt.date(2024, 9, 30),
    previous=410_00,
    paid=410_00,
    true_up=-157_31,
    agreements=(
        Agreement(
            kind="Electric",
            service_id="1900000730",
            note="PUMP #7",
            rate="AGB Ag Demand-Metered",
            street="900 SAMPLE RD",
            meter="1010000073",
            used="2204.000000",
            demand="31.2",
            parts=(
                Part(
                    start=dt.date(2024, 8, 9),
                    end=dt.date(2024, 9, 9),
                    lines=(
                        Line("Customer Charge", "32", "days", "0.91565"),
                        Line("Max Peak Demand", "28.400000", "kW", "3.50000"),
                        Line("Max Demand", "31.200000", "kW", "12.40000"),
                        Line("Off Peak", "2204.000000", price="0.21874"),
                    ),
                ),
            ),
        ),
        Agreement(
            kind="Electric Monthly",
            service_id="1900000741",
            rate="B1 Small General Service",
            street="902 SAMPLE RD",
            meter="1010000084",
            used="-1310.000000",
            parts=(
                Part(
                    start=dt.date(2024, 8, 9),
                    end=dt.date(2024, 9, 9),
                    lines=(Line("Customer Charge", "32", "days", "0.32854"),),
                ),
            ),
        ),
    ),
)
