"""The numbers of a bill's meters, each at the place where its readings stand."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from parsers.errors import UnreadableError
from parsers.finding.outcome import Found
from parsers.finding.values import identifier
from parsers.generic.cells import Cell, bare
from parsers.generic.pointing import Label, Pointing
from parsers.generic.quantities import Used
from parsers.generic.spreading import apart

LONG = 14  # characters: a longer number may be wrapped
TABLE = 60.0  # heights: a column of meter numbers is no longer
DIGITS_OF_METER = range(4, 20)
_OF_WATER = re.compile(r"(?i)\bhcf\b|\bk?gal(?:lons?)?\b|\bwater\b")
_METER = re.compile(r"[#:\s-]*(?P<id>(?=[A-Z0-9-]*\d)[A-Z]{0,5}-?[0-9][A-Z0-9]*(?:-[A-Z0-9]+)*)(?![\w/.,])")


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


def meter_numbers(pointing: Pointing, found: Sequence[Used], account: str | None) -> list[MeterNumber]:
    """Every meter number once, in reading order: of its places the one that is nearest to a reading."""
    places: dict[str, list[MeterNumber]] = {}
    for label in pointing.labels.get("meter_id", ()):
        for number in _numbers(label):
            if number.plain != bare(account or ""):
                places.setdefault(number.plain, []).append(number)
    telling = [used for used in found if used.kind in ("reading", "labelled")]
    numbers = [min(group, key=lambda number: _to_nearest(number, telling)) for group in places.values()]
    return sorted(numbers, key=lambda number: number.place)


def _to_nearest(number: MeterNumber, telling: Sequence[Used]) -> float:
    return min((apart(number, used) for used in telling), default=0.0)


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
    if cell.form in {"money", "quantity", "range", "rate"} or _OF_WATER.search(cell.line.text):
        return None
    match = _METER.match(cell.line.text, cell.begin)
    if not match or match.start("id") >= cell.end + 3:
        return None
    text, begin, end = match["id"], *match.span("id")
    rest = _wrapped_rest(cell, label) if len(text) >= LONG else ""
    text += rest
    if sum(char.isdigit() for char in text) not in DIGITS_OF_METER or len(text) < 4:
        return None
    try:
        return MeterNumber(identifier(text), cell, begin, end, label)
    except UnreadableError:
        return None


def _wrapped_rest(cell: Cell, label: Label) -> str:
    """The last characters of a long number that did not fit into its column."""
    for lower in label.board.below(cell, 2.0):
        if abs(lower.box[0] - cell.box[0]) < 2.0 and re.fullmatch(r"[A-Z0-9]{1,4}", lower.text) and lower.leads:
            return lower.text
    return ""
