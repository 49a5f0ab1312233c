"""What speaks for a usage: labels that point to a quantity, readings, charges, and quantities that are only printed."""

import re
from collections.abc import Iterator, Sequence

from parsers.generic.cells import Board, Cell, Form
from parsers.generic.pointing import Pointed, Pointing
from parsers.generic.quantities import WORTH, Unit, Used, amount_of, unit_of
from parsers.generic.readings import readings

COUNTED: Sequence[Form] = ("quantity", "number", "money")
QUANTITY: Sequence[Form] = ("quantity",)
WITH_UNIT = 1.2  # what a unit behind the value adds to the worth of its label
HEADINGS = 6.0  # heights between a row of a small table and its headings
MOST_WORDS = 7  # before a quantity; more make a sentence

_PAST = re.compile(
    r"average|avg|per ?day|daily|last ?year|year ?ago|history|compar|previous ?12|12[- ]?month|annual|to ?date|typical"
    r"|baseline|allowance|allocat|would|threshold|contract|minimum|block|first|next|over|up ?to|tier|bank|carr"
    r"|price|example|equal|appx|highest|past|home|neighbo",
    re.IGNORECASE,
)
_PRICED = re.compile(r"^[\s)]*(?:x|@|at|times|\*)\s*-?\$?\s*\.?\d", re.IGNORECASE)
_PRICE_BEFORE = re.compile(r"(?:\d\s*(?:x|@)|\$\s?\d*\.\d+\s*(?:/|per)?)\s*$", re.IGNORECASE)


def evidence(pointing: Pointing) -> list[Used]:
    """All quantities of the pages that may be of this period's usage."""
    found = [*_labelled(pointing), *_demands(pointing)]
    for board in pointing.boards:
        found.extend(_quantities(board))
        found.extend(readings(board))
    return found


def _labelled(pointing: Pointing) -> Iterator[Used]:
    for one in pointing.to("consumption", COUNTED):
        if "$" in one.cell.text:
            continue
        label = one.label.cell
        unit = unit_of(one.cell.text) if one.cell.form == "quantity" else _unit_in(label.bare)
        amount = amount_of(one.cell.text)
        if unit is None or amount is None or unit == "kw" or "%" in one.cell.text or _PAST.search(label.text):
            continue
        if one.cell.form != "quantity" and one.worth < 1.0:
            continue
        if one.where == "below" and _in_history(pointing, one.cell):
            continue
        cell = one.cell if one.where == "below" or one.cell.form == "quantity" else _this_month(one)
        amount = amount_of(cell.text) if cell else None
        if cell is None or amount is None:
            continue
        worth = one.worth + (WITH_UNIT if one.cell.form == "quantity" and one.label.cell.leads else 0.0)
        yield Used(amount, unit, "labelled", min(worth, WORTH["labelled"]), cell, one.rule)


def _demands(pointing: Pointing) -> Iterator[Used]:
    """What labels of a demand point to, in kW."""
    for one in pointing.to("demand_kw", QUANTITY):
        amount = amount_of(one.cell.text)
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
        unit, amount = unit_of(cell.text), amount_of(cell.text)
        if unit is None or amount is None:
            continue
        text = cell.line.text
        before, behind = text[max(0, cell.begin - 60) : cell.begin], text[cell.end : cell.end + 30]
        if _in_prose(board, cell):
            continue
        priced = bool(_PRICED.match(behind) or _PRICE_BEFORE.search(before))
        if priced and not re.search(r"%\s*$", before):
            yield Used(amount, unit, "charged", WORTH["charged"], cell, "charged for")
        elif not _PAST.search(before) and not _PAST.search(behind[:15]):
            yield Used(amount, unit, "printed", WORTH["printed"], cell, "printed")


def _in_prose(board: Board, cell: Cell) -> bool:
    """Whether a quantity is named in a sentence."""
    before = next((other for other in board.left_of(cell)[:1] if other.line is cell.line), None)
    return before is not None and before.form == "words" and len(before.text.split()) > MOST_WORDS
