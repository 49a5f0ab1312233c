"""What a parser for another company can begin with: its name, its marks, and rules that find something on a document.

A rule is proposed where a label with a plausible value beside it or below it stands on the page, and where the generic
parser, which settles values by the bill's own sums, reads the same. Nothing that a document says of its customer is in
a sketch: labels and places, and of values only the form in which they are printed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from parsers.finding.addresses import AddressBlock
from parsers.finding.kinds import BILL_KINDS, ENERGY, METER_KINDS, Kind
from parsers.finding.labels import find
from parsers.finding.meters import EachMeter
from parsers.finding.outcome import Field, Found, Missing, Scope
from parsers.finding.patterns import InLine
from parsers.finding.places import Below, RightOf
from parsers.finding.region import Region, Sheet
from parsers.finding.rules import Rule
from parsers.finding.search import Search
from parsers.forms import form_of
from parsers.generic.bill import read_generic
from parsers.generic.cells import Board
from parsers.generic.pointing import Pointing
from parsers.model import Bill, DocumentKind
from parsers.pdf.document import open_document
from parsers.registry import UTILITIES, claims, prints_all

Words = Literal["right_of", "below", "row_end", "in_line", "address_below", "address_right_of"]
LONGEST_LABEL = 60
LONGEST_BEFORE_DAYS = 36
ADDRESS_LABELS = (
    *("Service Address", "Service address", "SERVICE ADDRESS", "Service Location", "SERVICE LOCATION"),
    *("Service to", "Service To", "Service for", "Service For", "SERVICE FOR", "Service at", "Premises Address"),
)
OF_METER = {"meter_id": "meter.id", "consumption": "meter.consumption", "tariff": "meter.tariff"}
_BESIDE = re.compile(r"(?:right of|below|beside) '(?P<label>[^']+)'")
_BETWEEN_DAYS = r" (?:to|through|thru|-|\u2013) "
_DOMAIN = re.compile(
    r"(?<![@\w.-])(?:www\.)?(?P<domain>[a-z][a-z0-9-]{1,40}\.(?:com|org|net|gov|coop))\b", re.IGNORECASE
)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Placed(_Model):
    """Where words stand on a page, in points from its upper left corner, and how large they are."""

    page: int
    x: float
    top: float
    size: float


class Idea(_Model):
    """A rule that finds a field; ``form`` is that of the printed value (``parsers.forms``)."""

    field: str
    words: Words
    label: str
    form: str
    label_at: Placed
    value_at: Placed


class Sketch(_Model):
    """What was seen of one document. ``claimed_by`` is the parser that reads it already.

    ``marks`` holds, for each page, what of the company's names and of the labels it prints.
    """

    claimed_by: str | None = None
    kind: str
    detail: str | None = None
    name: str | None = None
    domains: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    gas_unit: str | None = None
    marks: tuple[tuple[str, ...], ...] = ()
    ideas: tuple[Idea, ...] = ()


def sketch(path: Path, name: str | None = None) -> Sketch:
    """What a parser for the company of this document, of that name, can begin with. Raises ``DocumentError``."""
    with open_document(path) as opened:
        sheets = [Sheet(page) for page in opened.pages]
        claimed = claims(sheets)
        if claimed:
            return Sketch(claimed_by=claimed[0].code, kind="bill")
        document = read_generic(sheets, [])
        if not document.bills:
            return Sketch(kind=document.document.value, detail=document.detail)
        bill = document.bills[0]
        pages = [sheet for sheet in sheets if bill.pages[0] <= sheet.number <= bill.pages[1]]
        return _of_bill(bill, pages, name or _name(bill))


def _of_bill(bill: Bill, pages: Sequence[Sheet], name: str | None) -> Sketch:
    known = _known_words() | frozenset(re.findall(r"[a-z]+", (name or "").casefold()))
    ideas = [
        idea
        for field, label in dict.fromkeys(_candidates(bill, pages))
        if _harmless(label, known)
        for idea in _ideas(field, label, bill, pages)
    ]
    services = {meter.type for meter in bill.meters}
    domains = _domains(pages)
    texts = dict.fromkeys([*([name] if name else []), *domains, *(idea.label for idea in ideas)])
    return Sketch(
        kind=DocumentKind.BILL.value,
        name=name,
        domains=tuple(domains),
        services=tuple(service for service in ("electric", "gas") if service in services) or ("electric",),
        gas_unit=bill.gas_consumption_unit,
        marks=tuple(tuple(text for text in texts if prints_all([sheet], (text,))) for sheet in pages),
        ideas=tuple(ideas),
    )


def _name(bill: Bill) -> str | None:
    """The company's name as the generic parser says that it is printed."""
    source = bill.sources.get("utility")
    quoted = re.search(r"'(?P<name>[^']+)'", source.rule) if source else None
    return quoted["name"] if quoted else None


