"""Duke Energy Carolinas: the west of both states; its own layout until mid-2020."""

from parsers.families.duke_energy import SITE, DukeEnergy, phones


class DukeEnergyCarolinas(DukeEnergy):
    code = "duke_energy_carolinas"
    name = "Duke Energy Carolinas"
    marks = (SITE, phones("800.777.9898", "800.653.5307", "800.769.3766"))
