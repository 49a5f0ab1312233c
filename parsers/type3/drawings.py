"""What a glyph of a Type3 font looks like: a key that is the same in every file that draws it alike.

A Type3 font draws each glyph by a small content stream. Files of one issuer hold the same drawings under other codes
and names, in other orders, and scaled by other matrices: the key depends on none of these.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

KEY_BYTES = 10
_NUMBER = rb"[-+]?(?:\d+\.?\d*|\.\d+)"
_BITMAP = re.compile(
    rb"\s*(?P<advance>" + _NUMBER + rb")(?:\s+" + _NUMBER + rb"){5}\s+d1\s+q\s+"
    rb"(?P<matrix>(?:" + _NUMBER + rb"\s+){6})cm\s+BI\s(?P<keys>.*?)\sID\s(?P<rows>.*)EI\s+Q\s*",
    re.DOTALL,
)
_ENTRY = re.compile(rb"/(\w+)\s*(\[[^\]]*\]|/?[\w.]+)")
_LONG_KEYS = {b"Width": b"W", b"Height": b"H", b"BitsPerComponent": b"BPC", b"Decode": b"D", b"ImageMask": b"IM"}
_UNPACKED = {b"W", b"H", b"BPC", b"D", b"IM"}
_TOKEN = re.compile(rb"[^\s\[\]]+|[\[\]]")


@dataclass(frozen=True)
class Bitmap:
    """The ink of a glyph as rows of bits, cut to its edges; ``left`` and ``low`` tell where it stands.

    Both count, as ``advance``, in the bitmap's own dots from the glyph's origin on the baseline.
    """

    width: int
    rows: tuple[int, ...]
    left: int
    low: int
    advance: int

    @property
    def blank(self) -> bool:
        return not self.rows


def key_of(procedure: bytes, bitmap: Bitmap | None) -> str | None:
    """The key of a glyph's content stream and its bitmap; None where the drawing is not in the stream itself."""
    if bitmap:
        place = (bitmap.width, bitmap.left, bitmap.low, bitmap.advance)
        return _hashed(b"bitmap %r %r" % (place, bitmap.rows))
    tokens = _TOKEN.findall(procedure)
    if b"Do" in tokens or b"BI" in tokens:
        return None
    return _hashed(b"strokes " + b" ".join(map(_plain, tokens)))


def is_blank(procedure: bytes, bitmap: Bitmap | None) -> bool:
    """Whether the glyph draws nothing, as a space does."""
    if bitmap:
        return bitmap.blank
    painting = {b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"Do", b"BI", b"Tj", b"TJ", b"sh"}
    return painting.isdisjoint(_TOKEN.findall(procedure))


def bitmap_of(procedure: bytes) -> Bitmap | None:
    """The bitmap of a glyph that is one unpacked stencil; None for any other drawing."""
    match = _BITMAP.fullmatch(procedure)
    if not match:
        return None
    entries = {_LONG_KEYS.get(key, key): value for key, value in _ENTRY.findall(match["keys"])}
    a, b, c, d, x, y = map(float, match["matrix"].split())
    if not entries.keys() <= _UNPACKED or entries.get(b"BPC", b"1") != b"1" or b or c or a <= 0 or d <= 0:
        return None
    width, height = int(entries.get(b"W", 0)), int(entries.get(b"H", 0))
    stride = (width + 7) // 8
    if not width or not height or len(match["rows"].rstrip(b"\r\n ")) > stride * height:
        return None
    ink_is_one = entries.get(b"D", b"").strip(b"[] ").startswith(b"1")
    rows = list(_rows(match["rows"], width, height, ink_is_one=ink_is_one))
    dot_x, dot_y = a / width, d / height
    return _cut(rows, width, round(x / dot_x), round(y / dot_y), round(float(match["advance"]) / dot_x))


def _rows(data: bytes, width: int, height: int, *, ink_is_one: bool) -> Iterator[int]:
    """Each row as a number whose highest bit is the leftmost dot; the last may lack bytes that a reader took off."""
    stride = (width + 7) // 8
    full = (1 << width) - 1
    for start in range(0, stride * height, stride):
        bits = int.from_bytes(data[start : start + stride].ljust(stride, b"\0"), "big") >> (stride * 8 - width)
        yield bits if ink_is_one else bits ^ full


def _cut(rows: list[int], width: int, x: int, y: int, advance: int) -> Bitmap:
    """The bitmap whose lower left corner stands at ``x, y``, without blank rows and columns at its edges."""
    inked = [at for at, row in enumerate(rows) if row]
    if not inked:
        return Bitmap(0, (), 0, 0, advance)
    first, last = inked[0], inked[-1]
    ink = 0
    for row in rows:
        ink |= row
    blank_right = (ink & -ink).bit_length() - 1
    cut = tuple(row >> blank_right for row in rows[first : last + 1])
    return Bitmap(ink.bit_length() - blank_right, cut, x + width - ink.bit_length(), y + len(rows) - 1 - last, advance)


def _plain(token: bytes) -> bytes:
    """A number as few digits as it takes, to a hundredth; an operator as it is."""
    if not re.fullmatch(_NUMBER, token):
        return token
    return b"%g" % (round(float(token), 2) + 0.0)


def _hashed(drawing: bytes) -> str:
    return blake2b(drawing, digest_size=KEY_BYTES).hexdigest()
