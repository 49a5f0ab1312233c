"""Duke Energy Florida, on the family's bill."""

from parsers.families.duke_energy import SITE, DukeEnergy, phones


class DukeEnergyFlorida(DukeEnergy):
    code = "duke_energy_florida"
    name = "Duke Energy Florida"
    marks = (SITE, ("all Florida rates", *phones("800.700.8744", "800.228.8485", "877.372.8477")))
    proven = False
