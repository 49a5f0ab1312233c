"""winmail.dat (TNEF, MS-OXTNEF): the attachments in it, also those of messages in it.

Only what leads to attachments is read, so that an odd property elsewhere costs nothing; what is damaged costs the rest
of its stream.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.errors import Refused
from ingest.mail.headers import clean
from ingest.mail.part import MAX_PARTS, Part, Span
from ingest.mail.transfer import Octets
from ingest.reasons import Reason

RENDER_DATA, TITLE, DATA, TRANSPORT_NAME, PROPERTIES, CODE_PAGE = 0x9002, 0x8010, 0x800F, 0x9001, 0x9005, 0x9007
OF_ATTACHMENT = 2
DATA_OBJECT, FILE_NAME, LONG_FILE_NAME, DISPLAY_NAME, MIME_TYPE = 0x3701, 0x3704, 0x3707, 0x3001, 0x370E
EMBEDDED_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
UNTITLED = "untitled attachment"

_HEAD = struct.Struct("<BHHI")
_NAME_ORDER = (LONG_FILE_NAME, FILE_NAME, DISPLAY_NAME)
_UNICODE, _BYTES = 0x1F, 0x1E
_FIXED = {0x00: 4, 0x01: 0, 0x02: 2, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 2, 0x14: 8, 0x40: 8,
          0x48: 16}  # fmt: skip
_VARIABLE = frozenset({0x0D, 0x1E, 0x1F, 0x102})
_MANY, _NAMED = 0x1000, 0x8000


@dataclass(slots=True)
class _Attachment:
    title: str = ""
    names: dict[int, str] = field(default_factory=dict)
    content: tuple[int, int] | None = None
    embedded: tuple[int, int] | None = None


def attachments(data: Octets, path: tuple[int, ...]) -> list[Part]:
    """The attachments of a TNEF stream as parts; messages in it are opened in turn. Raises Refused (damaged)."""
    found = list(_attachments(data, 0, len(data)))
    if not found and len(data) < 20:
        raise Refused(Reason.DAMAGED, "The winmail.dat is cut off.")
    return [_part(data, each, (*path, number)) for number, each in enumerate(found[:MAX_PARTS], 1)]


def _part(data: Octets, attachment: _Attachment, path: tuple[int, ...]) -> Part:
    start, end = attachment.embedded or attachment.content or (0, 0)
    span = Span(data, start, end)
    names = [attachment.names[number] for number in _NAME_ORDER if attachment.names.get(number)]
    name = next((clean(each) for each in [*names, attachment.title] if each.lower() != UNTITLED), "")
    return Part(
        path=path,
        content_type="application/octet-stream",
        name=name or None,
        attached=True,
        pieces=span.pieces,
        span=span,
    )


def _attachments(data: Octets, start: int, end: int) -> Iterator[_Attachment]:
    current: _Attachment | None = None
    code_page = "cp1252"
    for level, name, begin, stop in _objects(data, start, end):
        if name == CODE_PAGE and stop - begin >= 4:
            code_page = f"cp{int.from_bytes(data[begin : begin + 4], 'little')}"
        if level != OF_ATTACHMENT:
            continue
        if name == RENDER_DATA or current is None:
            if current is not None:
                yield current
            current = _Attachment()
        _fill(current, data, name, begin, stop, code_page)
    if current is not None:
        yield current


def _fill(attachment: _Attachment, data: Octets, name: int, begin: int, stop: int, code_page: str) -> None:
    match name:
        case 0x8010 | 0x9001:
            attachment.title = _text(data[begin:stop], code_page) or attachment.title
        case 0x800F:
            attachment.content = (begin, stop)
        case 0x9005:
            for number, kind, first, last in _properties(data, begin, stop):
                if number in _NAME_ORDER and kind in (_UNICODE, _BYTES):
                    encoding = "utf-16-le" if kind == _UNICODE else code_page
                    attachment.names[number] = _text(data[first:last], encoding)
                elif number == DATA_OBJECT:
                    if data[first : first + 16] == EMBEDDED_MESSAGE:
                        attachment.embedded = (first + 16, last)
                    else:
                        attachment.content = attachment.content or (first, last)


def _objects(data: Octets, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Level, name, and where the content lies, of each object; one that is cut off is the last."""
    at = start + 6
    while at + _HEAD.size <= end:
        level, name, _, length = _HEAD.unpack(data[at : at + _HEAD.size])
        begin = at + _HEAD.size
        yield level, name, begin, min(begin + length, end)
        at = begin + length + 2


def _properties(data: Octets, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Number, type, and where the first value lies, of each MAPI property; what is damaged ends them."""
    try:
        yield from _whole_properties(data, start, end)
    except (struct.error, KeyError):
        return


def _whole_properties(data: Octets, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    count, at = _u32(data, start), start + 4
    for _ in range(count):
        if at + 4 > end:
            return
        kind, number = struct.unpack("<HH", data[at : at + 4])
        at += 4
        if number >= _NAMED:
            at += 16
            at += 8 if _u32(data, at) == 0 else 8 + _padded(_u32(data, at + 4))
        values = 1
        many = bool(kind & _MANY)
        kind &= ~_MANY
        if many or kind in _VARIABLE:
            values, at = _u32(data, at), at + 4
        if kind not in _VARIABLE:
            at += _padded(_FIXED[kind] * values)
            continue
        for value in range(values):
            if at + 4 > end:
                return
            length = _u32(data, at)
            if value == 0:
                yield number, kind, at + 4, min(at + 4 + length, end)
            at += 4 + _padded(length)


def _u32(data: Octets, at: int) -> int:
    found: int = struct.unpack("<I", data[at : at + 4])[0]
    return found


def _padded(length: int) -> int:
    return length + -length % 4


def _text(value: bytes, encoding: str) -> str:
    try:
        text = value.decode(encoding, "replace")
    except LookupError:
        text = value.decode("cp1252", "replace")
    return text.partition("\0")[0].strip()
