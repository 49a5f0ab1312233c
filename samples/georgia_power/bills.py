"""The sample bills of Georgia Power."""

from samples.files import Sample
from samples.layouts.southern_company import company_samples


def samples() -> list[Sample]:
    return company_samples("georgia_power", "Georgia Power", "GeorgiaPower.com", "GA", 21)
