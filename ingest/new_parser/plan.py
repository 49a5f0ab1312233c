"""From the sketches of some documents of one company to the plan of its parser: names, marks, a rule for each field."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from ingest.errors import ConfigError
from parsers.finding.kinds import BILL_KINDS, METER_KINDS
from parsers.finding.lines import squeezed
from parsers.sketch import Idea, Sketch

MOST_LABELS = 3  # among the marks
LEAST_MARKS = 3
CODE = r"[a-z][a-z0-9_]*"
_OF_SERVICE = {
    "electric": (
        *("electricity_consumption", "electricity_amount", "delivery_charge", "supply_charge"),
        "community_solar_bill_credit",
    ),
    "gas": ("gas_consumption", "gas_consumption_unit", "gas_amount"),
}
FROM_METERS = ("electricity_consumption", "gas_consumption", "gas_consumption_unit")


@dataclass(frozen=True)
class Plan:
    """What is written down: ``rules`` holds for each field the ideas that find it, the second where the first fails."""

    code: str
    name: str
    marks: tuple[str, ...]
    services: tuple[str, ...]
    gas_unit: str
    rules: Mapping[str, Sequence[Idea]]

    @property
    def class_name(self) -> str:
        return "".join(word.capitalize() for word in self.code.split("_"))

    @property
    def has_period(self) -> bool:
        """Whether one line prints both days of the period."""
        return self.has("billing_period_from") and self.has("billing_period_to")

    def has(self, field: str) -> bool:
        return field in self.rules


def plan(sketches: Sequence[Sketch], code: str | None, name: str | None) -> Plan:
    """Raises ``ConfigError`` where a name or marks cannot be told."""
    name = name or next((sketch.name for sketch in sketches if sketch.name), None)
    if name is None:
        raise ConfigError("the company's name is not certain on these documents; give it as printed with --name.")
    code = code or code_of(name)
    if not re.fullmatch(CODE, code):
        raise ConfigError(f"the code {code!r} is not in snake case; give one with --code, as 'example_power'.")
    services = tuple(dict.fromkeys(service for sketch in sketches for service in sketch.services))
    units = [sketch.gas_unit for sketch in sketches if sketch.gas_unit]
    rules = {field: chosen(field, sketches) for field in _fields(sketches) if not not_served(field, services)}
    return Plan(code, name, marks(sketches, name), services, units[0] if units else "therms", rules)


def code_of(name: str) -> str:
    """``Example Valley Light & Water`` as ``example_valley_light_and_water``."""
    return "_".join(re.findall(r"[a-z0-9]+", name.casefold().replace("&", " and ").replace("'", "")))


def not_served(field: str, services: Sequence[str]) -> bool:
    """Whether it is a field of a service that the company does not have."""
    return any(field in fields for service, fields in _OF_SERVICE.items() if service not in services)


def _fields(sketches: Sequence[Sketch]) -> list[str]:
    """The fields that have ideas, in the record's order; what the meters hold the bill takes from them."""
    found = {idea.field for sketch in sketches for idea in sketch.ideas}
    if "meter.consumption" in found:
        found -= set(FROM_METERS)
    found -= {"gas_consumption_unit"}
    order = [*BILL_KINDS, *(f"meter.{name}" for name in METER_KINDS)]
    return [field for field in order if field in found]


def chosen(field: str, sketches: Sequence[Sketch]) -> Sequence[Idea]:
    """The idea that serves most documents, the first of equals, and one for those that it does not serve."""
    left = list(sketches)
    ideas: list[Idea] = []
    while left and len(ideas) < 2:
        served = {key: [one for one in left if _has(one, key)] for key in _keys(field, left)}
        if not served:
            break
        key = max(served, key=lambda key: len(served[key]))
        ideas.append(next(idea for sketch in served[key] for idea in sketch.ideas if _key(idea) == key))
        left = [sketch for sketch in left if sketch not in served[key]]
    return ideas


Key = tuple[str, str, str]


def _key(idea: Idea) -> Key:
    return idea.field, idea.words, idea.label


def _keys(field: str, sketches: Iterable[Sketch]) -> list[Key]:
    return list(dict.fromkeys(_key(idea) for sketch in sketches for idea in sketch.ideas if idea.field == field))


def _has(sketch: Sketch, key: Key) -> bool:
    return any(_key(idea) == key for idea in sketch.ideas)


def marks(sketches: Sequence[Sketch], name: str) -> tuple[str, ...]:
    """Texts that one page of every document prints: the company's name or address, and some labels."""
    best: tuple[str, ...] = ()
    for pages in product(*(sketch.marks for sketch in sketches)) if _few(sketches) else _pages_of_first(sketches):
        common = [text for text in pages[0] if all(text in page for page in pages)]
        whose = [text for text in common if text == name or _of_company(text, name)]
        labels = [text for text in common if text not in whose and not any(_within(name, text) for name in whose)]
        labels = sorted((text for text in labels if "." not in text), key=len, reverse=True)
        found = (*_telling(whose)[:2], *_telling(labels)[:MOST_LABELS])
        if whose and len(found) > len(best):
            best = found
    if len(best) < LEAST_MARKS:
        shared = ", ".join(map(repr, best)) or f"not even {name!r}"
        raise ConfigError(
            f"the documents have too little in common on any page to be told by ({shared}); begin with those of one"
            " layout, or give the company's name as they print it with --name."
        )
    return best


def _telling(texts: Sequence[str]) -> list[str]:
    """Without those that are part of another one: they tell nothing more."""
    return [text for text in texts if not any(text != other and _within(text, other) for other in texts)]


def _within(text: str, other: str) -> bool:
    """Whether a page that prints the other text prints this one with it."""
    return squeezed(text).casefold() in squeezed(other).casefold()


def _few(sketches: Sequence[Sketch], most: int = 5000) -> bool:
    count = 1
    for sketch in sketches:
        count *= max(1, len(sketch.marks))
    return count <= most


def _pages_of_first(sketches: Sequence[Sketch]) -> Iterable[tuple[tuple[str, ...], ...]]:
    """For each page of the first document, the page of each other one that has most in common with it."""
    for page in sketches[0].marks:
        others = (max(sketch.marks, key=lambda other: len(set(page) & set(other))) for sketch in sketches[1:])
        yield (page, *others)


def _of_company(text: str, name: str) -> bool:
    """Whether a web address is the company's own: it holds a word of its name, or its initials."""
    if not re.fullmatch(r"[a-z0-9-]+\.(?:com|org|net|gov|coop)", text):
        return False
    stem = text.rpartition(".")[0].replace("-", "")
    words = re.findall(r"[a-z]+", name.casefold())
    initials = "".join(word[0] for word in words)
    return any(len(word) > 3 and word in stem for word in words) or (len(initials) > 2 and initials in stem)