def _domains(pages: Sequence[Sheet]) -> list[str]:
    """Web addresses, the one that is printed most first; the domains of mail addresses may be the customer's."""
    found = [match["domain"].casefold() for sheet in pages for match in _DOMAIN.finditer(sheet.page.plain_text)]
    return sorted(set(found), key=lambda domain: (-found.count(domain), domain))


def _candidates(bill: Bill, pages: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    """Fields with labels that may be theirs: those that the generic parser went by, then all that are worded so."""
    for path, source in bill.sources.items():
        field = re.sub(r"^meters\.\d+\.", "meter.", path)
        for match in _BESIDE.finditer(source.rule):
            yield field, match["label"].strip(" :")
    pointing = Pointing([Board(sheet) for sheet in pages if sheet.page.usable_text])
    for wording, labels in pointing.labels.items():
        for label in labels:
            if label.rank == 0:
                fields = ("billing_period_from", "billing_period_to") if wording == "period" else (wording,)
                yield from ((OF_METER.get(field, field), label.cell.text.strip(" :")) for field in fields)
    yield from (("meter.address", label) for label in ADDRESS_LABELS)


def _ideas(field: str, label: str, bill: Bill, pages: Sequence[Sheet]) -> Iterator[Idea]:
    name = field.removeprefix("meter.")
    of_meter = field.startswith("meter.")
    known = METER_KINDS if of_meter else BILL_KINDS
    if name not in known or name == "past_due" or (of_meter and name.startswith("billing_period")):
        return
    kind = ENERGY if field == "meter.consumption" and bill.meters and bill.meters[0].type == "electric" else known[name]
    for words, rule in _rules(name, label).items():
        found = _read(rule, Field(name, name, kind), pages)
        if found and _plausible(field, found.value, bill):
            idea = _idea(field, words, label, found, kind, pages)
            if idea:
                yield idea


def _rules(name: str, label: str) -> Mapping[Words, Rule]:
    if name == "address":
        return {
            "address_below": AddressBlock((label,)),
            "address_right_of": AddressBlock((label,), right=True),
        }
    if name.startswith("billing_period"):
        if len(label) > LONGEST_BEFORE_DAYS:
            return {}
        return {"in_line": Search(InLine(period_pattern(label)))}
    return {
        "right_of": Search(RightOf((label,))),
        "below": Search(Below((label,))),
        "row_end": Search(RightOf((label,), at_end=True)),
    }


def period_pattern(label: str) -> str:
    """The pattern of a line in which a label is followed by two days."""
    return (
        rf"{re.escape(label).replace(chr(92) + ' ', ' ')}:? {{billing_period_from}}{_BETWEEN_DAYS}{{billing_period_to}}"
    )


def _read(rule: Rule, wanted: Field, pages: Sequence[Sheet]) -> Found | None:
    region = Region.of_pages(pages)
    outcome = rule.read(Scope(region, region, lambda _: Missing("not read"), []), wanted)
    return outcome if isinstance(outcome, Found) else None


def _plausible(field: str, value: Any, bill: Bill) -> bool:
    """Whether the generic parser reads the same, or has nothing to say of it."""
    if field.startswith("meter."):
        name = field.removeprefix("meter.")
        told = {getattr(meter, name) for meter in bill.meters} - {None}
        return not told or value in told
    other = getattr(bill, field)
    return other is None or other == value


def _idea(field: str, words: Words, label: str, found: Found, kind: Kind, pages: Sequence[Sheet]) -> Idea | None:
    spots = find(Region.of_pages(pages), label)
    near = [spot for spot in spots if spot.page == found.span.page and spot.box[1] <= found.span.box[3]]
    if not near:
        return None
    spot = max(near, key=lambda spot: spot.box[1])
    first = pages[0].number
    return Idea(
        field=field,
        words=words,
        label=label,
        form="address" if field == "meter.address" else form_of(kind, found.span.text),
        label_at=Placed(page=spot.page - first + 1, x=spot.box[0], top=spot.box[1], size=spot.size),
        value_at=Placed(
            page=found.span.page - first + 1,
            x=found.span.box[0],
            top=found.span.box[1],
            size=found.span.words[0].size,
        ),
    )


def _harmless(label: str, known: frozenset[str]) -> bool:
    """Whether the label is made of words that other bills print too, so that it can hold nobody's name."""
    words = re.findall(r"[a-z]+", label.casefold())
    plain = re.fullmatch(r"[A-Za-z #&/().,:'-]+", label) is not None
    return bool(words) and plain and len(label) <= LONGEST_LABEL and set(words) <= known


@cache
def _known_words() -> frozenset[str]:
    """The words of the labels of all parsers."""
    texts = [str(rule) for utility in UTILITIES for rule in (*utility.rules.values(), *utility.evidence.values())]
    meters = [meters for utility in UTILITIES for meters in utility.meters if isinstance(meters, EachMeter)]
    texts += [str(rule) for meter in meters for rule in meter.rules.values()]
    texts += ADDRESS_LABELS
    return frozenset(word for text in texts for word in re.findall(r"[a-z]+", text.casefold()))
