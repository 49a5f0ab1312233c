"""PDFium's C interface, as far as it is used here.

Two things make it fast from Python: the functions are called without releasing the interpreter lock, and a function
that answers for one character is mapped over all characters of a page into one buffer.
"""

import ctypes
from collections import deque
from collections.abc import Callable, Sequence
from ctypes import c_double, c_float, c_int, c_uint, c_ulong, c_void_p
from functools import cached_property
from itertools import repeat
from typing import Any

import pypdfium2
from pypdfium2 import raw

from parsers.errors import DocumentError
from parsers.model import Box, DocumentKind
from parsers.pdf.frame import Frame

Handle = int
"""Address of an object of PDFium; 0 is none."""

NOMINAL = (0.3, 3.0)  # heights of the box of a Type3 font whose size means what that of other fonts does


def _function(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    """PDFium's function ``name`` with plain addresses for its pointers, called with the interpreter lock held."""
    address = ctypes.cast(getattr(raw, name), c_void_p).value or 0
    function: Callable[..., Any] = ctypes.PYFUNCTYPE(result, *arguments)(address)
    return function


load_page = _function("FPDF_LoadPage", c_void_p, c_void_p, c_int)
close_page = _function("FPDF_ClosePage", None, c_void_p)
get_rotation = _function("FPDFPage_GetRotation", c_int, c_void_p)
get_media_box = _function("FPDFPage_GetMediaBox", c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
get_bounding_box = _function("FPDF_GetPageBoundingBox", c_int, c_void_p, c_void_p)

load_text = _function("FPDFText_LoadPage", c_void_p, c_void_p)
close_text = _function("FPDFText_ClosePage", None, c_void_p)
count_chars = _function("FPDFText_CountChars", c_int, c_void_p)
get_unicode = _function("FPDFText_GetUnicode", c_uint, c_void_p, c_int)
get_text_object = _function("FPDFText_GetTextObject", c_void_p, c_void_p, c_int)
is_generated = _function("FPDFText_IsGenerated", c_int, c_void_p, c_int)
is_hyphen = _function("FPDFText_IsHyphen", c_int, c_void_p, c_int)
has_map_error = _function("FPDFText_HasUnicodeMapError", c_int, c_void_p, c_int)
get_loose_box = _function("FPDFText_GetLooseCharBox", c_int, c_void_p, c_int, c_void_p)
get_origin = _function("FPDFText_GetCharOrigin", c_int, c_void_p, c_int, c_void_p, c_void_p)
get_char_matrix = _function("FPDFText_GetMatrix", c_int, c_void_p, c_int, c_void_p)
get_font_size = _function("FPDFText_GetFontSize", c_double, c_void_p, c_int)

get_font = _function("FPDFTextObj_GetFont", c_void_p, c_void_p)
get_font_name = _function("FPDFFont_GetBaseFontName", c_ulong, c_void_p, c_void_p, c_ulong)
get_ascent = _function("FPDFFont_GetAscent", c_int, c_void_p, c_float, c_void_p)
get_descent = _function("FPDFFont_GetDescent", c_int, c_void_p, c_float, c_void_p)
get_glyph_width = _function("FPDFFont_GetGlyphWidth", c_int, c_void_p, c_uint, c_float, c_void_p)

count_objects = _function("FPDFPage_CountObjects", c_int, c_void_p)
get_object = _function("FPDFPage_GetObject", c_void_p, c_void_p, c_int)
count_form_objects = _function("FPDFFormObj_CountObjects", c_int, c_void_p)
get_form_object = _function("FPDFFormObj_GetObject", c_void_p, c_void_p, c_ulong)
get_type = _function("FPDFPageObj_GetType", c_int, c_void_p)
get_matrix = _function("FPDFPageObj_GetMatrix", c_int, c_void_p, c_void_p)
get_fill_color = _function("FPDFPageObj_GetFillColor", c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
get_stroke_color = _function("FPDFPageObj_GetStrokeColor", c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
get_stroke_width = _function("FPDFPageObj_GetStrokeWidth", c_int, c_void_p, c_void_p)
get_draw_mode = _function("FPDFPath_GetDrawMode", c_int, c_void_p, c_void_p, c_void_p)
count_segments = _function("FPDFPath_CountSegments", c_int, c_void_p)
get_segment = _function("FPDFPath_GetPathSegment", c_void_p, c_void_p, c_int)
get_segment_point = _function("FPDFPathSegment_GetPoint", c_int, c_void_p, c_void_p, c_void_p)
get_segment_type = _function("FPDFPathSegment_GetType", c_int, c_void_p)
get_segment_close = _function("FPDFPathSegment_GetClose", c_int, c_void_p)


def numbers(function: Callable[..., Any], kind: Any, *arguments: float, count: int) -> list[Any] | None:
    """What a function writes into its last ``count`` pointers to numbers of a C type; None where it refuses."""
    buffer = (kind * count)()
    start = ctypes.addressof(buffer)
    targets = range(start, start + ctypes.sizeof(buffer), ctypes.sizeof(kind))
    return list(buffer) if function(*arguments, *targets) else None


def floats(function: Callable[..., Any], *arguments: float, count: int, together: bool = False) -> list[float] | None:
    """The same for floats; ``together`` where the last pointer is to one struct of them."""
    if not together:
        return numbers(function, c_float, *arguments, count=count)
    buffer = (c_float * count)()
    return list(buffer) if function(*arguments, ctypes.addressof(buffer)) else None


def font_name(font: Handle) -> str:
    """The name of a font as the PDF has it, with the prefix of a subset."""
    length = get_font_name(font, None, 0)
    buffer = ctypes.create_string_buffer(length + 1)
    get_font_name(font, ctypes.addressof(buffer), length)
    return buffer.value.decode("utf-8", "replace")


def is_type3(font: Handle) -> bool:
    """Whether the glyphs of a font are drawings of the page's own kind; only such a font has no name."""
    return bool(get_font_name(font, None, 0) <= 1)


def font_reach(font: Handle) -> tuple[float, float]:
    """How far letters of size 1 reach below the baseline, as a negative number, and how high they are from there.

    The height is 1, except where a Type3 font counts in dots: its size 1 is that of a dot, and its box tells more.
    """
    ascent, descent = (floats(ask, font, 1.0, count=1) for ask in (get_ascent, get_descent))
    low = -abs(descent[0]) if descent else 0.0
    height = ascent[0] - low if ascent else 0.0
    nominal = not is_type3(font) or height <= 0 or NOMINAL[0] <= height <= NOMINAL[1]
    return low, 1.0 if nominal else height


class LoadedPage:
    """A page held open in PDFium. ``close`` it: what PDFium holds for a page is freed only then."""

    def __init__(
        self, document: pypdfium2.PdfDocument, index: int, inherited_box: Callable[["LoadedPage", int], Box]
    ) -> None:
        """``inherited_box`` is asked for the MediaBox of a page without one of its own: PDFium does not tell it."""
        self.page: Handle = load_page(ctypes.cast(document.raw, c_void_p).value, index) or 0
        if not self.page:
            raise DocumentError(DocumentKind.DAMAGED, f"Page {index + 1} could not be opened.")
        self.text: Handle = load_text(self.page) or 0
        if not self.text:
            close_page(self.page)
            raise DocumentError(DocumentKind.DAMAGED, f"The text of page {index + 1} could not be read.")
        self._index, self._inherited_box = index, inherited_box
        self.count: int = max(0, count_chars(self.text))

    def close(self) -> None:
        """Frees the page; a second time does nothing."""
        if self.page:
            close_text(self.text)
            close_page(self.page)
            self.page = self.text = 0

    @cached_property
    def codes(self) -> list[int]:
        """The Unicode value of each character, with those that PDFium makes up (spaces and line ends)."""
        return list(map(get_unicode, repeat(self.text), range(self.count)))

    @cached_property
    def text_objects(self) -> list[Handle | None]:
        """For each character the object that shows it: a change means another font, size or place."""
        return list(map(get_text_object, repeat(self.text), range(self.count)))

    def has_type3(self) -> bool:
        """Whether any text of the page is in a Type3 font."""
        fonts = set(map(get_font, filter(None, set(self.text_objects))))
        return any(map(is_type3, fonts))

    def loose_boxes(self) -> list[float]:
        """``left, top, right, bottom`` of each character one after another, in the page's own space.

        From origin to advance width, as a font's metrics have it, not the ink.
        """
        buffer = (c_float * (4 * self.count))()
        start = ctypes.addressof(buffer)
        addresses = range(start, start + 16 * self.count, 16)
        deque(map(get_loose_box, repeat(self.text), range(self.count), addresses), maxlen=0)
        return _list(buffer, "f")

    def origins(self, indices: Sequence[int]) -> list[float]:
        """``x, y`` of these characters' origins (on the baseline) one after another, in the page's own space."""
        buffer = (c_double * (2 * len(indices)))()
        start = ctypes.addressof(buffer)
        xs, ys = (range(at, at + 16 * len(indices), 16) for at in (start, start + 8))
        deque(map(get_origin, repeat(self.text), indices, xs, ys), maxlen=0)
        return _list(buffer, "d")

    def font_sizes(self, indices: Sequence[int]) -> list[float]:
        """The font size at these characters as the content stream sets it, before its matrix."""
        return list(map(get_font_size, repeat(self.text), indices))

    def matrices(self, indices: Sequence[int]) -> list[tuple[float, ...]]:
        """``(a, b, c, d)`` of the text at these characters, from text of size 1 to the page's own space."""
        buffer = (c_float * (6 * len(indices)))()
        start = ctypes.addressof(buffer)
        deque(map(get_char_matrix, repeat(self.text), indices, range(start, start + 24 * len(indices), 24)), maxlen=0)
        return list(zip(buffer[0::6], buffer[1::6], buffer[2::6], buffer[3::6], strict=True))

    @cached_property
    def frame(self) -> Frame:
        """The page's box and turn."""
        own = floats(get_media_box, self.page, count=4)
        box = sorted_box(own) if own else self._inherited_box(self, self._index)
        return Frame(box, max(0, int(get_rotation(self.page))) * 90)

    def bounding_box(self) -> Box:
        """MediaBox cut to the CropBox, inherited ones too."""
        left, top, right, bottom = floats(get_bounding_box, self.page, count=4, together=True) or (0, 792, 612, 0)
        return sorted_box([left, bottom, right, top])

    def is_blank(self) -> bool:
        """Whether no object is drawn on it."""
        return not count_objects(self.page)

    def map_errors(self) -> int:
        """Number of characters whose font does not say which letter they are."""
        return sum(map(has_map_error, repeat(self.text), range(self.count)))


def _list(buffer: Any, kind: str) -> list[Any]:
    """The numbers of a C array at once, not one by one."""
    return memoryview(buffer).cast("B").cast(kind).tolist() if len(buffer) else []  # type: ignore[call-overload]


def sorted_box(box: Sequence[float]) -> Box:
    """A box from any two opposite corners."""
    x0, y0, x1, y1 = box
    return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
