"""New York State Electric & Gas (NYSEG)."""

from parsers.families.avangrid_new_york import AvangridNewYorkUtility


class NewYorkStateElectricAndGas(AvangridNewYorkUtility):
    code = "new_york_state_electric_and_gas"
    name = "NYSEG"
    marks = ("nyseg.com", "Statement Date:", "Amount Due")
