"""Cuts page ranges out of a PDF."""

import io
from pathlib import Path

import pikepdf

from parsers.document import from_header
from parsers.errors import DocumentError
from parsers.model import DocumentKind


def cut(path: Path, first: int, last: int, target: Path) -> None:
    """Writes the pages ``first`` to ``last``, counted from 1, as a PDF of their own.

    The same pages of the same file give the same bytes. ``target`` appears only when it is complete. Raises
    ``DocumentError`` for a file that cannot be taken apart, ``ValueError`` for pages that it does not have.
    """
    part = target.with_name(target.name + ".part")
    try:
        with pikepdf.open(io.BytesIO(from_header(path.read_bytes()))) as whole, pikepdf.new() as cutting:
            if not 1 <= first <= last <= len(whole.pages):
                raise ValueError(f"pages {first} to {last} of {len(whole.pages)}")
            cutting.pages.extend(whole.pages[first - 1 : last])
            cutting.remove_unreferenced_resources()  # of the other pages, which often share one dictionary
            cutting.save(part, deterministic_id=True)
    except pikepdf.PasswordError as error:
        raise DocumentError(DocumentKind.PASSWORD_REQUIRED, "It opens only with a password.") from error
    except pikepdf.PdfError as error:
        raise DocumentError(DocumentKind.DAMAGED, "The PDF is broken and could not be taken apart.") from error
    part.replace(target)
