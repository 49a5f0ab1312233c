"""A DKIM key record (RFC 6376, 3.6.1): which keys are good enough, and none that would take long to use."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

SHORTEST_RSA = 1024
LONGEST_RSA = 8192
LARGEST_EXPONENT = 2**32


class UnusableKey(Exception):
    """What is wrong with the key, in a few words. ``weak`` tells a real key that proves nothing from a broken one."""

    def __init__(self, reason: str, weak: bool = False) -> None:
        super().__init__(reason, weak)
        self.reason = reason
        self.weak = weak


@dataclass(frozen=True, slots=True)
class PublicKey:
    """``material`` is what dkimpy verifies with; ``exact`` asks that i= names the domain d= itself (flag t=s)."""

    kind: bytes
    material: Any
    bits: int
    exact: bool


def key_record(texts: Sequence[bytes]) -> str | None:
    """The one key among the TXT records of its name; None where there is none or more than one."""
    keys = [text for text in texts if b"p=" in text.replace(b" ", b"")]
    return keys[0].decode("latin-1") if len(keys) == 1 else None


def read_key(record: str | None) -> PublicKey:
    """Raises UnusableKey."""
    if record is None:
        raise UnusableKey("its key is not in the DNS")
    text = record.encode("latin-1")
    tags = _tags(text)
    if tags.get(b"v", b"DKIM1") != b"DKIM1":
        raise UnusableKey("its key record is of another version")
    if not tags.get(b"p"):
        raise UnusableKey("its key was revoked")
    _check_use(tags)
    try:
        material, bits, kind, _ = dkim.evaluate_pk("key", text)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # dkimpy raises a dozen kinds on odd keys: each is one key that cannot be used
        raise UnusableKey("its key record cannot be read") from error
    if kind == b"rsa":
        _check_rsa(material, bits)
    return PublicKey(kind, material, bits, exact=b"s" in _list(tags.get(b"t", b"")))


def _check_use(tags: dict[bytes, bytes]) -> None:
    if b"y" in _list(tags.get(b"t", b"")):
        raise UnusableKey("its key is in test mode", weak=True)
    if b"h" in tags and b"sha256" not in _list(tags[b"h"]):
        raise UnusableKey("its key is not for SHA-256", weak=True)
    if b"s" in tags and not {b"*", b"email"} & set(_list(tags[b"s"])):
        raise UnusableKey("its key is not for mail")


def _check_rsa(material: Any, bits: int) -> None:
    if bits < SHORTEST_RSA:
        raise UnusableKey(f"its key has only {bits} bits", weak=True)
    if bits > LONGEST_RSA or not 1 < material["publicExponent"] < LARGEST_EXPONENT:
        raise UnusableKey("its key is larger than any real one")


def _tags(text: bytes) -> dict[bytes, bytes]:
    try:
        tags: dict[bytes, bytes] = parse_tag_value(text)
    except InvalidTagValueList as error:
        raise UnusableKey("its key record cannot be read") from error
    return tags


def _list(value: bytes) -> list[bytes]:
    return [item.strip().lower() for item in value.split(b":")]
