"""The parts of a message, whatever they are called: multiparts are split, messages inside it are opened.

Works on bytes and in time proportional to them. Only the caps raise (Refused, too_large).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.errors import Refused
from ingest.mail.headers import Headers, clean, parameters, split_headers
from ingest.mail.transfer import decode_transfer
from ingest.reasons import Reason

MAX_PARTS = 1000
MAX_DEPTH = 40

_FIRST_DELIMITER = re.compile(rb"\n--([^\r\n]{0,69}[^\s-])[ \t]*\r?\n")
_LIKELY_HEADER = re.compile(rb"\s*(?:From |[!-9;-~]+[ \t]*:)")
_MESSAGE_TYPES = {"message/rfc822", "message/global"}


@dataclass(frozen=True, slots=True)
class Part:
    """A part that holds no further parts."""

    path: str
    """Counted from the outside: ``2.1`` is the first part of the second."""
    content_type: str
    name: str | None
    content: bytes
    undecoded: bytes
    """``content`` before its transfer encoding was undone."""


@dataclass(frozen=True, slots=True)
class _Span:
    """A part that is still to be looked at: where it lies, in which bytes, and what it is unless it says otherwise."""

    data: bytes
    start: int
    end: int
    path: tuple[int, ...]
    default_type: str


def walk(message: bytes) -> Iterator[Part]:
    """All parts without parts of their own, in the order in which a reader shows them."""
    waiting = [_Span(message, 0, len(message), (), "text/plain")]
    seen = 0
    while waiting:
        span = waiting.pop()
        seen += 1
        if seen > MAX_PARTS or len(span.path) > MAX_DEPTH:
            raise Refused(
                Reason.TOO_LARGE, f"The message has more than {MAX_PARTS} parts, or {MAX_DEPTH} levels of them."
            )
        headers, body = split_headers(span.data, span.start, span.end)
        content_type, options = parameters(headers.first("content-type") or span.default_type.encode())
        if content_type.startswith("multipart/") and (inner := _split(span, body, content_type, options)):
            waiting.extend(reversed(inner))
            continue
        part = _leaf(span, headers, body, content_type, options)
        if _is_message(part):
            waiting.append(_Span(part.content, 0, len(part.content), (*span.path, 1), "text/plain"))
        else:
            yield part


def _split(span: _Span, body: int, content_type: str, options: dict[str, str]) -> list[_Span]:
    """The parts of a multipart; none when it has no delimiter of any kind."""
    start = body - 1 if body > span.start else body  # the header's line end can be the delimiter's
    delimiters = _delimiters(span, start, options.get("boundary", "").encode("utf-8", "replace").rstrip())
    if not delimiters:  # a wrong or missing boundary: the first line that looks like one is it
        first = _FIRST_DELIMITER.search(span.data, start, span.end)
        delimiters = _delimiters(span, start, first[1]) if first else []
        if not delimiters:
            return []
    default = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
    ends = [delimiter.before for delimiter in delimiters[1:]] + [span.end]
    return [
        _Span(span.data, min(delimiter.after, end), end, (*span.path, number), default)
        for number, (delimiter, end) in enumerate(zip(delimiters, ends, strict=True), 1)
        if not delimiter.last
    ]


@dataclass(frozen=True, slots=True)
class _Delimiter:
    """A delimiter line: where the part before it ends and where the next one begins."""

    before: int
    after: int
    last: bool


def _delimiters(span: _Span, start: int, boundary: bytes) -> list[_Delimiter]:
    if not boundary:
        return []
    # It begins with a literal, which makes the search 28 times faster (20 ms for 35 MB); the CR is seen to below.
    line = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\r?\Z)")
    found: list[_Delimiter] = []
    for match in line.finditer(span.data, start, span.end):
        before = match.start() - (span.data[max(match.start() - 1, start) : match.start()] == b"\r")
        after = span.data.find(b"\n", match.end(), span.end) + 1 or span.end
        found.append(_Delimiter(before, after, match[1] is not None))
        if match[1] is not None or len(found) > MAX_PARTS:
            break
    return found


def _leaf(span: _Span, headers: Headers, body: int, content_type: str, options: dict[str, str]) -> Part:
    undecoded = span.data[body : span.end]
    _, disposition = parameters(headers.first("content-disposition"))
    name = clean(disposition.get("filename") or options.get("name") or "")
    return Part(
        path=".".join(map(str, span.path)) or "1",
        content_type=content_type,
        name=name or None,
        content=decode_transfer(undecoded, headers.first("content-transfer-encoding")),
        undecoded=undecoded,
    )


def _is_message(part: Part) -> bool:
    """A forwarded message, also where the sender's program called it a file."""
    named = (part.name or "").lower().endswith(".eml")
    if part.content_type not in _MESSAGE_TYPES and not named:
        return False
    return _LIKELY_HEADER.match(part.content) is not None
