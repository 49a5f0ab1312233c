"""What SPF, DKIM and DMARC prove about the domain of a From header: the questions to the DNS, and their answers."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ingest.mail.addresses import Address
from ingest.mail.authentication import arc, dmarc, signatures
from ingest.mail.authentication.dkim_key import key_record
from ingest.mail.authentication.dmarc import Identifier, Walk, could_align, is_aligned
from ingest.mail.authentication.header_fields import HeaderFields
from ingest.mail.authentication.resolver import DnsUnavailable, Lookups
from ingest.mail.authentication.signatures import SignatureResult
from ingest.mail.authentication.spf import SpfResult, check_spf
from ingest.mail.authentication.verifier import DkimVerifier, Signatures
from ingest.mail.verdict import ArcEvidence, DkimEvidence, DmarcEvidence, SpfEvidence


@dataclass(frozen=True, slots=True)
class Proof:
    """``undecided`` names what the DNS gave no answer for and what could have proven the domain."""

    author: str
    spf: SpfEvidence
    dkim: tuple[DkimEvidence, ...]
    dmarc: DmarcEvidence
    undecided: DnsUnavailable | None
    signatures: Signatures

    @property
    def passed(self) -> bool:
        """Whether SPF or DKIM passes in alignment with the domain of the From header."""
        return self.dmarc.result == "pass"

    @property
    def signed(self) -> bool:
        """Whether a valid signature is aligned with it, whatever SPF says."""
        return any(found.result == "pass" and found.aligned for found in self.dkim)

    @property
    def arc(self) -> ArcEvidence | None:
        """What is kept of the chain."""
        chain = self.signatures.arc
        if chain is None:
            return None
        return ArcEvidence(chain.result, tuple(seal.domain for seal in chain.seals), chain.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message as its connection and its header tell of it."""

    peer: str
    helo: str | None
    sender: Address | None
    header: HeaderFields
    message: Path


async def prove(
    lookups: Lookups, verifier: DkimVerifier, arrival: Arrival, author: str, sealers: Iterable[str] = ()
) -> Proof:
    """All that is known about ``author``. ``sealers``: whose ARC chains are worth being verified.

    Raises what the verifier raises (Unavailable, Refused); what the DNS withholds is ``undecided``.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            checking = tasks.create_task(check_spf(lookups, arrival.peer, arrival.helo, arrival.sender))
            walking = tasks.create_task(_walk(lookups, author))
            verifying = tasks.create_task(_signatures(lookups, verifier, arrival, author, frozenset(sealers)))
    except BaseExceptionGroup as group:  # the verifier's alone: the others have an answer for all that the DNS does
        raise group.exceptions[0] from group
    alignment = _Alignment(lookups, author, walking.result())
    spf = await _spf(alignment, checking.result())
    found = verifying.result()
    dkim = tuple([await _dkim(alignment, result) for result in found.dkim])
    passed = (spf.result == "pass" and spf.aligned) or any(one.result == "pass" and one.aligned for one in dkim)
    return Proof(author, spf, dkim, _dmarc(walking.result(), author, passed), alignment.undecided, found)


async def _walk(lookups: Lookups, author: str) -> Walk | DnsUnavailable:
    try:
        return await dmarc.walk(lookups, author)
    except DnsUnavailable as error:
        return error


async def _signatures(
    lookups: Lookups, verifier: DkimVerifier, arrival: Arrival, author: str, sealers: frozenset[str]
) -> Signatures:
    """A key that the DNS gives no answer for makes a result of its own; nothing is read where nothing is signed."""
    names = list(await asyncio.to_thread(signatures.key_names, arrival.header, author))
    if sealers and arc.newest_sealer(arrival.header) in sealers:
        names += arc.chain_key_names(arrival.header)
    answers = await asyncio.gather(*(_key(lookups, name) for name in names))
    keys = {name: answer for name, answer in zip(names, answers, strict=True) if not isinstance(answer, DnsUnavailable)}
    found = await verifier.verify_dkim(arrival.message, keys) if keys else Signatures(())
    missing = [_without_key(name) for name in dict.fromkeys(names) if name not in keys]
    return Signatures((*found.dkim, *missing), found.arc)


async def _key(lookups: Lookups, name: str) -> str | DnsUnavailable | None:
    try:
        return key_record(await lookups.txt(name))
    except DnsUnavailable as error:
        return error


def _without_key(name: str) -> SignatureResult:
    selector, _, domain = name.partition("._domainkey.")
    return SignatureResult(domain, selector, "temperror", "the DNS gave no answer for its key")


class _Alignment:
    """Asks for alignment, and notes what stays open and could have counted."""

    def __init__(self, lookups: Lookups, author: str, walked: Walk | DnsUnavailable) -> None:
        self._lookups = lookups
        self._author = author
        self._walked = walked
        self.undecided: DnsUnavailable | None = None

    async def of(self, domain: str | None, result: str, identifier: Identifier) -> bool:
        """Whether ``domain`` is aligned; ``result`` is what was found for it."""
        if domain is None or result not in ("pass", "temperror") or not could_align(self._author, domain):
            return domain == self._author
        if result == "temperror":
            self.undecided = DnsUnavailable("The DNS gave no answer that the sender could be checked with.")
        if domain == self._author:
            return True
        if isinstance(self._walked, DnsUnavailable):
            self.undecided = self._walked
            return False
        try:
            return await is_aligned(self._lookups, self._walked, domain, identifier)
        except DnsUnavailable as error:
            self.undecided = error
            return False


async def _spf(alignment: _Alignment, found: SpfResult) -> SpfEvidence:
    return SpfEvidence.of(found, aligned=await alignment.of(found.domain, found.result, "aspf"))


async def _dkim(alignment: _Alignment, found: SignatureResult) -> DkimEvidence:
    return DkimEvidence.of(found, aligned=await alignment.of(found.domain, found.result, "adkim"))


def _dmarc(walked: Walk | DnsUnavailable, author: str, passed: bool) -> DmarcEvidence:
    record = None if isinstance(walked, DnsUnavailable) else walked.policy_record
    result: Literal["pass", "fail", "temperror"] = "pass" if passed else "fail"
    if isinstance(walked, DnsUnavailable) and not passed:
        result = "temperror"
    if record is None:
        return DmarcEvidence(None, None, result)
    return DmarcEvidence(record.domain, record.policy_for(author), result)
