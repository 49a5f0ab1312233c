"""Georgia Power: the bill of the Southern Company family."""

from parsers.families.southern_company import SouthernCompany


class GeorgiaPower(SouthernCompany):
    code = "georgia_power"
    name = "Georgia Power"
    marks = (("georgiapower.com", "Georgia Power"), ("Please Pay By", "Draft Date"), "Total Due", "Billing Summary")
