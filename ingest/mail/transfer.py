"""Transfer encodings undone as a good mail reader does it: what is damaged costs itself, not the rest.

Everything is decoded in pieces, so that a part of any size needs little memory.
"""

import binascii
import re
from collections.abc import Callable, Iterator
from mmap import mmap

Octets = bytes | mmap
"""A message in memory or on disk."""

PIECE = 256 * 1024
MOST_PADDINGS = 1_000_000

_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_RUN = re.compile(rb"[A-Za-z0-9+/]+")
_ENCODING = re.compile(rb"[A-Za-z0-9-]+")
_LONGEST_ESCAPE = 3


def encoding_of(field: bytes) -> str:
    """The Content-Transfer-Encoding in lower case; an unknown one is taken for none."""
    found = _ENCODING.search(field)
    name = found[0].decode("ascii").lower() if found else ""
    return name if name in _DECODERS else ""


def decoded(data: Octets, start: int, end: int, encoding: str) -> Iterator[bytes]:
    """``data[start:end]`` as it was before its encoding, piece by piece; ``encoding`` is that of ``encoding_of``."""
    pieces = (data[at : min(at + PIECE, end)] for at in range(start, end, PIECE))
    decode = _DECODERS.get(encoding)
    return decode(pieces) if decode else pieces


def decode_base64(text: bytes) -> bytes:
    """Foreign characters are skipped, a cut end loses its last bits only, and text after padding goes on."""
    return b"".join(_base64_pieces(iter([text])))


def _base64_pieces(pieces: Iterator[bytes]) -> Iterator[bytes]:
    waiting = b""
    paddings = 0
    for piece in pieces:
        letters = waiting + piece.translate(None, delete=_NOT_BASE64)
        padded = letters.rfind(b"=") + 1
        paddings += letters.count(b"=")
        if paddings > MOST_PADDINGS:  # no encoder writes that; decoding each run would take long
            yield _decode_runs(letters.partition(b"=")[0])
            return
        usable = padded + (len(letters) - padded) // 4 * 4
        yield _decode_runs(letters[:usable])
        waiting = letters[usable:]
    yield _decode_runs(waiting)


def _decode_runs(letters: bytes) -> bytes:
    return b"".join(_decode_run(run[0]) for run in _RUN.finditer(letters))


def _decode_run(letters: bytes) -> bytes:
    usable = letters[: -1 if len(letters) % 4 == 1 else None]
    return binascii.a2b_base64(usable + b"=" * (-len(usable) % 4))


def _quoted_printable_pieces(pieces: Iterator[bytes]) -> Iterator[bytes]:
    waiting = b""
    for piece in pieces:
        text = waiting + piece
        cut = text.rfind(b"\n") + 1
        if cut == 0:  # an endless line: cut it anywhere but in an escape
            escape = text.find(b"=", max(0, len(text) - _LONGEST_ESCAPE))
            cut = escape if escape >= 0 else len(text)
        yield binascii.a2b_qp(text[:cut])
        waiting = text[cut:]
    yield binascii.a2b_qp(waiting)


_DECODERS: dict[str, Callable[[Iterator[bytes]], Iterator[bytes]]] = {
    "base64": _base64_pieces,
    "quoted-printable": _quoted_printable_pieces,
}
