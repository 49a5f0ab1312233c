"""How much was used: what labels say, what readings make, what was charged for."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import permutations
from typing import Literal

from parsers.errors import UnreadableError
from parsers.generic.cells import Board, Cell
from parsers.generic.pointing import Pointed, Pointing
from parsers.values import quantity

Unit = Literal["kwh", "kw", "therms", "ccf"]
Kind = Literal["labelled", "reading", "charged", "printed"]
WORTH: dict[Kind, float] = {"labelled": 3.0, "reading": 3.0, "charged": 1.0, "printed": 0.5}
CERTAIN = 2.5
CLEARLY = 1.25
MOST_NUMBERS = 9  # in a row of readings
WITH_UNIT = 1.2  # what a unit behind the value adds to the worth of its label
HEADINGS = 6.0  # heights between a row of a small table and its headings
LEAST_READING = 100

_UNITS: dict[str, Unit] = {
    "kwh": "kwh", "onkwh": "kwh", "offkwh": "kwh", "kwhs": "kwh", "kh": "kwh", "kilowatthours": "kwh", "kilowatthour": "kwh",
    "kw": "kw", "therms": "therms", "therm": "therms", "thm": "therms", "thms": "therms", "ccf": "ccf",
}  # fmt: skip
_PAST = re.compile(
    r"average|avg|per ?day|daily|last ?year|year ?ago|history|compar|previous ?12|12[- ]?month|annual|to ?date|typical"
    r"|baseline|allowance|allocat|would|threshold|contract|minimum|block|first|next|over|up ?to|tier|bank|carr"
    r"|price|example|equal|appx|highest|past|home|neighbo",
    re.IGNORECASE,
)
_PRICED = re.compile(r"^[\s)]*(?:x|@|at|times|\*)\s*-?\$?\s*\.?\d", re.IGNORECASE)
_PRICE_BEFORE = re.compile(r"(?:\d\s*(?:x|@)|\$\s?\d*\.\d+\s*(?:/|per)?)\s*$", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Used:
    """A quantity with its unit, and what kind of evidence it is."""

    amount: Decimal
    unit: Unit
    kind: Kind
    worth: float
    cell: Cell
    rule: str

    @property
    def place(self) -> tuple[int, float]:
        return self.cell.page, self.cell.line.baseline


def evidence(pointing: Pointing) -> list[Used]:
    """All quantities of the pages that may be of this period's usage."""
    found = [*_labelled(pointing), *_demands(pointing)]
    for board in pointing.boards:
        found.extend(_quantities(board))
        found.extend(_readings(board))
    return found


def unit_of(text: str) -> Unit | None:
    letters = re.sub(r"[^a-z]", "", text.casefold())
    return _UNITS.get(letters)


def _amount(text: str) -> Decimal | None:
    try:
        return quantity(re.sub(r"\s?[A-Za-z][A-Za-z -]*\.?$", "", text))
    except UnreadableError:
        return None


def _labelled(pointing: Pointing) -> Iterator[Used]:
    for one in pointing.to("consumption", ("quantity", "number", "money")):
        if "$" in one.cell.text:
            continue
        label = one.label.cell
        unit = unit_of(one.cell.text) if one.cell.form == "quantity" else _unit_in(label.bare)
        amount = _amount(one.cell.text)
        if unit is None or amount is None or unit == "kw" or "%" in one.cell.text or _PAST.search(label.text):
            continue
        if one.cell.form != "quantity" and one.worth < 1.0:
            continue
        if one.where == "below" and _in_history(pointing, one.cell):
            continue
        cell = one.cell if one.where == "below" or one.cell.form == "quantity" else _this_month(one)
        amount = _amount(cell.text) if cell else None
        if cell is None or amount is None:
            continue
        worth = one.worth + (WITH_UNIT if one.cell.form == "quantity" and one.label.cell.leads else 0.0)
        yield Used(amount, unit, "labelled", min(worth, WORTH["labelled"]), cell, one.rule)


def _demands(pointing: Pointing) -> Iterator[Used]:
    """What labels of a demand point to, in kW."""
    for one in pointing.to("demand_kw", ("quantity",)):
        amount = _amount(one.cell.text)
        if amount is not None and unit_of(one.cell.text) == "kw" and not _PAST.search(one.label.cell.text):
            yield Used(amount, "kw", "labelled", min(one.worth, WORTH["labelled"]), one.cell, one.rule)


