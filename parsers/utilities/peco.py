"""PECO, of Exelon: Philadelphia."""

from parsers.families.exelon import Exelon


class Peco(Exelon):
    code = "peco"
    name = "PECO"
    marks = (
        ("PECO ELECTRIC DELIVERY", "peco.com", "From PECO:"),
        "Account Number:",
        ("Total New Charges", "Bill Date"),
    )
