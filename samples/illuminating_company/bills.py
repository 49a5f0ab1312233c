"""The sample bills of The Illuminating Company: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.first_energy import company_samples


def samples() -> list[Sample]:
    return company_samples("illuminating_company", "The Illuminating Company", "OH", 7)
