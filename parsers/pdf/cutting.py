"""Cuts page ranges out of a PDF."""

import io
from collections.abc import Iterable
from pathlib import Path

import pikepdf

from parsers.errors import DocumentError
from parsers.model import DocumentKind, Piece
from parsers.pdf.opening import from_header

MARK = "/BillIngestPart"


def cut(path: Path, pieces: Iterable[Piece]) -> None:
    """Writes each piece as a PDF of its own; the file is opened once for all of them.

    The same pages of the same file with the same mark give the same bytes. A target appears only when it is complete.
    Raises ``DocumentError`` for a file that cannot be taken apart, ``ValueError`` for pages that it does not have.
    """
    try:
        with pikepdf.open(io.BytesIO(from_header(path.read_bytes()))) as whole:
            pages = list(whole.pages)
            for piece in pieces:
                _write(pages, piece)
    except pikepdf.PasswordError as error:
        raise DocumentError(DocumentKind.PASSWORD_REQUIRED, "It opens only with a password.") from error
    except pikepdf.PdfError as error:
        raise DocumentError(DocumentKind.DAMAGED, "The PDF is broken and could not be taken apart.") from error


def _write(pages: list[pikepdf.Page], piece: Piece) -> None:
    if not 1 <= piece.first <= piece.last <= len(pages):
        raise ValueError(f"pages {piece.first} to {piece.last} of {len(pages)}")
    part = piece.target.with_name(piece.target.name + ".part")
    with pikepdf.new() as cutting:
        cutting.pages.extend(pages[piece.first - 1 : piece.last])
        cutting.remove_unreferenced_resources()  # of the other pages, which often share one dictionary
        if piece.mark is not None:
            cutting.docinfo[MARK] = piece.mark
        cutting.save(part, deterministic_id=True)
    part.replace(piece.target)
