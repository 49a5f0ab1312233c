"""What a trusted relay found out about the sender: its Authentication-Results, and nobody else's.

A message's header grows at the top, so what the relay wrote stands above everything that it received. The field is
looked for above the second Received field (the first is the relay's own; filters write above or below it), and of
several of the relay the topmost alone counts. What stands further down came with the message, whatever name it bears.
The relay must write its field into every message or remove foreign ones that bear its name (RFC 8601, section 5 asks
for the latter): of one that does neither, a field that the sender wrote cannot be told from its own.
"""

from ingest.mail.addresses import MalformedAddress, normalise_domain, parse_address
from ingest.mail.authentication.authentication_results import (
    AuthenticationResults,
    MalformedResults,
    MethodResult,
    parse_results,
)
from ingest.mail.authentication.header_fields import Field, HeaderFields

MAX_FIELDS = 5
"""How many Authentication-Results are looked at: the relay's own and those of its filters."""

_SAYS_NOTHING = frozenset({"none", "bestguesspass"})


class UntrustedResults(Exception):
    """There is nothing by the relay that could be believed; the message says why."""


def relay_results(header: HeaderFields, authserv_id: str) -> AuthenticationResults:
    """The topmost field of the relay. Raises UntrustedResults."""
    for field in _written_by_relay(header)[:MAX_FIELDS]:
        try:
            found = parse_results(field.value)
        except MalformedResults as error:
            raise UntrustedResults("the relay's findings cannot be read") from error
        if found.authserv_id == authserv_id.lower():
            return found
    raise UntrustedResults("the relay told no findings")


def _written_by_relay(header: HeaderFields) -> list[Field]:
    """The Authentication-Results above the second Received field."""
    received = [place for place, field in enumerate(header.fields) if field.name == "received"]
    above = header.fields[: received[1] if len(received) > 1 else None]
    return [field for field in above if field.name == "authentication-results"]


def speaks_for(results: AuthenticationResults, author: str) -> bool:
    """Whether they say that the message is authentic mail of ``author``, the domain of its From header.

    DMARC decides where it was evaluated. Else a DKIM or SPF pass of the very same domain is needed: alignment of
    different domains is left to the relay's DMARC.
    """
    verdicts = [found for found in results.of("dmarc") if found.result not in _SAYS_NOTHING]
    if verdicts:
        return all(found.result == "pass" and _domain(found, "header.from") == author for found in verdicts)
    return dkim_passed(results, author) or spf_passed(results, author)


def dkim_passed(results: AuthenticationResults, domain: str) -> bool:
    """Whether a signature of the domain itself is valid. Relays that name i= alone mean its domain."""
    return any(found.result == "pass" and _signer(found) == domain for found in results.of("dkim"))


def spf_passed(results: AuthenticationResults, domain: str) -> bool:
    """Whether MAIL FROM was of the domain and it lets the sender send, without another finding that says no."""
    found = [result for result in results.of("spf") if _domain(result, "smtp.mailfrom") == domain]
    return bool(found) and all(result.result == "pass" for result in found)


def in_words(results: AuthenticationResults) -> tuple[str, ...]:
    """For the record: each method with its result and the domain that it names."""
    shown = []
    for found in results.results[:20]:
        domain = _domain(found, "header.from") or _signer(found) or _domain(found, "smtp.mailfrom")
        shown.append(f"{found.method}={found.result}"[:80] + (f" {domain}" if domain else ""))
    return tuple(shown)


def _signer(found: MethodResult) -> str | None:
    return _domain(found, "header.d") if found.value("header.d") is not None else _domain(found, "header.i")


def _domain(found: MethodResult, name: str) -> str | None:
    """The domain of an address or domain; None for anything else."""
    value = found.value(name)
    if value is None:
        return None
    try:
        if value.startswith("@"):
            return normalise_domain(value[1:])
        return parse_address(value).domain if "@" in value else normalise_domain(value)
    except MalformedAddress:
        return None
