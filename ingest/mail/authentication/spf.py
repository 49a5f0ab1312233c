"""SPF (RFC 7208): pyspf reads the policy, our resolver asks the DNS.

pyspf is synchronous and asks as it goes. It is run with the answers at hand until it asks for one that is not there;
that one is fetched and it is run again. Its evaluation is a pure function of the answers, so that each run comes
further, no thread is needed, and its limits (10 mechanisms with lookups, 2 void lookups) hold for the whole.
"""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from ingest.mail.addresses import Address, MalformedAddress, normalise_domain
from ingest.mail.authentication.resolver import Answer, DnsUnavailable, Lookups, RecordType

with warnings.catch_warnings():  # pyspf's docstrings hold escapes that Python warns about when it compiles them
    warnings.simplefilter("ignore")
    import spf

SpfOutcome = Literal["pass", "fail", "softfail", "neutral", "none", "permerror", "temperror"]

LONGEST_POLICY = 4096
"""In bytes; RFC 7208 (3.4) asks for at most 450. Reading one takes pyspf more than linear time."""

_POLICY = re.compile(rb"v=spf1(?: |\Z)", re.IGNORECASE)
_LONG_WORD = re.compile(rb"[0-9A-Za-z-]{256}")
_Question = tuple[str, RecordType]


@dataclass(frozen=True, slots=True)
class SpfResult:
    """``domain`` is the one that was checked: of MAIL FROM, or of HELO where MAIL FROM is null."""

    result: SpfOutcome
    domain: str | None
    identity: Literal["mailfrom", "helo"]
    detail: str = ""


async def check_spf(lookups: Lookups, peer: str, helo: str | None, sender: Address | None) -> SpfResult:
    """Whether the domain lets ``peer`` (an IP address) send for it. Never raises for the DNS: that is ``temperror``."""
    domain = sender.domain if sender is not None else _helo_domain(helo)
    identity: Literal["mailfrom", "helo"] = "helo" if sender is None else "mailfrom"
    if domain is None:
        return SpfResult("none", None, identity, "There is no domain to check.")
    answers: dict[_Question, Answer | DnsUnavailable] = {}
    while True:
        try:
            outcome, detail = _evaluate(peer, sender, domain, answers)
            return SpfResult(cast("SpfOutcome", outcome), domain, identity, "" if outcome == "pass" else detail)
        except _NotAsked as missing:
            try:
                answers[missing.question] = await lookups.ask(*missing.question)
            except DnsUnavailable as error:
                answers[missing.question] = error


class _NotAsked(BaseException):
    """Not an Exception, so that nothing in pyspf takes it for one of its own."""

    def __init__(self, question: _Question) -> None:
        super().__init__(question)
        self.question = question


class _Query(spf.query):  # type: ignore[misc]  # pyspf has no annotations
    """pyspf's query over answers that are there already."""

    def __init__(self, answers: Mapping[_Question, Answer | DnsUnavailable], **query: Any) -> None:
        super().__init__(**query)
        self._answers = answers

    def dns(self, name: str, qtype: RecordType, cnames: object = None, ignore_void: bool = False) -> list[Any]:  # noqa: ARG002 - pyspf's signature
        """The records, and none for a name that cannot exist; aliases were followed by the resolver."""
        question = (str(name).lower().removesuffix("."), qtype)
        if question not in self._answers:
            raise _NotAsked(question)
        answer = self._answers[question]
        if isinstance(answer, DnsUnavailable):
            raise spf.TempError(f"The DNS gave no answer for {question[0]}.")
        if not answer and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("It needs more lookups without an answer than SPF allows.")
        return _texts(answer) if qtype == "TXT" else list(answer)

    def get_explanation(self, spec: str) -> None:
        """Never asked for: whoever writes the policy writes this text as well."""


def _texts(records: Answer) -> list[tuple[bytes]]:
    if any(_POLICY.match(text) and (len(text) > LONGEST_POLICY or _LONG_WORD.search(text)) for text in records):
        raise spf.PermError("The policy is longer than any real one.")
    return [(text,) for text in records]


def _evaluate(
    peer: str, sender: Address | None, domain: str, answers: Mapping[_Question, Answer | DnsUnavailable]
) -> tuple[str, str]:
    try:
        query = _Query(answers, i=peer, s=str(sender) if sender else "", h=domain)
        outcome, _, detail = query.check()
    except Exception:  # noqa: BLE001 - whatever else pyspf makes of a policy, the policy is one that it cannot read
        return "permerror", "The policy cannot be read."
    return outcome, detail


def _helo_domain(helo: str | None) -> str | None:
    """None for an address literal and for what is no name of a host."""
    try:
        domain = normalise_domain(helo or "")
    except MalformedAddress:
        return None
    return domain if "." in domain else None
