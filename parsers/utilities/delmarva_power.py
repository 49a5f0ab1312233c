"""Delmarva Power, of Exelon: Delaware and the Eastern Shore of Maryland."""

from parsers.families.pepco_holdings import PepcoHoldings


class DelmarvaPower(PepcoHoldings):
    code = "delmarva_power"
    name = "Delmarva Power"
    marks = ("delmarva.com", "Your service address:", "for the period")
