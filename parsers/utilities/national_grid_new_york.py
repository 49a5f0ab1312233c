"""National Grid in upstate New York (Niagara Mohawk): electricity and gas."""

from parsers.families.national_grid import NationalGridUtility
from parsers.locate import not_a_bill


class NationalGridNewYork(NationalGridUtility):
    code = "national_grid_new_york"
    name = "National Grid New York"
    marks = (
        "SERVICE FOR",
        "DATE BILL ISSUED",
        "www.nationalgridus.com",
        ("Erie Blvd West", "ngrid.com/uny-", "Niagara Mohawk"),
    )
    not_bills = (
        not_a_bill("It is a history of monthly usage.", "Monthly Electric History", "Bill Account", "Billed Kwh"),
    )
