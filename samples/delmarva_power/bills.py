"""The sample bills of Delmarva Power: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.pepco_holdings import company_samples


def samples() -> list[Sample]:
    return company_samples("delmarva_power", "Delmarva Power", "delmarva.com", "DE", 2)
