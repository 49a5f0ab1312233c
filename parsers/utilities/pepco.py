"""Pepco (Potomac Electric Power), of Exelon: Washington and its Maryland suburbs."""

from parsers.families.pepco_holdings import PepcoHoldings


class Pepco(PepcoHoldings):
    code = "pepco"
    name = "Pepco"
    marks = ("pepco.com", "Your service address:", "for the period")
