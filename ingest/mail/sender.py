"""Who sent a message, and whether that sender may put bills on the account: three ways, one for each account.

``dmarc`` (the default): exactly one From header with exactly one mailbox, of one of the account's domains, for which
SPF or DKIM passes in alignment (RFC 9989), whatever policy the domain publishes. ``relay``: the same, found out by a
trusted relay. ``envelope``: the domains of envelope and From header match, from listed networks, and nothing is proven.
A domain is allowed or not as it stands: a sub-domain is another one.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import TypeVar

from ingest.config.account import Account
from ingest.errors import Refused
from ingest.mail.addresses import Address, MalformedAddress, parse_from
from ingest.mail.authentication import redirects, relay
from ingest.mail.authentication.header_fields import HeaderFields, read_header
from ingest.mail.authentication.proof import Arrival, Proof, prove
from ingest.mail.authentication.resolver import DnsUnavailable, Resolver
from ingest.mail.authentication.verifier import DkimVerifier
from ingest.mail.headers import clean, from_fields
from ingest.mail.verdict import RelayEvidence, Verdict
from ingest.reasons import Reason

LONGEST_HELO = 255
SHORT_HEADER = 16 * 1024
NOT_ALLOWED, NOT_AUTHENTICATED = Reason.SENDER_NOT_ALLOWED, Reason.SENDER_NOT_AUTHENTICATED

T = TypeVar("T")


class SenderCheck:
    """One for each process; its resolver and the resolver's cache are shared by all messages."""

    def __init__(self, accounts: Mapping[str, Account], resolver: Resolver, verifier: DkimVerifier) -> None:
        self._accounts = accounts
        self._resolver = resolver
        self._verifier = verifier

    async def judge(
        self, *, account: str, peer: str, helo: str | None, sender: Address | None, header: bytes, message: Path
    ) -> Verdict:
        """``header``: the header block as it came, or more of the message. ``message``: the whole of it, on disk.

        Raises Unavailable when the DNS (or the verifier) gave no answer that could have decided; Refused for a header
        that is longer than any real one, or a message that breaks the verifier.
        """
        to = self._accounts[account]
        fields = await _aside(read_header, header)
        arrival = Arrival(peer=peer, helo=helo, sender=sender, header=fields, message=message)
        mode = to.sender_check
        verdict = Verdict(
            mode=mode,
            peer=peer,
            helo=helo and clean(helo)[:LONGEST_HELO],
            envelope_from=str(sender) if sender else None,
            header_from=None,
        )
        try:
            _check_envelope(to, sender, peer)
            mailbox = only_mailbox(await _aside(from_fields, header))
            verdict = replace(verdict, header_from=str(mailbox))
            if mode == "envelope":
                _check_domain(to, mailbox)
                return verdict
            _check_header(arrival.header)
            if mode == "relay":
                return await asyncio.to_thread(_by_relay, to, arrival, mailbox.domain, verdict)
            return await self._by_proof(to, arrival, mailbox.domain, verdict)
        except Refused as refused:
            if refused.reason not in (NOT_ALLOWED, NOT_AUTHENTICATED):
                raise
            return replace(verdict, reason=refused.reason, detail=refused.detail)

    async def _by_proof(self, account: Account, arrival: Arrival, author: str, verdict: Verdict) -> Verdict:
        _check_author(account, author)
        lookups = self._resolver.lookups()
        try:
            proof = await prove(lookups, self._verifier, arrival, author, account.redirects.arc_sealers)
        finally:
            await lookups.close()
        verdict = replace(verdict, spf=proof.spf, dkim=proof.dkim, dmarc=proof.dmarc, arc=proof.arc)
        if proof.passed and author in account.domains:
            return verdict
        rule = redirects.rule_by_signature(account, arrival.sender, proof) or redirects.rule_by_seal(account, proof)
        if rule is not None:
            return replace(verdict, redirect=rule)
        if undecided := _undecided(account, proof):
            raise undecided
        return replace(verdict, reason=NOT_AUTHENTICATED, detail=_what_failed(account, proof))


async def _aside(read: Callable[[bytes], T], header: bytes) -> T:
    """A long one, which may be hostile, is read in a thread, so that it holds up nobody for more than a moment."""
    return read(header) if len(header) <= SHORT_HEADER else await asyncio.to_thread(read, header)


