"""The sample bills of National Grid (Massachusetts): invented customers, meters and amounts."""

import datetime as dt

from samples import expectation
from samples.files import Sample
from samples.layouts.national_grid.draw import draw
from samples.layouts.national_grid.model import Electric, Gas, Issuer, Line, NgBill

MASSACHUSETTS = Issuer(
    "national_grid_massachusetts",
    "MA",
    (
        (77.9, 8, "www.nationalgridus.com"),
        (91.2, 7, "CUSTOMER SERVICE"),
        (101.6, 9, "1-800-555-0140"),
        (120.0, 7, "GAS EMERGENCIES"),
        (130.4, 9, "1-800-555-0141"),
        (195.8, 7, "CORRESPONDENCE ADDRESS"),
        (205.8, 8, "PO Box 100"),
        (215.4, 8, "Northborough, MA 01532"),
        (232.8, 7, "DATE BILL ISSUED"),
    ),
    ("PO Box 100", "Northborough MA 01532"),
    "WCMA",
    (
        "You may write to National Grid, PO Box 100, Northborough, MA 01532-0100.",
        "The rights of customers stand here on a real bill. You may appeal by calling the",
        "Massachusetts Department of Public Utilities. The other words are invented.",
        "CCF: the unit of gas volume. Therm: a unit of heat content.",
    ),
)

GAS_HOME = NgBill(  # supplied by National Grid; the bank pays
    issuer=MASSACHUSETTS,
    account="99500-00013",
    customer="SAM EXAMPLE",
    street="8 DEMO LN",
    town="LOWELL",
    postal_code="01850",
    mailing=("8 DEMO LN", "LOWELL MA 01850-0001"),
    issued=dt.date(2025, 1, 14),
    due=dt.date(2025, 2, 7),
    transfer=dt.date(2025, 1, 30),
    previous=88_12,
    paid=88_12,
    paid_on="DEC 30",
    gas=Gas(
        meter="T9900013",
        start=dt.date(2024, 12, 11),
        end=dt.date(2025, 1, 12),
        next_read=dt.date(2025, 2, 12),
        reading=1_829,
        previous=1_741,
        factor="1.02923",
        rate="R-3B Residential Heating",
        delivery=(
            Line("Minimum Charge", fixed=12_80),
            Line("Delivery Peak", "0.6991", "91", "therms"),
            Line("Distribution Adjustment", "0.4858", "91", "therms"),
        ),
        by_supplier=False,
        supply=(Line("Gas Supply Peak", "0.7813", "91", "therms"),),
    ),
    other=(Line("Paperless Billing Credit", fixed=-38),),
)

ELECTRIC_BUSINESS = NgBill(  # peak and off-peak registers repeat the energy; a supplier bills apart; a debt is left
    issuer=MASSACHUSETTS,
    account="99500-00024",
    customer="EXAMPLE FOUNDRY INC",
    street="77 SAMPLE RD",
    town="WORCESTER",
    postal_code="01604",
    mailing=("77 SAMPLE RD", "WORCESTER MA 01604-0002"),
    issued=dt.date(2024, 4, 23),
    due=dt.date(2024, 5, 17),
    previous=4_310_55,
    paid=2_000_00,
    paid_on="APR 2",
    electric=Electric(
        meter="99000024",
        start=dt.date(2024, 3, 22),
        end=dt.date(2024, 4, 20),
        next_read=dt.date(2024, 5, 21),
        reading=9_120,
        previous=9_010,
        multiplier=400,
        demand=("3.10", "2.60"),
        peak=18_800,
        rate="Time-of-Use G-3",
        delivery=(
            Line("Customer Charge", fixed=223_00),
            Line("Dist Chg On Peak", "0.01911", "18800", "kWh"),
            Line("Dist Chg Off Peak", "0.00911", "25200", "kWh"),
            Line("Distribution Demand Chg", "9.21", "200.0", "kW"),
            Line("Transmission Charge", "0.03411", "44000", "kWh"),
        ),
    ),
    late=12_40,
)


def samples() -> list[Sample]:
    cases = {"2024-04_electric_business": ELECTRIC_BUSINESS, "2025-01_gas_home": GAS_HOME}
    return [
        Sample(f"national_grid_massachusetts/{name}.pdf", draw(bill), expectation.document(bill.expected()))
        for name, bill in cases.items()
    ]
