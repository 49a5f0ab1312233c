"""The sample bills of Potomac Edison: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.first_energy import company_samples


def samples() -> list[Sample]:
    return company_samples("potomac_edison", "Potomac Edison", "MD", 10)
