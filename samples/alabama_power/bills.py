"""The sample bills of Alabama Power."""

from samples.files import Sample
from samples.layouts.southern_company import company_samples


def samples() -> list[Sample]:
    return company_samples("alabama_power", "Alabama Power", "AlabamaPower.com", "AL", 22, city=False)
