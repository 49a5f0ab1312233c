"""The sample bills of Mon Power: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.first_energy import company_samples


def samples() -> list[Sample]:
    return company_samples("mon_power", "Mon Power", "WV", 9)
