"""Who sent a message, and whether that sender may put bills on the account: a pure judgement over what was observed.

Each way of judging is one function that returns a ``Verdict``, which is kept with the record. Here is ``envelope``: the
domains of the envelope and of the From header are both allowed. A way that needs more evidence (answers of the DNS, a
trusted relay's ``Authentication-Results``) is a further function that takes this evidence as an argument; whoever calls
it collects the evidence.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ingest.errors import Refused
from ingest.mail.addresses import Address, MalformedAddress, parse_from
from ingest.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``mode`` names the way of judging; ``reason`` is None for an allowed sender."""

    mode: str
    envelope_from: str | None
    header_from: str | None
    reason: Reason | None = None
    detail: str = ""

    @property
    def allowed(self) -> bool:
        """Whether the documents may be taken."""
        return self.reason is None

    def as_json(self) -> dict[str, Any]:
        """What is kept with the record."""
        return {**asdict(self), "reason": self.reason and self.reason.value, "allowed": self.allowed}


def domain_allowed(address: Address | None, domains: Collection[str]) -> bool:
    """Whether the address is of one of the domains themselves; a sub-domain is another domain."""
    return address is not None and address.domain in domains


def judge_by_envelope(envelope_from: Address | None, from_fields: Sequence[str], domains: Collection[str]) -> Verdict:
    """Mode ``envelope``: the envelope and exactly one From header with exactly one mailbox are of allowed domains."""
    header: Address | None = None
    reason: Reason | None = None
    detail = ""
    try:
        header = only_mailbox(from_fields)
        if not domain_allowed(envelope_from, domains):
            reason, detail = Reason.SENDER_NOT_ALLOWED, "The envelope's sender is of another domain."
        elif not domain_allowed(header, domains):
            reason, detail = Reason.SENDER_NOT_ALLOWED, "The From header names another domain."
    except Refused as refused:
        reason, detail = refused.reason, refused.detail
    return Verdict(
        mode="envelope",
        envelope_from=str(envelope_from) if envelope_from else None,
        header_from=str(header) if header else None,
        reason=reason,
        detail=detail,
    )


def only_mailbox(from_fields: Sequence[str]) -> Address:
    """The one mailbox of the one From header. Raises Refused with what is wrong instead."""
    if len(from_fields) != 1:
        counted = "no From header" if not from_fields else f"{len(from_fields)} From headers"
        raise Refused(Reason.SENDER_NOT_ALLOWED, f"The message has {counted}; exactly one is needed.")
    try:
        return parse_from(from_fields[0])
    except MalformedAddress as error:
        raise Refused(Reason.SENDER_NOT_ALLOWED, str(error)) from error
