"""The sample bills of Duke Energy Ohio: a home with gas, and a business with a supplier."""

from samples.files import Sample
from samples.layouts.duke_energy import Company
from samples.layouts.duke_energy_cases import business, files, home

OHIO = Company("duke_energy_ohio", "800.544.6900", "800.543.5599", "Ohio", "OH")


def samples() -> list[Sample]:
    supplied = business(OHIO, 61, supplier="Example Retail Energy LLC")
    return files(OHIO, {"2025-01_home_with_gas": home(OHIO, 61, gas=True), "2025-07_business_supplier": supplied})
