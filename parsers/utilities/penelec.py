"""Penelec, of FirstEnergy."""

from parsers.families.first_energy import FIRST_ENERGY, FirstEnergy, issued_by


class Penelec(FirstEnergy):
    code = "penelec"
    name = "Penelec"
    marks = (issued_by("Penelec", "Pennsylvania Electric"), FIRST_ENERGY)
