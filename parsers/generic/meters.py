"""The meters of a bill: their numbers, what each of them counted, tariff, demand and address."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from parsers.addresses import AddressBlock
from parsers.errors import UnreadableError
from parsers.generic.cells import Cell, bare
from parsers.generic.pointing import Label, Pointing
from parsers.generic.usage import Settled, Unit, Used, settle
from parsers.generic.wordings import fields_of
from parsers.meters import Commodity, MeterRead
from parsers.model import Address
from parsers.outcome import Field, Found, Missing, Outcome, Scope
from parsers.values import identifier

TABLE = 60.0  # heights: a column of meter numbers is no longer
DIGITS_OF_METER = range(4, 20)
_METER = re.compile(r"[#:\s-]*(?P<id>(?=[A-Z0-9-]*\d)[A-Z]{0,5}[0-9][A-Z0-9]*(?:-[A-Z0-9]+)*)(?![\w/.,])")
_NOT_A_TARIFF = re.compile(r"(?i)^(?:and|is|are|for|the|per|view|see|schedules?|information|change|charges?|applies)\b")
_TARIFF_ENDS = re.compile(r"\s+(?:for|from)\s+(?=[A-Z][a-z]{2,8}\.? \d|\d)|\.\s+(?=[A-Z])|\.$|\s*\(\s*$")
_STREET_LINE = re.compile(r"\d+[A-Z]?(?:-\d+)? +[A-Za-z0-9][A-Za-z0-9 .,#/'-]{3,60}")
_SERVICES: dict[Unit, Commodity] = {"kwh": "electric", "kw": "electric", "therms": "gas", "ccf": "gas"}


@dataclass(frozen=True, eq=False)
class MeterNumber:
    text: str
    cell: Cell
    begin: int
    end: int
    label: Label

    @property
    def plain(self) -> str:
        return bare(self.text)

    @property
    def place(self) -> tuple[int, float]:
        return self.cell.page, self.cell.line.baseline

    @property
    def found(self) -> Found:
        return Found(self.text, self.cell.line.span(self.begin, self.end), f"beside {self.label}")


def meter_numbers(pointing: Pointing, account: str | None) -> list[MeterNumber]:
    """Every meter number once, at its first place in reading order."""
    numbers: dict[str, MeterNumber] = {}
    for label in pointing.labels.get("meter_id", ()):
        for number in _numbers(label):
            if number.plain != bare(account or ""):
                numbers.setdefault(number.plain, number)
    return sorted(numbers.values(), key=lambda number: number.place)


def _numbers(label: Label) -> Iterator[MeterNumber]:
    beside = label.board.right_of(label.cell)[:1]
    if beside and (number := _number(beside[0], label)):
        yield number
        return
    if label.rank:
        return
    found = False
    for cell in label.board.below(label.cell, TABLE):
        number = _number(cell, label)
        if number:
            found = True
            yield number
        elif found or cell.baseline - label.cell.baseline > 5 * label.cell.height:
            return


def _number(cell: Cell, label: Label) -> MeterNumber | None:
    if cell.form in {"money", "quantity", "range", "rate"}:
        return None
    match = _METER.match(cell.line.text, cell.begin)
    if not match or match.start("id") >= cell.end + 3:
        return None
    text = match["id"]
    if sum(char.isdigit() for char in text) not in DIGITS_OF_METER or len(text) < 4:
        return None
    try:
        return MeterNumber(identifier(text), cell, *match.span("id"), label)
    except UnreadableError:
        return None


def read_meters(
    numbers: Sequence[MeterNumber],
    found: Sequence[Used],
    whole: dict[Commodity, Settled | str],
    shared: dict[str, Outcome],
) -> list[MeterRead]:
    """A meter for each number, each with the evidence that stands with it."""
    services: list[Commodity] = [service for service, settled in whole.items() if isinstance(settled, Settled)]
    if len(numbers) <= 1 and len(services) <= 1:
        return _only(numbers, whole, services, found, shared)
    return list(_several(numbers, found, services, shared))


def _only(
    numbers: Sequence[MeterNumber],
    whole: dict[Commodity, Settled | str],
    services: Sequence[Commodity],
    found: Sequence[Used],
    shared: dict[str, Outcome],
) -> list[MeterRead]:
    shown = {_SERVICES[used.unit] for used in found}
    service = services[0] if services else shown.pop() if len(shown) == 1 else None
    if service is None or not (numbers or services):
        return []
    settled = whole[service]
    consumption = consumed(settled) if isinstance(settled, Settled) else Missing(settled)
    number: Outcome = numbers[0].found if numbers else Missing("no meter number is printed")
    fields = {**shared, "id": number, "consumption": consumption}
    fields["demand_kw"] = demand(found) if service == "electric" else Missing("a gas meter has no demand")
    place = numbers[0].place if numbers else (1, 0.0)
    return [MeterRead(service, _gas_unit(settled), fields, {}, *place)]


def _several(
    numbers: Sequence[MeterNumber], found: Sequence[Used], services: Sequence[Commodity], shared: dict[str, Outcome]
) -> Iterator[MeterRead]:
    before = _stand_before(numbers, found)
    for at, number in enumerate(numbers):
        if before:
            start = numbers[at - 1].place if at else (0, 0.0)
            mine = [used for used in found if start < used.place <= number.place]
        else:
            end = numbers[at + 1].place if at + 1 < len(numbers) else (10**6, 0.0)
            mine = [used for used in found if number.place <= used.place < end]
        shown = {_SERVICES[used.unit] for used in mine if used.kind in ("labelled", "reading", "charged")}
        service = shown.pop() if len(shown) == 1 else services[0] if len(services) == 1 else None
        if service is None:
            continue
        units: list[Unit] = ["kwh"] if service == "electric" else ["therms", "ccf"]
        settled = settle(mine, units)
        consumption = consumed(settled) if isinstance(settled, Settled) else Missing(settled)
        fields = {**shared, "id": number.found, "consumption": consumption}
        fields["demand_kw"] = demand(mine) if service == "electric" else Missing("a gas meter has no demand")
        yield MeterRead(
            service, _gas_unit(settled) or ("therms" if service == "gas" else None), fields, {}, *number.place
        )


def _stand_before(numbers: Sequence[MeterNumber], found: Sequence[Used]) -> bool:
    """Whether the readings of a meter stand above its number instead of below it."""
    if not numbers:
        return False
    first, last = numbers[0].place, numbers[-1].place
    telling = [used.place for used in found if used.kind in ("reading", "labelled") and used.place[0] == first[0]]
    above = any(place < first for place in telling)
    behind = any(used.place >= last for used in found if used.kind in ("reading", "labelled"))
    return above and not behind


def _gas_unit(settled: Settled | str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    if isinstance(settled, Settled) and settled.unit in ("therms", "ccf"):
        return settled.unit
    return None


def consumed(settled: Settled) -> Found:
    """What was used, in the unit of the record."""
    amount = int(settled.amount * 1000) if settled.unit == "kwh" else settled.amount
    return Found(amount, settled.source.cell.span, settled.rule)


_NOT_OF_THIS_BILL = re.compile(
    r"contract|threshold|12[- ]?mo|history|last|annual|minimum|allow|ratchet|previous|year|maximum ?demand ?last|highest|kvar"
    r"|capacity ?tag|obligation|per ?kw|first|over|next|up ?to",
    re.I,
)


def demand(found: Sequence[Used]) -> Outcome:
    """The highest kW that is printed for a meter."""
    offered = [used for used in found if used.unit == "kw" and not _NOT_OF_THIS_BILL.search(_before(used.cell))]
    if not offered:
        return Missing("no demand is printed")
    most = max(offered, key=lambda used: (used.amount, used.worth))
    if most.amount <= Decimal(0):
        return Missing("no demand is printed")
    return Found(most.amount, most.cell.span, f"highest demand; {most.rule}")


def _before(cell: Cell) -> str:
    return cell.line.text[: cell.begin]


def read_tariff(pointing: Pointing) -> Outcome:
    """The rate's name beside its label, where the bill prints one."""
    names: dict[str, Found] = {}
    for label in pointing.labels.get("tariff", ()):
        text = _phrase_beside(label)
        if text:
            begin, end = text
            line = label.cell.line
            printed = " ".join(line.text[begin:end].split())
            names.setdefault(bare(printed), Found(printed, line.span(begin, end), f"beside {label}"))
    if not names:
        return Missing("no label of it with a name")
    if len(names) > 1:
        return Missing("several rates are printed")
    return next(iter(names.values()))


