"""The locator for lines of a known form: a regular expression with holes for fields."""

import re
from collections.abc import Iterator
from functools import cached_property

from parsers.errors import DeclarationError
from parsers.finding.kinds import BILL_EVIDENCE, BILL_KINDS, KINDS, METER_EVIDENCE, METER_KINDS, Kind, compiled
from parsers.finding.outcome import Field
from parsers.finding.places import Place
from parsers.finding.region import Region

LONGEST_LINE = 1000  # characters; no line of a bill is longer, and it bounds the time of a pattern
_GROUP = re.compile(r"\(\?P<([a-z_]+)>")
_HOLE = re.compile(r"\{(?P<name>[a-z_]+)(?::(?P<kind>[a-z_]+))?\}")


class InLine:
    """A value in a line of a known form: a regular expression whose spaces stand for any gap.

    ``{due_on}`` is a hole that reads a field, ``{due_on:month_day}`` reads it as another kind, ``{date}`` passes over
    a date; a named group is a hole of a form of its own. Names are those of ``parsers.finding.kinds``.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.kinds: dict[str, Kind] = {}
        self.form = _HOLE.sub(self._hole, pattern)
        for name in set(_GROUP.findall(self.form)) - self.kinds.keys():
            self.kinds[name] = self._known(name)
        self.anchor = _literal_words(pattern)

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Compiled when it is first needed: those of all parsers take a second."""
        try:
            return compiled(self.form)
        except re.error as error:
            raise DeclarationError(f"pattern {self.pattern!r}: {error}") from error

    def compile(self) -> None:
        """Raises ``DeclarationError`` where the pattern is none."""
        _ = self.regex

    def __str__(self) -> str:
        return f"line '{self.pattern}'"

    def check(self, name: str) -> None:
        if name not in self.kinds:
            raise DeclarationError(f"pattern {self.pattern!r} has no hole for {name}")

    def spans(self, region: Region, wanted: Field) -> Iterator[Place]:
        kind = self.kinds[wanted.name]
        for area in region.areas:
            if not area.sheet.may_print(self.anchor):
                continue
            regex = area.sheet.form(self.regex)
            for line in area.lines:
                for match in regex.finditer(line.text[:LONGEST_LINE]):
                    if match[wanted.name] is not None:
                        yield line.span(*match.span(wanted.name)), self._as_wanted(kind, wanted)

    def _as_wanted(self, kind: Kind, wanted: Field) -> Kind:
        """The hole's own kind, except where the field's kind depends on the meter (Wh or therms)."""
        return wanted.kind if wanted.name == "consumption" else kind

    def _hole(self, match: re.Match[str]) -> str:
        name, kind_name = match["name"], match["kind"]
        if name in KINDS and kind_name is None:
            return f"(?:{KINDS[name].pattern or '.+?'})"
        known = self._known(name)
        if name in self.kinds:
            raise DeclarationError(f"pattern {self.pattern!r} has two holes for {name}")
        if kind_name is not None and kind_name not in KINDS:
            raise DeclarationError(f"pattern {self.pattern!r}: no kind is named {kind_name}")
        kind = KINDS[kind_name] if kind_name else known
        self.kinds[name] = kind
        return f"(?P<{name}>{kind.pattern or '.+?'})"

    def _known(self, name: str) -> Kind:
        known = BILL_KINDS | BILL_EVIDENCE | METER_KINDS | METER_EVIDENCE
        if name not in known:
            raise DeclarationError(f"pattern {self.pattern!r}: no field or kind is named {name}")
        return known[name]


def _literal_words(pattern: str) -> str:
    """Words that every match holds, to pass over the pages that do not print them."""
    plain = re.sub(r"\\.|\[[^]]*\]", " ", _HOLE.sub(" ", pattern))
    while (shorter := re.sub(r"\([^()]*\)[?*]?", " ", plain)) != plain:
        plain = shorter
    return "" if "|" in plain else " ".join(word for word in plain.split() if re.fullmatch(r"[A-Za-z]{3,}", word))
