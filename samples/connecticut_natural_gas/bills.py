"""The sample bills of Connecticut Natural Gas: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.connecticut_gas import CNG, company_samples


def samples() -> list[Sample]:
    return company_samples(CNG)