def _this_month(pointed: Pointed) -> Cell | None:
    """The number beside a label; of several in a row the one whose column is headed as this month's."""
    board = pointed.label.board
    row = [cell for cell in board.right_of(pointed.label.cell) if cell.form in {"number", "money"}]
    if len(row) == 1:
        return row[0]
    headed = [
        cell
        for cell in row
        if any(re.search(r"(?i)\b(?:this|current)\b", over.text) for over in board.above(cell, HEADINGS)[:4])
    ]
    return headed[0] if len(headed) == 1 else None


def _in_history(pointing: Pointing, cell: Cell) -> bool:
    """Whether a number stands in a row that begins with a month: the usage of months past."""
    board = next(board for board in pointing.boards if board.sheet.number == cell.page)
    return any(
        re.match(r"(?i)(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", other.text)
        for other in board.left_of(cell)[:3]
    )


def _unit_in(words: str) -> Unit | None:
    for name, unit in (("kwh", "kwh"), ("kilowatt", "kwh"), ("therm", "therms"), ("ccf", "ccf")):
        if name in words:
            return unit  # type: ignore[return-value]  # the pairs above are units
    return None


def _quantities(board: Board) -> Iterator[Used]:
    for cell in board.cells:
        if cell.form != "quantity":
            continue
        unit, amount = unit_of(cell.text), _amount(cell.text)
        if unit is None or amount is None:
            continue
        text = cell.line.text
        before, behind = text[max(0, cell.begin - 60) : cell.begin], text[cell.end : cell.end + 30]
        priced = bool(_PRICED.match(behind) or _PRICE_BEFORE.search(before))
        if priced and not re.search(r"%\s*$", before):
            yield Used(amount, unit, "charged", WORTH["charged"], cell, "charged for")
        elif not _PAST.search(before) and not _PAST.search(behind[:15]):
            yield Used(amount, unit, "printed", WORTH["printed"], cell, "printed")


def _readings(board: Board) -> Iterator[Used]:
    """Rows in which the difference of two readings times the multiplier is printed as the usage."""
    rows: dict[float, list[Cell]] = defaultdict(list)
    for cell in board.cells:
        if cell.form in {"number", "quantity", "money"} and "$" not in cell.text:
            rows[cell.line.baseline].append(cell)
    for row in rows.values():
        if 3 <= len(row) <= MOST_NUMBERS and (found := _reading(board, row)):
            yield found


def _reading(board: Board, row: Sequence[Cell]) -> Used | None:
    numbers = [(cell, amount) for cell in row if (amount := _amount(cell.text)) is not None and "%" not in cell.text]
    for (_, first), (_, second) in permutations(numbers[:5], 2):
        difference = first - second
        if difference < 0 or first < LEAST_READING:
            continue
        if difference == 0 and not _nothing_used(row):
            continue
        for cell, usage in reversed(numbers[2:]):
            if usage in (first, second) or not _made(difference, usage, [n for _, n in numbers], first, second):
                continue
            unit = unit_of(cell.text) if cell.form == "quantity" else _unit_around(board, cell)
            if unit:
                return Used(usage, unit, "reading", WORTH["reading"], cell, "difference of the readings x multiplier")
    return None


def _nothing_used(row: Sequence[Cell]) -> bool:
    """Whether a row of equal readings says that they are readings, and that nothing was used."""
    kinds = re.findall(r"(?i)\b(?:actual|estimate[d]?|act|est)\b", row[0].line.text)
    last = _amount(row[-1].text)
    return len(kinds) == 2 and last == 0


def _made(difference: Decimal, usage: Decimal, numbers: Iterable[Decimal], *readings: Decimal) -> bool:
    if usage == difference and (len(usage.as_tuple().digits) >= 2 or usage == 0):
        return True
    exponent = usage.as_tuple().exponent
    step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    factors = [n for n in numbers if n not in (*readings, usage, difference, Decimal(0), Decimal(1))]
    products = [difference * factor for factor in factors]
    products += [difference * a * b for at, a in enumerate(factors) for b in factors[at + 1 :]]
    return any(product.quantize(step, ROUND_HALF_UP) == usage for product in products) and usage != 0


