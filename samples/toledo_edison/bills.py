"""The sample bills of Toledo Edison: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.first_energy import company_samples


def samples() -> list[Sample]:
    return company_samples("toledo_edison", "Toledo Edison", "OH", 6)
