"""Which utility's bill is it: told by what the issuer prints on its pages, never by a file's name.

Exactly one parser may claim a document. Adding a utility takes its module, its line here, and its samples.
"""

from collections.abc import Collection, Sequence

from parsers.finding.lines import squeezed
from parsers.finding.region import Sheet
from parsers.no_utilities import NO_UTILITIES
from parsers.utilities.aep_energy import AepEnergy
from parsers.utilities.aep_ohio import AepOhio
from parsers.utilities.agera_energy import AgeraEnergy
from parsers.utilities.alabama_power import AlabamaPower
from parsers.utilities.ameren_illinois import AmerenIllinois
from parsers.utilities.arizona_public_service import ArizonaPublicService
from parsers.utilities.atlantic_city_electric import AtlanticCityElectric
from parsers.utilities.atmos_energy import AtmosEnergy
from parsers.utilities.baltimore_gas_and_electric import BaltimoreGasAndElectric
from parsers.utilities.centerpoint_energy_indiana import CenterPointEnergyIndiana
from parsers.utilities.central_maine_power import CentralMainePower
from parsers.utilities.cirro_energy import CirroEnergy
from parsers.utilities.citizens_energy_group import CitizensEnergyGroup
from parsers.utilities.commonwealth_edison import CommonwealthEdison
from parsers.utilities.con_edison import ConEdison
from parsers.utilities.connecticut_natural_gas import ConnecticutNaturalGas
from parsers.utilities.constellation import Constellation
from parsers.utilities.consumers_energy import ConsumersEnergy
from parsers.utilities.cps_energy import CpsEnergy
from parsers.utilities.delmarva_power import DelmarvaPower
from parsers.utilities.direct_energy_business import DirectEnergyBusiness
from parsers.utilities.dominion_energy_virginia import DominionEnergyVirginia
from parsers.utilities.duke_energy_carolinas import DukeEnergyCarolinas
from parsers.utilities.duke_energy_florida import DukeEnergyFlorida
from parsers.utilities.duke_energy_indiana import DukeEnergyIndiana
from parsers.utilities.duke_energy_kentucky import DukeEnergyKentucky
from parsers.utilities.duke_energy_ohio import DukeEnergyOhio
from parsers.utilities.duke_energy_progress import DukeEnergyProgress
from parsers.utilities.eversource import Eversource
from parsers.utilities.florida_power_and_light import FloridaPowerAndLight
from parsers.utilities.georgia_power import GeorgiaPower
from parsers.utilities.green_mountain_energy import GreenMountainEnergy
from parsers.utilities.hawaiian_electric import HawaiianElectric
from parsers.utilities.hudson_energy import HudsonEnergy
from parsers.utilities.illuminating_company import IlluminatingCompany
from parsers.utilities.jersey_central_power_and_light import JerseyCentralPowerAndLight
from parsers.utilities.los_angeles_department_of_water_and_power import LosAngelesDepartmentOfWaterAndPower
from parsers.utilities.met_ed import MetEd
from parsers.utilities.mississippi_power import MississippiPower
from parsers.utilities.mon_power import MonPower
from parsers.utilities.national_grid_massachusetts import NationalGridMassachusetts
from parsers.utilities.national_grid_new_york import NationalGridNewYork
from parsers.utilities.new_york_state_electric_and_gas import NewYorkStateElectricAndGas
from parsers.utilities.nextera_energy_services import NexteraEnergyServices
from parsers.utilities.nicor_gas import NicorGas
from parsers.utilities.ohio_edison import OhioEdison
from parsers.utilities.pacific_gas_and_electric import PacificGasAndElectric
from parsers.utilities.pacific_power import PacificPower
from parsers.utilities.peco import Peco
from parsers.utilities.penelec import Penelec
from parsers.utilities.penn_power import PennPower
from parsers.utilities.peoples_gas import PeoplesGas
from parsers.utilities.pepco import Pepco
from parsers.utilities.philadelphia_gas_works import PhiladelphiaGasWorks
from parsers.utilities.portland_general_electric import PortlandGeneralElectric
from parsers.utilities.potomac_edison import PotomacEdison
from parsers.utilities.ppl_electric import PplElectric
from parsers.utilities.pseg_new_jersey import PsegNewJersey
from parsers.utilities.puget_sound_energy import PugetSoundEnergy
from parsers.utilities.rochester_gas_and_electric import RochesterGasAndElectric
from parsers.utilities.rocky_mountain_power import RockyMountainPower
from parsers.utilities.san_diego_gas_and_electric import SanDiegoGasAndElectric
from parsers.utilities.seattle_city_light import SeattleCityLight
from parsers.utilities.silicon_valley_power import SiliconValleyPower
from parsers.utilities.southern_california_edison import SouthernCaliforniaEdison
from parsers.utilities.southern_connecticut_gas import SouthernConnecticutGas
from parsers.utilities.summer_energy import SummerEnergy
from parsers.utilities.toledo_edison import ToledoEdison
from parsers.utilities.txu_energy import TxuEnergy
from parsers.utilities.united_illuminating import UnitedIlluminating
from parsers.utilities.washington_gas import WashingtonGas
from parsers.utilities.west_penn_power import WestPennPower
from parsers.utilities.xcel_energy import XcelEnergy
from parsers.utility import Marks, Utility

