"""A copy without encryption of a PDF that opens only with a password.

How a password becomes bytes has changed: PDFDocEncoding up to revision 4 (ISO 32000-1, 7.6.3.3), SASLprep and UTF-8
from revision 5 on (ISO 32000-2, 7.6.4.3.3); and not every program keeps to it. So each password is tried in all its
forms. Owner passwords open a file as well as user passwords do.
"""

import io
import stringprep
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import pikepdf
from pypdfium2 import raw

from parsers.errors import DocumentError
from parsers.model import DocumentKind
from parsers.pdf.opening import from_header

ENCODINGS = ("pdfdoc", "cp1252", "latin-1")  # the first is pikepdf's; the others are its mistaken relatives
BROKEN = "The PDF is encrypted, and broken: its pages cannot be had even with a password."
OTHER_MEANS = "It is encrypted in another way than with a password, for example for the holder of a certificate."
_NO_STANDARD = ("unsupported encryption filter", "Unsupported /R or /V")


def unlock(path: Path, target: Path, passwords: Sequence[str]) -> int | None:
    """Writes the copy: the same file and passwords give the same bytes.

    Returns the number of the password that opened it, counted from 1 (0: the empty one, which is tried first), or None
    where none does; then nothing is written. Raises ``DocumentError`` (damaged; password_required where no password
    could ever open it).
    """
    data = from_header(path.read_bytes())
    for number, password in enumerate(("", *passwords)):
        for form in forms(password):
            copy = _opened(data, form)
            if copy is not None:
                target.write_bytes(copy)
                return number
    return None


def forms(password: str) -> Iterator[bytes]:
    """The password as bytes, in each way that a program may have meant it, each once."""
    composed = unicodedata.normalize("NFC", password)
    unicode = (saslprepped(password), password, composed, unicodedata.normalize("NFD", password))
    made = [text.encode() for text in unicode]
    for encoding in ENCODINGS:
        try:
            made.append(composed.encode(encoding))
        except UnicodeEncodeError:
            continue  # a character that it does not have: nobody encrypted with it
    yield from dict.fromkeys(made)


def saslprepped(password: str) -> str:
    """As RFC 4013 maps a text (2.1, 2.2); what it prohibits is left in, for programs that do not look."""
    kept = (character for character in password if not stringprep.in_table_b1(character))
    mapped = "".join(" " if stringprep.in_table_c12(character) else character for character in kept)
    return unicodedata.ucd_3_2_0.normalize("NFKC", mapped)


def _opened(data: bytes, password: bytes) -> bytes | None:
    """The copy, or None for a wrong password."""
    copy = io.BytesIO()
    try:
        with _open(data, password) as pdf:
            pdf.save(copy, deterministic_id=True, stream_decode_level=pikepdf.StreamDecodeLevel.none)
            pages = len(pdf.pages)
    except pikepdf.PasswordError:
        return None
    except pikepdf.PdfError as error:
        if any(words in str(error) for words in _NO_STANDARD):
            raise DocumentError(DocumentKind.PASSWORD_REQUIRED, OTHER_MEANS) from error
        raise DocumentError(DocumentKind.DAMAGED, BROKEN) from error
    if pages != _pages_without_repair(data, password):
        raise DocumentError(DocumentKind.DAMAGED, BROKEN)
    return copy.getvalue()


def _open(data: bytes, password: bytes) -> pikepdf.Pdf:
    """Raises ``PdfError`` as well where a repair lost the encryption: the rest would be taken for plain text."""
    pdf = pikepdf.open(io.BytesIO(data), password=password)
    if not pdf.is_encrypted:
        pdf.close()
        raise pikepdf.PdfError("the repaired file is not encrypted")
    return pdf


def _pages_without_repair(data: bytes, password: bytes) -> int:
    """As PDFium counts them, which mends less; 0 where it does not open the file."""
    pdf = raw.FPDF_LoadMemDocument64(data, len(data), password)
    if not pdf:
        return 0
    try:
        return int(raw.FPDF_GetPageCount(pdf))
    finally:
        raw.FPDF_CloseDocument(pdf)
