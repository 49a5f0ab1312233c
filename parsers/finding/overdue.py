"""Whether a bill says that money is overdue, told from what follows the words for it.

``Past due amount $0.00`` says that nothing is; a message to "customers with a past due balance" is not about this bill.
"""

import re

from parsers.finding.kinds import DATE_PATTERN, MONEY_PATTERN
from parsers.finding.labels import Spot
from parsers.finding.places import phrases_below
from parsers.finding.values import cents

_AMOUNT = re.compile(
    rf"[\s:]*(?:(?:of|is|as of|from|since|on|{DATE_PATTERN})[\s:]*)*(?P<amount>{MONEY_PATTERN})", re.ASCII
)
_TOTAL = re.compile(rf"(?:\s+{MONEY_PATTERN}){{1,4}}\s+(?P<amount>{MONEY_PATTERN})\s*$", re.ASCII)
"""The last of three amounts or more that nothing parts: a table's total over what is owed to whom."""


def says_overdue(spot: Spot) -> bool:
    """Whether words such as ``PAST DUE`` at this place tell of an amount that is not 0, or stand there alone.

    A whole sentence (with its full stop) says it by itself.
    """
    if spot.begins_phrase and spot.spans[-1].text.endswith("."):
        return True
    row = spot.row()
    if row is not None:
        match = _AMOUNT.match(row.text)
        total = _TOTAL.match(row.text, match.end()) if match else None
        return cents((total or match)["amount"]) > 0 if match else _alone(spot)
    below = next(phrases_below(spot), None)
    match = _AMOUNT.match(below[1].text) if below else None
    return cents(match["amount"]) > 0 if match else _alone(spot)


def _alone(spot: Spot) -> bool:
    """Whether they are a phrase of their own, written as a heading is."""
    text = spot.line.text[spot.begin : spot.end]
    ends_phrase = any(spot.end == end for _, end in spot.line.phrases)
    return spot.begins_phrase and ends_phrase and text.lstrip("* ")[:1].isupper()
