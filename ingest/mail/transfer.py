"""Transfer encodings undone as a good mail reader does it: what is damaged costs itself, not the rest.

Everything is decoded in pieces, so that a part of any size needs little memory.
"""

import binascii
import re
from collections.abc import Callable, Iterator
from mmap import mmap

import pybase64

Octets = bytes | mmap
"""A message in memory or on disk."""

FIRST_PIECE, PIECE = 4096, 256 * 1024
MOST_PADDINGS = 1_000_000

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_ALPHABET))
_RUN = re.compile(rb"[A-Za-z0-9+/]+")
_ENCODING = re.compile(rb"[A-Za-z0-9-]+")
_WORDS = re.compile(rb"[ \t>]*(?:--|.*[A-Za-z0-9][^A-Za-z0-9+/=\r\n]+[A-Za-z0-9])")
_SHORTEST_LINES = 16  # on average
_FOR_URLS = re.compile(rb"[A-Za-z0-9_=-]{40,}\s*")
_FROM_URL = bytes.maketrans(b"-_", b"+/")
_LONGEST_LINE_OF_WORDS = 200
_LONGEST_ESCAPE = 3
_LONGEST_UU_LINE = 100


def encoding_of(field: bytes) -> str:
    """The Content-Transfer-Encoding in lower case; an unknown one is taken for none."""
    found = _ENCODING.search(field)
    name = found[0].decode("ascii").lower() if found else ""
    return name if name in _DECODERS else ""


def decoded(data: Octets, start: int, end: int, encoding: str) -> Iterator[bytes]:
    """``data[start:end]`` as it was before its encoding, piece by piece; ``encoding`` is that of ``encoding_of``."""
    decode = _DECODERS.get(encoding)
    pieces = _pieces(data, start, end)
    return decode(pieces) if decode else pieces


def _pieces(data: Octets, start: int, end: int) -> Iterator[bytes]:
    """The first one is small: mostly it tells what the content is."""
    second = min(start + FIRST_PIECE, end)
    yield data[start:second]
    for at in range(second, end, PIECE):
        yield data[at : min(at + PIECE, end)]


def base64_pieces(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Foreign characters and lines of words are skipped, a cut end loses its last bits only, and text after padding
    goes on.
    """
    waiting = b""
    paddings = 0
    for piece in _without_words(pieces):
        letters = waiting + piece.translate(None, delete=_NOT_BASE64)
        padded = letters.rfind(b"=") + 1
        paddings += letters.count(b"=", 0, padded)
        if paddings > MOST_PADDINGS:  # no encoder writes that; decoding each run would take long
            yield _decode_runs(letters.partition(b"=")[0])
            return
        usable = padded + (len(letters) - padded) // 4 * 4
        yield _decode_runs(letters[:usable])
        waiting = letters[usable:]
    yield _decode_runs(waiting)


def _without_words(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Leaves out what scanners and mailing lists write between the lines: its letters would shift all that follow."""
    waiting = b""
    for piece in pieces:
        text = waiting + piece
        cut = text.rfind(b"\n") + 1 or len(text)
        waiting = text[cut:]
        yield _without_words_in(text[:cut])
    yield _without_words_in(waiting)


def _without_words_in(text: bytes) -> bytes:
    if not text.translate(None, delete=_ALPHABET + b"\r\n"):
        return text
    if text.count(b"\n") * _SHORTEST_LINES > len(text):  # nobody writes that; looking at each line would take long
        return text
    lines = text.splitlines(keepends=True)
    return b"".join(line.translate(_FROM_URL) if _is_for_urls(line) else line for line in lines if not _is_words(line))


def _is_for_urls(line: bytes) -> bool:
    """Base64 in the alphabet of RFC 4648 section 5; a ruled line is none."""
    return _FOR_URLS.fullmatch(line) is not None and (line.count(b"-") + line.count(b"_")) * 4 < len(line)


def _is_words(line: bytes) -> bool:
    """Base64 with blanks in it keeps whole groups of four letters."""
    if len(line) > _LONGEST_LINE_OF_WORDS or _is_for_urls(line) or not _WORDS.match(line):
        return False
    foreign = line.translate(None, delete=_ALPHABET).strip()
    return bool(foreign) or any(len(run) % 4 for run in line.split())


def _decode_runs(letters: bytes) -> bytes:
    """``letters`` of base64 and its padding, and nothing else."""
    if b"=" not in letters:
        return _decode_run(letters)
    return b"".join(_decode_run(run[0]) for run in _RUN.finditer(letters))


def _decode_run(letters: bytes) -> bytes:
    usable = letters[: -1 if len(letters) % 4 == 1 else None]
    return pybase64.b64decode(usable + b"=" * (-len(usable) % 4))  # ten times as fast as binascii


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


def _uu_pieces(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """With or without its ``begin`` and ``end``; lines that cannot be uuencoded are skipped."""
    waiting = b""
    for piece in pieces:
        lines = (waiting + piece).split(b"\n")
        waiting = lines.pop()[-PIECE:]
        yield b"".join(map(_uu_line, lines))
    yield _uu_line(waiting)


def _uu_line(line: bytes) -> bytes:
    line = line.rstrip(b"\r\n")
    if not line or len(line) > _LONGEST_UU_LINE or line.startswith((b"begin ", b"end")):
        return b""
    size = (line[0] - 32) & 63
    needed = (size + 2) // 3 * 4
    if not 0 <= len(line) - 1 - needed <= 2 and not 0 < needed - len(line) + 1 <= 4:  # blanks at the end may be lost
        return b""
    try:
        return binascii.a2b_uu(line[: needed + 1])
    except binascii.Error:
        return b""


_DECODERS: dict[str, Callable[[Iterator[bytes]], Iterator[bytes]]] = {
    "base64": base64_pieces,
    "quoted-printable": _quoted_printable_pieces,
    "x-uuencode": _uu_pieces,
    "uuencode": _uu_pieces,
    "x-uue": _uu_pieces,
}
