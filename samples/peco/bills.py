"""The sample bills of PECO: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.exelon import PECO, company_samples


def samples() -> list[Sample]:
    return company_samples(PECO)
