"""Companies that send invoices about energy and are no utilities: nothing of theirs is a utility bill.

A community-solar company sells credits that the utility then takes off its own bill; the utility's bill is the one that
counts. Its own site must be printed beside the words of such an invoice: a utility may name it on a bill.
"""

from dataclasses import dataclass

from parsers.utility import Marks

INVOICE = ("Invoice", "Billing Statement", "Account Summary", "Total Due", "Amount Due")
CREDITS = ("Bill Credit", "Solar Credit", "Net Metering Credit", "Community Solar")
SUBSCRIPTION = ("Subscription", "Allocat", "Your Share", "Savings", "Discount")


@dataclass(frozen=True)
class NoUtility:
    """A company, the marks of its documents, and a sentence that says what they are."""

    code: str
    name: str
    marks: Marks
    sentence: str


def _community_solar(code: str, name: str, *sites: str) -> NoUtility:
    sentence = f"It is an invoice of {name} for community-solar credits; the utility's own bill shows them."
    return NoUtility(code, name, (sites, INVOICE, CREDITS, SUBSCRIPTION), sentence)


NO_UTILITIES = (
    _community_solar("ampion", "Ampion", "ampion.net"),
    _community_solar("arcadia", "Arcadia", "arcadia.com", "arcadiapower.com"),
    _community_solar("clearway_community_solar", "Clearway Community Solar", "clearwaycommunitysolar.com"),
    _community_solar("nexamp", "Nexamp", "nexamp.com"),
    _community_solar("perch_energy", "Perch Energy", "perchenergy.com"),
    _community_solar("solstice", "Solstice", "solstice.us"),
    _community_solar("syncarpha", "Syncarpha", "syncarphacommunity.com"),
)
