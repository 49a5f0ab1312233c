"""The sample bills of JCP&L: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.first_energy import company_samples


def samples() -> list[Sample]:
    return company_samples("jersey_central_power_and_light", "JCP&L", "NJ", 8)
