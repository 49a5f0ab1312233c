"""DKIM signatures of a message (RFC 6376, 8301, 8463): a pure function of the message and its public keys.

dkimpy reads and verifies them; around it stands what it does not do: the body is hashed in linear time, and a signature
that is valid but proves too little (SHA-1, short keys, l=, test mode, expired, fields added since) is no pass. This
runs where nothing else waits for it: in a child process, with the keys fetched beforehand.
"""

import base64
import mmap
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import dkim

from ingest.mail.authentication import dkim_tags
from ingest.mail.authentication.body_hash import body_hash
from ingest.mail.authentication.coverage import left_open
from ingest.mail.authentication.dkim_key import UnusableKey, read_key
from ingest.mail.authentication.dkim_tags import Tags, UnusableSignature
from ingest.mail.authentication.dmarc import could_align
from ingest.mail.authentication.header_fields import Field, HeaderFields, header_end, read_header
from ingest.mail.headers import MAX_HEADER_BYTES

MAX_SIGNATURES = 5

Keys = Mapping[str, str | None]
"""The record at each ``<selector>._domainkey.<domain>``; None where there is no single one. A name that the DNS gave no
answer for is left out."""

DkimOutcome = Literal["pass", "fail", "policy", "permerror", "temperror"]


@dataclass(frozen=True, slots=True)
class SignatureResult:
    """``policy``: valid or not, it proves too little. ``signed`` are the names of h=."""

    domain: str | None
    selector: str | None
    result: DkimOutcome
    reason: str = ""
    algorithm: str | None = None
    signed: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For the way between two processes."""
        return {**asdict(self), "signed": list(self.signed)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The counterpart of ``as_json``."""
        return cls(**{**value, "signed": tuple(value["signed"])})


def key_names(header: HeaderFields, author: str) -> tuple[str, ...]:
    """Where the keys are of at most MAX_SIGNATURES signatures: first those that can be aligned with ``author``."""
    found: dict[str, str] = {}
    for field in header.named("dkim-signature"):
        try:
            tags = dkim_tags.whose(field.raw)
        except UnusableSignature:
            continue
        found[tags.key_name] = tags.domain
    nearest = sorted(found, key=lambda name: (found[name] != author, not could_align(author, found[name])))
    return tuple(nearest[:MAX_SIGNATURES])


def verify(message: bytes | mmap.mmap, keys: Keys) -> tuple[SignatureResult, ...]:
    """One result for each signature whose key name is in ``keys``, from top to bottom, MAX_SIGNATURES at most."""
    reading = SignedMessage(message)
    if reading.header.damage is not None:
        return ()
    results: list[SignatureResult] = []
    for place, field in enumerate(reading.header.named("dkim-signature")):
        result = _verify_one(reading, place, field, keys)
        if result is not None:
            results.append(result)
        if len(results) == MAX_SIGNATURES:
            break
    return tuple(results)


class SignedMessage:
    """A message as its signatures see it."""

    def __init__(self, message: bytes | mmap.mmap) -> None:
        head = message[: MAX_HEADER_BYTES + 4]
        self.header = read_header(head)
        self.message = message
        self.body_start = min((header_end(head) or 0) + 2, len(message))
        self._hashes: dict[bool, bytes] = {}

    def body_hash(self, *, relaxed: bool) -> bytes:
        """SHA-256 of the canonical body, computed once."""
        if relaxed not in self._hashes:
            self._hashes[relaxed] = body_hash(self.message, self.body_start, relaxed=relaxed)
        return self._hashes[relaxed]

    def fields(self) -> list[list[bytes]]:
        """Names and raw values, as dkimpy holds them."""
        return [[field.raw_name, field.raw] for field in self.header.fields]


def _verify_one(reading: SignedMessage, place: int, field: Field, keys: Keys) -> SignatureResult | None:
    try:
        tags = dkim_tags.whose(field.raw)
    except UnusableSignature as unusable:
        return SignatureResult(None, None, "permerror", unusable.reason)
    if tags.key_name not in keys:
        return None
    outcome, reason = _outcome(reading, place, tags, keys[tags.key_name])
    algorithm = tags.raw.get(b"a", b"").decode("latin-1")[:40]
    return SignatureResult(tags.domain, tags.selector, outcome, reason, algorithm, tags.signed)


def _outcome(reading: SignedMessage, place: int, tags: Tags, record: str | None) -> tuple[DkimOutcome, str]:
    """The body comes last: hashing it is the work, and whoever did not sign the header causes none."""
    try:
        dkim_tags.check(tags)
        key = read_key(record)
        dkim_tags.check_identity(tags, exact=key.exact)
    except (UnusableSignature, UnusableKey) as unusable:
        return ("policy" if unusable.weak else "permerror"), unusable.reason
    if key.kind != tags.raw[b"a"].partition(b"-")[0]:
        return "permerror", "its key is of another kind"
    if not _signature_matches(reading, place, key.material, key.kind, key.bits):
        return "fail", "the signed header fields were changed, or the key is another one"
    gap = left_open(reading.header, tags.signed, reading.message, reading.body_start)
    if gap:
        return "policy", gap
    return ("pass", "") if body_matches(reading, tags) else ("fail", "the body was changed")


def body_matches(reading: SignedMessage, tags: Tags) -> bool:
    """Whether the body has the hash of tag bh=."""
    wanted = b"".join(tags.raw[b"bh"].split())
    return base64.b64encode(reading.body_hash(relaxed=tags.relaxed_body)) == wanted


def _signature_matches(reading: SignedMessage, place: int, material: Any, kind: bytes, bits: int) -> bool:
    verifier = dkim.DKIM(minkey=bits)
    verifier.headers = reading.fields()
    verifier.pk, verifier.ktag, verifier.keysize = material, kind, bits
    try:
        tags, included, signatures = verifier.verify_headerprep(place)
        del tags[b"bh"]  # without it the body is left alone, which body_hash reads
        return bool(verifier.verify_sig_process(tags, included, signatures[place], None))
    except (MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001 - dkimpy raises a dozen kinds on odd signatures: each is one that does not match
        return False
