"""The sample bills of ComEd: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.exelon import COMED, company_samples


def samples() -> list[Sample]:
    return company_samples(COMED)
