"""Companies that sell energy over another company's wires and bill for it themselves.

Their layouts have little in common; what they share is what such an invoice does not say.
"""

from parsers.locate import Utility, absent, same_as


class RetailSupplier(Utility, family=True):
    """Electricity alone, told from the labels of a few invoices; a member says where the values stand."""

    services = ("electric",)
    proven = False

    electricity_amount = same_as("total_amount")
    delivery_charge = absent("the invoice does not total the delivery")
    supply_charge = absent("the invoice does not total the supply apart")
    community_solar_bill_credit = absent("no such line is known on these invoices")
    supplier_name = absent("the company that issued the invoice is the supplier")
