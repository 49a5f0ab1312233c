"""Rochester Gas and Electric (RG&E)."""

from parsers.families.avangrid_new_york import AvangridNewYorkUtility


class RochesterGasAndElectric(AvangridNewYorkUtility):
    code = "rochester_gas_and_electric"
    name = "RG&E"
    marks = ("rge.com", ("RG&E", "Rochester Gas and Electric"), "Statement Date:", "Amount Due")
