"""The sample bills of NYSEG: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.avangrid_new_york import NYSEG, company_samples


def samples() -> list[Sample]:
    return company_samples(NYSEG)
