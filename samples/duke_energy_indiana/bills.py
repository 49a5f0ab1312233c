"""The sample bills of Duke Energy Indiana."""

from samples.files import Sample
from samples.layouts.duke_energy import Company
from samples.layouts.duke_energy_cases import company_samples


def samples() -> list[Sample]:
    return company_samples(Company("duke_energy_indiana", "800.521.2232", "800.343.3525", "Indiana", "IN"), 51)
