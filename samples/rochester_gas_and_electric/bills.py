"""The sample bills of RG&E: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.avangrid_new_york import RGE, company_samples


def samples() -> list[Sample]:
    return company_samples(RGE)
