"""winmail.dat (TNEF, MS-OXTNEF): where the attachments lie in it, also those of messages in it.

Only what leads to attachments is read, so that an odd property elsewhere costs nothing. Libraries read all of it: an
invalid date loses them every attachment, and one that copies the rest of the stream for each object needs hours.
"""

import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.errors import Refused
from ingest.mail.headers import clean
from ingest.mail.mapi import DATA_OBJECT, DISPLAY_NAME, FILE_NAME, LONG_FILE_NAME, NARROW_TEXT, WIDE_TEXT, properties
from ingest.mail.part import MAX_PARTS, Part, Span
from ingest.mail.transfer import Octets
from ingest.reasons import Reason

OF_ATTACHMENT = 2
RENDER_DATA, TITLE, DATA, TRANSPORT_NAME, PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9001, 0x9005
CODE_PAGE = 0x9007
EMBEDDED_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
UNTITLED = "untitled attachment"

_HEAD = struct.Struct("<BHHI")
_FIRST_OBJECT = 6
_CHECKSUM_BYTES = 2
_NAMES = (LONG_FILE_NAME, FILE_NAME, DISPLAY_NAME)  # the best first
_LONGEST_NAME = 1000


@dataclass(frozen=True, slots=True)
class _Object:
    level: int
    number: int
    start: int
    end: int


@dataclass(slots=True)
class _Attachment:
    title: str = ""
    names: dict[int, str] = field(default_factory=dict)
    content: tuple[int, int] = (0, 0)


def attachments(data: Octets, path: tuple[int, ...]) -> list[Part]:
    """The attachments of a stream as parts; a message among them is a stream again.

    Raises Refused (damaged) for a stream that was cut off before the first one.
    """
    found = list(_attachments(data))
    if not found and _is_cut(data):
        raise Refused(Reason.DAMAGED, "The winmail.dat is cut off; send the bill as a PDF file.")
    return [_part(data, each, (*path, number)) for number, each in enumerate(found[:MAX_PARTS], 1)]


def _part(data: Octets, attachment: _Attachment, path: tuple[int, ...]) -> Part:
    span = Span(data, *attachment.content)
    names = (*(attachment.names.get(number, "") for number in _NAMES), attachment.title)
    name = next((clean(each) for each in names if each and each.lower() != UNTITLED), None)
    kind = "application/octet-stream"
    return Part(path=path, content_type=kind, name=name, attached=True, pieces=span.pieces, span=span)


def _attachments(data: Octets) -> Iterator[_Attachment]:
    current: _Attachment | None = None
    code_page = "cp1252"
    for each in _objects(data):
        if each.number == CODE_PAGE:
            code_page = f"cp{int.from_bytes(data[each.start : min(each.start + 4, each.end)], 'little')}"
        if each.level != OF_ATTACHMENT:
            continue
        if each.number == RENDER_DATA or current is None:
            if current is not None:
                yield current
            current = _Attachment()
        _fill(current, data, each, code_page)
    if current is not None:
        yield current


def _fill(attachment: _Attachment, data: Octets, attribute: _Object, code_page: str) -> None:
    if attribute.number in (TITLE, TRANSPORT_NAME):
        attachment.title = _text(data, attribute.start, attribute.end, code_page) or attachment.title
    elif attribute.number == DATA:
        attachment.content = (attribute.start, min(attribute.end, len(data)))
    elif attribute.number == PROPERTIES:
        for each in properties(data, attribute.start, attribute.end):
            if each.number in _NAMES and each.kind in (NARROW_TEXT, WIDE_TEXT):
                encoding = "utf-16-le" if each.kind == WIDE_TEXT else code_page
                attachment.names[each.number] = _text(data, each.start, each.end, encoding)
            elif each.number == DATA_OBJECT:
                inside = each.start + len(EMBEDDED_MESSAGE)
                is_message = data[each.start : inside] == EMBEDDED_MESSAGE
                attachment.content = (inside if is_message else each.start, min(each.end, len(data)))


def _objects(data: Octets) -> Iterator[_Object]:
    """One that is cut off is the last, and ends behind the data."""
    at = _FIRST_OBJECT
    while at + _HEAD.size <= len(data):
        level, number, _, length = _HEAD.unpack(data[at : at + _HEAD.size])
        start = at + _HEAD.size
        yield _Object(level, number, start, start + length)
        at = start + length + _CHECKSUM_BYTES


def _is_cut(data: Octets) -> bool:
    last = deque(_objects(data), maxlen=1)
    return not last or last[0].end > len(data)


def _text(data: Octets, start: int, end: int, encoding: str) -> str:
    value = data[start : min(end, start + _LONGEST_NAME)]
    try:
        text = value.decode(encoding, "replace")
    except LookupError:
        text = value.decode("cp1252", "replace")
    return text.partition("\0")[0].strip()
