"""Writes winmail.dat streams (MS-OXTNEF) as Outlook does, and in the odd ways that its gateways do."""

import struct
from collections.abc import Sequence

MESSAGE, ATTACHMENT = 1, 2
RENDER_DATA, TITLE, DATA, TRANSPORT_NAME, PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069001, 0x00069005
VERSION, CODE_PAGE, SUBJECT, MESSAGE_CLASS, MESSAGE_PROPERTIES = (
    0x00089006,
    0x00069007,
    0x00018004,
    0x00078008,
    0x00069003,
)
EMBEDDED = bytes.fromhex("0703020000000000c000000000000046")


def stream(*attachments: bytes, subject: str = "A bill", before: bytes = b"") -> bytes:
    """A message with its attachments; ``before`` stands in front of these."""
    head = struct.pack("<IH", 0x223E9F78, 1)
    usual = [
        attribute(MESSAGE, VERSION, struct.pack("<I", 0x10000)),
        attribute(MESSAGE, CODE_PAGE, struct.pack("<II", 1252, 0)),
        attribute(MESSAGE, MESSAGE_CLASS, b"IPM.Microsoft Mail.Note\0"),
        attribute(MESSAGE, SUBJECT, subject.encode("cp1252") + b"\0"),
        attribute(MESSAGE, MESSAGE_PROPERTIES, properties((0x0003, 0x0017, struct.pack("<I", 1)))),
    ]
    return head + b"".join(usual) + before + b"".join(attachments)


def attached(
    content: bytes, title: str = "bill.pdf", *, long_name: str | None = None, as_object: bool = False
) -> bytes:
    """One attachment: its data as an attribute of its own, or among its properties."""
    listed = [(0x0003, 0x3705, struct.pack("<I", 1)), (0x0002, 0x3710, struct.pack("<HH", 1, 0))]
    if long_name is not None:
        listed.append((0x001F, 0x3707, variable(long_name.encode("utf-16-le") + b"\0\0")))
    if as_object:
        listed.append((0x000D, 0x3701, variable(content)))
    parts = [
        attribute(ATTACHMENT, RENDER_DATA, bytes(14)),
        attribute(ATTACHMENT, TITLE, title.encode("cp1252") + b"\0"),
    ]
    if not as_object:
        parts.append(attribute(ATTACHMENT, DATA, content))
    return b"".join([*parts, attribute(ATTACHMENT, PROPERTIES, properties(*listed))])


def message_attached(inner: bytes, title: str = "Untitled Attachment") -> bytes:
    """A forwarded message: a stream in the stream."""
    return attached(EMBEDDED + inner, title, as_object=True)


def attribute(level: int, number: int, content: bytes) -> bytes:
    checksum = sum(content) & 0xFFFF
    return struct.pack("<BII", level, number, len(content)) + content + struct.pack("<H", checksum)


def properties(*listed: tuple[int, int, bytes]) -> bytes:
    """MAPI properties: type, number and encoded value of each."""
    return struct.pack("<I", len(listed)) + b"".join(struct.pack("<HH", kind, number) + v for kind, number, v in listed)


def named(kind: int, name: str, value: bytes) -> tuple[int, int, bytes]:
    """A property that is known by a name instead of a number."""
    text = name.encode("utf-16-le") + b"\0\0"
    head = bytes(16) + struct.pack("<II", 1, len(text)) + text + bytes(-len(text) % 4)
    return kind, 0x8001, head + value


def variable(*values: bytes) -> bytes:
    encoded = [struct.pack("<I", len(value)) + value + bytes(-len(value) % 4) for value in values]
    return struct.pack("<I", len(values)) + b"".join(encoded)


def many(kind: int, number: int, values: Sequence[bytes]) -> tuple[int, int, bytes]:
    """A property of several values."""
    return kind | 0x1000, number, struct.pack("<I", len(values)) + b"".join(values)
