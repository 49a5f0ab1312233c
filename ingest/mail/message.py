"""Message bytes -> its documents and the header fields that a record keeps. Pure; odd input raises only Refused."""

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from ingest.mail.headers import Headers, from_fields, split_headers
from ingest.mail.parts import Part, walk
from ingest.sources.names import shortened
from parsers.pdf.formats import HEAD, may_be_page

MAGIC = b"%PDF-"
MAGIC_WITHIN = 1024
LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class MailDocument:
    """A PDF or photo of a message. ``part`` says where in the message (``2.1``: the first part of the second)."""

    name: str
    content: bytes
    sha256: str
    part: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What the header says, as people read it. None where it says nothing that can be read."""

    subject: str | None
    sender: str | None
    to: str | None
    date: str | None
    """ISO 8601 in UTC."""
    message_id: str | None
    from_fields: tuple[str, ...]
    """The value of each From header, undecoded, for the judgement of the sender."""

    def as_json(self) -> dict[str, Any]:
        """What is kept with the record."""
        kept = asdict(self)
        del kept["from_fields"]
        return {"from": kept.pop("sender"), **kept}


def summarise(message: bytes) -> Summary:
    """The header of a message. Raises Refused (too_large) when it is longer than any real one."""
    headers, _ = split_headers(message, 0, len(message))
    return Summary(
        subject=_short(headers, "subject"),
        sender=_short(headers, "from"),
        to=_short(headers, "to"),
        date=_date(headers),
        message_id=_short(headers, "message-id"),
        from_fields=from_fields(message),
    )


def find_documents(message: bytes) -> tuple[MailDocument, ...]:
    """Every PDF of a message once, in the order of its parts, by its content alone; of one without any, its photos.

    Beside a PDF a picture is a letterhead or an advertisement. Raises Refused (too_large) when the message has more
    parts than any real one.
    """
    return _found(walk(message), _pdf, "pdf") or _found(walk(message), _photo, "jpg")


def _found(parts: Iterable[Part], content_of: Callable[[Part], bytes | None], suffix: str) -> tuple[MailDocument, ...]:
    found: dict[str, MailDocument] = {}
    for part in parts:
        content = content_of(part)
        if content is not None:
            sha256 = hashlib.sha256(content).hexdigest()
            name = _file_name(part.name, len(found) + 1, suffix)
            found.setdefault(sha256, MailDocument(name, content, sha256, part.path))
    return tuple(found.values())


def _photo(part: Part) -> bytes | None:
    """The part's picture, where it is as large as that of a page: logos and signatures are not."""
    return part.content if may_be_page(part.content[:HEAD]) else None


def _pdf(part: Part) -> bytes | None:
    """The part's PDF. One that was sent as it is, though the part says that it is encoded, is found as well."""
    for content in (part.content, part.undecoded):
        if MAGIC in content[:MAGIC_WITHIN] and not _is_prose(part, content):
            return content
    return None


def _is_prose(part: Part, content: bytes) -> bool:
    """A text that only speaks of PDFs; a PDF that is called a text has objects."""
    return part.name is None and part.content_type.startswith("text/") and b" obj" not in content


def _file_name(name: str | None, number: int, suffix: str) -> str:
    """A name that can be shown and be a file's name: without folders, not hidden, not overlong."""
    base = re.split(r"[/\\]", name or "")[-1].strip(". ")
    if not base:
        return f"document-{number}.{suffix}"
    return shortened(base)


def _short(headers: Headers, name: str) -> str | None:
    text = headers.text(name)
    return text and text[:LONGEST_TEXT]


def _date(headers: Headers) -> str | None:
    text = headers.text("date")
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text[:LONGEST_TEXT])
        return moment.astimezone(dt.UTC).isoformat() if moment.tzinfo else moment.replace(tzinfo=dt.UTC).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None  # what stands there is no date; the standard library says so in all of these ways
