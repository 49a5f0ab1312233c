"""Two invented customers of each Duke Energy company: a home over the turn of the year, and a business."""

import datetime as dt
from collections.abc import Mapping

from samples.files import Sample
from samples.layouts.duke_energy import Company, DukeBill, Meter
from samples.layouts.duke_energy_draw import draw


def files(company: Company, bills: Mapping[str, DukeBill]) -> list[Sample]:
    return [Sample(f"{company.code}/{name}.pdf", draw(bill), bill.expected()) for name, bill in bills.items()]


def home(company: Company, number: int, *, gas: bool = False) -> DukeBill:
    """It has paid; with ``gas`` its meters print readings."""
    read = Meter(f"3205550{number:02d}", before=20_110, now=20_934 + number)
    return DukeBill(
        company=company,
        account=f"9900 5550 {number:04d}",
        customer="SAM EXAMPLE",
        street=f"{100 + number} SAMPLE LN",
        town="SAMPLETON",
        postal_code="00501",
        start=dt.date(2024, 12, 17),
        end=dt.date(2025, 1, 17),
        billed=dt.date(2025, 1, 21),
        due=dt.date(2025, 2, 14),
        meters=[read if gas else Meter(read.id, kwh=f"{read.used}")],
        rate="Residential Service (RS)",
        fixed=14_00,
        price="0.12244",
        previous=131_20 + number,
        paid=131_20 + number,
        gas=Meter(f"15550{number:02d}", before=4_410, now=4_481) if gas else None,
        gas_rate="Residential Firm Delivery (RG)" if gas else "",
    )


def business(company: Company, number: int, *, supplier: str = "") -> DukeBill:
    """It has paid nothing of an earlier bill; its demand is measured and billed."""
    return DukeBill(
        company=company,
        account=f"9900 5551 {number:04d}",
        customer="EXAMPLE TOOLS LLC",
        street=f"{2000 + number} DEMO BLVD",
        town="EXAMPLE CITY",
        postal_code="00544",
        start=dt.date(2025, 6, 12),
        end=dt.date(2025, 7, 11),
        billed=dt.date(2025, 7, 15),
        due=dt.date(2025, 8, 11),
        meters=[
            Meter(
                f"3225550{number:02d}",
                kwh=f"{12_480 + number}.480",
                demand=[("Actual Demand-kW", "41.250"), ("Billed Demand kW", "45.000")],
            )
        ],
        rate="General Service Secondary, with a Demand that is Measured in Each Month (GS-D)",
        fixed=31_00,
        price="0.09118",
        credit=4_10,
        previous=1_204_11,
        paid=0,
        supplier=supplier,
    )


def company_samples(company: Company, number: int) -> list[Sample]:
    return files(company, {"2025-01_home": home(company, number), "2025-07_business_unpaid": business(company, number)})
