"""The sample bills of Pacific Power: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.pacificorp import Company
from samples.layouts.pacificorp_cases import company_samples


def samples() -> list[Sample]:
    return company_samples(Company("pacific_power", "Pacific Power", "pacificpower.net", "OR", "Exampleville"), 7)