UTILITIES: tuple[type[Utility], ...] = (
    AepEnergy,
    AepOhio,
    AgeraEnergy,
    AlabamaPower,
    AmerenIllinois,
    ArizonaPublicService,
    AtlanticCityElectric,
    AtmosEnergy,
    BaltimoreGasAndElectric,
    CenterPointEnergyIndiana,
    CentralMainePower,
    CirroEnergy,
    CitizensEnergyGroup,
    CommonwealthEdison,
    ConEdison,
    ConnecticutNaturalGas,
    Constellation,
    ConsumersEnergy,
    CpsEnergy,
    DelmarvaPower,
    DirectEnergyBusiness,
    DominionEnergyVirginia,
    DukeEnergyCarolinas,
    DukeEnergyFlorida,
    DukeEnergyIndiana,
    DukeEnergyKentucky,
    DukeEnergyOhio,
    DukeEnergyProgress,
    Eversource,
    FloridaPowerAndLight,
    GeorgiaPower,
    GreenMountainEnergy,
    HawaiianElectric,
    HudsonEnergy,
    IlluminatingCompany,
    JerseyCentralPowerAndLight,
    LosAngelesDepartmentOfWaterAndPower,
    MetEd,
    MississippiPower,
    MonPower,
    NationalGridMassachusetts,
    NationalGridNewYork,
    NewYorkStateElectricAndGas,
    NexteraEnergyServices,
    NicorGas,
    OhioEdison,
    PacificGasAndElectric,
    PacificPower,
    Peco,
    Penelec,
    PennPower,
    PeoplesGas,
    Pepco,
    PhiladelphiaGasWorks,
    PortlandGeneralElectric,
    PotomacEdison,
    PplElectric,
    PsegNewJersey,
    PugetSoundEnergy,
    RochesterGasAndElectric,
    RockyMountainPower,
    SanDiegoGasAndElectric,
    SeattleCityLight,
    SiliconValleyPower,
    SouthernCaliforniaEdison,
    SouthernConnecticutGas,
    SummerEnergy,
    ToledoEdison,
    TxuEnergy,
    UnitedIlluminating,
    WashingtonGas,
    WestPennPower,
    XcelEnergy,
)

_COMMON = set(Utility.__mro__)


def claims(sheets: Sequence[Sheet], utilities: Sequence[type[Utility]] = UTILITIES) -> list[type[Utility]]:
    """The utilities whose marks a page of the document prints."""
    claimed = [utility for utility in utilities if any(_prints(sheet, utility.marks) for sheet in sheets)]
    pictures = [sheet for sheet in sheets if sheet.was_picture]
    return claimed or [utility for utility in utilities if any(_nearly_prints(one, utility.marks) for one in pictures)]


def all_but(codes: Collection[str]) -> tuple[type[Utility], ...]:
    """The utilities without these and without the members of their families: what shares rules is no stranger."""
    bases = {base for utility in UTILITIES if utility.code in codes for base in utility.__mro__ if base not in _COMMON}
    return tuple(utility for utility in UTILITIES if not bases & set(utility.__mro__)) if codes else UTILITIES


def not_a_bill(sheets: Sequence[Sheet], utilities: Sequence[type[Utility]] = UTILITIES) -> tuple[str, str] | None:
    """The code of who sent a document that is known to be no bill, and the sentence about it."""
    known = [(utility.code, one.sentence, one.marks) for utility in utilities for one in utility.not_bills]
    known += [(issuer.code, issuer.sentence, issuer.marks) for issuer in NO_UTILITIES]
    for code, sentence, marks in known:
        if any(_prints(sheet, marks) for sheet in sheets):
            return code, sentence
    return None


def prints_all(sheets: Sequence[Sheet], marks: Marks) -> bool:
    """Whether some pages print all of the marks between them."""
    return all(any(_prints(sheet, (mark,)) for sheet in sheets) for mark in marks)


def _prints(sheet: Sheet, marks: Marks) -> bool:
    """Whether one page prints all of the marks; letters compare without case, and spaces do not count."""
    text = sheet.squeezed.casefold()
    alternatives = ((mark,) if isinstance(mark, str) else mark for mark in marks)
    return all(any(squeezed(one).casefold() in text for one in group) for group in alternatives)


def _nearly_prints(sheet: Sheet, marks: Marks) -> bool:
    """The same where OCR read some of them with mistakes; a utility whose marks stand there as they are goes first."""
    alternatives = ((mark,) if isinstance(mark, str) else mark for mark in marks)
    return all(any(_prints(sheet, (one,)) or sheet.prints(one) for one in group) for group in alternatives)
