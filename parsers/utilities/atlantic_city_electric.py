"""Atlantic City Electric, of Exelon: southern New Jersey."""

from parsers.families.pepco_holdings import PepcoHoldings


class AtlanticCityElectric(PepcoHoldings):
    code = "atlantic_city_electric"
    name = "Atlantic City Electric"
    marks = ("atlanticcityelectric.com", "Your service address:", "for the period")
