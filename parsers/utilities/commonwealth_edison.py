"""Commonwealth Edison (ComEd), of Exelon: northern Illinois."""

from parsers.families.exelon import Exelon


class CommonwealthEdison(Exelon):
    code = "commonwealth_edison"
    name = "ComEd"
    marks = (
        ("comed.com", "Delivery Services - ComEd", "1-877-426-6331"),
        ("Account Number:", "Account #"),
        "Total Amount Due",
    )
