"""Mon Power, of FirstEnergy."""

from parsers.families.first_energy import FIRST_ENERGY, FirstEnergy, issued_by


class MonPower(FirstEnergy):
    code = "mon_power"
    name = "Mon Power"
    marks = (issued_by("Mon Power", "Monongahela Power"), FIRST_ENERGY)
