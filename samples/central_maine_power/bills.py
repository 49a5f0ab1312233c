"""The sample bills of Central Maine Power: invented customers, meters and amounts."""

import datetime as dt

from samples.central_maine_power.draw import draw
from samples.central_maine_power.model import Block, CmpBill, Share, Supplier
from samples.files import Sample

TARIFF = "SGS Secondary 3 Phase"
SERVICE = "Service Charge - Three Phase"
HELP = ("If you need help with this bill, please call us.", "", "Thank you for choosing AutoPay.")

SUPPLIER = CmpBill(  # delivery and a competitive supplier, in the words of 2022
    account="3599-0001-017",
    invoice="799000000101",
    customer="EXAMPLE BAKERY LLC",
    street="14 SAMPLE ST UNIT 3",
    town="PORTLAND",
    postal_code="04101",
    mailing=("14 SAMPLE ST UNIT 3", "PORTLAND ME 04101-0001"),
    billed=dt.date(2022, 8, 12),
    due=dt.date(2022, 9, 8),
    next_reading=dt.date(2022, 9, 13),
    prior=61_20,
    paid=61_20,
    tariff=TARIFF,
    service=SERVICE,
    blocks=(
        Block(start=dt.date(2022, 7, 15), end=dt.date(2022, 8, 12), service_charge=25_67, kwh=1725, price="0.071564"),
    ),
    demand_kw="11.42",
    meter="L900000101",
    reading=21_840,
    prior_reading=20_115,
    prior_read=dt.date(2022, 7, 14),
    cycle="08",
    supplier=Supplier(
        name="EXAMPLE POWER OF MAINE LLC",
        phone="1-800-555-0142",
        account="7700000017",
        rate="XM100 : ( 07/15/2022 - 08/12/2022 )",
        kwh=1725,
        price="0.068400",
        prior=88_15,
    ),
    messages=HELP,
)

SHARES = (
    Share(percentage="0.150000", start=dt.date(2023, 5, 13), end=dt.date(2023, 6, 13), usage=2710, allocated=1190),
    Share(percentage="0.150000", start=dt.date(2023, 4, 13), end=dt.date(2023, 5, 12), usage=2105, allocated=801),
    Share(percentage="0.150000", start=dt.date(2023, 3, 14), end=dt.date(2023, 4, 12), usage=1904, allocated=455),
    Share(percentage="0.150000", start=dt.date(2023, 2, 11), end=dt.date(2023, 3, 13), usage=1811, allocated=302),
)

SOLAR = CmpBill(  # a share in a solar project: metered 2,710 kWh, billed 1,520 kWh
    account="3599-0002-028",
    invoice="799000000202",
    customer="SAMPLE STREET POTTERY INC",
    street="220 EXAMPLE RD",
    town="SOUTH PORTLAND",
    postal_code="04106",
    mailing=("220 EXAMPLE RD", "SOUTH PORTLAND ME 04106-0002"),
    billed=dt.date(2023, 6, 16),
    due=dt.date(2023, 7, 13),
    next_reading=dt.date(2023, 7, 13),
    prior=140_02,
    paid=140_02,
    tariff=TARIFF,
    service=SERVICE,
    blocks=(
        Block(start=dt.date(2023, 5, 13), end=dt.date(2023, 6, 13), service_charge=25_67, kwh=1520, price="0.069855"),
    ),
    meter="L900000202",
    reading=48_220,
    prior_reading=45_510,
    prior_read=dt.date(2023, 5, 12),
    cycle="08",
    supplier=Supplier(
        name="SAMPLE ENERGY SUPPLY INC.",
        phone="1-800-555-0155",
        account="88000028",
        rate="G0100 : ( 05/13/2023 - 06/13/2023 )",
        kwh=1520,
        price="0.117800",
        prior=171_33,
    ),
    shares=SHARES,
    messages=HELP,
)

