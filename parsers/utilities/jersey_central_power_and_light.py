"""Jersey Central Power & Light, of FirstEnergy."""

from parsers.families.first_energy import FIRST_ENERGY, FirstEnergy, issued_by


class JerseyCentralPowerAndLight(FirstEnergy):
    code = "jersey_central_power_and_light"
    name = "Jersey Central Power & Light"
    marks = (issued_by("JCP&L", "Jersey Central Power & Light"), FIRST_ENERGY)
