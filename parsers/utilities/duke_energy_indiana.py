"""Duke Energy Indiana, on the family's bill."""

from parsers.families.duke_energy import SITE, DukeEnergy, phones


class DukeEnergyIndiana(DukeEnergy):
    code = "duke_energy_indiana"
    name = "Duke Energy Indiana"
    marks = (SITE, ("all Indiana rates", *phones("800.521.2232", "800.343.3525")))
    proven = False
