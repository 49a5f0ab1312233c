"""Words and numbers that describe a meter's service: its rate, its address, its identifiers."""

import re
from collections.abc import Iterator, Sequence

from parsers.finding.addresses import AddressBlock, address_parts
from parsers.finding.kinds import ATTRIBUTE_KINDS, TEXT
from parsers.finding.lines import Span
from parsers.finding.outcome import Field, Found, Scope
from parsers.finding.region import Region
from parsers.generic.cells import Cell, bare
from parsers.generic.pointing import Label, Pointing
from parsers.generic.wordings import fields_of, is_label
from parsers.model import Address

ALIGNED = 3.0  # points between the left edges of a label and what stands under it
NEXT_LINE = 1.9  # heights
NEAR = 9.0  # heights: what stands further to the right is another column's
ADDRESS_LINES = 8.0  # heights of text below its label
_NOT_A_TARIFF = re.compile(
    r"(?i)^(?:and|is|are|for|the|per|view|see|schedules?|information|change|charges?|applies|of|increase|on|in|from"
    r"|adjust\w*|units?|amount|type|description|this|last|year|month|water|sewer|refuse)\b"
)
_TARIFF_ENDS = re.compile(
    r"\s+(?:for|from)\s+(?=[A-Z][a-z]{2,8}\.? \d|\d)|\.\s+(?=[A-Z])|\.$|\s*:?\s*\(\s*\d|\s*:\s*$|,?\s+(?=VOLTAGE|CYCLE"
    r"|METERING|(?:Climate|Baseline|Billing|Meter|Service|Cycle|Voltage)"
    r" (?:Zone|Allowance|Period|Reading|Voltage|Level)\b)"
)
_RATE_IS = re.compile(
    r"(?i)\b(?:your )?(?:current |electric |gas )*rate (?:schedule |class |code |plan )?is:? (?P<name>[A-Z].*)"
)
_LOAD_ZONE = re.compile(r"(?i)load ?zone:? ([A-Z][\w/ ]{1,20})")
_STREET_LINE = re.compile(r"\d+[A-Z]?(?:-\d+)? +[A-Za-z0-9][A-Za-z0-9 .,#/'-]{3,60}")
_CITY_BEHIND = re.compile(
    r"(?P<before>.+?),? (?P<state>[A-Z]{2}) (?P<postal_code>\d{5})(?:-(?P<postal_code_suffix>\d{4}))?"
)
_STREET_AND_CITY = re.compile(
    r"(?P<line_1>\d+\S* .*?\b(?:unit|apt|ste|suite|bldg|lot|rm|fl)\.? ?#?\w+"
    r"|\d+\S* .*?\b(?:st|street|ave?|avenue|rd|road"
    r"|dr|drive|ln|lane|blvd|ct|court|pl|place|way|pkwy|hwy|cir|circle|ter|trl|tpke)\b\.?) (?P<city>[A-Za-z .'-]+)",
    re.IGNORECASE,
)


def tariffs(pointing: Pointing) -> list[Found]:
    """Every rate's name that stands beside its label."""
    found = [one for label in pointing.labels.get("tariff", ()) if (one := _tariff(label))]
    for board in pointing.boards:
        for line in board.sheet.lines:
            match = _RATE_IS.search(line.text)
            if match and "." in match["name"] and (end := _end(match["name"])) and _is_tariff(match["name"][:end]):
                begin = match.start("name")
                found.append(Found(match["name"][:end], line.span(begin, begin + end), "behind 'rate is'"))
    return found


def _tariff(label: Label) -> Found | None:
    cell = _text_beside(label)
    if cell is not None and (cell.leads or label.cell.text.endswith(":")):
        text = cell.text.strip(" :.-#")
        text = text[: _end(text)].strip(" ,:")
        begin = cell.line.text.find(text, cell.begin)
        if _is_tariff(text) and begin >= 0:
            return Found(text, cell.line.span(begin, begin + len(text)), f"beside {label}")
    return _tariff_below(label) if cell is None and label.cell.leads else None


def _tariff_below(label: Label) -> Found | None:
    """A rate's name on one or more lines that begin right under its label."""
    lines: list[Cell] = []
    for cell in label.board.below(label.cell, 6.0):
        last = lines[-1] if lines else label.cell
        aligned = abs(cell.box[0] - label.cell.box[0]) < ALIGNED
        if not cell.leads or not aligned or cell.baseline - last.baseline > NEXT_LINE * last.height:
            continue
        if is_label(cell.bare):
            break
        end = next((end for begin, end in cell.line.phrases if begin <= cell.begin < end), cell.end)
        words = cell.line.words_between(cell.begin, end)
        lines.append(Cell(cell.line, cell.begin, end, "words", words, leads=True))
    text = " ".join(line.text for line in lines)
    if not lines or not _is_tariff(text) or not re.search("[A-Za-z]{3}", text):
        return None
    words = tuple(word for line in lines for word in line.words)
    return Found(text, Span(lines[0].page, words, text), f"below {label}")


