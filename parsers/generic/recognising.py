"""Whether pages are a bill for energy: what a bill must print, and what tells other documents."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.finding.region import Sheet
from parsers.generic.accounts import accounts
from parsers.generic.pointing import AMOUNT, Pointing
from parsers.generic.quantities import Used
from parsers.model import DocumentKind

_REMINDER = re.compile(
    r"(?i)payment reminder|reminder notice|past due notice|disconnect(?:ion)? notice|shut-?off notice|final notice"
    r"|notice of (?:disconnection|termination)|urgent notice|collection notice"
)
_HISTORY = re.compile(
    r"(?i)(?:monthly )?(?:electric|gas|usage|billing|account|payment) history(?: report)?$|^statement of usage"
)
_COMMUNITY_SOLAR = re.compile(
    r"(?i)community (?:solar|generation|energy)|solar (?:subscription|garden|farm)|bill credits? allocated|subscriber"
)
_WATER = re.compile(
    r"(?i)\b(?:water|sewer|wastewater|fire) (?:charges?|service|usage|bill)|\bgallons?\b|\bhcf\b|\bsewer\b"
)
_COUNTED = re.compile(r"(?i)\d\s*(?:kwh|therms?|ccf)\b|\bkwh (?:used|usage)|\b(?:total|billed) kwh\b")
_HEADING_LENGTH = 60


@dataclass(frozen=True)
class Verdict:
    """What a document is, with a sentence where it is no bill."""

    kind: DocumentKind
    detail: str = ""


def recognise(sheets: Sequence[Sheet], pointing: Pointing, found: Sequence[Used]) -> Verdict:
    """A bill names an account, says what is due, and counts or charges energy."""
    text = "\n".join(sheet.page.plain_text for sheet in sheets)
    headings = [
        line.text[begin:end].strip()
        for sheet in sheets[:1]
        for line in sheet.lines
        for begin, end in line.phrases
        if end - begin <= _HEADING_LENGTH
    ]
    counted = bool(_COUNTED.search(text)) or any(used.kind != "printed" for used in found)
    due = pointing.to("amount_due", AMOUNT, ranks=2)
    charges = pointing.to("total_amount", AMOUNT)
    services = [*pointing.to("electricity_amount", AMOUNT), *pointing.to("gas_amount", AMOUNT)]
    has_account = any(label.rank == 0 for label in pointing.labels.get("account_number", ())) or bool(
        accounts(pointing)
    )
    if any(_REMINDER.search(heading) for heading in headings) and not (counted or charges or services):
        return Verdict(DocumentKind.NOT_A_BILL, "It is a reminder of an earlier bill: it charges for no usage.")
    if any(_HISTORY.search(heading) for heading in headings) and not due and not charges:
        return Verdict(DocumentKind.NOT_A_BILL, "It is a history of usage: it asks for no payment.")
    if _is_community_solar(text, pointing, found):
        return Verdict(
            DocumentKind.NOT_A_BILL, "It is the invoice of a solar subscription: nothing was delivered or metered."
        )
    if has_account and (due or charges) and _WATER.search(text) and not counted and not services:
        return Verdict(
            DocumentKind.NO_ENERGY, "It charges for water, sewer or fire service, not for electricity or gas."
        )
    lacking = [
        what
        for what, there in (
            ("no account number", has_account),
            ("no amount due or new charges", due or charges),
            ("no electricity or gas that is counted or charged", counted or services),
        )
        if not there
    ]
    if lacking:
        return Verdict(
            DocumentKind.UNKNOWN_UTILITY, f"No parser knows it, and it does not read as a bill: {', '.join(lacking)}."
        )
    return Verdict(DocumentKind.BILL)


def _is_community_solar(text: str, pointing: Pointing, found: Sequence[Used]) -> bool:
    """A subscription's invoice prints allocated credits, but no meter, no reading and no delivery of energy."""
    if len(_COMMUNITY_SOLAR.findall(text)) < 2 or "meter_id" in pointing.labels:
        return False
    delivered = any(field in pointing.labels for field in ("delivery_charge", "supply_charge", "electricity_amount"))
    return not delivered and not any(used.kind == "reading" for used in found)
