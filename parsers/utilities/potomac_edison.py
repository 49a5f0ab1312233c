"""Potomac Edison, of FirstEnergy."""

from parsers.families.first_energy import FIRST_ENERGY, FirstEnergy, issued_by


class PotomacEdison(FirstEnergy):
    code = "potomac_edison"
    name = "Potomac Edison"
    marks = (issued_by("Potomac Edison"), FIRST_ENERGY)