def _text_beside(label: Label) -> Cell | None:
    """All text in the part of the line that follows the label, numbers in it included."""
    row = [cell for cell in label.board.right_of(label.cell) if cell.line is label.cell.line]
    if not row or row[0].form in {"money", "date", "range"}:
        return None
    first = row[0]
    if first.box[0] - label.cell.box[2] > NEAR * label.cell.height:
        return None
    end = next((end for begin, end in first.line.phrases if begin <= first.begin < end), first.end)
    labels = [cell.begin for cell in row[1:] if cell.text.endswith(":") and is_label(cell.bare) and cell.begin < end]
    last = min([end, *labels])
    words = first.line.words_between(first.begin, last)
    return Cell(first.line, first.begin, last, "words", words, leads=first.leads)


def _end(text: str) -> int:
    match = _TARIFF_ENDS.search(text)
    return match.start() if match else len(text)


def _is_tariff(name: str) -> bool:
    if not 1 < len(name) <= 80 or _NOT_A_TARIFF.match(name) or not re.search(r"[A-Za-z0-9]", name):
        return False
    return not re.match(r"[$.,% ]*\d*\.\d", name) and not fields_of(bare(name)) and len(name.split()) <= 12


def addresses(pointing: Pointing, scope: Scope) -> list[Found]:
    """The service address at each of its labels: right of it or below, or the street alone where no city follows."""
    labels = [label for label in pointing.labels.get("address", ()) if label.cell.leads and not label.cell.below]
    found = [one for label in labels if (one := _address(label, scope))]
    whole = [one for one in found if one.value.city]
    return whole or found


def _address(label: Label, scope: Scope) -> Found | None:
    cell = label.cell
    reach = cell.line.baseline + ADDRESS_LINES * max(cell.height, 8.0)
    area = label.board.sheet.whole.cut(after=cell.line.baseline - 3.0, upto=reach)
    text = cell.text.rstrip(" :")
    wanted = Field("address", "meter.address", TEXT)
    partial = None
    for right in (True, False):
        outcome = AddressBlock((text,), right=right).read(scope.confined(Region([area])), wanted)
        if isinstance(outcome, Found) and outcome.value.line_1:
            return outcome
        partial = partial or (outcome if isinstance(outcome, Found) else None)
    return _beside_and_below(label) or partial or _street_alone(label)


def _beside_and_below(label: Label) -> Found | None:
    """A street to the right of its label, and its city centred below."""
    street = _text_beside(label)
    if street is None or not _STREET_LINE.fullmatch(street.text):
        return None
    for line in label.board.sheet.lines:
        if 0 < line.baseline - street.line.baseline <= NEXT_LINE * street.height:
            spans = [line.span(*phrase) for phrase in line.phrases]
            under = [span for span in spans if span.box[0] < street.box[2] and span.box[2] > street.box[0]]
            if under and (parts := address_parts([street.span, under[0]], f"beside {label}")):
                return Found(
                    Address(**{name: one.value for name, one in parts.items()}), street.span, f"beside {label}", parts
                )
    return None


def _street_alone(label: Label) -> Found | None:
    """An address in one line to the right of its label."""
    cell = _text_beside(label)
    if cell is None:
        return None
    text, rule = cell.text.strip(), f"right of {label}"
    behind = _CITY_BEHIND.fullmatch(text)
    if behind:
        parted = _STREET_AND_CITY.fullmatch(behind["before"])
        if not parted:
            return None
        fields = behind.groupdict() | parted.groupdict()
        parts = {name: Found(value, cell.span, rule) for name, value in fields.items() if value and name != "before"}
        return Found(Address(**{name: one.value for name, one in parts.items()}), cell.span, rule, parts)
    if not _STREET_LINE.fullmatch(text):
        return None
    return Found(Address(line_1=text), cell.span, rule, {"line_1": Found(text, cell.span, rule)})


def attributes(pointing: Pointing) -> dict[str, Sequence[Found]]:
    """The identifiers of a service, each with all its places."""
    found = {name: list(_identifiers(pointing, name)) for name in ATTRIBUTE_KINDS}
    return {name: values for name, values in found.items() if values}


def _identifiers(pointing: Pointing, name: str) -> Iterator[Found]:
    if name == "loadzone":
        yield from _load_zones(pointing)
    for label in pointing.labels.get(name, ()):
        beside = [cell for cell in label.board.right_of(label.cell)[:1] if _identifies(cell, name)]
        below = [cell for cell in label.board.below(label.cell, 2.5)[:1] if _identifies(cell, name)]
        for cell in (beside or below)[:1]:
            yield Found(cell.text, cell.span, f"beside {label}")


def _load_zones(pointing: Pointing) -> Iterator[Found]:
    for board in pointing.boards:
        for line in board.sheet.lines:
            for begin, end in line.phrases:
                match = _LOAD_ZONE.fullmatch(line.text[begin:end])
                if match:
                    yield Found(match[1], line.span(begin + match.start(1), begin + match.end(1)), "behind 'Loadzone'")


def _identifies(cell: Cell, name: str) -> bool:
    if name == "loadzone":
        return cell.form == "words" and len(cell.text.split()) <= 2 and not is_label(cell.bare)
    return cell.form in {"number", "code"} and sum(char.isdigit() for char in cell.text) >= 6
