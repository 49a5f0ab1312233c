"""Duke Energy Kentucky: electricity and gas, all from Duke. It shares its telephones with Ohio."""

from parsers.families.duke_energy import SITE
from parsers.families.duke_energy_with_gas import DukeEnergyWithGas
from parsers.locate import absent


class DukeEnergyKentucky(DukeEnergyWithGas):
    code = "duke_energy_kentucky"
    name = "Duke Energy Kentucky"
    marks = (SITE, ("all Kentucky rates", "Kentucky Public Service Commission"))

    delivery_charge = supply_charge = absent("charges are not totalled by delivery and supply")
    supplier_name = absent("customers have no choice of a supplier")
