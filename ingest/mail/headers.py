"""Header fields of a message or a part: found in bytes, unfolded, decoded. Nothing here raises on odd input except for
the caps, and everything takes time in proportion to what it reads.
"""

import binascii
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote_to_bytes

from ingest.errors import Refused
from ingest.mail.transfer import Octets
from ingest.reasons import Reason

MAX_HEADER_BYTES = 256 * 1024
MAX_FIELDS = 1000
LONGEST_FIELD = 8 * 1024
MAX_PARAMETERS = 100

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_CONTENT_FIELD = re.compile(rb"content-(?:type|transfer-encoding|disposition)[ \t]*:", re.IGNORECASE)
_BLANK_LINE = re.compile(rb"(?:\A|\n)\r?\n")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?]*)\?=")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', re.DOTALL)
_EXTENDED = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_REAL_CHARSET = re.compile(
    r"utf|ascii|us-ascii|iso|windows|cp\d|latin|koi8|gb|big5|hz|euc|shift|ks_c|mac|tis", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Headers:
    """Fields in their order: lower-case name and unfolded value, at most LONGEST_FIELD bytes of it."""

    fields: tuple[tuple[str, bytes], ...]

    def first(self, name: str) -> bytes:
        """The value of the first field of that name, or nothing."""
        return next((value for found, value in self.fields if found == name), b"")

    def text(self, name: str) -> str | None:
        """The first field of that name as people read it, or None."""
        return decode_text(self.first(name)) or None


def split_headers(data: Octets, start: int, end: int) -> tuple[Headers, int]:
    """The headers of the part at ``data[start:end]`` and where its body begins.

    They end at an empty line, or at the first line that can be none (a sender that forgot the empty line).
    Raises Refused (too_large) when they are longer than any real mail's.
    """
    fields: list[tuple[str, list[bytes]]] = []
    at = start
    while at < end:
        line_end = data.find(b"\n", at, end) + 1 or end
        line = data[at : min(line_end, at + MAX_HEADER_BYTES)].rstrip(b"\r\n")
        if not line:
            at = line_end
            break
        if line[:1] in b" \t" and fields:
            fields[-1][1].append(line)
        elif field := _FIELD.fullmatch(line):
            fields.append((field[1].decode("ascii").lower(), [field[2]]))
        elif fields and _CONTENT_FIELD.match(data, line_end, end):
            fields[-1][1].append(b" " + line)  # folded without the blank that a folded line begins with
        elif at != start or not line.startswith(b"From "):  # a line that mailbox files begin with
            break
        at = line_end
        if at - start > MAX_HEADER_BYTES or len(fields) > MAX_FIELDS:
            raise Refused(Reason.TOO_LARGE, "The message has a header of more than 1,000 fields or 256 KiB.")
    return Headers(tuple((name, b"".join(lines)[:LONGEST_FIELD].strip()) for name, lines in fields)), at


def header_end(head: bytes) -> int | None:
    """Where the header surely ends by, for every reader of it; None when these first bytes of a message do not tell."""
    blank = _BLANK_LINE.search(head)
    return blank.end() if blank else None


def from_fields(message: bytes) -> tuple[str, ...]:
    """Every From header that any mail program could see: all kinds of line ends count, malformed lines end nothing.

    Raises Refused (too_large) like ``split_headers``.
    """
    blank = _BLANK_LINE.search(message, 0, MAX_HEADER_BYTES)
    if blank is None and len(message) > MAX_HEADER_BYTES:
        raise Refused(Reason.TOO_LARGE, "The message has a header of more than 256 KiB.")
    found: list[list[bytes]] = []
    inside = False
    for line in _LINE_END.split(message[: blank.start() if blank else None]):
        if line[:1] in (b" ", b"\t"):
            if inside:
                found[-1].append(line)
            continue
        field = _FIELD.fullmatch(line)
        inside = field is not None and field[1].lower() == b"from"
        if field is not None and inside:
            found.append([field[2]])
    return tuple(_as_text(b"".join(lines)).strip() for lines in found)


def parameters(value: bytes) -> tuple[str, dict[str, str]]:
    """Main value (lower case) and parameters of a Content-Type or Content-Disposition, RFC 2231 pieces joined."""
    text = _as_text(value)
    main, _, _ = text.partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for found in islice(_PARAMETER.finditer(text), MAX_PARAMETERS):
        name, content = found[1].lower(), _unquote(found[2].strip())
        extended = _EXTENDED.fullmatch(name)
        if "*" not in name or extended is None:
            plain.setdefault(name, decode_words(content))
        else:
            place = int(extended[2] or 0)
            pieces.setdefault(extended[1], {}).setdefault(place, (bool(extended[3]), content))
    joined = {name: _join_pieces(parts) for name, parts in pieces.items()}
    return main.strip().lower(), plain | joined


def decode_text(value: bytes) -> str:
    """A header's text as a person reads it: decoded, on one line, without control characters."""
    return clean(decode_words(_as_text(value)))


def clean(text: str) -> str:
    """``text`` on one line and without characters that are not shown or cannot be stored."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    shown = (" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join("".join(shown).split())


def decode_words(text: str) -> str:
    """``text`` with its encoded words (RFC 2047) decoded; neighbours of one charset are decoded together."""
    return "".join(_decoded_runs(text))


def _decoded_runs(text: str) -> Iterator[str]:
    at, run, run_charset = 0, b"", ""
    for word in _ENCODED_WORD.finditer(text):
        between = text[at : word.start()]
        charset = word[1].partition("*")[0].lower()
        if between.strip() or not run or charset != run_charset:
            yield _decode(run, run_charset)
            run = b""
            yield between if between.strip() or at == 0 else ""
        run, run_charset, at = run + _word_bytes(word[2], word[3]), charset, word.end()
    yield _decode(run, run_charset)
    yield text[at:]


def _word_bytes(encoding: str, content: str) -> bytes:
    plain = content.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(plain, header=True)
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", plain)
    usable = letters[: -1 if len(letters) % 4 == 1 else None]
    return binascii.a2b_base64(usable + b"=" * (-len(usable) % 4))


def _join_pieces(pieces: dict[int, tuple[bool, str]]) -> str:
    charset, content = "utf-8", b""
    for place in sorted(pieces):
        encoded, text = pieces[place]
        if encoded and place == min(pieces) and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        content += unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    return _decode(content, charset)


def _unquote(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
    return text


def _decode(content: bytes, charset: str) -> str:
    if _REAL_CHARSET.match(charset):  # not one of Python's own codecs, such as unicode_escape
        try:
            return content.decode(charset, "replace")
        except (LookupError, ValueError):
            pass
    return _as_text(content)


def _as_text(value: bytes) -> str:
    """Bytes whose charset nobody declared."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
