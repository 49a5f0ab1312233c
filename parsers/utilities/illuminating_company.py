"""The Illuminating Company, of FirstEnergy."""

from parsers.families.first_energy import FIRST_ENERGY, FirstEnergy, issued_by


class IlluminatingCompany(FirstEnergy):
    code = "illuminating_company"
    name = "The Illuminating Company"
    marks = (
        issued_by("The Illuminating Company", "Illuminating Company", "Cleveland Electric Illuminating"),
        FIRST_ENERGY,
    )
