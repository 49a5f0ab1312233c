"""A multipart split at its delimiters (RFC 2046 section 5.1), also where they are broken, doubled or missing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ingest.mail.part import MAX_PARTS, Entity

_FIRST_DELIMITER = re.compile(rb"\n--([^\r\n]{0,69}[^\s-])[ \t]*\r?\n")
_FOREIGN_DELIMITER = re.compile(rb"\n--[^\r\n]{1,200}\r?\n(?=[A-Za-z][A-Za-z-]{1,40}[ \t]*:|\s*JVBERi0)")
_WORTH_LOOKING = re.compile(rb"JVBERi0|%PDF-|\nbegin[ -]")


@dataclass(frozen=True, slots=True)
class _Delimiter:
    """A delimiter line: where the part before it ends and where the next one begins."""

    before: int
    after: int
    last: bool


def split(entity: Entity, body: int, subtype: str, boundary: str) -> list[Entity]:
    """The parts of a multipart; none when it has no delimiter of any kind.

    What stands before the first and behind a last delimiter is no part, unless it looks as if a document were in it.
    """
    start = body - 1 if body > entity.start else body  # the header's line end can be the delimiter's
    delimiters = _delimiters(entity, start, boundary.encode("utf-8", "replace").rstrip())
    if not delimiters:  # a wrong or missing boundary: the first line that looks like one is it
        first = _FIRST_DELIMITER.search(entity.data, start, entity.end)
        delimiters = _delimiters(entity, start, first[1]) if first else []
        if not delimiters:
            return []
    default = "message/rfc822" if subtype == "digest" else "text/plain"
    ends = [delimiter.before for delimiter in delimiters[1:]] + [entity.end]
    parts = [_preamble(entity, body, delimiters[0].before)]
    parts += [
        Entity(entity.data, min(delimiter.after, end), end, (*entity.path, number), default, headless=delimiter.last)
        for number, (delimiter, end) in enumerate(zip(delimiters, ends, strict=True), 1)
    ]
    return [part for part in parts if not part.headless or _worth_looking(part)]


def split_foreign(entity: Entity, body: int) -> tuple[int, list[Entity]]:
    """Where the body ends at a delimiter that no header declares, and the parts from there on.

    Such a delimiter is known by the header field behind it. Without one, the body ends where the entity does.
    """
    starts = list(_foreign(entity, body))
    parts = [
        Entity(entity.data, after, max(after, end), (*entity.path, number))
        for number, ((_, after), (end, _)) in enumerate(pairwise([*starts, (entity.end, entity.end)]), 2)
    ]
    return (starts[0][0] if starts else entity.end), parts


def _foreign(entity: Entity, body: int) -> Iterator[tuple[int, int]]:
    for number, match in enumerate(_FOREIGN_DELIMITER.finditer(entity.data, body, entity.end)):
        yield match.start(), match.end()
        if number > MAX_PARTS:
            return


def _preamble(entity: Entity, body: int, end: int) -> Entity:
    return Entity(entity.data, body, max(body, end), (*entity.path, 0), headless=True)


def _worth_looking(entity: Entity) -> bool:
    found = _WORTH_LOOKING.search(entity.data, entity.start, entity.end)
    return found is not None or _FOREIGN_DELIMITER.search(entity.data, entity.start, entity.end) is not None


def _delimiters(entity: Entity, start: int, boundary: bytes) -> list[_Delimiter]:
    """A last delimiter may be that of a part in which the same boundary was used: more can follow."""
    if not boundary:
        return []
    # It begins with a literal, which makes the search 28 times faster (20 ms for 35 MB); the CR is seen to below.
    line = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\r?\Z)")
    found: list[_Delimiter] = []
    for match in line.finditer(entity.data, start, entity.end):
        before = match.start() - (entity.data[max(match.start() - 1, start) : match.start()] == b"\r")
        after = entity.data.find(b"\n", match.end(), entity.end) + 1 or entity.end
        found.append(_Delimiter(before, after, match[1] is not None))
        if len(found) > MAX_PARTS:
            break
    return found
