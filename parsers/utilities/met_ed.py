"""Met-Ed, of FirstEnergy."""

from parsers.families.first_energy import FIRST_ENERGY, FirstEnergy, issued_by


class MetEd(FirstEnergy):
    code = "met_ed"
    name = "Met-Ed"
    marks = (issued_by("Met-Ed", "Metropolitan Edison"), FIRST_ENERGY)