def envelope_may_send(account: Account, sender: Address | None, peer: str) -> Reason | None:
    """At RCPT: the reason to refuse before the text of the message is sent; None where only the text can tell.

    The null sender is refused in each mode: bounces and automatic answers hold no bills. ``relay`` and ``envelope``
    want a listed peer, ``envelope`` an allowed domain besides. In ``dmarc`` another domain in the envelope is no
    reason: it proves nothing either way, and much honest mail has one (the bounce domain of a mail provider, beside an
    aligned DKIM signature; an address that a forwarder rewrote). Refusing it would lose mail and keep nobody out, since
    a forger writes any domain there.
    """
    try:
        _check_envelope(account, sender, peer)
    except Refused as refused:
        return refused.reason
    return None


def only_mailbox(from_fields: Sequence[str]) -> Address:
    """The one mailbox of the one From header. Raises Refused with what is wrong instead."""
    if len(from_fields) != 1:
        counted = "no From header" if not from_fields else f"{len(from_fields)} From headers"
        raise Refused(NOT_ALLOWED, f"The message has {counted}; exactly one is needed.")
    try:
        return parse_from(from_fields[0])
    except MalformedAddress as error:
        raise Refused(NOT_ALLOWED, str(error)) from error


def _check_envelope(account: Account, sender: Address | None, peer: str) -> None:
    if account.sender_check != "dmarc" and not _is_listed(account, peer):
        raise Refused(NOT_ALLOWED, "The server that hands the message in is not listed.")
    if sender is None:
        raise Refused(NOT_ALLOWED, "Its envelope has no sender: a bounce or an automatic answer.")
    if account.sender_check == "envelope" and sender.domain not in account.domains:
        raise Refused(NOT_ALLOWED, "The envelope's sender is of another domain.")


def _check_header(header: HeaderFields) -> None:
    """Signatures and relays speak of fields: there must be one reading of what they are."""
    if header.damage is not None:
        raise Refused(NOT_AUTHENTICATED, header.damage)
    written = header.named("from")
    if len(written) != 1 or any(not line.strip() for line in written[0].raw.splitlines()[1:]):
        raise Refused(NOT_AUTHENTICATED, "Its From header is folded so that two programs read it differently.")


def _check_domain(account: Account, mailbox: Address) -> None:
    if mailbox.domain not in account.domains:
        raise Refused(NOT_ALLOWED, "The From header names another domain.")


def _check_author(account: Account, author: str) -> None:
    """Before anything is asked about it: what cannot be allowed costs no lookup."""
    if author not in account.domains and not redirects.may_be_redirected(account, author):
        raise Refused(NOT_ALLOWED, "The From header names another domain.")


def _is_listed(account: Account, peer: str) -> bool:
    address = ip_address(peer)
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return any(address in network for network in account.peers)


def _by_relay(account: Account, arrival: Arrival, author: str, verdict: Verdict) -> Verdict:
    _check_author(account, author)
    assert account.authserv_id is not None  # noqa: S101 - the settings ask for it in this mode
    try:
        results = relay.relay_results(arrival.header, account.authserv_id)
    except relay.UntrustedResults as error:
        raise Refused(NOT_AUTHENTICATED, f"It cannot be told who sent it: {error}.") from error
    passed = author in account.domains and relay.speaks_for(results, author)
    rule = redirects.rule_by_relay(account, arrival.sender, author, results)
    said = RelayEvidence(results.authserv_id, "pass" if passed or rule else "fail", relay.in_words(results))
    verdict = replace(verdict, relay=said, redirect=None if passed else rule)
    if passed or rule:
        return verdict
    return replace(verdict, reason=NOT_AUTHENTICATED, detail="The relay did not find it to be of the From domain.")


def _undecided(account: Account, proof: Proof) -> DnsUnavailable | None:
    """What would have to be known to refuse: of a redirect, SPF of the envelope's domain as well."""
    if proof.undecided is None and proof.author not in account.domains and proof.spf.result == "temperror":
        return DnsUnavailable("The DNS gave no answer that the sender could be checked with.")
    return proof.undecided


def _what_failed(account: Account, proof: Proof) -> str:
    """For the sender's administrator: what was found for the message itself, nothing about the account."""
    if proof.author not in account.domains:
        return (
            "A redirected message needs the valid signature of its own domain and an SPF pass of the redirecting one."
        )
    spf = proof.spf.result if proof.spf.aligned or proof.spf.result != "pass" else "pass for another domain"
    signed = [f"{found.result}{f' ({found.reason})' if found.reason else ''}" for found in proof.dkim if found.aligned]
    others = "only of other domains" if proof.dkim else "none"
    return f"SPF: {spf}. DKIM: {', '.join(signed) or others}. One must pass for the domain of the From header."
