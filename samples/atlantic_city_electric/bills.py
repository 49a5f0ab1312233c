"""The sample bills of Atlantic City Electric: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.pepco_holdings import company_samples


def samples() -> list[Sample]:
    return company_samples("atlantic_city_electric", "Atlantic City Electric", "atlanticcityelectric.com", "NJ", 3)
