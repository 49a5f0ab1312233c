"""West Penn Power, of FirstEnergy."""

from parsers.families.first_energy import FIRST_ENERGY, FirstEnergy, issued_by


class WestPennPower(FirstEnergy):
    code = "west_penn_power"
    name = "West Penn Power"
    marks = (issued_by("West Penn Power"), FIRST_ENERGY)
