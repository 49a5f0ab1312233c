"""Duke Energy Ohio: electricity and gas, with a choice of suppliers. It shares its telephones with Kentucky."""

from parsers.families.duke_energy import SITE, phones
from parsers.families.duke_energy_with_gas import DukeEnergyWithGas


class DukeEnergyOhio(DukeEnergyWithGas):
    code = "duke_energy_ohio"
    name = "Duke Energy Ohio"
    marks = (
        SITE,
        ("all Ohio rates", "Choice Service ID", "Public Utilities Commission of Ohio", *phones("800.686.7826")),
    )
