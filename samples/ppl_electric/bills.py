"""The sample bills of PPL Electric Utilities: invented customers, meters and amounts."""

import datetime as dt

from samples.files import Sample
from samples.ppl_electric.draw import draw
from samples.ppl_electric.model import OWN_NAME, Line, PplBill, Supply

LARGE = PplBill(  # a large business with demand, a constant of 600 and a supplier
    account="99240-00017",
    customer=("EXAMPLE CASTINGS INC", "SAMPLE PROPERTIES LP"),
    street="16 SAMPLE ST",
    town="MUNCY",
    postal_code="17756",
    due=dt.date(2024, 9, 24),
    balance_on=dt.date(2024, 9, 6),
    previous=5_870_12,
    paid=5_870_12,
    paid_on=dt.date(2024, 8, 20),
    start=dt.date(2024, 8, 6),
    end=dt.date(2024, 9, 5),
    next_reading=dt.date(2024, 10, 4),
    meter="300900017",
    reading=5_211,
    previous_reading=5_126,
    constant=600,
    demand="231.0",
    rate="LP4",
    rate_words="General Service Rate",
    supplies=(
        Supply(
            name="Example Energy LLC",
            phone="1-800-555-0161",
            place=("100 Sample Street", "Brooklyn, NY 11231"),
            start=dt.date(2024, 8, 6),
            end=dt.date(2024, 9, 5),
            lines=(Line("State Sales Tax", price="284.58"), Line("51000 KH @ 0.093 per KH", "51000", "0.093")),
        ),
    ),
    effective=dt.date(2024, 1, 5),
    price_words="51000 KH @ 0.093 per KH",
    delivery=(
        Line("Customer Charge", price="169.80"),
        Line("231.0 kW at $2.54702 per kW", "231.0", "2.54702"),
        Line("Tax Cut and Jobs Act Credit at -7.67%", price="-58.16"),
        Line("Smart Meter Rider - Phase 1", price="68.22"),
        Line("System Improvement Charge at 5.00%", price="39.21"),
        Line("PA Tax Adj Surcharge at -0.208%", price="-1.75"),
    ),
)

HOME = PplBill(  # a home that has chosen nobody: PPL supplies it
    account="99250-00028",
    customer=("SAM EXAMPLE",),
    street="8 DEMO LN",
    town="ALLENTOWN",
    postal_code="18104",
    due=dt.date(2024, 6, 28),
    balance_on=dt.date(2024, 6, 11),
    previous=131_07,
    paid=131_07,
    paid_on=dt.date(2024, 5, 30),
    start=dt.date(2024, 5, 8),
    end=dt.date(2024, 6, 7),
    next_reading=dt.date(2024, 7, 9),
    meter="300900028",
    reading=41_873,
    previous_reading=41_061,
    rate="RS",
    rate_words="Residential Rate",
    supplies=(
        Supply(
            name=OWN_NAME,
            phone="1-800-555-0150",
            place=("Allentown, PA 18104-0100",),
            start=dt.date(2024, 5, 8),
            end=dt.date(2024, 6, 7),
            lines=(
                Line("Transmission Charge:", heading=True),
                Line("812 kWh at 1.412¢ per kWh", "812", "0.01412"),
                Line("Generation Charge:", heading=True),
                Line("Capacity and Energy", heading=True),
                Line("812 kWh at 9.616¢ per kWh", "812", "0.09616"),
            ),
        ),
    ),
    price_words="812 kWh @ $0.11028",
    compare="0.11028",
    delivery=(
        Line("Customer Charge", price="16.45"),
        Line("812 kWh at 5.012¢ per kWh", "812", "0.05012"),
        Line("Tax Cut and Jobs Act Credit at -7.67%", price="-4.38"),
        Line("PA Tax Adj Surcharge at -0.208%", price="-0.11"),
    ),
)

PAST_DUE = PplBill(  # a small business that has not paid
    account="99260-00039",
    customer=("EXAMPLE BARBERS",),
    street="301 SAMPLE AVE",
    town="LANCASTER",
    postal_code="17602",
    due=dt.date(2024, 12, 2),
    balance_on=dt.date(2024, 11, 13),
    previous=318_44,
    start=dt.date(2024, 10, 10),
    end=dt.date(2024, 11, 11),
    next_reading=dt.date(2024, 12, 12),
    meter="300900039",
    reading=18_904,
    previous_reading=17_802,
    demand="7.4",
    rate="GS1",
    rate_words="General Service Rate",
    supplies=(
        Supply(
            name="Sample Retail Energy",
            phone="800-555-0172",
            place=("PO Box 100", "Houston, TX 77251-0100"),
            start=dt.date(2024, 10, 10),
            end=dt.date(2024, 11, 11),
            lines=(
                Line("Generation: 1102KWH @ $0.08985/KWH", "1102", "0.08985"),
                Line("State Sales Tax", price="5.94"),
            ),
        ),
    ),
    effective=dt.date(2023, 3, 2),
    price_words="Generation: 1102KWH @ $0.08985/KWH",
    compare="0.10446",
    delivery=(
        Line("Customer Charge", price="22.00"),
        Line("7.4 kW at $4.362 per kW", "7.4", "4.362"),
        Line("Storm Damage Expense Rider", price="3.53"),
        Line("PA Sales Tax", price="3.46"),
    ),
    notice=("Your account has a past due balance of $318.44.", "Please pay it now."),
    past_due=True,
)

