"""The sample bills of Ohio Edison: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.first_energy import company_samples


def samples() -> list[Sample]:
    return company_samples("ohio_edison", "Ohio Edison", "OH", 5)
