"""National Grid in Massachusetts: gas in therms, and electricity on the template of New York.

The bills of other states name the same town and telephone: only what is said of Massachusetts tells these apart.
"""

from parsers.families.national_grid import NationalGridUtility


class NationalGridMassachusetts(NationalGridUtility):
    code = "national_grid_massachusetts"
    name = "National Grid Massachusetts"
    marks = (
        ("www.nationalgridus.com", "DETAIL OF CURRENT CHARGES"),
        ("SERVICE FOR", "Northborough"),
        (
            "Massachusetts Department of Public Utilities",
            "energy-service-companies/MA-",
            "Loadzone NEMA",
            "Loadzone WCMA",
            "Loadzone SEMA",
            "MA SMART Incentive",
        ),
    )
