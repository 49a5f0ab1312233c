"""The sample bills of Penelec: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.first_energy import company_samples


def samples() -> list[Sample]:
    return company_samples("penelec", "Penelec", "PA", 2)
