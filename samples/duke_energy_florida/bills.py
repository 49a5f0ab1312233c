"""The sample bills of Duke Energy Florida."""

from samples.files import Sample
from samples.layouts.duke_energy import Company
from samples.layouts.duke_energy_cases import company_samples


def samples() -> list[Sample]:
    return company_samples(Company("duke_energy_florida", "800.700.8744", "800.228.8485", "Florida", "FL"), 41)
