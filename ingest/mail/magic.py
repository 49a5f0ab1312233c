"""What a part is by its own first bytes, whatever it is called."""

import re
from typing import Literal

from parsers.pdf.formats import HEAD, may_be_page

PDF_MAGIC = b"%PDF-"
PDF_WITHIN = 1024
"""Readers of PDFs allow so much junk before the magic."""
TNEF_MAGIC = b"\x78\x9f\x3e\x22"
ZIP_MAGIC = b"PK\x03\x04"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"

Format = Literal["pdf", "photo", "zip", "tnef", "message", "archive"]

GLANCE, LOOK = 2048, HEAD
"""Bytes that tell almost every format, and those that tell how large a photo is as well."""

MESSAGE_TYPES = {"message/rfc822", "message/global"}
_LIKELY_HEADER = re.compile(rb"\s*(?:From |[!-9;-~]+[ \t]*:)")
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00")


def format_of(head: bytes, content_type: str, name: str | None) -> Format | None:
    """What begins with ``head`` (``LOOK`` bytes); type and name decide only whether a text is a message."""
    called_message = content_type in MESSAGE_TYPES or (name or "").lower().endswith(".eml")
    if called_message and _LIKELY_HEADER.match(head):
        return "message"
    if head.startswith((ZIP_MAGIC, EMPTY_ZIP_MAGIC)):
        return "zip"
    if head.startswith(TNEF_MAGIC):
        return "tnef"
    if PDF_MAGIC in head[:PDF_WITHIN] and not _is_prose(head, content_type, name):
        return "pdf"
    if may_be_page(head):
        return "photo"
    return "archive" if head.startswith(_ARCHIVES) else None


def is_binary(head: bytes) -> bool:
    """Whether this is a file as it is, in which nothing else must be looked for."""
    return PDF_MAGIC in head[:PDF_WITHIN] or head.startswith((ZIP_MAGIC, TNEF_MAGIC))


def _is_prose(head: bytes, content_type: str, name: str | None) -> bool:
    """A text that only speaks of PDFs; a PDF that is called a text has objects."""
    called_pdf = (name or "").lower().endswith(".pdf")
    return not called_pdf and content_type.startswith(("text/", "message/")) and b" obj" not in head
