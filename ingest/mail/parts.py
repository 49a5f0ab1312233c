"""The parts of a message, whatever they are called: multiparts are split, messages and containers in it are opened.

Works in time proportional to the message. Only the caps raise (Refused, too_large).
"""

from collections.abc import Iterator, Sequence

from ingest.errors import Refused
from ingest.mail.containers import opened
from ingest.mail.headers import Headers, clean, parameters, split_headers
from ingest.mail.magic import MESSAGE_TYPES, is_binary
from ingest.mail.multipart import split, split_foreign
from ingest.mail.opened import RefusedPart
from ingest.mail.part import Budget, Entity, Part, Span
from ingest.mail.recovery import Hold, buried, recognised
from ingest.mail.transfer import Octets, encoding_of

_NO_HEADERS = Headers(())
_MAGIC_WITHIN = 1024


def walk(
    message: Octets, hold: Hold, passwords: Sequence[str] = (), *, returned: bool = False
) -> Iterator[Part | RefusedPart]:
    """All parts that hold no others, in the order in which a reader shows them, and what could not be opened.

    ``returned``: the message is a report; from the message that it returns on, nothing is its own.
    """
    budget = Budget()
    waiting: list[Entity | Part] = [Entity(message, 0, len(message), ())]
    while waiting:
        item = waiting.pop()
        budget.spend_part(item.path)
        if isinstance(item, Entity):
            waiting.extend(reversed(_taken_apart(item, returned=returned)))
            continue
        try:
            part = recognised(item)
            if returned and part.content_type in MESSAGE_TYPES:
                return
            contents = opened(part, hold, budget, passwords)
            if part.format is None:
                contents = (None if returned else buried(part, hold)) or None
        except Refused as refused:
            yield RefusedPart(item.name or f"part {item.place}", item.place, refused.reason, refused.detail)
            continue
        if contents is None:
            yield part
        else:
            waiting.extend(reversed(contents))


def _taken_apart(entity: Entity, *, returned: bool) -> Sequence[Entity | Part]:
    headers, body = _headers(entity)
    content_type, options = parameters(headers.first("content-type") or entity.default_type.encode())
    kind, _, subtype = content_type.partition("/")
    if kind == "multipart" and (inner := split(entity, body, subtype, options.get("boundary", ""))):
        return inner
    leaf = _leaf(entity, headers, body, content_type, options)
    if (
        returned
        or content_type in MESSAGE_TYPES
        or is_binary(entity.data[body : min(body + _MAGIC_WITHIN, entity.end)])
    ):
        return [leaf]
    end, swallowed = split_foreign(entity, body)
    return [_leaf(entity, headers, body, content_type, options, end), *swallowed] if swallowed else [leaf]


def _headers(entity: Entity) -> tuple[Headers, int]:
    """That of the message itself has its cap; what is longer inside is taken for a text without a header."""
    try:
        return (_NO_HEADERS, entity.start) if entity.headless else split_headers(entity.data, entity.start, entity.end)
    except Refused:
        if not entity.path:
            raise
        return _NO_HEADERS, entity.start


def _leaf(
    entity: Entity, headers: Headers, body: int, content_type: str, options: dict[str, str], end: int | None = None
) -> Part:
    disposition, details = parameters(headers.first("content-disposition"))
    name = clean(details.get("filename") or options.get("name") or "")
    encoding = encoding_of(headers.first("content-transfer-encoding"))
    span = Span(entity.data, body, entity.end if end is None else end, encoding)
    return Part(
        path=entity.path,
        content_type=content_type,
        name=name or None,
        attached=disposition == "attachment" or bool(name),
        pieces=span.pieces,
        span=span,
    )
