"""Connecticut Natural Gas (CNG)."""

from parsers.families.connecticut_gas import ConnecticutGasUtility


class ConnecticutNaturalGas(ConnecticutGasUtility):
    code = "connecticut_natural_gas"
    name = "Connecticut Natural Gas"
    marks = ("cngcorp.com", "Amount Now Due", "New Charges & Credits", "Gas Usage")
