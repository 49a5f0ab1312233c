"""Opens a PDF: the one home of PDF libraries and their options.

Coordinates everywhere are pdfplumber's: points, origin in the upper left corner of the page as it is shown.
"""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, overload

import pypdfium2
from pdfplumber.pdf import PDF

from parsers.errors import DocumentError
from parsers.model import DocumentKind, Inspection
from parsers.words import BaselinePage

Engine = Literal["pdfium", "pdfplumber"]
MAX_PAGES = 400
FEW_CHARACTERS = 20


class Page(BaselinePage):
    """One page: pdfplumber's interface (``extract_words``, ``crop``, ``search``, ``rects`` …) and what is below."""

    document: "PdfDocument"

    @property
    def plain_text(self) -> str:
        """The page's text in the order of its content stream, without geometry: cheap, to identify and to split by."""
        return self.document.plain_text(self.page_number)

    @property
    def usable_text(self) -> bool:
        """Whether the text can be trusted: False for a scan, and where the fonts do not say which letters they show."""
        return len("".join(self.plain_text.split())) >= FEW_CHARACTERS

    def process_object(self, obj: Any) -> dict[str, Any]:
        attributes = super().process_object(obj)
        if attributes["object_type"] == "char":
            attributes["baseline"] = self.height - attributes["matrix"][5] + self.mediabox[1]
        return attributes


class PdfDocument:
    """An open PDF. ``pages`` are built when they are asked for; close it (a context manager does) to free them."""

    def __init__(self, path: Path, data: bytes, page_count: int, engine: Engine) -> None:
        self.path = path
        self.engine = engine
        self.page_count = page_count
        self._pdfium = pypdfium2.PdfDocument(data)
        self._plumber = PDF(io.BytesIO(data))
        self.pages: Sequence[Page] = _Pages(self)

    def plain_text(self, page_number: int) -> str:
        """Text of a page, counted from 1."""
        page = self._pdfium[page_number - 1]
        text = page.get_textpage()
        try:
            return str(text.get_text_range()).replace("\r\n", "\n")
        finally:
            text.close()
            page.close()

    def close(self) -> None:
        self._plumber.close()
        self._pdfium.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class _Pages(Sequence[Page]):
    def __init__(self, document: PdfDocument) -> None:
        self._document = document
        self._made: dict[int, Page] = {}

    def __len__(self) -> int:
        return self._document.page_count

    def __iter__(self) -> Iterator[Page]:
        return (self._page(index) for index in range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Page: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Page]: ...
    def __getitem__(self, index: int | slice) -> Page | Sequence[Page]:
        if isinstance(index, slice):
            return [self._page(i) for i in range(len(self))[index]]
        return self._page(range(len(self))[index])

    def _page(self, index: int) -> Page:
        if index not in self._made:
            plain = self._document._plumber.pages[index]  # noqa: SLF001 - one class in two parts
            page = Page(plain.pdf, plain.page_obj, plain.page_number, plain.initial_doctop)
            page.document = self._document
            self._made[index] = page
        return self._made[index]


def open_document(path: Path, *, engine: Engine = "pdfium", max_pages: int = MAX_PAGES) -> PdfDocument:
    """Opens a PDF, with the empty password where it has one.

    Raises ``DocumentError`` of the kind not_a_pdf, password_required, damaged or too_many_pages.
    """
    data = path.read_bytes()
    if b"%PDF-" not in data[:1024]:
        raise DocumentError(DocumentKind.NOT_A_PDF, "The file does not begin with %PDF-.")
    inspection = _inspect(data)
    if inspection.page_count > max_pages:
        raise DocumentError(
            DocumentKind.TOO_MANY_PAGES, f"It has {inspection.page_count} pages; at most {max_pages} are read."
        )
    return PdfDocument(path, data, inspection.page_count, engine)


def inspect(path: Path) -> Inspection:
    """Page count and encryption; the errors of ``open_document`` except too_many_pages."""
    data = path.read_bytes()
    if b"%PDF-" not in data[:1024]:
        raise DocumentError(DocumentKind.NOT_A_PDF, "The file does not begin with %PDF-.")
    return _inspect(data)


def _inspect(data: bytes) -> Inspection:
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise DocumentError(DocumentKind.PASSWORD_REQUIRED, "It opens only with a password.") from error
        raise DocumentError(DocumentKind.DAMAGED, "The PDF could not be opened.") from error
    try:
        encrypted = pypdfium2.raw.FPDF_GetSecurityHandlerRevision(pdf) != -1
        return Inspection(page_count=len(pdf), encrypted=encrypted)
    finally:
        pdf.close()
