"""Rates the values of a document: gathers for each what speaks for it and against it (``parsers.confidence``)."""

import re
from collections.abc import Iterator, Mapping, Sequence

from parsers.checks import ORDER
from parsers.confidence import confidence
from parsers.finding.lines import plain
from parsers.finding.region import Sheet
from parsers.model import Bill, Document, Source

UNCHECKABLE = frozenset({"supplier_name", "tariff", "demand_kw", "line_1", "line_2"})
"""Fields that no sum and no form confirms."""

_TELLING = 4  # letters and digits; what is shorter is printed again by chance
_SUM_OF_METERS = "sum of the meters"

Place = tuple[int, tuple[float, float, float, float], str]


def rated(document: Document, sheets: Sequence[Sheet]) -> Document:
    """The document with grounds and confidence for every value; ``sheets`` are its open pages."""
    return document.model_copy(update={"bills": tuple(_rated(bill, sheets) for bill in document.bills)})


def _rated(bill: Bill, sheets: Sequence[Sheet]) -> Bill:
    first, last = bill.pages
    pages = {sheet.number: sheet for sheet in sheets if first <= sheet.number <= last}
    text = " ".join(" ".join(plain(sheet.page.plain_text).split()) for sheet in pages.values())
    confirmed, doubted = _checked_places(bill)
    general = [reason for reason in bill.reasons if reason in ("unproven", "generic", "damaged")]
    sources = {}
    for path, source in bill.sources.items():
        grounds = [*source.grounds, *general, *_of_page(pages.get(source.page))]
        grounds += ["uncheckable"] if path.rpartition(".")[2] in UNCHECKABLE else []
        grounds += ["adds_up"] if _place(source) in confirmed else []
        grounds += ["does_not_add_up"] if _place(source) in doubted else []
        grounds += ["printed_again"] if _printed_again(source.text, text) else []
        sources[path] = _with(source, grounds)
    return bill.model_copy(update={"sources": sources | _sums(bill, sources)})


def _with(source: Source, grounds: Sequence[str]) -> Source:
    once = tuple(dict.fromkeys(grounds))
    return source.model_copy(update={"grounds": once, "confidence": confidence(once)})


def _of_page(sheet: Sheet | None) -> Iterator[str]:
    if sheet is not None and sheet.page.origin != "text":
        yield sheet.page.origin


def _place(source: Source) -> Place:
    return source.page, source.box, source.text


def _checked_places(bill: Bill) -> tuple[set[Place], set[Place]]:
    """The places that a check which holds confirms, and those in one that does not.

    Values read at one place stand or fall together: a period of the bill and that of its meter. A sum of values which
    are one and the same place, or made of each other, holds by itself and confirms nothing.
    """
    confirmed: set[Place] = set()
    doubted: set[Place] = set()
    for check in bill.checks:
        sources = [bill.sources[path] for path in check.fields if path in bill.sources]
        places = {_place(source) for source in sources}
        if not check.holds:
            doubted |= places
        elif check.name not in ORDER and _own_places(sources, places):
            confirmed |= places
    return confirmed, doubted


def _own_places(sources: Sequence[Source], places: set[Place]) -> bool:
    return len(places) == len(sources) and not any(source.rule.startswith(_SUM_OF_METERS) for source in sources)


def _sums(bill: Bill, sources: Mapping[str, Source]) -> dict[str, Source]:
    """A sum of the meters is as sure as the least sure of them."""
    made = {}
    for path, source in sources.items():
        if source.rule.startswith(_SUM_OF_METERS):
            commodity = "gas" if path.startswith("gas") else "electric"
            parts = [
                sources[f"meters.{at}.consumption"]
                for at, meter in enumerate(bill.meters)
                if meter.type == commodity and f"meters.{at}.consumption" in sources
            ]
            if parts:
                made[path] = _with(source, min(parts, key=lambda part: part.confidence).grounds)
    return made


def _printed_again(text: str, page_text: str) -> bool:
    words = " ".join(text.split()).lstrip("$ ")
    if sum(map(str.isalnum, words)) < _TELLING or page_text.count(words) < 2:
        return False
    found = re.finditer(rf"(?<![\w.,]){re.escape(words)}(?![\w]|[.,]\d)", page_text)
    return len([match.start() for match, _ in zip(found, range(2), strict=False)]) > 1
