"""What reads the pages of an open PDF: PDFium, or pdfplumber to compare with."""

import io
from collections import OrderedDict
from contextlib import ExitStack
from functools import cached_property
from typing import Protocol

import pikepdf
import pypdfium2
from pdfplumber.pdf import PDF
from pdfplumber.utils.exceptions import PdfminerException

from parsers.errors import DocumentError
from parsers.model import Box, DocumentKind
from parsers.pdf.page import Page, PdfiumPage, PlumberPage
from parsers.pdf.pdfium import LoadedPage, sorted_box
from parsers.type3 import mended

PAGES_KEPT_OPEN = 8  # a bill is read in two passes, identified and parsed: a longer document is opened twice


class PageSource(Protocol):
    """Pages by their number, counted from 1. A page stays valid until the source is closed."""

    page_count: int

    def page(self, number: int) -> Page: ...

    def close(self) -> None: ...


class PdfiumSource:
    """Pages through PDFium, of which only the last used are held open.

    When the first page with a Type3 font is opened, the file's Type3 fonts are looked at, and pages are read from a
    mended copy where their maps are false.
    """

    def __init__(self, pdf: pypdfium2.PdfDocument, data: bytes) -> None:
        self._pdf = pdf
        self._data = data
        self._open: OrderedDict[int, tuple[PdfiumPage, LoadedPage]] = OrderedDict()
        self._closing = ExitStack()
        self._closing.callback(pdf.close)
        self._may_lie = b"/Type3" in data or b"/ObjStm" in data  # what an object stream holds cannot be seen from here
        self._mended = False
        self.page_count = len(pdf)

    def page(self, number: int) -> Page:
        return PdfiumPage(number, self._load)

    def drawable(self, number: int) -> pypdfium2.PdfPage:
        """The page to be drawn; the caller closes it."""
        return self._pdf[number - 1]

    def close(self) -> None:
        while self._open:
            self._close_oldest()
        self._closing.close()

    def _load(self, page: PdfiumPage) -> LoadedPage:
        number = page.page_number
        if number in self._open:
            self._open.move_to_end(number)
        else:
            self._open[number] = (page, self._loaded(page))
        while len(self._open) > PAGES_KEPT_OPEN:
            self._close_oldest()
        return self._open[number][1]

    def _loaded(self, page: PdfiumPage) -> LoadedPage:
        loaded = LoadedPage(self._pdf, page.page_number - 1, self._inherited_box)
        if not self._may_lie or not loaded.has_type3():
            return loaded
        if not self._mended and self._mend():
            loaded.close()
            loaded = LoadedPage(self._pdf, page.page_number - 1, self._inherited_box)
        page.origin = "glyphs" if self._mended else "text"
        return loaded

    def _mend(self) -> bool:
        """Reads all pages from now on from a copy with true maps. False where there is nothing to mend."""
        data = mended(self._data)
        self._may_lie = self._mended = data is not None
        if data is None:
            return False
        while self._open:
            self._close_oldest()
        self._data, self._pdf = data, pypdfium2.PdfDocument(data)
        self._closing.callback(self._pdf.close)
        return True

    def _close_oldest(self) -> None:
        _, (page, loaded) = self._open.popitem(last=False)
        page.close()
        loaded.close()

    def _inherited_box(self, loaded: LoadedPage, index: int) -> Box:
        try:
            return sorted_box([float(side) for side in self._structure.pages[index].mediabox])
        except (pikepdf.PdfError, ValueError, TypeError, AttributeError, IndexError):
            return loaded.bounding_box()  # pikepdf is stricter with a broken page tree than PDFium

    @cached_property
    def _structure(self) -> pikepdf.Pdf:
        return self._closing.enter_context(pikepdf.open(io.BytesIO(self._data)))


class PlumberSource:
    """Pages through pdfplumber and pdfminer: the oracle of the tests."""

    def __init__(self, data: bytes) -> None:
        try:
            self._pdf = PDF(io.BytesIO(mended(data) or data))
            self.page_count = len(self._pdf.pages)
        except PdfminerException as error:
            raise DocumentError(DocumentKind.DAMAGED, "pdfplumber could not open it.") from error

    def page(self, number: int) -> Page:
        plain = self._pdf.pages[number - 1]
        return PlumberPage(plain.pdf, plain.page_obj, plain.page_number)

    def close(self) -> None:
        self._pdf.close()
