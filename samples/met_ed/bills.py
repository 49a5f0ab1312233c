"""The sample bills of Met-Ed: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.first_energy import company_samples


def samples() -> list[Sample]:
    return company_samples("met_ed", "Met-Ed", "PA", 1)
