"""Service addresses whose street and city stand in one line without a sign between them, as ``12 MAIN ST SALEM OR``.

The type of the street tells where the city begins. Where it could begin elsewhere too, there is no address.
"""

import re
from dataclasses import dataclass

from parsers.errors import DeclarationError
from parsers.finding.addresses import STATE
from parsers.finding.labels import Spot
from parsers.finding.lines import Span
from parsers.finding.outcome import Field, Found, Missing, Outcome, Scope
from parsers.finding.places import Labelled
from parsers.finding.rules import Rule
from parsers.model import Address

MOST_CITY_WORDS = 4
_TYPE = re.compile(
    r"st|street|ave?|avenue|rd|road|dr|drive|ln|lane|blvd|ct|court|pl|place|way|pkwy|parkway|hwy|highway|cir|circle"
    r"|ter|terrace|loop|trl|trail|tpke|pike|alley|sq|square|cor|corner|crossing"
)
"""Types that few cities have in their names; ``Falls``, ``Lake`` or ``Point`` end a city as often as a street."""
_NUMBERED_TYPE = re.compile(r"hwy|highway|rd|road")
_UNIT = re.compile(r"apt|unit|ste|suite|bldg|building|lot|fl|floor|rm|room|spc|space|trlr|#")
_DIRECTION = re.compile(r"[ns][ew]?|[ew]")
_DIRECTION_IN_FULL = re.compile(r"north|south|east|west")
_SAINT = re.compile(
    r"anthony|augustine|charles|cloud|croix|francis|george|helens|james|johns|joseph|louis|marys|michael|paul|peters?"
    r"|petersburg|stephens?"
)
_END = re.compile(
    rf"(?P<street>.+?),? (?P<state>{STATE})(?:,? (?P<postal_code>\d{{5}})(?:-?(?P<postal_code_suffix>\d{{4}}))?)?",
    re.ASCII,
)
_BEGINS_AS_STREET = re.compile(r"\d|[NS][EW]? |[EW] |[A-Za-z]+ (?:And|AND|and|&) [A-Z]", re.ASCII)


def divided(text: str) -> dict[str, str]:
    """The fields of an address by the place of each in the text; none where the city's begin is not certain."""
    end = _END.fullmatch(text)
    if end is None or not _BEGINS_AS_STREET.match(text):
        return {}
    words = end["street"].split(" ")
    at = _city_begins([word.casefold().rstrip(".,") for word in words])
    city = words[at:]
    if not 1 <= len(city) <= MOST_CITY_WORDS or not all(re.fullmatch(r"[A-Za-z][A-Za-z.'-]*", word) for word in city):
        return {}
    after = {name: value for name, value in end.groupdict().items() if value and name != "street"}
    return {"line_1": " ".join(words[:at]).rstrip(","), "city": " ".join(city)} | after


def _city_begins(words: list[str]) -> int:
    """Which word is the first of the city; the number of all where none can be told."""
    nowhere = len(words)
    kind = max((at for at, word in enumerate(words) if at and _TYPE.fullmatch(word)), default=nowhere)
    at = kind + 1
    if at >= nowhere or _TYPE.fullmatch(words[kind - 1]) or (words[kind] == "st" and _SAINT.fullmatch(words[at])):
        return nowhere
    if _NUMBERED_TYPE.fullmatch(words[kind]) and at + 1 < nowhere and re.fullmatch(r"\d+[a-z]?", words[at]):
        at += 1
    if _DIRECTION.fullmatch(words[at]) and at + 1 < nowhere:
        at += 1
    after_unit = _after_units(words, at)
    sure = after_unit > at or not _DIRECTION_IN_FULL.fullmatch(words[at])
    return after_unit if sure else nowhere


def _after_units(words: list[str], at: int) -> int:
    while at + 1 < len(words) and (_UNIT.fullmatch(words[at]) or words[at].startswith("#")):
        at += 2 if _UNIT.fullmatch(words[at]) else 1
    return at


@dataclass(frozen=True)
class UndividedAddress(Labelled, Rule):
    """The address to the right of a label, all in one line."""

    labels: tuple[str, ...]

    def __str__(self) -> str:
        return f"address in one line right of label '{self.labels[0]}'"

    def check(self, name: str) -> None:
        if name != "address":
            raise DeclarationError(f"{self} is no rule for {name}")

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        spans = [span for _, spot in self.spots(scope.region) if (span := _beside(spot))]
        if len({span.text for span in spans}) > 1:
            return scope.note(wanted, str(self), Missing(f"{self}: several are printed"))
        fields = divided(spans[0].text) if spans else {}
        if not fields:
            why = "street and city cannot be told apart" if spans else "not found"
            return scope.note(wanted, str(self), Missing(f"{self}: {why}"))
        parts = {name: Found(value, spans[0], str(self)) for name, value in fields.items()}
        return scope.note(wanted, str(self), Found(Address(**fields), spans[0], str(self), parts))


def _beside(spot: Spot) -> Span | None:
    row = spot.row()
    return row.span(*row.phrases[0]) if row else None
