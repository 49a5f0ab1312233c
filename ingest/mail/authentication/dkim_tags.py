"""The tags of a DKIM-Signature (or an ARC signature), checked before anything is computed with them."""

import re
import time
from dataclasses import dataclass

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from ingest.mail.addresses import MalformedAddress, normalise_domain

LONGEST_SIGNATURE = 8 * 1024
MAX_SIGNED_NAMES = 200
CLOCK_SECONDS = 300
"""How far the clocks of signer and verifier may be apart."""

_ALGORITHMS = frozenset({b"rsa-sha256", b"ed25519-sha256"})
_CANONICAL = re.compile(rb"(?:simple|relaxed)(?:/(?:simple|relaxed))?")
_SELECTOR = re.compile(rb"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,5}")
_LONG_SPACE = re.compile(rb"\s{100}")
_SPACE = re.compile(rb"\s+")


class UnusableSignature(Exception):
    """What is wrong with it, in a few words. ``weak`` tells one that proves nothing from a broken one."""

    def __init__(self, reason: str, weak: bool = False) -> None:
        super().__init__(reason, weak)
        self.reason = reason
        self.weak = weak


@dataclass(frozen=True, slots=True)
class Tags:
    """``raw`` is as dkimpy wants it, ``signed`` the names of h= in lower case."""

    raw: dict[bytes, bytes]
    domain: str
    selector: str
    signed: tuple[str, ...]

    @property
    def key_name(self) -> str:
        """Where in the DNS the key is."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def algorithm(self) -> str:
        """Tag a=."""
        return self.raw[b"a"].decode("ascii")

    @property
    def relaxed_body(self) -> bool:
        """How the body is made canonical; ``simple`` unless c= says otherwise."""
        return self.raw.get(b"c", b"").endswith(b"/relaxed")


def whose(value: bytes) -> Tags:
    """Domain and selector alone, for the parent that fetches the key. Raises UnusableSignature."""
    if len(value) > LONGEST_SIGNATURE or _LONG_SPACE.search(value):
        raise UnusableSignature("it is longer than any real one")
    try:
        raw: dict[bytes, bytes] = parse_tag_value(value)
    except InvalidTagValueList as error:
        raise UnusableSignature("its tags cannot be read") from error
    selector = raw.get(b"s", b"")
    if not _SELECTOR.fullmatch(selector):
        raise UnusableSignature("its selector is no name")
    try:
        domain = normalise_domain(raw.get(b"d", b"").decode("ascii"))
    except (MalformedAddress, UnicodeDecodeError) as error:
        raise UnusableSignature("its domain is no domain name") from error
    names = _SPACE.sub(b"", raw.get(b"h", b"")).lower().decode("latin-1").split(":")
    return Tags(raw, domain, selector.decode("ascii").lower(), tuple(names))


def check(tags: Tags, *, arc: bool = False) -> None:
    """All that can be wrong with a signature before its key is known. Raises UnusableSignature."""
    raw = tags.raw
    if raw.get(b"a") == b"rsa-sha1":
        raise UnusableSignature("it uses SHA-1", weak=True)
    if raw.get(b"a") not in _ALGORITHMS or not _CANONICAL.fullmatch(raw.get(b"c", b"simple")):
        raise UnusableSignature("its algorithm is not known")
    try:
        dkim.validate_signature_fields(raw, [b"a", b"b", b"bh", b"d", b"h", b"s", *([] if arc else [b"v"])], arc)
    except (dkim.DKIMException, ValueError, TypeError, IndexError) as error:
        raise UnusableSignature("its tags are not valid") from error
    if b"l" in raw:
        raise UnusableSignature("it signs only a part of the body", weak=True)
    if b"x" in raw and int(raw[b"x"]) < time.time() - CLOCK_SECONDS:
        raise UnusableSignature("it has expired", weak=True)
    if len(tags.signed) > MAX_SIGNED_NAMES:
        raise UnusableSignature("it signs more fields than any real one")
    if "from" not in tags.signed:
        raise UnusableSignature("it does not sign the From header", weak=True)


def check_identity(tags: Tags, *, exact: bool) -> None:
    """Tag i= must be of the domain d= or below it; ``exact`` forbids below (RFC 6376, 3.5 and 3.6.1)."""
    identity = tags.raw.get(b"i")
    if identity is None:
        return
    domain = identity.rpartition(b"@")[2].decode("latin-1").lower().removesuffix(".")
    if domain != tags.domain and (exact or not domain.endswith(f".{tags.domain}")):
        raise UnusableSignature("its identity is of another domain")
