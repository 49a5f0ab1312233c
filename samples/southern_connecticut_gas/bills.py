"""The sample bills of Southern Connecticut Gas: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.connecticut_gas import SCG, company_samples


def samples() -> list[Sample]:
    return company_samples(SCG)
