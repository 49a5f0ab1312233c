"""A part of a message: where its content lies, and the ways in which it can be read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingest.errors import Refused
from ingest.mail.magic import Format
from ingest.mail.transfer import Octets, decoded
from ingest.reasons import Reason

MAX_PARTS = 1000
MAX_DEPTH = 40
MAX_UNPACKED = 512 * 1024 * 1024
"""Bytes that all containers of one message may unpack to."""
MAX_DECRYPTED = 8 * 1024 * 1024
"""Bytes of a message that are decrypted; Python needs about a second for each 2 MiB (ZipCrypto)."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a message or of a container in it, and their transfer encoding."""

    data: Octets
    start: int
    end: int
    encoding: str = ""

    def pieces(self) -> Iterator[bytes]:
        """The decoded content."""
        return decoded(self.data, self.start, self.end, self.encoding)


@dataclass(frozen=True, slots=True)
class Entity:
    """Something with a header and a body (RFC 2045) that is still to be looked at; ``default_type`` unless it says."""

    data: Octets
    start: int
    end: int
    path: tuple[int, ...]
    default_type: str = "text/plain"
    headless: bool = False
    """It is no part but what stands around the parts of a multipart: a body alone."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is no multipart. ``path`` is counted from the outside: ``2.1`` is the first part of the second."""

    path: tuple[int, ...]
    content_type: str
    name: str | None
    attached: bool
    """Whether it is shown as a file rather than as text."""
    pieces: Callable[[], Iterator[bytes]]
    """Its content, again with each call. Raises Refused where a container is damaged or protected."""
    span: Span | None = None
    """Where it lies in the message, unless it came out of a compressed container."""

    zips: int = 0
    """In how many archives it lies."""
    buried: bool = False
    """It was found in another part's text, and is not searched for more."""
    format: Format | None = None
    """What it is by its own bytes, once that was looked at."""

    @property
    def place(self) -> str:
        """``path`` as it is written in records."""
        return ".".join(map(str, self.path)) or "1"

    def head(self, size: int) -> bytes:
        """Its first ``size`` bytes, if it has so many."""
        return first_bytes(self.pieces(), size)


@dataclass(slots=True)
class Budget:
    """What one message may cost. Raises Refused (too_large) when it is spent."""

    parts: int = MAX_PARTS
    unpacked: int = MAX_UNPACKED
    decrypted: int = MAX_DECRYPTED

    def spend_part(self, path: tuple[int, ...]) -> None:
        """Counts one part."""
        self.parts -= 1
        if self.parts < 0 or len(path) > MAX_DEPTH:
            raise Refused(
                Reason.TOO_LARGE, f"The message has more than {MAX_PARTS} parts, or {MAX_DEPTH} levels of them."
            )

    def spend_bytes(self, size: int) -> None:
        """Counts bytes that a container is unpacked to."""
        self.unpacked -= size
        if self.unpacked < 0:
            raise Refused(
                Reason.TOO_LARGE, f"What is packed in the message is larger than {MAX_UNPACKED // 2**20} MiB."
            )

    def spend_decryption(self, size: int) -> None:
        """Counts bytes that are decrypted."""
        self.decrypted -= size
        if self.decrypted < 0:
            raise Refused(Reason.PASSWORD_REQUIRED, "More is protected with a password than is decrypted here.")


def last_bytes(pieces: Iterator[bytes], size: int) -> bytes:
    """The last ``size`` bytes of a content that comes in pieces."""
    found = b""
    for piece in pieces:
        found = (found + piece)[-size:]
    return found


def first_bytes(pieces: Iterator[bytes], size: int) -> bytes:
    """The first ``size`` bytes of a content that comes in pieces; no more of it is made than that needs."""
    found = b""
    for piece in pieces:
        found += piece
        if len(found) >= size:
            break
    return found[:size]
