"""Which value a label points to: the one beside it, or the one under it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from parsers.generic.cells import Board, Cell, Form, bare, part_of
from parsers.generic.wordings import fields_of, is_label

UNDER = 4.5  # heights: a value stands no further below its label
WRAP = 1.9  # heights between the lines of one label
MOST_WORDS = 6  # of a label that is wrapped
FAR = 14.0  # heights: a value this far to the right may be another column's
FADING = (3.0, 1.6, 0.7)  # what a label of each rank is worth
STEPPED_OVER = 0.4  # what is left of it where words that mean nothing to us stand between
BESIDE_PROSE = 0.35

AMOUNT: Sequence[Form] = ("money",)
DATE: Sequence[Form] = ("date",)
DAY: Sequence[Form] = ("date", "month_day")
NOTHING = "none"
"""What bills print for an amount of nothing."""
_HARMLESS = frozenset(
    [
        "by",
        "on",
        "as",
        "of",
        "at",
        "is",
        "the",
        "was",
        "for",
        "due",
        "to",
        "days",
        "day",
        "thank",
        "you",
        "received",
        "cr",
        "usd",
        "and",
        "in",
        "or",
        "from",
        "electronic",
        "check",
        "ach",
        "autopay",
        "automatic",
        "thanks",
        "payment",
        "see",
        "details",
        "below",
        "page",
        "total",
        "amount",
        "actual",
        "estimate",
        "estimated",
        "est",
        "act",
        "thankyou",
        "thankyouforyourpayment",
        "duedate",
        "asof",
        "onorbefore",
        "fordays",
        "billingdays",
        "yourpayment",
    ]
) | {""}


Fields = Sequence[tuple[str, int]]


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
    """All labels of a page, those wrapped over two lines too, and those that stand side by side without a gap."""
    found: list[Label] = []
    for cell in board.cells:
        if cell.form == "words":
            found.extend(_labels(board, cell))
    return found


def _labels(board: Board, cell: Cell) -> list[Label]:
    here = fields_of(cell.bare)
    if not here or here[0][1]:
        for whole in _wrapped(board, cell):
            if here and is_label(whole.below[0].bare):
                continue
            fields = fields_of(whole.bare)
            if fields and (not here or not fields[0][1] or _continues(fields, here)):
                return [Label(field, rank, whole, board) for field, rank in fields]
    if here or is_label(cell.bare):
        return [Label(field, rank, cell, board) for field, rank in here]
    return [Label(field, rank, part, board) for part in _side_by_side(cell) for field, rank in fields_of(part.bare)]


def _continues(whole: Fields, first: Fields) -> bool:
    """Whether a label of two lines says the same as its first line does, only in full."""
    return whole[0][0] == first[0][0]


def _side_by_side(cell: Cell) -> Sequence[Cell]:
    """Two headings of neighbouring columns whose gap is that of two words."""
    words = cell.text.split()
    if not 2 < len(words) <= MOST_WORDS or cell.end - cell.begin != len(cell.text):
        return ()
    for cut in range(1, len(words)):
        at = cell.begin + len(" ".join(words[:cut]))
        left, right = part_of(cell, cell.begin, at), part_of(cell, at + 1, cell.end)
        if is_label(left.bare) and is_label(right.bare):
            return left, replace(right, leads=True)
    return ()


def _wrapped(board: Board, cell: Cell) -> Iterator[Cell]:
    """The cell together with the one right below it, where the two can be one label."""
    if len(cell.text.split()) > MOST_WORDS:
        return
    for lower in islice(board.below(cell, WRAP), 2):
        if lower.form == "words" and lower.leads and len(lower.text.split()) <= MOST_WORDS:
            yield replace(cell, below=(lower,))


def _fitting(forms: Collection[Form]) -> Callable[[Cell], bool]:
    if "money" in forms:
        return lambda cell: cell.form in forms or cell.bare == NOTHING
    return lambda cell: cell.form in forms


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
        found: list[Pointed] = []
        for label in self.labels.get(field, ()):
            if label.rank < ranks:
                found.extend(self._values(label, _fitting(forms)))
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
            cell, share = under
            yield Pointed(label, cell, worth * share * 0.95, "below")

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

    def _under(self, label: Label, fits: Callable[[Cell], bool]) -> tuple[Cell, float] | None:
        """The value under a label; what stands between them may be the rest of a label that we do not know."""
        left, _, right, _ = label.cell.box
        share = 1.0
        for passed, cell in enumerate(label.board.below(label.cell, UNDER)):
            if fits(cell):
                row = [c for c in label.board.between(cell.baseline - 1, cell.baseline + 1) if fits(c)]
                return max(row, key=lambda c: min(c.box[2], right) - max(c.box[0], left)), share
            if passed or id(cell) in self._is_label:
                return None
            share = STEPPED_OVER if cell.bare else 1.0
        return None
