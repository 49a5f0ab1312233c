"""The hash of a message's body as DKIM wants it (RFC 6376, 3.4), in time proportional to its length.

dkimpy's own takes quadratic time on long runs of spaces and holds the body several times. A bare CR or LF is content.
"""

import hashlib
import mmap
import re
from collections.abc import Iterator

CHUNK = 1024 * 1024
_CRLF = b"\r\n"
_WHITE_SPACE = re.compile(rb"[ \t]+")


def body_hash(message: bytes | mmap.mmap, start: int, *, relaxed: bool) -> bytes:
    """SHA-256 of the canonical form of ``message[start:]``."""
    hasher = hashlib.sha256()
    held = 0  # empty lines that count only when something follows them
    something = False
    for lines in _whole_lines(message, start):
        canonical = _WHITE_SPACE.sub(b" ", lines).replace(b" \r\n", _CRLF) if relaxed else lines
        content = _without_last_line_ends(canonical)
        ends = (len(canonical) - len(content)) // 2
        if content:
            hasher.update(_CRLF * held)
            hasher.update(content)
            something, held = True, ends
        else:
            held += ends
    if something or not relaxed:
        hasher.update(_CRLF)
    return hasher.digest()


def _whole_lines(message: bytes | mmap.mmap, start: int) -> Iterator[bytes]:
    """Pieces of about CHUNK bytes that end with a line; the last line is completed."""
    at, size = start, len(message)
    while at < size:
        end = message.rfind(_CRLF, at, at + CHUNK)
        if end < 0:
            end = message.find(_CRLF, max(at, at + CHUNK - 1))
        piece = message[at : end + 2] if end >= 0 else message[at:size] + _CRLF
        yield piece
        at = end + 2 if end >= 0 else size


def _without_last_line_ends(text: bytes) -> bytes:
    """``text`` without the CRLFs at its end. A lone CR or LF among them is content and stops it."""
    shorn = text.rstrip(_CRLF)
    rest = text[len(shorn) :]
    if rest == _CRLF * (len(rest) // 2):
        return shorn
    end = len(rest)
    while rest.endswith(_CRLF, 0, end):
        end -= 2
    return shorn + rest[:end]
