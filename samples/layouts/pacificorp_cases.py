"""Two invented customers of a company of PacifiCorp's."""

import datetime as dt

from samples.files import Sample
from samples.layouts.pacificorp import Company, Item, PacifiCorpBill, Register, expected
from samples.layouts.pacificorp_pages import draw


def company_samples(company: Company, number: int) -> list[Sample]:
    """A home that has not paid all, and a business with two services, registers by time and a contract."""
    digits = f"99{number:02d}5550"
    home = PacifiCorpBill(
        account=f"{digits}-001 {number % 10}",
        customer="SAM EXAMPLE",
        billed=dt.date(2024, 1, 12),
        due=dt.date(2024, 1, 31),
        previous=88_10,
        paid=60_00,
        items=(
            Item(
                street=f"{20 + number} Sample Rd",
                text="House",
                schedule="Schedule 4",
                service=f"5550010{number:02d}-001",
                meter=f"555100{number:02d}",
                start=dt.date(2023, 12, 9),
                end=dt.date(2024, 1, 10),
                registers=(Register(31_204, 32_046),),
            ),
        ),
    )
    business = PacifiCorpBill(
        account=f"{digits}-002 {(number + 3) % 10}",
        customer="EXAMPLE TOOLS LLC",
        billed=dt.date(2017, 7, 7),
        due=dt.date(2017, 7, 25),
        previous=2_410_55,
        paid=2_410_55,
        contract=32_48,
        older=True,
        items=(
            Item(
                street=f"{400 + number} SW Demo Ave",
                text="Works",
                schedule="Schedule 48",
                service=f"5550020{number:02d}-002",
                meter=f"555200{number:02d}",
                start=dt.date(2017, 6, 1),
                end=dt.date(2017, 7, 1),
                registers=(Register(1_210, 1_298, "onkwh"), Register(904, 951, "offkwh")),
                constant=200,
                demand="61",
                load_size=75,
            ),
            Item(
                street=f"{402 + number} SW Demo Ave Unit B",
                text="Yard",
                schedule="Schedule 23",
                service=f"5550020{number:02d}-003",
                meter=f"555201{number:02d}",
                start=dt.date(2017, 6, 3),
                end=dt.date(2017, 7, 2),
                registers=(Register(11_210, 11_902),),
                demand="11",
            ),
        ),
    )
    cases = {"2017-07_business_items": business, "2024-01_home_partly_paid": home}
    return [
        Sample(f"{company.code}/{name}.pdf", draw(company, bill), expected(company, bill))
        for name, bill in cases.items()
    ]
