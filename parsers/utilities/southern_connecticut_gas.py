"""Southern Connecticut Gas (SCG)."""

from parsers.families.connecticut_gas import ConnecticutGasUtility


class SouthernConnecticutGas(ConnecticutGasUtility):
    code = "southern_connecticut_gas"
    name = "Southern Connecticut Gas"
    marks = ("soconngas.com", "Amount Now Due", "New Charges & Credits", "Gas Usage")
