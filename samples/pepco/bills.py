"""The sample bills of Pepco: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.pepco_holdings import company_samples


def samples() -> list[Sample]:
    return company_samples("pepco", "Pepco", "pepco.com", "MD", 1)
