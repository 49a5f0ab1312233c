"""Documents that are not where the headers of a part say: mislabelled, pasted into a text, uuencoded.

Every search goes through the bytes once.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice, pairwise

from ingest.mail.headers import clean, decode_text
from ingest.mail.magic import GLANCE, LOOK, Format, format_of
from ingest.mail.part import MAX_PARTS, Part, Span, first_bytes, last_bytes
from ingest.mail.transfer import Octets, base64_pieces

END_WITHIN = 2048

_BASE64_TEXT = re.compile(rb"\s*(?:[A-Za-z0-9+/]\s?){24}")
_PASTED = re.compile(rb"JVBERi0|UEsDBB|eJ8\+I")  # the magics of PDF, zip and winmail.dat in base64
_PASTED_END = re.compile(rb"[^A-Za-z0-9+/=\s>]")
_LETTER = re.compile(rb"[A-Za-z0-9+/]")
_BARE = re.compile(rb"%PDF-[12]\.\d")
_UUENCODED = re.compile(rb"begin(-base64)? [0-7]{3,4} ([^\r\n]{1,400})\r?\n")
_UU_END = re.compile(rb"\n(?:end|====)[ \t]*\r?(?:\n|\Z)")
_CALLED_BINARY = ("image/", "audio/", "video/", "font/")
_CALLED_TEXT = ("text/", "multipart/", "message/")

Hold = Callable[[Iterator[bytes]], Octets]
"""Makes a content available as a whole."""


def recognised(part: Part) -> Part:
    """The part as it is to be read, with its format: declared encodings are tried first, then what it looks like."""
    for reading in _readings(part):
        found = _format(reading, GLANCE) or _format(reading, LOOK)
        if found is not None:
            return replace(reading, format=found)
    return part


def _format(reading: Part, size: int) -> Format | None:
    return format_of(reading.head(size), reading.content_type, reading.name)


def rest_of_pdf(part: Part) -> Part | None:
    """The part, as the second half of a PDF that was torn in two: it has no beginning, but an end."""
    return next((each for each in _readings(part) if ends_as_pdf(last_bytes(each.pieces(), END_WITHIN))), None)


def ends_as_pdf(end: bytes) -> bool:
    """Whether these last ``END_WITHIN`` bytes are those of a whole PDF; mail programs add line ends and words."""
    return b"%%EOF" in end


def _readings(part: Part) -> Iterator[Part]:
    """The declared one; the bytes as they are; and each of these as base64 that nobody declared."""
    readings = [part]
    if part.span is not None and part.span.encoding:
        undecoded = replace(part.span, encoding="")
        readings.append(replace(part, span=undecoded, pieces=undecoded.pieces))
    yield from readings
    for reading in readings:
        if _BASE64_TEXT.match(reading.head(GLANCE)):
            yield replace(reading, pieces=_again_in_base64(reading), span=None)


def _again_in_base64(part: Part) -> Callable[[], Iterator[bytes]]:
    return lambda: base64_pieces(part.pieces())


def buried(part: Part, hold: Hold) -> list[Part]:
    """PDFs that a part without a format holds somewhere in its text."""
    if part.span is None or part.buried or part.content_type.startswith(_CALLED_BINARY):
        return []
    found: list[tuple[str | None, Span]] = []
    for text in _texts(part, part.span, hold):
        found += [*_uuencoded(text), *_pasted(text)] or _bare(text)
    return [
        Part(
            path=(*part.path, number),
            content_type="application/octet-stream",
            name=name,
            attached=True,
            pieces=span.pieces,
            span=span,
            buried=True,
        )
        for number, (name, span) in enumerate(found, 1)
    ]


def _texts(part: Part, span: Span, hold: Hold) -> Iterator[Span]:
    """The body as it is, and decoded where a text was encoded."""
    if span.encoding != "quoted-printable":
        yield span
    if span.encoding and (part.content_type.startswith(_CALLED_TEXT) or span.encoding == "quoted-printable"):
        content = hold(part.pieces())
        yield Span(content, 0, len(content))


def _pasted(text: Span) -> Iterator[tuple[str | None, Span]]:
    """Files in base64: below a text, quoted in a reply, or as the target of a link (RFC 2397)."""
    starts = [
        start for start in _starts(_PASTED, text) if not _LETTER.match(text.data, max(start - 1, text.start), start)
    ]
    for start, limit in pairwise([*starts, text.end]):
        end = _PASTED_END.search(text.data, start, limit)
        found = Span(text.data, start, end.start() if end else limit, "base64")
        head = first_bytes(found.pieces(), LOOK)
        if format_of(head, "text/plain", None) is not None:  # else a text speaks of how files begin
            yield None, found


def _bare(text: Span) -> list[tuple[str | None, Span]]:
    """A PDF that stands in a text as it is; where it ends cannot be told."""
    for start in _starts(_BARE, text):
        found = Span(text.data, start, text.end)
        if b" obj" in first_bytes(found.pieces(), 1024):
            return [(None, found)]
    return []


def _uuencoded(text: Span) -> Iterator[tuple[str | None, Span]]:
    starts = [start for start in _starts(_UUENCODED, text) if text.data[max(start - 1, 0) : start] in (b"\n", b"")]
    for start, limit in pairwise([*starts, text.end]):
        begin = _UUENCODED.match(text.data, start, limit)
        if begin is None:
            continue
        end = _UU_END.search(text.data, begin.end() - 1, limit)
        encoding = "base64" if begin[1] else "x-uuencode"
        found = Span(text.data, begin.end(), end.start() + 1 if end else limit, encoding)
        yield clean(decode_text(begin[2])) or None, found


def _starts(pattern: re.Pattern[bytes], text: Span) -> list[int]:
    return [match.start() for match in islice(pattern.finditer(text.data, text.start, text.end), MAX_PARTS)]
