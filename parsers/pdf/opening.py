"""The first steps from a file to an open PDF, for those who need no more than that."""

from pathlib import Path

import pypdfium2
from pypdfium2 import raw

from parsers.errors import DocumentError
from parsers.model import DocumentKind

HEADER_WITHIN = 1024  # bytes: what readers tolerate before %PDF-
END_WITHIN = 65536  # bytes: what may stand behind the last %%EOF; the first one of a fast web view is far ahead of it
_ENCRYPTED = "It opens only with a password."


def sound_pages(path: Path) -> int | None:
    """The number of pages of a PDF that is whole and opens without a password; None of any other file.

    What is to be said of those is ``parsers.pdf.document.inspect``'s. Raises OSError.
    """
    data = path.read_bytes()
    try:
        pdf = opened(data) if data.startswith(b"%PDF-") and is_whole(data) else None
    except DocumentError:
        return None
    if pdf is None:
        return None
    with pdf:
        return len(pdf)


def from_header(data: bytes) -> bytes:
    """The file from ``%PDF-`` on: mail gateways and web servers put text before it."""
    start = data.find(b"%PDF-", 0, HEADER_WITHIN)
    if start < 0:
        raise DocumentError(DocumentKind.NOT_A_PDF, "The file does not begin as a PDF does, with %PDF-.")
    return data[start:]


def is_whole(data: bytes) -> bool:
    """Whether its end is there."""
    return data.rfind(b"%%EOF", max(0, len(data) - END_WITHIN)) >= 0


def opened(data: bytes) -> pypdfium2.PdfDocument | None:
    """The PDF as PDFium opens it; None where it is broken or has no pages. Raises DocumentError (password_required)."""
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        # the code can be that of an earlier file: PDFium does not set one for every failure
        if error.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY} and b"/Encrypt" in data:
            raise DocumentError(DocumentKind.PASSWORD_REQUIRED, _ENCRYPTED) from error
        return None
    if len(pdf) == 0:
        pdf.close()
        return None
    return pdf