SOLAR_COVERS_ALL = CmpBill(  # the share is larger than the usage: no line of delivered kWh, a supplier without charges
    account="3599-0003-039",
    invoice="799000000303",
    customer="EXAMPLE ISLAND COLD STORAGE CO",
    street="9 DEMO WHARF",
    town="PORTLAND",
    postal_code="04112",
    mailing=("PO BOX 39", "PORTLAND ME 04112-0039"),
    billed=dt.date(2023, 7, 14),
    due=dt.date(2023, 8, 10),
    next_reading=dt.date(2023, 8, 11),
    prior=27_08,
    paid=27_08,
    tariff=TARIFF,
    service=SERVICE,
    blocks=(Block(start=dt.date(2023, 6, 13), end=dt.date(2023, 7, 12), service_charge=25_67),),
    demand_kw="17.30",
    meter="L900000303",
    reading=103_411,
    prior_reading=100_306,
    prior_read=dt.date(2023, 6, 12),
    cycle="07",
    supplier=Supplier(
        name="SAMPLE ENERGY SUPPLY INC.",
        phone="1-800-555-0155",
        account="88000039",
        rate="G0100 : ( 06/13/2023 - 07/12/2023 )",
        kwh=0,
        price="0.117800",
    ),
    shares=(
        Share(
            percentage="0.500000",
            start=dt.date(2023, 6, 13),
            end=dt.date(2023, 7, 12),
            usage=3105,
            allocated=3650,
            banked=1477,
        ),
        Share(
            percentage="0.500000",
            start=dt.date(2023, 5, 12),
            end=dt.date(2023, 6, 12),
            usage=3002,
            allocated=3640,
            banked=932,
        ),
    ),
    messages=HELP,
)

PAST_DUE = CmpBill(  # the price changed on 1 January: two blocks of charges; nothing was paid
    account="3599-0004-040",
    invoice="799000000404",
    customer="EXAMPLE LAUNDRY CO",
    street="31 SAMPLE AVE",
    town="AUGUSTA",
    postal_code="04330",
    mailing=("31 SAMPLE AVE", "AUGUSTA ME 04330-0004"),
    billed=dt.date(2023, 1, 18),
    due=dt.date(2023, 2, 14),
    next_reading=dt.date(2023, 2, 10),
    prior=212_44,
    paid=0,
    tariff=TARIFF,
    service=SERVICE,
    blocks=(
        Block(start=dt.date(2022, 12, 15), end=dt.date(2022, 12, 31), service_charge=15_04, kwh=1102, price="0.071564"),
        Block(start=dt.date(2023, 1, 1), end=dt.date(2023, 1, 12), service_charge=10_63, kwh=988, price="0.069855"),
    ),
    demand_kw="14.88",
    meter="L900000404",
    reading=77_290,
    prior_reading=75_200,
    prior_read=dt.date(2022, 12, 14),
    cycle="09",
    messages=("Your account has a past due balance of $212.44.", "Please pay it now.", "", *HELP),
    past_due=True,
)

CREDIT = CmpBill(  # the account holds more than the bill asks for
    account="3599-0005-051",
    invoice="799000000505",
    customer="SAMPLE & DAUGHTERS BOATWORKS",
    street="2 DEMO LN",
    town="BATH",
    postal_code="04530",
    mailing=("2 DEMO LN", "BATH ME 04530-0005"),
    billed=dt.date(2022, 3, 22),
    due=dt.date(2022, 4, 19),
    next_reading=dt.date(2022, 4, 20),
    prior=-250_00,
    paid=0,
    tariff="SGS Secondary 1 Phase",
    service="Service Charge - Single Phase",
    blocks=(
        Block(start=dt.date(2022, 2, 18), end=dt.date(2022, 3, 18), service_charge=16_15, kwh=640, price="0.077711"),
    ),
    meter="L900000505",
    reading=9_870,
    prior_reading=9_230,
    prior_read=dt.date(2022, 2, 17),
    cycle="12",
    messages=HELP,
)

BILLS = {
    "2022-08_supplier": SUPPLIER,
    "2023-06_solar": SOLAR,
    "2023-07_solar_covers_all": SOLAR_COVERS_ALL,
    "2023-01_rate_change_past_due": PAST_DUE,
    "2022-03_credit": CREDIT,
}


def samples() -> list[Sample]:
    return [Sample(f"central_maine_power/{name}.pdf", draw(bill), bill.expected()) for name, bill in BILLS.items()]
