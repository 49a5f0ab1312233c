"""The sample bills of Mississippi Power."""

from samples.files import Sample
from samples.layouts.southern_company import company_samples


def samples() -> list[Sample]:
    return company_samples("mississippi_power", "Mississippi Power", "MississippiPower.com", "MS", 23)
