"""The sample bills of Duke Energy Kentucky: a home with gas, and a business."""

from samples.files import Sample
from samples.layouts.duke_energy import Company
from samples.layouts.duke_energy_cases import business, files, home

KENTUCKY = Company("duke_energy_kentucky", "800.544.6900", "800.543.5599", "Kentucky", "KY")


def samples() -> list[Sample]:
    bills = {"2025-01_home_with_gas": home(KENTUCKY, 71, gas=True), "2025-07_business_unpaid": business(KENTUCKY, 71)}
    return files(KENTUCKY, bills)
