"""Penn Power, of FirstEnergy."""

from parsers.families.first_energy import FIRST_ENERGY, FirstEnergy, issued_by


class PennPower(FirstEnergy):
    code = "penn_power"
    name = "Penn Power"
    marks = (issued_by("Penn Power", "Pennsylvania Power"), FIRST_ENERGY)
