"""The header field Authentication-Results (RFC 8601), read strictly: whatever could be read in two ways is malformed.

The names of methods, results and properties come in lower case, values as they were written. Comments are dropped; one
that is not closed, an open quote or a stray sign makes the whole field malformed, since they are how a sender smuggles
results into values that a relay copies.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 8 * 1024
MAX_RESULTS = 100

_WORD = re.compile(r'[^\s;="()\\\x00-\x1f\x7f]+')
_QUOTED = re.compile(r'"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t -~])*)"')
_COMMENT_SIGN = re.compile(r"\\.|[()]", re.DOTALL)
_SPACE = re.compile(r"[ \t]+")
_METHOD = re.compile(r"([a-z0-9][a-z0-9-]*)(?:/([0-9]+))?")


class MalformedResults(Exception):
    """The field does not have the form of RFC 8601."""


@dataclass(frozen=True, slots=True)
class MethodResult:
    """``dkim=pass header.d=example.com`` is ``("dkim", "pass", (("header.d", "example.com"),))``."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...]

    def value(self, name: str) -> str | None:
        """The property's value; None where there is none or where two differ."""
        found = {value for key, value in self.properties if key == name}
        return found.pop() if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class AuthenticationResults:
    """``authserv_id`` in lower case; no results for ``none``."""

    authserv_id: str
    results: tuple[MethodResult, ...]

    def of(self, method: str) -> tuple[MethodResult, ...]:
        """All results of one method."""
        return tuple(result for result in self.results if result.method == method)


def parse_results(value: bytes) -> AuthenticationResults:
    """An unfolded value. Raises MalformedResults."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedResults("bytes that are not UTF-8") from error
    if len(value) > LONGEST:
        raise MalformedResults("longer than any real one")
    parts = _parts(text)
    authserv_id = _authserv_id(parts[0])
    results = [_result(part) for part in parts[1:] if part]
    if [part for part in parts[1:] if part] == [["none"]]:
        return AuthenticationResults(authserv_id, ())
    return AuthenticationResults(authserv_id, tuple(result for result in results if result is not None))


def _parts(text: str) -> list[list[str]]:
    """The tokens between the semicolons."""
    parts: list[list[str]] = [[]]
    for sign in _tokens(text):
        if sign == ";":
            parts.append([])
            if len(parts) > MAX_RESULTS:
                raise MalformedResults("more results than any real one")
        else:
            parts[-1].append(sign)
    return parts


def _tokens(text: str) -> Iterator[str]:
    """``;`` and ``=`` as they are, words as they are; a quoted string keeps its opening quote, to be told from them."""
    at = 0
    while at < len(text):
        if found := _SPACE.match(text, at) or _WORD.match(text, at):
            token = found[0].strip(" \t")
        elif found := _QUOTED.match(text, at):
            token = '"' + re.sub(r"\\(.)", r"\1", found[1])
        elif text[at] in ";=":
            token = text[at]
        elif text[at] == "(":
            at = _end_of_comment(text, at)
            continue
        else:
            raise MalformedResults("a sign that has no place there")
        if token:
            yield token
        at = found.end() if found else at + 1


def _end_of_comment(text: str, start: int) -> int:
    depth = 0
    for sign in _COMMENT_SIGN.finditer(text, start):
        depth += {"(": 1, ")": -1}.get(sign[0], 0)
        if depth == 0:
            return sign.end()
    raise MalformedResults("an open comment")


def _authserv_id(tokens: list[str]) -> str:
    if not tokens or "=" in tokens or (len(tokens) == 2 and tokens[1] != "1") or len(tokens) > 2:
        raise MalformedResults("no authserv-id")
    name = tokens[0].removeprefix('"').lower()
    if not name:
        raise MalformedResults("no authserv-id")
    return name


def _result(tokens: list[str]) -> MethodResult | None:
    """None for ``none``."""
    if tokens == ["none"]:
        return None
    pairs = _pairs(tokens)
    method = _METHOD.fullmatch(pairs[0][0])
    if method is None or method[2] not in (None, "1"):
        raise MalformedResults("a method that is not known")
    return MethodResult(method[1], pairs[0][1].removeprefix('"').lower(), tuple(pairs[1:]))


def _pairs(tokens: list[str]) -> list[tuple[str, str]]:
    """``name = value`` again and again. An ``=`` in a value must be quoted."""
    if len(tokens) % 3 or any(sign != "=" for sign in tokens[1::3]) or "=" in tokens[::3] + tokens[2::3]:
        raise MalformedResults("no row of names and values")
    names = [name.lower() for name in tokens[::3]]
    if any(name.startswith('"') for name in names):
        raise MalformedResults("a quoted name")
    return [(name, value.removeprefix('"')) for name, value in zip(names, tokens[2::3], strict=True)]
