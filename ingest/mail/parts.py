"""The parts of a message, whatever they are called: multiparts are split, messages and containers in it are opened.

Works in time proportional to the message. Only the caps raise (Refused, too_large).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.errors import Refused
from ingest.mail.containers import Hold, opened
from ingest.mail.headers import Headers, clean, parameters, split_headers
from ingest.mail.magic import LOOK, format_of
from ingest.mail.opened import RefusedPart
from ingest.mail.part import MAX_PARTS, Budget, Entity, Part, Span
from ingest.mail.transfer import Octets, encoding_of

_FIRST_DELIMITER = re.compile(rb"\n--([^\r\n]{0,69}[^\s-])[ \t]*\r?\n")


def walk(message: Octets, hold: Hold, passwords: Sequence[str] = ()) -> Iterator[Part | RefusedPart]:
    """All parts that hold no others, in the order in which a reader shows them, and what could not be opened."""
    budget = Budget()
    waiting: list[Entity | Part] = [Entity(message, 0, len(message), ())]
    while waiting:
        item = waiting.pop()
        budget.spend_part(item.path)
        if isinstance(item, Entity):
            inner = _taken_apart(item)
            if not isinstance(inner, Part):
                waiting.extend(reversed(inner))
                continue
            item = inner
        part = _recognised(item)
        try:
            contents = opened(part, hold, budget, passwords)
        except Refused as refused:
            yield RefusedPart(part.name or "", part.place, refused.reason, refused.detail)
            continue
        if contents is None:
            yield part
        else:
            waiting.extend(reversed(contents))


def _taken_apart(entity: Entity) -> Part | Sequence[Entity | Part]:
    headers, body = split_headers(entity.data, entity.start, entity.end)
    content_type, options = parameters(headers.first("content-type") or entity.default_type.encode())
    if content_type.startswith("multipart/") and (inner := _split(entity, body, content_type, options)):
        return inner
    return _leaf(entity, headers, body, content_type, options)


def _recognised(part: Part) -> Part:
    """The part as it is to be read: a content that was sent as it is, though it is called encoded, counts as well."""
    for reading in _readings(part):
        found = format_of(reading.head(LOOK), part.content_type, part.name)
        if found is not None:
            return replace(reading, format=found)
    return part


def _readings(part: Part) -> Iterator[Part]:
    yield part
    if part.span is not None and part.span.encoding:
        undecoded = replace(part.span, encoding="")
        yield replace(part, span=undecoded, pieces=undecoded.pieces)


def _split(entity: Entity, body: int, content_type: str, options: dict[str, str]) -> list[Entity]:
    """The parts of a multipart; none when it has no delimiter of any kind."""
    start = body - 1 if body > entity.start else body  # the header's line end can be the delimiter's
    delimiters = _delimiters(entity, start, options.get("boundary", "").encode("utf-8", "replace").rstrip())
    if not delimiters:  # a wrong or missing boundary: the first line that looks like one is it
        first = _FIRST_DELIMITER.search(entity.data, start, entity.end)
        delimiters = _delimiters(entity, start, first[1]) if first else []
        if not delimiters:
            return []
    default = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
    ends = [delimiter.before for delimiter in delimiters[1:]] + [entity.end]
    return [
        Entity(entity.data, min(delimiter.after, end), end, (*entity.path, number), default)
        for number, (delimiter, end) in enumerate(zip(delimiters, ends, strict=True), 1)
        if not delimiter.last
    ]


@dataclass(frozen=True, slots=True)
class _Delimiter:
    """A delimiter line: where the part before it ends and where the next one begins."""

    before: int
    after: int
    last: bool


def _delimiters(entity: Entity, start: int, boundary: bytes) -> list[_Delimiter]:
    if not boundary:
        return []
    # It begins with a literal, which makes the search 28 times faster (20 ms for 35 MB); the CR is seen to below.
    line = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\r?\Z)")
    found: list[_Delimiter] = []
    for match in line.finditer(entity.data, start, entity.end):
        before = match.start() - (entity.data[max(match.start() - 1, start) : match.start()] == b"\r")
        after = entity.data.find(b"\n", match.end(), entity.end) + 1 or entity.end
        found.append(_Delimiter(before, after, match[1] is not None))
        if match[1] is not None or len(found) > MAX_PARTS:
            break
    return found


def _leaf(entity: Entity, headers: Headers, body: int, content_type: str, options: dict[str, str]) -> Part:
    disposition, details = parameters(headers.first("content-disposition"))
    name = clean(details.get("filename") or options.get("name") or "")
    span = Span(entity.data, body, entity.end, encoding_of(headers.first("content-transfer-encoding")))
    return Part(
        path=entity.path,
        content_type=content_type,
        name=name or None,
        attached=disposition == "attachment" or bool(name),
        pieces=span.pieces,
        span=span,
    )
