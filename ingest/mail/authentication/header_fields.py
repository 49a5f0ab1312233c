"""The header of a message as signatures and trace fields need it: every field raw, in its order, or not at all.

``ingest.mail.headers`` reads a header as people do and forgives much. Here nothing is forgiven: a header that two
programs could divide differently has no fields to be trusted, and ``damage`` says why.
"""

import re
from dataclasses import dataclass

from ingest.mail.headers import MAX_FIELDS, MAX_HEADER_BYTES

_FIELD = re.compile(rb"([!-9;-~]+):")
_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")
_UNFOLDED = re.compile(rb"\r\n(?=[ \t])")


@dataclass(frozen=True, slots=True)
class Field:
    """``name`` is in lower case; ``raw_name`` and ``raw`` (the value with its folds and line end) are as they came."""

    name: str
    raw_name: bytes
    raw: bytes

    @property
    def value(self) -> bytes:
        """Unfolded (RFC 5322, 2.2.3), without the white space around it."""
        return _UNFOLDED.sub(b"", self.raw).strip(b" \t\r\n")


@dataclass(frozen=True, slots=True)
class HeaderFields:
    """``damage`` is None, or one sentence on why the fields cannot be trusted (there are none then)."""

    fields: tuple[Field, ...]
    damage: str | None = None

    def named(self, name: str) -> tuple[Field, ...]:
        """The fields of that name, from top to bottom."""
        return tuple(field for field in self.fields if field.name == name)


def read_header(data: bytes) -> HeaderFields:
    """The fields before the first empty line of ``data``, which may go on with (a part of) the body."""
    end = header_end(data)
    if end is None:
        return HeaderFields((), "Its header has no end within 256 KiB.")
    header = data[:end]
    if _BARE_LINE_END.search(header):
        return HeaderFields((), "Its header holds a NUL or a line end that is not CR LF.")
    fields: list[tuple[bytes, list[bytes]]] = []
    for line in header.split(b"\r\n")[:-1]:
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1][1].append(line)
        elif found := _FIELD.match(line):
            fields.append((found[1], [line[found.end() :]]))
        else:
            return HeaderFields((), "Its header holds a line that is no header field.")
    if len(fields) > MAX_FIELDS:
        return HeaderFields((), "Its header has more than 1,000 fields.")
    return HeaderFields(
        tuple(Field(name.decode("ascii").lower(), name, b"\r\n".join(lines) + b"\r\n") for name, lines in fields)
    )


def header_end(data: bytes) -> int | None:
    """Where the empty line after the header begins; the whole of ``data`` where it is a header alone."""
    if data.startswith(b"\r\n"):
        return 0
    found = data.find(b"\r\n\r\n", 0, MAX_HEADER_BYTES + 4)
    if found >= 0:
        return found + 2
    return len(data) if len(data) <= MAX_HEADER_BYTES and data.endswith(b"\r\n") else None
