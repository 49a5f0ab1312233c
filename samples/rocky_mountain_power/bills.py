"""The sample bills of Rocky Mountain Power: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.pacificorp import Company
from samples.layouts.pacificorp_cases import company_samples


def samples() -> list[Sample]:
    return company_samples(
        Company("rocky_mountain_power", "Rocky Mountain Power", "rockymountainpower.net", "UT", "Sample City"), 8
    )
