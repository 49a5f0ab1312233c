"""A chain of ARC seals (RFC 8617): what the servers that passed a message on say that they had found."""

import mmap
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import dkim

from ingest.mail.authentication import dkim_tags
from ingest.mail.authentication.coverage import left_open
from ingest.mail.authentication.dkim_key import UnusableKey, read_key
from ingest.mail.authentication.dkim_tags import Tags, UnusableSignature
from ingest.mail.authentication.header_fields import HeaderFields
from ingest.mail.authentication.signatures import Keys, SignedMessage, body_matches

MAX_INSTANCES = 50
MAX_KEYS = 10
_SEAL, _SIGNATURE, _RESULTS = "arc-seal", "arc-message-signature", "arc-authentication-results"


@dataclass(frozen=True, slots=True)
class Seal:
    """``results`` is the value of its ARC-Authentication-Results."""

    domain: str
    results: str


@dataclass(frozen=True, slots=True)
class ArcChain:
    """``seals`` from the newest to the oldest; those of a chain that does not pass say nothing."""

    result: Literal["pass", "fail"]
    seals: tuple[Seal, ...] = ()
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the way between two processes."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The counterpart of ``as_json``."""
        return cls(**{**value, "seals": tuple(Seal(**seal) for seal in value["seals"])})


def newest_sealer(header: HeaderFields) -> str | None:
    """The domain of the newest seal, so far unproven: nothing is looked up for one that is not listed anyway."""
    chain = _chain(header)
    return None if chain is None else chain[0][0].domain


def chain_key_names(header: HeaderFields) -> tuple[str, ...]:
    """Where the keys of the seals and of the newest message signature are; none for a chain longer than any real."""
    chain = _chain(header)
    if chain is None:
        return ()
    names = dict.fromkeys([chain[0][0].key_name, chain[0][1].key_name, *(seal.key_name for seal, _ in chain)])
    return tuple(names) if len(names) <= MAX_KEYS else ()


def verify_chain(message: bytes | mmap.mmap, keys: Keys) -> ArcChain | None:
    """None where there is no chain or its keys are not given."""
    reading = SignedMessage(message)
    chain = _chain(reading.header)
    if chain is None or chain[0][0].key_name not in keys:
        return None
    try:
        _check_newest(reading, chain[0][1])
        verifier = _ChainVerifier(reading, keys)
        outcome, found, reason = verifier.verify(dnsfunc=None)
    except (UnusableSignature, UnusableKey) as unusable:
        return ArcChain("fail", reason=unusable.reason)
    except (MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001 - dkimpy raises a dozen kinds on odd chains: each is one that is not valid
        return ArcChain("fail", reason="the chain cannot be read")
    if outcome != dkim.CV_Pass:
        return ArcChain("fail", reason=str(reason)[:200])
    values = [set_["aar-value"].decode("utf-8", "replace").strip() for set_ in found]
    return ArcChain("pass", tuple(Seal(seal.domain, value) for (seal, _), value in zip(chain, values, strict=True)))


class _ChainVerifier(dkim.ARC):  # type: ignore[misc]  # dkimpy has no annotations
    """dkimpy's reading of the chain, with our keys and our hash of the body."""

    def __init__(self, reading: SignedMessage, keys: Keys) -> None:
        super().__init__()
        self.headers = reading.fields()
        self._reading = reading
        self._keys = keys

    def verify_sig(self, sig: dict[bytes, bytes], include_headers: list[bytes], sig_header: Any, dnsfunc: Any) -> bool:  # noqa: ARG002 - dkimpy's signature
        """Of older message signatures nothing is expected: what was signed then was changed since."""
        tags = Tags(sig, sig[b"d"].decode("ascii").lower(), sig[b"s"].decode("ascii").lower(), ())
        if b"bh" in sig and not (sig[b"i"] == self._newest and body_matches(self._reading, tags)):
            return False
        if tags.key_name not in self._keys:
            return False
        key = read_key(self._keys[tags.key_name])
        self.pk, self.ktag, self.keysize, self.minkey = key.material, key.kind, key.bits, key.bits
        plain = {name: value for name, value in sig.items() if name != b"bh"}
        return bool(self.verify_sig_process(plain, include_headers, sig_header, None))

    @property
    def _newest(self) -> bytes:
        return str(len(self._reading.header.named(_SEAL))).encode("ascii")


def _check_newest(reading: SignedMessage, tags: Tags) -> None:
    dkim_tags.check(tags, arc=True)
    gap = left_open(reading.header, tags.signed, reading.message, reading.body_start)
    if gap:
        raise UnusableSignature(gap, weak=True)


def _chain(header: HeaderFields) -> list[tuple[Tags, Tags]] | None:
    """Seal and message signature of each instance, the newest first; None unless every instance is there once."""
    seals, signatures = _by_instance(header, _SEAL), _by_instance(header, _SIGNATURE)
    results = header.named(_RESULTS)
    if not seals or seals.keys() != signatures.keys() or len(results) != len(seals):
        return None
    if set(seals) != set(range(1, len(seals) + 1)):
        return None
    return [(seals[number], signatures[number]) for number in sorted(seals, reverse=True)]


def _by_instance(header: HeaderFields, name: str) -> dict[int, Tags]:
    """Nothing where one cannot be read or one number occurs twice."""
    found: dict[int, Tags] = {}
    fields = header.named(name)
    if len(fields) > MAX_INSTANCES:
        return {}
    for field in fields:
        try:
            tags = dkim_tags.whose(field.raw)
        except UnusableSignature:
            return {}
        number = tags.raw.get(b"i", b"")
        if not number.isdigit() or len(number) > 2:
            return {}
        found[int(number)] = tags
    return found if len(found) == len(fields) else {}
