"""The characters of a page as pdfplumber has them, read through PDFium.

This walk is the one slow loop of reading a PDF; a compiled one would replace ``read_chars`` and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import Any

from parsers import pdfium
from parsers.frame import Frame, Matrix, combine
from parsers.model import Box
from parsers.pdfium import Handle, LoadedPage

Char = dict[str, Any]

UNKNOWN_LETTER = "\N{REPLACEMENT CHARACTER}"

_SPACE = 0x20
_HYPHEN = 0x02
_FLAT = 1e-6


def read_chars(page: LoadedPage, frame: Frame, page_number: int, doctop: float) -> list[Char]:
    """All characters in the order of the content stream, each with its ``baseline``; ``doctop`` is the page's own.

    A space that PDFium saw between two words is of zero width: it parts them and covers nothing.
    """
    chars: list[Char] = []
    owners = page.text_objects()
    styles = _styles(page, owners, frame)
    boxes, origins = page.loose_boxes(), page.origins()
    move_x, move_y = frame.matrix[4:]
    style: _Style | None = None
    parted = False
    for index, (code, owner, left, right, x, y) in enumerate(
        zip(page.codes, owners, boxes[0::4], boxes[2::4], origins[0::2], origins[1::2], strict=True)
    ):
        style = styles.get(index, style)
        if not owner or style is None or (code == _SPACE and pdfium.is_generated(page.text, index)):
            parted = parted or code == _SPACE
            continue
        if style.plain:
            x0, x1, baseline = left + move_x, right + move_x, move_y - y
            bottom = baseline + style.drop
            top = bottom - style.size
        else:
            x0, top, x1, bottom, baseline = style.turned_box(code, right - left, x, y)
        char = {
            "text": _LETTERS[code] if code != _HYPHEN else _hyphen(page, index),
            "fontname": style.font_name,
            "size": style.size,
            "upright": style.upright,
            "x0": x0,
            "x1": x1,
            "top": top,
            "bottom": bottom,
            "baseline": baseline,
            "doctop": doctop + top,
            "width": x1 - x0,
            "height": bottom - top,
            "object_type": "char",
            "page_number": page_number,
        }
        if parted and chars:
            chars.append(_gap(chars[-1], char))
        parted = False
        chars.append(char)
    return chars


def read_text(page: LoadedPage) -> str:
    """The characters alone, with a space between words and an end to each line where PDFium sees them."""
    return "".join(map(_LETTERS.__getitem__, page.codes)).replace("\r\n", "\n")


def count_letters(page: LoadedPage) -> int:
    """Characters that are neither blank nor made up."""
    return sum(code > _SPACE for code in page.codes)


class _Letters(dict[int, str]):
    """Unicode values to text; what is no character is U+FFFD."""

    def __missing__(self, code: int) -> str:
        no_letter = code < _SPACE or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF
        self[code] = text = UNKNOWN_LETTER if no_letter else chr(code)
        return text


_LETTERS = _Letters({_HYPHEN: "-", 0x09: "\t", 0x0A: "\n", 0x0D: "\r"})


@dataclass(frozen=True, slots=True)
class _Style:
    """What the characters of a text object share.

    ``size`` is that of the letters on the page, in points; ``drop`` is how far their boxes reach below the baseline;
    ``descent`` is the same in the font's own unit, negative; ``plain`` text is neither turned nor mirrored.
    """

    font: Handle
    font_size: float
    font_name: str
    size: float
    drop: float
    descent: float
    plain: bool
    upright: bool
    own_matrix: Sequence[float]
    frame: Matrix

    def turned_box(self, code: int, width: float, x: float, y: float) -> tuple[float, float, float, float, float]:
        """``x0, top, x1, bottom, baseline`` of a character of turned, mirrored or slanted text or of a turned page."""
        a, b, c, d = self.own_matrix
        matrix = combine((a, b, c, d, x, y), self.frame)
        advance = abs(width / a / self.font_size) if a and self.font_size else self._advance(code)
        low, high = self.descent * self.font_size, (self.descent + 1) * self.font_size
        return (*_transformed((0.0, low, advance * self.font_size, high), matrix), matrix[5])

    def _advance(self, code: int) -> float:
        width = pdfium.floats(pdfium.get_glyph_width, self.font, code, 1.0, count=1)
        return width[0] if width else 0.0


def _hyphen(page: LoadedPage, index: int) -> str:
    """PDFium gives a hyphen at the end of a line the code 2, which a font without a map may use for anything."""
    return "-" if pdfium.is_hyphen(page.text, index) else UNKNOWN_LETTER


def _transformed(box: Box, matrix: Matrix) -> Box:
    x0, y0, x1, y1 = box
    a, b, c, d, e, f = matrix
    xs = [a * x + c * y + e for x, y in ((x0, y0), (x1, y0), (x0, y1), (x1, y1))]
    ys = [b * x + d * y + f for x, y in ((x0, y0), (x1, y0), (x0, y1), (x1, y1))]
    return (min(xs), min(ys), max(xs), max(ys))


def _styles(page: LoadedPage, owners: Sequence[Handle | None], frame: Frame) -> dict[int, _Style]:
    """The style of each text object by the index of its first character."""
    starts = [i for i, (owner, before) in enumerate(zip(owners, [None, *owners], strict=False)) if owner != before]
    starts = [i for i in starts if owners[i]]
    known: dict[tuple[Any, ...], _Style] = {}
    styles: dict[int, _Style] = {}
    fonts = map(pdfium.get_font, map(owners.__getitem__, starts))
    for start, font, font_size, matrix in zip(
        starts, fonts, page.font_sizes(starts), page.matrices(starts), strict=True
    ):
        key = (font, font_size, *matrix)
        if key not in known:
            known[key] = _style(font, font_size, matrix, frame)
        styles[start] = known[key]
    return styles


def _style(font: Handle, font_size: float, own_matrix: Sequence[float], frame: Frame) -> _Style:
    a, b, c, d = own_matrix
    shown_a, shown_b, shown_c, shown_d, _, _ = combine((a, b, c, d, 0.0, 0.0), frame.matrix)
    scale, descent = hypot(c, d), pdfium.font_descent(font)
    flat = abs(b) < _FLAT and abs(c) < _FLAT and a > 0 and d > 0 and font_size > 0
    return _Style(
        font=font,
        font_size=font_size,
        font_name=pdfium.font_name(font),
        size=abs(font_size) * scale,
        drop=-descent * abs(font_size) * scale,
        descent=descent,
        plain=flat and frame.rotation == 0,
        upright=shown_a * shown_d < 0 and shown_b * shown_c >= 0,
        own_matrix=own_matrix,
        frame=frame.matrix,
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
