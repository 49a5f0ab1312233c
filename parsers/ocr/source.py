"""Pages of a PDF, those without usable text read from their pictures."""

from typing import Protocol

import pypdfium2

from parsers.ocr.page import OcrPage
from parsers.ocr.picture import rendered
from parsers.pdf.page import Page


class DrawnSource(Protocol):
    """A source of pages that can be drawn, as ``sources.PdfiumSource``."""

    page_count: int

    def page(self, number: int) -> Page: ...

    def drawable(self, number: int) -> pypdfium2.PdfPage: ...

    def close(self) -> None: ...


class OcrSource:
    """The pages of another source; each is looked at by itself."""

    def __init__(self, source: DrawnSource) -> None:
        self._source = source
        self.page_count = source.page_count

    def page(self, number: int) -> Page:
        page = self._source.page(number)
        if page.usable_text or page.blank:
            return page
        return OcrPage(number, lambda: rendered(self._source.drawable(number)))

    def close(self) -> None:
        self._source.close()
