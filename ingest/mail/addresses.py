"""Mail addresses, read strictly: what two programs could read differently is refused, not interpreted.

Only ``name@domain`` and ``"quoted name"@domain`` are addresses; a domain is compared in lower case, as A-labels,
without its trailing dot. No source routes, domain literals or control characters, and no ``@`` inside quotes.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import idna

from ingest.errors import IngestError

LONGEST_ADDRESS = 254
LONGEST_FROM = 2000

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_QUOTED = r'"[ !#-?A-\[\]-~]+"'  # printable ASCII without the quote, the backslash and @
_ADDRESS = re.compile(rf"(?P<local>{_ATEXT}(?:\.{_ATEXT})*|{_QUOTED})@(?P<domain>[^@]+)")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>]*>|[^"<>(),;:]+|[\s\S]')
_COMMENT_SIGN = re.compile(r"\\.|[()]")


class MalformedAddress(IngestError):
    """The text is not one plain address; the message says what is wrong with it, for a person."""


@dataclass(frozen=True, slots=True)
class Address:
    """``local`` is as it was written, ``domain`` as it is compared."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def normalise_domain(text: str) -> str:
    """The domain in lower case, as A-labels (IDNA 2008), without a trailing dot. Raises MalformedAddress."""
    labels = _lower(text).removesuffix(".").split(".")
    try:
        plain = [label if label.isascii() else idna.encode(label).decode("ascii") for label in labels]
    except (idna.IDNAError, UnicodeError) as error:
        raise MalformedAddress("Its domain is not a valid international domain name.") from error
    name = ".".join(plain)
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in plain):
        raise MalformedAddress("Its domain is not a domain name.")
    return name


def parse_address(text: str) -> Address:
    """An address without brackets and display name. Raises MalformedAddress."""
    if len(text) > LONGEST_ADDRESS:
        raise MalformedAddress("The address is too long.")
    if _has_controls(text):
        raise MalformedAddress("The address holds a control character.")
    found = _ADDRESS.fullmatch(text)
    # A mail program that decodes "=?…?=" before it looks for addresses would see another one.
    if found is None or "=?" in found["local"]:
        raise MalformedAddress("The address is not of the form name@example.com.")
    return Address(found["local"], normalise_domain(found["domain"]))


def parse_path(text: str) -> tuple[Address | None, str]:
    """The address between the brackets of MAIL FROM or RCPT TO (None for ``<>``), and the parameters after it."""
    # A quoted ">" cannot occur: parse_address would refuse what stands before it.
    inside, bracket, rest = text.partition(">")
    if not inside.startswith("<") or not bracket or (rest and not rest.startswith(" ")):
        raise MalformedAddress("The address must stand in angle brackets.")
    return (parse_address(inside[1:]) if inside != "<" else None), rest.strip(" ")


def parse_from(value: str) -> Address:
    """The one mailbox of a From header (unfolded, its encoded words still encoded).

    Raises MalformedAddress when there are several, a group, or anything that mail programs show differently.
    """
    if len(value) > LONGEST_FROM or _has_controls(value.replace("\t", " ")):
        raise MalformedAddress("The From header is too long or holds control characters.")
    tokens = list(_tokens(value))
    if {'"', "<", ">"} & set(tokens):
        raise MalformedAddress("The From header has an open quote or bracket.")
    if {",", ";", ":"} & set(tokens):
        raise MalformedAddress("The From header must name exactly one mailbox, not a list or a group.")
    places = [place for place, token in enumerate(tokens) if token.startswith("<")]
    if not places:
        return parse_address("".join(tokens).strip())
    if len(places) > 1 or "".join(tokens[places[0] + 1 :]).strip():
        raise MalformedAddress("The From header must name exactly one mailbox.")
    address = parse_address(tokens[places[0]][1:-1])
    _check_display_name(tokens[: places[0]], address)
    return address


def _check_display_name(tokens: list[str], address: Address) -> None:
    """A bare address as the name is tolerated only where it is the same one (Outlook writes that)."""
    bare = "".join(token for token in tokens if not token.startswith('"')).strip()
    if "@" in bare and bare.lower() != str(address).lower():
        raise MalformedAddress("The From header shows another address than the one it names.")


def _tokens(text: str) -> Iterator[str]:
    """Quoted strings, bracketed addresses, separators and what stands between; a comment counts as a space."""
    at = 0
    while at < len(text):
        if text[at] == "(":
            at = _end_of_comment(text, at)
            yield " "
        else:
            token = _TOKEN.match(text, at)
            assert token is not None  # noqa: S101 - its last alternative matches any character
            yield token[0]
            at = token.end()


def _end_of_comment(text: str, start: int) -> int:
    depth = 0
    for sign in _COMMENT_SIGN.finditer(text, start):
        depth += {"(": 1, ")": -1}.get(sign[0], 0)
        if depth == 0:
            return sign.end()
    raise MalformedAddress("The From header has an open comment.")


def _lower(text: str) -> str:
    """Lower case, but no letter outside ASCII becomes one inside it (the Kelvin sign would become a k)."""
    return "".join(c.lower() if c.isascii() or not c.lower()[0].isascii() else c for c in text)


def _has_controls(text: str) -> bool:
    return any(unicodedata.category(c) in {"Cc", "Cs"} for c in text)