def _unit_around(board: Board, cell: Cell) -> Unit | None:
    """The unit of a number: in its row, or in the heading of its column."""
    row = [unit_of(word) for word in re.findall(r"[A-Za-z]+", cell.line.text)]
    units = {unit for unit in row if unit}
    if len(units) == 1:
        return units.pop()
    for over in board.above(cell, 16):
        if over.form in {"words", "quantity"}:
            words = over.bare
            if "kwh" in words or "kilowatthour" in words:
                return "kwh"
            if re.search(r"(?:^|[^a-z])kw$|^kw|demandkw", words):
                return "kw"
            if "therm" in words and "factor" not in words:
                return "therms"
            if "ccf" in words:
                return "ccf"
    return None


@dataclass(frozen=True)
class Settled:
    """The usage that the evidence agrees on. ``confirmed``: labels, readings and charges, two of them at least, do."""

    amount: Decimal
    unit: Unit
    source: Used
    rule: str
    worth: float
    confirmed: bool


def settle(found: Sequence[Used], units: Sequence[Unit]) -> Settled | str:
    """What was used, in the first of these units that the evidence settles; else the reason why it is not settled."""
    reason = "no quantity of it is printed"
    for unit in units:
        chosen = _settled([used for used in found if used.unit == unit], unit)
        if isinstance(chosen, Settled):
            return chosen
        if chosen:
            return chosen
    return reason


def _settled(found: Sequence[Used], unit: Unit) -> Settled | str:
    kinds: dict[Decimal, dict[Kind, Used]] = defaultdict(dict)
    for used in found:
        held = kinds[used.amount].get(used.kind)
        if held is None or used.worth > held.worth:
            kinds[used.amount][used.kind] = used
    summed = _sums(found)
    scores = {amount: sum(used.worth for used in by_kind.values()) for amount, by_kind in kinds.items()}
    for amount, (worth, used) in summed.items():
        if amount in scores:
            scores[amount] += worth
        elif worth >= 2.0:
            scores[amount] = worth
            kinds[amount] = {"reading": used}
    ordered = sorted(scores.items(), key=lambda item: -item[1])
    if not ordered:
        return ""
    (amount, score), *others = ordered
    rivals = [other for other, worth in others if score < CLEARLY * worth and not _near(other, amount)]
    if score < CERTAIN:
        return "no label, reading or charge settles it"
    if rivals:
        return "several quantities are possible"
    best = max(kinds[amount].values(), key=lambda used: used.worth)
    rule = f"{best.rule}; {', '.join(kinds[amount])}"
    if amount in summed:
        rule += "; sum of the registers"
    return Settled(amount, unit, best, rule, score, confirmed=len(kinds[amount].keys() - {"printed"}) > 1)


def _near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= Decimal("0.5")


def _sums(found: Sequence[Used]) -> dict[Decimal, tuple[float, Used]]:
    """What the registers of a meter, or the steps of a charge, make together."""
    sums: dict[Decimal, tuple[float, Used]] = {}
    readings = {used.place: used for used in found if used.kind == "reading"}
    if len(readings) > 1:
        total = sum((used.amount for used in readings.values()), Decimal(0))
        sums[total] = (2.6, next(iter(readings.values())))
    for steps in _steps_of_charges(found):
        total = sum((used.amount for used in steps), Decimal(0))
        if total not in sums:
            sums[total] = (1.5, steps[0])
    return sums


def _steps_of_charges(found: Sequence[Used]) -> Iterator[Sequence[Used]]:
    """Charges on lines that follow each other: the steps or registers that one usage is charged in."""
    charged = sorted(
        {used.place: used for used in found if used.kind == "charged"}.values(), key=lambda used: used.place
    )
    run: list[Used] = []
    for used in charged:
        near = run and used.cell.page == run[-1].cell.page and used.place[1] - run[-1].place[1] < 2.2 * used.cell.height
        if run and not near:
            yield from ([run] if len(run) > 1 else [])
            run = []
        run.append(used)
    if len(run) > 1:
        yield run
