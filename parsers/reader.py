"""From a PDF to its bills: whose document it is, which pages are one bill, what each of them says."""

from collections.abc import Collection, Sequence
from pathlib import Path

from parsers.errors import DocumentError
from parsers.explain import Explanation
from parsers.finding.outcome import Attempt
from parsers.finding.region import Sheet
from parsers.generic.bill import GenericBill, read_generic
from parsers.model import Document, DocumentKind
from parsers.numbering import with_missing_pages
from parsers.ocr import INSTALL, available
from parsers.ocr.belief import believed
from parsers.ocr.placing import placed
from parsers.pdf.document import Engine, open_document
from parsers.rating import rated
from parsers.reading import read_bill
from parsers.registry import all_but, claims, not_a_bill
from parsers.split import split
from parsers.utility import Utility


def read(
    path: Path,
    *,
    engine: Engine = "pdfium",
    explain: Explanation | None = None,
    generic: bool = False,
    without: Collection[str] = (),
    ocr: bool = False,
) -> Document:
    """All bills of a PDF, or the reason why there are none. ``explain`` takes up how they were read.

    ``generic`` leaves all to the generic parser, ``without`` the documents of these utilities and of their families.
    ``ocr`` reads pages without usable text from their pictures.
    """
    explanation = explain or Explanation()
    try:
        with open_document(path, engine=engine, ocr=ocr) as opened:
            sheets = [Sheet(page) for page in opened.pages]
            utilities = () if generic else all_but(without)
            document = _read(sheets, utilities, explanation)
            if opened.recovered:
                document = _flagged(document)
            document = with_missing_pages(document, sheets)
            document = _with_unread(believed(rated(document, sheets)), sheets, ocr=ocr)
            if explain:
                explain.see(sheets)
            shown = placed(document, sheets)
    except DocumentError as error:
        document = shown = Document(document=error.kind, detail=error.detail)
    explanation.document, explanation.shown = document, shown
    return shown


def _read(sheets: list[Sheet], utilities: Sequence[type[Utility]], explanation: Explanation) -> Document:
    claimed = claims(sheets, utilities)
    if len(claimed) == 1:
        return _bills(claimed[0], sheets, explanation)
    if claimed:
        codes = ", ".join(utility.code for utility in claimed)
        document = read_generic(sheets, explanation.tried)
        return document.model_copy(update={"detail": f"More than one parser claims it: {codes}."})
    if utilities and (known := not_a_bill(sheets, utilities)):
        code, sentence = known
        return _none(DocumentKind.NOT_A_BILL, sheets, sentence, parser=code)
    readable = [sheet for sheet in sheets if sheet.page.usable_text]
    unreadable = len(sheets) - len(readable)
    if unreadable and (not readable or readable[0] is not sheets[0] or unreadable > len(readable)):
        return _none(DocumentKind.NEEDS_OCR, sheets, f"{unreadable} of {len(sheets)} pages have no usable text.")
    return read_generic(sheets, explanation.tried)


def _with_unread(document: Document, sheets: Sequence[Sheet], *, ocr: bool) -> Document:
    """The document with its pages that nobody could read, and what to do about them."""
    unread = tuple(sheet.number for sheet in sheets if not sheet.page.usable_text and not sheet.page.blank)
    hint = document.document is DocumentKind.NEEDS_OCR and not ocr and not available()
    detail = f"{document.detail} To read them here, {INSTALL}." if hint else document.detail
    return document.model_copy(update={"unread_pages": unread, "detail": detail})


def _flagged(document: Document) -> Document:
    """What was read from a broken file is not to be taken for the whole of it."""
    bills = (bill.model_copy(update={"reasons": (*bill.reasons, DocumentKind.DAMAGED)}) for bill in document.bills)
    return document.model_copy(update={"bills": tuple(bills)})


def _none(kind: DocumentKind, sheets: list[Sheet], detail: str, parser: str | None = None) -> Document:
    return Document(document=kind, page_count=len(sheets), parser=parser, detail=detail)


def _bills(utility: type[Utility], sheets: list[Sheet], explanation: Explanation) -> Document:
    parts = split(utility, sheets)
    with_energy = [pages for pages in parts if not _for_other_services(utility, pages)]
    if not with_energy:
        return _none(DocumentKind.NO_ENERGY, sheets, "It charges for other services, not for energy.", utility.code)
    bills = []
    for pages in with_energy:
        attempts: list[Attempt] = []
        bills.append(read_bill(utility, pages, attempts, GenericBill))
        explanation.tried.append(attempts)
    left_out = len(parts) - len(with_energy)
    return Document(
        document=DocumentKind.BILL,
        page_count=len(sheets),
        parser=utility.code,
        detail=f"{left_out} of its {len(parts)} bills charge for other services than energy." if left_out else None,
        bills=tuple(bills),
    )


def _for_other_services(utility: type[Utility], pages: Sequence[Sheet]) -> bool:
    """Whether it is a bill for water or the like alone, told from what it prints and from what it does not."""
    known = utility.without_energy
    if known is None or any(page.prints(text) for page in pages for text in known.energy):
        return False
    return any(page.prints(text) for page in pages for text in known.services)