FIRST = PplBill(  # no balance and so no date of the bill; two runs of supply; a credit under other charges
    account="99270-00040",
    customer=("SAMPLE PLASTICS CO",),
    street="77 DEMO RD",
    town="HAZLETON",
    postal_code="18201",
    due=dt.date(2023, 11, 21),
    start=dt.date(2023, 9, 2),
    end=dt.date(2023, 10, 4),
    next_reading=dt.date(2023, 12, 5),
    meter="300900040",
    reading=4_310,
    previous_reading=4_248,
    constant=600,
    demand="201.0",
    rate="LP4",
    rate_words="General Service Rate",
    supplies=tuple(
        Supply(
            name="Sample Retail Energy",
            phone="800-555-0172",
            place=("PO Box 100", "Houston, TX 77251-0100"),
            start=start,
            end=end,
            lines=(
                Line(f"Generation: {kwh}KWH @ $0.05885/KWH", str(kwh), "0.05885"),
                Line("State Sales Tax", price=tax),
            ),
        )
        for start, end, kwh, tax in (
            (dt.date(2023, 8, 4), dt.date(2023, 9, 2), 40_100, "141.59"),
            (dt.date(2023, 9, 2), dt.date(2023, 10, 4), 37_200, "131.35"),
        )
    ),
    effective=dt.date(2020, 2, 5),
    price_words="Generation: 37200KWH @ $0.05885/KWH",
    delivery=(
        Line("Customer Charge", price="169.80"),
        Line("201.0 kW at $2.54701 per kW", "201.0", "2.54701"),
        Line("Tax Cut and Jobs Act Credit at -8.23%", price="-56.11"),
        Line("PA Tax Adj Surcharge at -0.134%", price="-0.98"),
    ),
    other=(Line("Excess Credit", price="-3.00"),),
    notice=("Because of Other Charges, your amount due", "does not equal your Usage Charges."),
)

LATE = PplBill(  # the year turns; a charge beside the totals; a supplier's name on two lines; a name as a street begins
    account="99280-00051",
    customer=("EXAMPLE BAKERS INC", "12 OAKS SOCIETY"),
    street="9 DEMO AVE",
    town="BETHLEHEM",
    postal_code="18015",
    due=dt.date(2025, 1, 30),
    balance_on=dt.date(2025, 1, 9),
    previous=212_60,
    paid=212_60,
    paid_on=dt.date(2025, 1, 6),
    start=dt.date(2024, 12, 6),
    end=dt.date(2025, 1, 8),
    next_reading=dt.date(2025, 2, 7),
    meter="300900051",
    reading=7_215,
    previous_reading=6_203,
    demand="5.1",
    rate="GS1",
    rate_words="General Service Rate",
    supplies=(
        Supply(
            name="Example Renewable Energy of Testville LLC",
            wrapped=("Example Renewable Energy", "of Testville LLC"),
            phone="1-800-555-0183",
            place=("200 Sample Street", "Houston, TX 77251-0100"),
            start=dt.date(2024, 12, 6),
            end=dt.date(2025, 1, 8),
            lines=(Line("Generation: 1012KWH @ $0.09115/KWH", "1012", "0.09115"),),
        ),
    ),
    effective=dt.date(2024, 11, 4),
    price_words="Generation: 1012KWH @ $0.09115/KWH",
    compare="0.10211",
    delivery=(
        Line("Customer Charge", price="22.00"),
        Line("5.1 kW at $4.362 per kW", "5.1", "4.362"),
        Line("PA Sales Tax", price="3.10"),
    ),
    late=2_65,
    notice=("Customers with a past due balance", "may ask for help with $200.00."),
)

BILLS = {
    "2024-09_large_business": LARGE,
    "2024-06_home": HOME,
    "2024-11_past_due": PAST_DUE,
    "2023-10_first_bill": FIRST,
    "2025-01_late_charge": LATE,
}


def samples() -> list[Sample]:
    return [Sample(f"ppl_electric/{name}.pdf", draw(bill), bill.expected()) for name, bill in BILLS.items()]