def _phrase_beside(label: Label) -> tuple[int, int] | None:
    """What follows the label in its own part of the line, or in the next one where nothing follows."""
    line, begin = label.cell.line, label.cell.end
    if label.cell.below:
        return None
    for start, end in line.phrases:
        if end > begin + 1:
            first = max(begin, start)
            text = line.text[first:end]
            stripped = text.lstrip(" :.-#")
            first += len(text) - len(stripped)
            cut = _TARIFF_ENDS.search(stripped)
            last = first + (cut.start() if cut else len(stripped))
            name = line.text[first:last].strip()
            if _is_tariff(name):
                return first, last
            return None
    return None


def _is_tariff(name: str) -> bool:
    if not 1 < len(name) <= 80 or _NOT_A_TARIFF.match(name) or not re.search(r"[A-Za-z]", name):
        return False
    return not re.match(r"[$\d.,% ]+$", name) and not fields_of(bare(name)) and len(name.split()) <= 12


def read_address(pointing: Pointing, scope: Scope, wanted: Field) -> Outcome:
    """The service address at its label, to the right of it or below; the street alone where no city follows."""
    labels = [label for label in pointing.labels.get("address", ()) if label.cell.leads and not label.cell.below]
    texts = tuple(dict.fromkeys(label.cell.text.rstrip(" :") for label in labels if label.rank == 0))
    if not texts:
        return Missing("no label of it")
    reason = ""
    for right in (True, False):
        outcome = AddressBlock(texts, right=right).read(scope, wanted)
        if isinstance(outcome, Found):
            return outcome
        reason = reason or outcome.reason
        if outcome.reason.endswith("are printed"):
            return outcome
    return _street_alone(labels) or Missing(reason)


def _street_alone(labels: Sequence[Label]) -> Found | None:
    """A street in one line to the right of its label."""
    for label in labels:
        beside = label.cell.line.text[label.cell.end :].lstrip(" :")
        begin = len(label.cell.line.text) - len(beside)
        end = next((end for start, end in label.cell.line.phrases if start <= begin < end), begin)
        text = label.cell.line.text[begin:end].strip()
        if _STREET_LINE.fullmatch(text):
            span = label.cell.line.span(begin, end)
            rule = f"right of {label}"
            return Found(Address(line_1=text), span, rule, {"line_1": Found(text, span, rule)})
    return None
