"""Quantities with their units, and what kind of evidence of usage each is."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from parsers.errors import UnreadableError
from parsers.finding.values import quantity
from parsers.generic.cells import Cell

Unit = Literal["kwh", "kw", "therms", "ccf"]
Kind = Literal["labelled", "reading", "charged", "printed"]
WORTH: dict[Kind, float] = {"labelled": 3.0, "reading": 3.0, "charged": 1.0, "printed": 0.5}

_UNITS: dict[str, Unit] = {
    "kwh": "kwh", "onkwh": "kwh", "offkwh": "kwh", "kwhs": "kwh", "kh": "kwh",
    "kilowatthours": "kwh", "kilowatthour": "kwh",
    "kw": "kw", "therms": "therms", "therm": "therms", "thm": "therms", "thms": "therms", "ccf": "ccf",
}  # fmt: skip


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


def unit_of(text: str) -> Unit | None:
    letters = re.sub(r"[^a-z]", "", text.casefold())
    return _UNITS.get(letters)


def amount_of(text: str) -> Decimal | None:
    try:
        return quantity(re.sub(r"\s?[A-Za-z][A-Za-z -]*\.?$", "", text))
    except UnreadableError:
        return None
