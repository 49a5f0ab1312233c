"""The sample bills of Atmos Energy: invented customers, meters and amounts."""

import datetime as dt

from samples import expectation
from samples.atmos_energy.draw import Account, Collective, draw_collective, draw_single
from samples.files import Sample

BILLED, DUE = dt.date(2018, 12, 28), dt.date(2019, 1, 9)
COMMERCIAL = "Commercial C020"

SCHOOLS = Collective(
    number="9900000099",
    customer="EXAMPLE SCHOOLS",
    billed=BILLED,
    accounts=(
        Account(
            "9900000101", "4400 LONG SAMPLE SCHOOL RD", "SAMPLE WORTH", "TX", "76099-0001", "000990101C", COMMERCIAL,
            dt.date(2018, 11, 14), dt.date(2018, 12, 14), 62_100, 63_415, BILLED, DUE,
        ),
        Account(
            "9900000102", "12 DEMO TRL", "SAMPLETON", "TX", "76098-0002", "99J000102C", COMMERCIAL,
            dt.date(2018, 11, 3), dt.date(2018, 12, 4), 812, 812, BILLED, DUE, estimated=True,
        ),
        Account(
            "9900000103", "7 PLACEHOLDER PKWY", "SAMPLETON", "TX", "76098", "000990103C", COMMERCIAL,
            dt.date(2018, 11, 15), dt.date(2018, 12, 17), 9_120, 9_640, BILLED, DUE, factor="1.5000",
        ),
    ),
)  # fmt: skip

HOME = Account(
    "9900000204", "31 SAMPLE LN", "EXAMPLEVILLE", "TX", "76097-0004", "99R000204C", "Residential R010",
    dt.date(2023, 1, 20), dt.date(2023, 2, 21), 4_310, 4_402, dt.date(2023, 2, 23), dt.date(2023, 3, 13),
    previous=88_40, paid=88_40,
)  # fmt: skip


def samples() -> list[Sample]:
    together = expectation.document(*(one.expected() for one in SCHOOLS.accounts))
    alone = expectation.document(HOME.expected())
    return [
        Sample("atmos_energy/2018-12_collective.pdf", draw_collective(SCHOOLS), together),
        Sample("atmos_energy/2023-02_home.pdf", draw_single(HOME, "SAM EXAMPLE"), alone),
    ]
