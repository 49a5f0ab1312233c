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
from parsers.frame import Frame
from parsers.model import Box, DocumentKind
from parsers.page import Page, PdfiumPage, PlumberPage
from parsers.pdfium import LoadedPage

PAGES_KEPT_OPEN = 8  # a bill is read in two passes, identified and parsed: a longer document is opened twice


class PageSource(Protocol):
    """Pages by their number, counted from 1. A page stays valid until the source is closed."""

    page_count: int

    def page(self, number: int) -> Page: ...

    def close(self) -> None: ...


class PdfiumSource:
    """Pages through PDFium, of which only the last used are held open."""

    def __init__(self, pdf: pypdfium2.PdfDocument, data: bytes) -> None:
        self._pdf = pdf
        self._data = data
        self._open: OrderedDict[int, tuple[PdfiumPage, LoadedPage]] = OrderedDict()
        self._closing = ExitStack()
        self._closing.callback(pdf.close)
        self.page_count = len(pdf)

    def page(self, number: int) -> Page:
        loaded = LoadedPage(self._pdf, number - 1)
        frame = Frame(loaded.media_box() or self._inherited_box(number, loaded), loaded.rotation())
        page = PdfiumPage(number, frame, self._load)
        self._keep(page, loaded)
        return page

    def close(self) -> None:
        while self._open:
            self._close_oldest()
        self._closing.close()

    def _load(self, page: PdfiumPage) -> LoadedPage:
        if page.page_number in self._open:
            self._open.move_to_end(page.page_number)
        else:
            self._keep(page, LoadedPage(self._pdf, page.page_number - 1))
        return self._open[page.page_number][1]

    def _keep(self, page: PdfiumPage, loaded: LoadedPage) -> None:
        self._open[page.page_number] = (page, loaded)
        while len(self._open) > PAGES_KEPT_OPEN:
            self._close_oldest()

    def _close_oldest(self) -> None:
        _, (page, loaded) = self._open.popitem(last=False)
        page.close()
        loaded.close()

    def _inherited_box(self, number: int, loaded: LoadedPage) -> Box:
        """The MediaBox that a page inherits: PDFium tells only its part inside the CropBox."""
        try:
            x0, y0, x1, y1 = map(float, self._structure.pages[number - 1].mediabox)
        except (pikepdf.PdfError, ValueError, TypeError, AttributeError, IndexError):
            return loaded.bounding_box()  # pikepdf is stricter with a broken page tree than PDFium
        return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    @cached_property
    def _structure(self) -> pikepdf.Pdf:
        return self._closing.enter_context(pikepdf.open(io.BytesIO(self._data)))


class PlumberSource:
    """Pages through pdfplumber and pdfminer: the oracle of the tests."""

    def __init__(self, data: bytes) -> None:
        try:
            self._pdf = PDF(io.BytesIO(data))
            self.page_count = len(self._pdf.pages)
        except PdfminerException as error:
            raise DocumentError(DocumentKind.DAMAGED, "pdfplumber could not open it.") from error

    def page(self, number: int) -> Page:
        plain = self._pdf.pages[number - 1]
        return PlumberPage(plain.pdf, plain.page_obj, plain.page_number)

    def close(self) -> None:
        self._pdf.close()
