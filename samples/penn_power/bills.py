"""The sample bills of Penn Power: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.first_energy import company_samples


def samples() -> list[Sample]:
    return company_samples("penn_power", "Penn Power", "PA", 3)
