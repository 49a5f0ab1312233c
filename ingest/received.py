"""How a document came in, as the record, ``bill-ingest status`` and the HTTP port tell it.

What an arrival keeps of its mail (``Arrival.message``) is read with care: older versions kept less.
"""

from collections.abc import Mapping
from typing import Any

from ingest.store.rows import Arrival

NOT_VERIFIED = "not verified: only the network that the mail came from was checked"


def received(arrival: Arrival, environment: str) -> dict[str, Any]:
    """The block ``received`` of a record: always the same keys, null where there was no mail.

    ``environment`` is the account's; a mail has noted that of the moment when it came.
    """
    mail = arrival.message or {}
    verdict = mail.get("verdict") or {}
    return {
        "by": arrival.source,
        "at": arrival.received_at.isoformat(),
        "as": arrival.name,
        "sha256": arrival.sha256,
        "detail": arrival.detail,
        "environment": mail.get("environment") or environment,
        "from": verdict.get("header_from") or mail.get("from"),
        "subject": mail.get("subject"),
        "date": mail.get("date"),
        "message_id": mail.get("message_id"),
        "sender_check": verdict.get("mode"),
        "verified": verified(verdict),
    }


def verified(verdict: Mapping[str, Any]) -> str | None:
    """What shows that the From header is true, as ``DKIM of acme.example``; None where nothing does."""
    if not verdict.get("allowed") or verdict.get("mode") == "envelope":
        return None
    if verdict.get("redirect"):
        return str(verdict["redirect"])
    shown = [f"DKIM of {signature['domain']}" for signature in verdict.get("dkim") or () if _counts(signature)]
    if _counts(verdict.get("spf") or {}):
        shown.append(f"SPF of {verdict['spf']['domain']}")
    if verdict.get("relay"):
        shown.append(f"the relay {verdict['relay']['authserv_id']}")
    return ", ".join(dict.fromkeys(shown)) or None


def sender_in_words(verdict: Mapping[str, Any]) -> str:
    """One sentence for people on how the sender was checked."""
    if not verdict:
        return "not noted"
    if not verdict.get("allowed", True):
        return f"refused ({verdict.get('reason')}): {verdict.get('detail')}"
    shown = verified(verdict)
    if shown is None:
        return NOT_VERIFIED
    return f"redirected mail, {shown}" if verdict.get("redirect") else f"verified by {shown}"


def evidence(verdict: Mapping[str, Any]) -> list[str]:
    """Everything that was found out about the sender, whether it decided or not, one line each."""
    lines = []
    for signature in verdict.get("dkim") or ():
        selector = f", selector {signature['selector']}" if signature.get("selector") else ""
        lines.append(_line("DKIM", signature, f"{signature.get('domain') or 'no domain'}{selector}", "reason"))
    for name, key in (("SPF", "spf"), ("DMARC", "dmarc")):
        if found := verdict.get(key):
            lines.append(_line(name, found, found.get("domain") or "no domain", "detail"))
    if arc := verdict.get("arc"):
        lines.append(_line("ARC", arc, ", ".join(arc.get("sealers") or ()) or "no sealer", "reason"))
    if relay := verdict.get("relay"):
        said = "; ".join(relay.get("results") or ())
        lines.append(f"relay {relay.get('result')}: {relay['authserv_id']}" + (f" ({said})" if said else ""))
    return lines


def _line(method: str, found: Mapping[str, Any], who: str, why: str) -> str:
    notes = [found.get(why), f"p={found['policy']}" if found.get("policy") else None]
    if found.get("result") == "pass" and "aligned" in found:
        notes.append("aligned" if found["aligned"] else "not aligned")
    said = ", ".join(note for note in notes if note)
    return f"{method} {found.get('result')}: {who}" + (f" ({said})" if said else "")


def _counts(found: Mapping[str, Any]) -> bool:
    return found.get("result") == "pass" and bool(found.get("aligned"))
