"""What a valid DKIM signature leaves open: fields that someone may have added or changed since (RFC 6376, 8.15).

A signature holds the last fields of each name that it signs, and mail programs show the first. What it does not sign
anybody may change. Big providers do not sign Content-Type, so that it cannot be asked for; instead the body, which
is signed, must then be one multipart from its first line to its last: a changed Content-Type finds nothing else in it.
"""

import mmap

from ingest.mail.authentication.header_fields import HeaderFields
from ingest.mail.headers import parameters

ONLY_ONCE = (
    "from",
    "sender",
    "reply-to",
    "subject",
    "date",
    "to",
    "message-id",
    "content-type",
    "mime-version",
    "content-transfer-encoding",
)
_SHOWN = ("from", "subject")
_STRUCTURE = ("content-type", "content-transfer-encoding")
_FURTHEST_END = 1024


def left_open(header: HeaderFields, signed: tuple[str, ...], message: bytes | mmap.mmap, body_start: int) -> str | None:
    """What can have been changed under the signature, in a few words; None when nothing that counts can."""
    for name in ONLY_ONCE:
        present = len(header.named(name))
        if present > 1:
            return f"the message has {present} {name} fields"
        if present and name in _SHOWN and name not in signed:
            return f"it does not sign the {name} field"
    unsigned = [name for name in _STRUCTURE if header.named(name) and name not in signed]
    if unsigned and not _is_one_multipart(header, message, body_start):
        return f"it does not sign the {unsigned[0]} field"
    return None


def _is_one_multipart(header: HeaderFields, message: bytes | mmap.mmap, start: int) -> bool:
    """Whether the body begins with the delimiter that Content-Type names and ends with the closing one."""
    types = header.named("content-type")
    kind, found = parameters(types[0].value) if types else ("", {})
    boundary = found.get("boundary", "")
    if not kind.startswith("multipart/") or not boundary:
        return False
    delimiter = b"--" + boundary.encode("utf-8", "replace")
    first = message[start : start + len(delimiter) + 2]
    last = message[max(start, len(message) - _FURTHEST_END) :].rstrip(b" \t\r\n")
    return first == delimiter + b"\r\n" and last.endswith(b"\r\n" + delimiter + b"--")
