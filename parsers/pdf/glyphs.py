"""The characters of a page as pdfplumber has them, read through PDFium.

This walk is the one slow loop of reading a PDF; a compiled one would replace ``read_chars`` and nothing else.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from operator import sub
from typing import Any

from parsers.finding.lines import UNKNOWN_LETTER
from parsers.model import Box
from parsers.pdf import pdfium
from parsers.pdf.frame import Frame, Matrix, combine
from parsers.pdf.pdfium import Handle, LoadedPage

Char = dict[str, Any]
Point = tuple[float, float]

_SPACE = 0x20
_HYPHEN = 0x02
_FLAT = 1e-6
# A dict that is copied with all its keys is faster than one that grows.
_PLACEHOLDERS: Char = {"page_number": 0, "text": ""} | dict.fromkeys(
    ("x0", "x1", "top", "bottom", "baseline", "doctop", "width", "height"), 0.0
)


def read_chars(page: LoadedPage, frame: Frame, page_number: int) -> list[Char]:
    """All characters in the order of the content stream, each with its ``baseline``; ``doctop`` counts from its top.

    A space that PDFium saw between two words is of zero width: it parts them and covers nothing.
    """
    owners = page.text_objects
    boxes = page.loose_boxes()
    lefts, rights = boxes[0::4], boxes[2::4]
    chars: list[Char] = []
    parted = False
    for first, end, style, origin in _runs(page, owners, frame):
        codes = page.codes[first:end]
        if style is None:
            parted = parted or _SPACE in codes
            continue
        common = style.common | {"page_number": page_number}
        if style.plain:
            made = style.in_line(common, origin, codes, lefts[first:end], _up_to_next(lefts, rights, first, end))
        else:
            widths = map(sub, rights[first:end], lefts[first:end])
            made = style.turned(common, page.origins(range(first, end)), codes, widths)
        if _HYPHEN in codes or _SPACE in codes:
            made = _corrected(page, first, codes, made)
        if parted and chars and made:
            chars.append(_gap(chars[-1], made[0]))
        parted = False
        chars += made
    return chars


def _up_to_next(lefts: Sequence[float], rights: Sequence[float], first: int, end: int) -> list[float]:
    """The right edges of a run, none beyond where the next character begins.

    A font that is not in the file is drawn with another one, whose letters can be wider than they were set.
    """
    edges = [
        following if left < following < right else right
        for left, right, following in zip(lefts[first:end], rights[first:end], lefts[first + 1 : end], strict=False)
    ]
    return [*edges, rights[end - 1]]


def _corrected(page: LoadedPage, first: int, codes: Sequence[int], chars: list[Char]) -> list[Char]:
    """Without the spaces that PDFium made up inside a run, which part like others; and with hyphens for its code 2.

    PDFium gives a hyphen at the end of a line the code 2, which a font without a map may use for anything.
    """
    kept: list[Char] = []
    parted = False
    for index, (code, char) in enumerate(zip(codes, chars, strict=True), start=first):
        if code == _SPACE and pdfium.is_generated(page.text, index):
            parted = True
            continue
        if code == _HYPHEN and not pdfium.is_hyphen(page.text, index):
            char["text"] = UNKNOWN_LETTER
        if parted and kept:
            kept.append(_gap(kept[-1], char))
        parted = False
        kept.append(char)
    return kept


def read_text(page: LoadedPage) -> str:
    """The characters alone, with a space between words and an end to each line where PDFium sees them."""
    return "".join(map(_LETTERS.__getitem__, page.codes)).replace("\r\n", "\n")


class _Letters(dict[int, str]):
    """Unicode values to text; what is no character is U+FFFD."""

    def __missing__(self, code: int) -> str:
        no_letter = code < _SPACE or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF
        self[code] = text = UNKNOWN_LETTER if no_letter else chr(code)
        return text


_LETTERS = _Letters({_HYPHEN: "-", 0x09: "\t", 0x0A: "\n", 0x0D: "\r"})


@dataclass(frozen=True, slots=True)
class _Style:
    """What the characters of a text object share; ``common`` are their attributes that do not depend on their place.

    ``low`` is how far its letters reach below the baseline, negative, and ``height`` how high they are from there,
    both before any matrix; ``plain`` text is neither turned nor mirrored nor slanted.
    """

    font: Handle
    font_size: float
    low: float
    height: float
    plain: bool
    own_matrix: Sequence[float]
    shown: Matrix
    common: Char

    def in_line(
        self, common: Char, origin: Point, codes: Sequence[int], lefts: Sequence[float], rights: Sequence[float]
    ) -> list[Char]:
        """Characters of plain text, which stand on one baseline; ``origin`` is that of any of them."""
        move_x, move_y = self.shown[4:]
        size: float = common["size"]
        baseline = move_y - origin[1]
        bottom = baseline - self.low * self.own_matrix[3]
        top = bottom - size
        line = common | {"top": top, "bottom": bottom, "baseline": baseline, "doctop": top, "height": size}
        chars = []
        for code, left, right in zip(codes, lefts, rights, strict=True):
            char = line.copy()
            char["text"] = _LETTERS[code]
            char["x0"] = left + move_x
            char["x1"] = right + move_x
            char["width"] = right - left
            chars.append(char)
        return chars

    def turned(
        self, common: Char, origins: Sequence[float], codes: Sequence[int], widths: Iterable[float]
    ) -> list[Char]:
        """Characters of turned, mirrored or slanted text, or of a turned page; ``widths`` are along the x axis."""
        a, b, c, d = self.own_matrix
        chars = []
        for code, width, x, y in zip(codes, widths, origins[0::2], origins[1::2], strict=True):
            matrix = combine((a, b, c, d, x, y), self.shown)
            advance = abs(width / a / self.font_size) if a and self.font_size else self._advance(code)
            box = (0.0, self.low, advance * self.font_size, self.low + self.height)
            x0, top, x1, bottom = _transformed(box, matrix)
            place = {"x0": x0, "top": top, "x1": x1, "bottom": bottom, "baseline": matrix[5], "doctop": top}
            size = {"width": x1 - x0, "height": bottom - top}
            chars.append(common | {"text": _LETTERS[code]} | place | size)
        return chars

    def _advance(self, code: int) -> float:
        width = pdfium.floats(pdfium.get_glyph_width, self.font, code, 1.0, count=1)
        return width[0] if width else 0.0


def _transformed(box: Box, matrix: Matrix) -> Box:
    x0, y0, x1, y1 = box
    a, b, c, d, e, f = matrix
    xs = [a * x + c * y + e for x, y in ((x0, y0), (x1, y0), (x0, y1), (x1, y1))]
    ys = [b * x + d * y + f for x, y in ((x0, y0), (x1, y0), (x0, y1), (x1, y1))]
    return (min(xs), min(ys), max(xs), max(ys))


def _runs(
    page: LoadedPage, owners: Sequence[Handle | None], frame: Frame
) -> Iterator[tuple[int, int, _Style | None, Point]]:
    """First character, end, style and first origin of each text object; without a style what PDFium made up."""
    starts = [i for i, (owner, before) in enumerate(zip(owners, [0, *owners], strict=False)) if owner != before]
    shown = [i for i in starts if owners[i]]
    fonts = map(pdfium.get_font, map(owners.__getitem__, shown))
    keys = zip(fonts, page.font_sizes(shown), page.matrices(shown), strict=True)
    origins = page.origins(shown)
    looks = dict(zip(shown, zip(keys, zip(origins[0::2], origins[1::2], strict=True), strict=True), strict=True))
    styles: dict[tuple[Any, ...], _Style] = {}
    for first, end in pairwise([*starts, len(owners)]):
        if first not in looks:
            yield first, end, None, (0.0, 0.0)
            continue
        key, origin = looks[first]
        if key not in styles:
            styles[key] = _style(*key, frame)
        yield first, end, styles[key], origin


def _style(font: Handle, font_size: float, own_matrix: tuple[float, ...], frame: Frame) -> _Style:
    a, b, c, d = own_matrix
    shown_a, shown_b, shown_c, shown_d, _, _ = combine((a, b, c, d, 0.0, 0.0), frame.matrix)
    flat = abs(b) < _FLAT and abs(c) < _FLAT and a > 0 and d > 0 and font_size > 0
    low, height = (reach * font_size for reach in pdfium.font_reach(font))
    return _Style(
        font=font,
        font_size=font_size,
        low=low,
        height=height,
        plain=flat and frame.rotation == 0,
        own_matrix=own_matrix,
        shown=frame.matrix,
        common={
            "object_type": "char",
            "fontname": pdfium.font_name(font),
            "size": abs(height) * hypot(c, d),
            "upright": shown_a * shown_d < 0 and shown_b * shown_c >= 0,
        }
        | _PLACEHOLDERS,
    )


def _gap(before: Char, after: Char) -> Char:
    """A blank between two characters that sorts between them, whichever way the line runs."""
    gap = before | {"text": " "}
    if before["upright"]:
        x = (
            max(before["x0"], min(before["x1"], after["x0"]))
            if before["baseline"] == after["baseline"]
            else before["x1"]
        )
        return gap | {"x0": x, "x1": x, "width": 0.0}
    top = (before["top"] + after["top"]) / 2
    return gap | {"top": top, "bottom": top, "height": 0.0}
