"""Opens a PDF: the one way from a file to its pages.

Coordinates everywhere are pdfplumber's: points, origin in the upper left corner of the page as it is shown.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, overload

from pypdfium2 import raw

from parsers.errors import DocumentError
from parsers.model import DocumentKind, Inspection
from parsers.pdf.formats import format_of
from parsers.pdf.opening import from_header, is_whole, opened
from parsers.pdf.page import Page
from parsers.pdf.photos import as_pdf
from parsers.pdf.recovery import RecoveredSource, rewritten
from parsers.pdf.sources import PageSource, PdfiumSource, PlumberSource

__all__ = ["MAX_PAGES", "Engine", "Page", "PdfDocument", "inspect", "open_document"]

Engine = Literal["pdfium", "pdfplumber"]
MAX_PAGES = 400


class PdfDocument:
    """An open PDF. Its pages are built when they are asked for; close it (a context manager does) to free them.

    ``recovered`` tells that the file was broken: parts of its pages may be missing.
    """

    def __init__(self, path: Path, source: PageSource, *, encrypted: bool = False, recovered: bool = False) -> None:
        self.path = path
        self.encrypted = encrypted
        self.recovered = recovered
        self.page_count = source.page_count
        self.pages: Sequence[Page] = _Pages(source)
        self._source = source

    def close(self) -> None:
        """Frees the document; its pages are of no use afterwards."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class _Pages(Sequence[Page]):
    """The pages of a document, each made once, when it is first asked for."""

    def __init__(self, source: PageSource) -> None:
        self._source = source
        self._made: dict[int, Page] = {}

    def __len__(self) -> int:
        return self._source.page_count

    def __iter__(self) -> Iterator[Page]:
        return map(self._page, range(len(self)))

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
            self._made[index] = self._source.page(index + 1)
        return self._made[index]


def open_document(
    path: Path, *, engine: Engine = "pdfium", max_pages: int = MAX_PAGES, ocr: bool = False
) -> PdfDocument:
    """Opens a PDF, with the empty password where it has one. ``ocr``: pages without usable text are read as pictures.

    Raises ``DocumentError`` of the kind not_a_pdf, password_required, damaged or too_many_pages.
    """
    document = _open(path, engine, ocr=ocr)
    if document.page_count > max_pages:
        document.close()
        detail = f"It has {document.page_count} pages; at most {max_pages} are read."
        raise DocumentError(DocumentKind.TOO_MANY_PAGES, detail)
    return document


def inspect(path: Path) -> Inspection:
    """Page count and encryption; the errors of ``open_document`` except too_many_pages."""
    with _open(path, "pdfium") as document:
        return Inspection(page_count=document.page_count, encrypted=document.encrypted)


def _open(path: Path, engine: Engine, *, ocr: bool = False) -> PdfDocument:
    data = _as_pdf(path.read_bytes())
    if not is_whole(data):
        raise DocumentError(DocumentKind.DAMAGED, "The file is cut off: its end is missing, and with it maybe pages.")
    pdf = opened(data)
    if pdf is None:
        return PdfDocument(path, _recovered(data), recovered=True)
    encrypted = raw.FPDF_GetSecurityHandlerRevision(pdf) != -1
    if engine == "pdfium":
        source = PdfiumSource(pdf, data)
        return PdfDocument(path, _with_ocr(source) if ocr else source, encrypted=encrypted)
    pdf.close()
    return PdfDocument(path, PlumberSource(data), encrypted=encrypted)


def _as_pdf(data: bytes) -> bytes:
    """The file from its header on; a photo as a PDF."""
    return as_pdf(data) if format_of(data) else from_header(data)


def _with_ocr(source: PdfiumSource) -> PageSource:
    from parsers.ocr.source import OcrSource  # an extra that may not be installed

    return OcrSource(source)


def _recovered(data: bytes) -> PageSource:
    """The pages of a broken file. A rewritten one counts only with text in it: else its pages were lost."""
    whole = rewritten(data)
    pdf = None if whole is None else opened(whole)
    if whole is not None and pdf is not None:
        source = PdfiumSource(pdf, whole)
        if any(source.page(number).plain_text.strip() for number in range(1, source.page_count + 1)):
            return source
        source.close()
    return RecoveredSource(data)
