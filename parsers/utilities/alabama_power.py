"""Alabama Power: the bill of the Southern Company family."""

from parsers.families.southern_company import SouthernCompany


class AlabamaPower(SouthernCompany):
    code = "alabama_power"
    name = "Alabama Power"
    marks = (("alabamapower.com", "Alabama Power"), ("Please Pay By", "Draft Date"), "Total Due", "Billing Summary")
    proven = False
