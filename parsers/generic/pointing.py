"""Which value a label points to: the one beside it, or the one under it."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from parsers.generic.cells import Board, Cell, Form, bare
from parsers.generic.wordings import fields_of

UNDER = 4.5  # heights: a value stands no further below its label
WRAP = 1.9  # heights between the lines of one label
MOST_WORDS = 6  # of a label that is wrapped
FAR = 14.0  # heights: a value this far to the right may be another column's
FADING = (3.0, 1.6, 0.7)  # what a label of each rank is worth
STEPPED_OVER = 0.4  # what is left of it where words that mean nothing to us stand between
BESIDE_PROSE = 0.35

_HARMLESS = frozenset(
    "by on as of at is the was for due to days day thank you received cr usd and in or from electronic check ach autopay"
    " automatic thanks yourpayment payment see details below page total amount".split()
) | {"", "thankyou", "thankyouforyourpayment", "thanks!", "duedate", "asof", "onorbefore", "fordays", "billingdays"}


@dataclass(frozen=True, eq=False)
class Label:
    """Words on a page that stand for a field."""

    field: str
    rank: int
    cell: Cell
    board: Board

    def __str__(self) -> str:
        return f"'{self.cell.text}'"


@dataclass(frozen=True, eq=False)
class Pointed:
    """A value, the label that points to it, and how much that says."""

    label: Label
    cell: Cell
    worth: float
    where: str

    @property
    def rule(self) -> str:
        return f"{self.where} {self.label}"


def labels_of(board: Board) -> list[Label]:
    """All labels of a page, those wrapped over two lines too."""
    found: list[Label] = []
    for cell in board.cells:
        if cell.form != "words":
            continue
        for whole in (cell, *_wrapped(board, cell)):
            fields = fields_of(whole.bare)
            found.extend(Label(field, rank, whole, board) for field, rank in fields)
            if fields:
                break
    return found


def _wrapped(board: Board, cell: Cell) -> Iterator[Cell]:
    """The cell together with the one right below it, where the two can be one label."""
    if len(cell.text.split()) > MOST_WORDS:
        return
    for lower in islice(board.below(cell, WRAP), 2):
        if lower.form == "words" and lower.leads and len(lower.text.split()) <= MOST_WORDS:
            yield replace(cell, below=(lower,))


class Pointing:
    """The labels of some pages, and what they point to."""

    def __init__(self, boards: list[Board]) -> None:
        self.boards = boards
        self.labels: dict[str, list[Label]] = {}
        self._is_label: set[int] = set()
        for board in boards:
            for label in labels_of(board):
                self.labels.setdefault(label.field, []).append(label)
                self._is_label.add(id(label.cell))

    def to(self, field: str, forms: Collection[Form], *, ranks: int = 3) -> list[Pointed]:
        """The values of these forms that the labels of a field point to."""
        found = []
        for label in self.labels.get(field, ()):
            if label.rank < ranks:
                found.extend(self._values(label, lambda cell: cell.form in forms))
        return found

    def _values(self, label: Label, fits: Callable[[Cell], bool]) -> Iterator[Pointed]:
        worth = FADING[label.rank] * (1.0 if label.cell.leads else BESIDE_PROSE)
        beside = self._beside(label, fits)
        under = self._under(label, fits)
        if beside:
            cell, share = beside
            far = cell.box[0] - label.cell.box[2] > FAR * label.cell.height
            if under and far and cell.form != "money":
                share *= STEPPED_OVER
            else:
                under = None
            yield Pointed(label, cell, worth * share, "right of")
        if under:
            yield Pointed(label, under, worth * 0.95, "below")

    def _beside(self, label: Label, fits: Callable[[Cell], bool]) -> tuple[Cell, float] | None:
        """The value to the right of a label; several amounts in a row are of several columns: the last, if any."""
        share, values = 1.0, []
        for cell in label.board.right_of(label.cell):
            if fits(cell):
                values.append(cell)
                continue
            if cell.form == "words":
                if values or (id(cell) in self._is_label and fields_of(cell.bare)[0][0] != label.field):
                    break
                if cell.bare not in _HARMLESS:
                    share *= STEPPED_OVER
        if not values:
            return None
        if len(values) == 1 or values[0].form != "money":
            return values[0], share
        last = values[-1]
        under_total = any(bare(c.text).endswith("total") for c in label.board.above(last, 14))
        return last, share if under_total else share * STEPPED_OVER

    def _under(self, label: Label, fits: Callable[[Cell], bool]) -> Cell | None:
        """The value under a label, past at most one cell that is no value."""
        label_box = label.cell.box
        passed = 0
        for cell in label.board.below(label.cell, UNDER):
            if fits(cell):
                row = [c for c in label.board.between(cell.baseline - 1, cell.baseline + 1) if fits(c)]
                return max(row, key=lambda c: min(c.box[2], label_box[2]) - max(c.box[0], label_box[0]))
            passed += 1
            if passed > 1 or id(cell) in self._is_label:
                return None
        return None
