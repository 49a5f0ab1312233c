"""Mississippi Power: the bill of the Southern Company family."""

from parsers.families.southern_company import SouthernCompany


class MississippiPower(SouthernCompany):
    code = "mississippi_power"
    name = "Mississippi Power"
    marks = (
        ("mississippipower.com", "Mississippi Power"),
        ("Please Pay By", "Draft Date"),
        "Total Due",
        "Billing Summary",
    )
    proven = False
