"""Rows of readings: the difference of two of them times the multiplier is printed as the usage."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import permutations

from parsers.generic.cells import Board, Cell
from parsers.generic.quantities import WORTH, Unit, Used, amount_of, unit_of

MOST_NUMBERS = 9  # in a row of readings
LEAST_READING = 100
LEAST_MADE = 5  # smaller products come about by chance
FACTOR = (Decimal("0.8"), Decimal("1.6"))  # of pressure or heat, beside a multiplier


def readings(board: Board) -> Iterator[Used]:
    """Rows in which the difference of two readings times the multiplier is printed as the usage."""
    rows: dict[float, list[Cell]] = defaultdict(list)
    for cell in board.cells:
        if cell.form in {"number", "quantity", "money"} and "$" not in cell.text:
            rows[cell.line.baseline].append(cell)
    for row in rows.values():
        if 3 <= len(row) <= MOST_NUMBERS and (found := _reading(board, row)):
            yield found


def _reading(board: Board, row: Sequence[Cell]) -> Used | None:
    numbers = [(cell, amount) for cell in row if (amount := amount_of(cell.text)) is not None and "%" not in cell.text]
    for (one, first), (other, second) in permutations(numbers[:5], 2):
        difference = first - second
        if difference < 0 or first < LEAST_READING:
            continue
        if difference == 0 and not _nothing_used(row):
            continue
        behind = [(cell, usage) for cell, usage in numbers if cell.begin > max(one.begin, other.begin)]
        for cell, usage in reversed(behind):
            if usage in (first, second) or not _made(difference, usage, [n for _, n in numbers], first, second):
                continue
            unit = unit_of(cell.text) if cell.form == "quantity" else _unit_around(board, cell)
            if unit:
                return Used(usage, unit, "reading", WORTH["reading"], cell, "difference of the readings x multiplier")
    return None


def _nothing_used(row: Sequence[Cell]) -> bool:
    """Whether a row of equal readings says that they are readings, and that nothing was used."""
    kinds = re.findall(r"(?i)\b(?:actual|estimate[d]?|act|est)\b", row[0].line.text)
    last = amount_of(row[-1].text)
    return len(kinds) == 2 and last == 0


def _made(difference: Decimal, usage: Decimal, numbers: Iterable[Decimal], *readings: Decimal) -> bool:
    if usage == difference and (len(usage.as_tuple().digits) >= 2 or usage == 0):
        return True
    if usage < LEAST_MADE:
        return False
    factors = [n for n in numbers if n not in (*readings, usage, difference, Decimal(0), Decimal(1))]
    factors += [a * b for a in factors for b in factors if a is not b and FACTOR[0] < b < FACTOR[1]]
    digit = Decimal(1).scaleb(min(_exponent(reading) for reading in readings))
    step = Decimal(1).scaleb(_exponent(usage))
    for factor in factors:
        made = (difference * factor).quantize(step, ROUND_HALF_UP)
        if made == usage or (digit < 1 and abs(made - usage) <= factor * digit):
            return True
    return False


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


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
