"""Duke Energy Progress: the east of both Carolinas, on the family's bill."""

from parsers.families.duke_energy import SITE, DukeEnergy, phones


class DukeEnergyProgress(DukeEnergy):
    code = "duke_energy_progress"
    name = "Duke Energy Progress"
    marks = (SITE, phones("800.452.2777", "800.419.6356", "800.636.0581"))
    proven = False
