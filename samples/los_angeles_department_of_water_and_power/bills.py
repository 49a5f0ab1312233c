"""The sample bills of the Los Angeles Department of Water and Power: invented customers, meters and amounts."""

import datetime as dt

from samples.files import Sample
from samples.los_angeles_department_of_water_and_power.draw import draw
from samples.los_angeles_department_of_water_and_power.model import CODE, Agreement, LadwpBill, Other, Register

SMALL = ("A-1 and A-1[i] Small General Electric - Rate A", "Standard Service")
LARGE = ("A-3 and A-3[i] Subtransmission Electric - Rate", "A TOU - KVAR Metered Service")
AUGUST = ((dt.date(2024, 7, 10), dt.date(2024, 8, 9)),)

TWO = LadwpBill(  # two agreements, one with registers by period and a meter number over two lines; water and sewer
    account="999 100 0017",
    customer="EXAMPLE TEXTILES, LLC SAMPLE REAL ESTATE",
    street="4100 S EXAMPLE AVE",
    postal_code="90099",
    billed=dt.date(2024, 8, 12),
    due=dt.date(2024, 9, 3),
    previous=4_120_55,
    payments=((dt.date(2024, 7, 29), 4_120_55),),
    agreements=(
        Agreement(
            number="9991000118",
            rate=SMALL,
            meter="PMY00999-00000017",
            registers=(Register("Energy", 1267, 1134),),
            parts=AUGUST,
            multiplier=36,
            demands=(("Demand", "13.68"),),
            facilities="25.2",
        ),
        Agreement(
            number="9991000129",
            rate=LARGE,
            meter="APMYD00999-00000028",
            registers=(
                Register("High Peak", 738, 685),
                Register("Low Peak", 814, 760),
                Register("Base", 1569, 1482),
            ),
            parts=AUGUST,
            multiplier=80,
            demands=(("High Peak", "59.20"), ("Low Peak", "57.60"), ("Base", "56.80")),
            facilities="58.4",
        ),
    ),
    others=(Other("Water Charges", 836_08, 122), Other("Sewer Charges", 620_34, 113, sanitation=True)),
)

REBILL = LadwpBill(  # corrects an earlier bill, whose charges are taken back; two parts; paid automatically
    account="999 100 0028",
    customer="SAMPLE STUDIOS INC",
    street="17 N DEMO BLVD",
    postal_code="90098",
    billed=dt.date(2025, 2, 20),
    due=dt.date(2025, 3, 6),
    automatic=True,
    previous=5_313_25,
    payments=((dt.date(2025, 1, 14), 5_313_25),),
    corrected=4_792_10,
    agreements=(
        Agreement(
            number="9991000228",
            rate=LARGE,
            meter="APMV00999-00000039",
            registers=(
                Register("High Peak", 2195, 2080),
                Register("High Peak", 2373, 2195, 1),
                Register("Low Peak", 5672, 5360),
                Register("Low Peak", 5879, 5672, 1),
                Register("Base", 15380, 14724),
                Register("Base", 15831, 15380, 1),
            ),
            parts=((dt.date(2024, 10, 24), dt.date(2024, 12, 22)), (dt.date(2024, 12, 23), dt.date(2025, 2, 18))),
            multiplier=40,
            demands=(("High Peak", "49.6"), ("High Peak", "54.8"), ("Base", "47.6")),
            facilities="64.8",
        ),
    ),
    others=(Other("Water Charges", 285_88, 45), Other("Fire Service Charges", 46_97)),
)

HOME = LadwpBill(  # a home over the turn of the year: two months, no demand; the last bill was not paid in full
    account="999 100 0039",
    customer="ALEX EXAMPLE",
    street="8 SAMPLE ST",
    postal_code="90097",
    billed=dt.date(2024, 1, 17),
    due=dt.date(2024, 2, 5),
    previous=208_40,
    payments=((dt.date(2023, 12, 4), 150_00),),
    agreements=(
        Agreement(
            number="9991000339",
            rate=("R-1 [A] Residential Electric", "Standard Service"),
            meter="00999-00000040",
            registers=(Register("", 21_477, 20_615),),
            parts=((dt.date(2023, 11, 14), dt.date(2024, 1, 16)),),
        ),
    ),
    others=(Other("Water Charges", 92_11, 16), Other("Solid Resources Fee", 72_64, sanitation=True)),
)

BILLS = {"2024-08_two_agreements": TWO, "2025-02_rebill": REBILL, "2024-01_home": HOME}


def samples() -> list[Sample]:
    return [Sample(f"{CODE}/{name}.pdf", draw(bill), bill.expected()) for name, bill in BILLS.items()]
