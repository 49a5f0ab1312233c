"""The sample bills of West Penn Power: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.first_energy import company_samples


def samples() -> list[Sample]:
    return company_samples("west_penn_power", "West Penn Power", "PA", 4)
