"""What can still be read of a broken PDF: all of it with a new table of objects, or only the text that is left."""

import io
from typing import Any

import pikepdf

from parsers.errors import DocumentError
from parsers.model import Box, DocumentKind
from parsers.pdf.frame import Frame
from parsers.pdf.glyphs import Char
from parsers.pdf.page import OwnPage, Page

ASCENT = 0.8  # of the font size: the fonts of a broken file cannot be asked
BROKEN = "The PDF is broken or cut off, and no text is left in it."
LETTER: Box = (0.0, 0.0, 612.0, 792.0)


def rewritten(data: bytes) -> bytes | None:
    """The PDF with its table of objects rebuilt by qpdf; None where that finds no pages either."""
    target = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if not len(pdf.pages):
                return None
            pdf.save(target)
    except pikepdf.PasswordError as error:
        raise DocumentError(DocumentKind.PASSWORD_REQUIRED, "It opens only with a password.") from error
    except pikepdf.PdfError:
        return None
    return target.getvalue()


class RecoveredSource:
    """Pages of text alone, without lines and rectangles, from a file that no other reader opens.

    Raises ``DocumentError`` (damaged) where no text is left.
    """

    def __init__(self, data: bytes) -> None:
        import pdf_oxide  # 17 MB that only broken files need

        pdf_oxide.disable_logging()
        try:
            pdf = pdf_oxide.PdfDocument.from_bytes(data)
            self._pages = [_RecoveredPage.of(pdf, index) for index in range(pdf.page_count())]
        except (OSError, RuntimeError, ValueError) as error:
            raise DocumentError(DocumentKind.DAMAGED, BROKEN) from error
        self.page_count = len(self._pages)
        if not any(page.chars for page in self._pages):
            raise DocumentError(DocumentKind.DAMAGED, BROKEN)

    def page(self, number: int) -> Page:
        return self._pages[number - 1]

    def close(self) -> None:
        self._pages.clear()


class _RecoveredPage(OwnPage):
    """A page of characters; one that the file has lost is empty."""

    def __init__(self, page_number: int, frame: Frame, letters: list[Any]) -> None:
        super().__init__(page_number)
        self._frame = frame
        self._letters = letters

    @property
    def frame(self) -> Frame:
        return self._frame

    @classmethod
    def of(cls, pdf: Any, index: int) -> "_RecoveredPage":
        try:
            x, y, width, height = pdf.page_media_box(index)
            letters = pdf.extract_chars(index)
        except (OSError, RuntimeError, ValueError):
            return cls(index + 1, Frame(LETTER, 0), [])
        return cls(index + 1, Frame((x, y, x + width, y + height), pdf.page_rotation(index)), letters)

    @property
    def plain_text(self) -> str:
        return self.extract_text()

    def read_chars(self) -> list[Char]:
        return [self._char(letter) for letter in self._letters]

    def _char(self, letter: Any) -> Char:
        x, y, size = letter.origin_x, letter.origin_y, letter.font_size
        corners = ((x, y - (1 - ASCENT) * size), (x + letter.advance_width, y + ASCENT * size))
        (left, low), (right, high) = (self._frame.shown(*corner) for corner in corners)
        x0, x1, top, bottom = min(left, right), max(left, right), min(low, high), max(low, high)
        return {
            "text": letter.char,
            "fontname": letter.font_name,
            "size": size,
            "upright": round(letter.rotation_degrees) % 360 == 0,
            "x0": x0,
            "x1": x1,
            "top": top,
            "bottom": bottom,
            "baseline": self._frame.shown(x, y)[1],
            "doctop": top,
            "width": x1 - x0,
            "height": bottom - top,
            "object_type": "char",
            "page_number": self.page_number,
        }
