"""Words of a picture as the rows of a page: what stands at one height has one baseline.

Tesseract gives each piece of a row its own baseline, and a sheet that was not quite flat gives none that is straight.
How the lines fall is told from all of them together; each word is then put where it would stand on a flat sheet.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import fmean, median

import numpy as np

from parsers.ocr.agreement import Settled
from parsers.ocr.first import Sighted

LONG_LINE = 60.0  # points: shorter lines do not tell how lines fall
FEW_LINES = 6
STEEPEST = 0.05  # of a line that is text; what is steeper is no part of the page
RANGE = 200.0  # points, over which the fall of lines seldom changes
STEADY = 0.1  # of the weight of all lines: so much speaks for no change
SAME_ROW = 0.3  # of the size: pieces of one row are no further apart
TOUCHING = 1.0  # point that pieces of one row may overlap
SIZE_OF_ROW = 1.07  # of a font whose letters, from the lowest to the highest, are one high


@dataclass(frozen=True)
class Row:
    """Words from left to right on one baseline, in points."""

    baseline: float
    words: tuple[Settled, ...]


@dataclass(frozen=True)
class _Fall:
    """How lines fall: ``level`` at the middle ``x``, ``y`` of the lines, and how that changes to the right and down."""

    x: float = 0.0
    y: float = 0.0
    level: float = 0.0
    down: float = 0.0
    across: float = 0.0

    @classmethod
    def of(cls, words: Sequence[Settled]) -> "_Fall":
        """Fitted to the long lines of the page; where those tell nothing of a change there is none."""
        lines = [list(line) for _, line in groupby(words, key=lambda one: one.word.line)]
        ends = [(line[0].word, line[-1].word) for line in lines]
        long = [(one, end) for one, end in ends if end.x1 - one.x0 >= LONG_LINE and abs(one.slope) <= STEEPEST]
        if len(long) < FEW_LINES:
            return cls()
        places = np.array([((one.x0 + end.x1) / 2, one.baseline) for one, end in long])
        slopes = np.array([one.slope for one, _ in long])
        weights = np.array([end.x1 - one.x0 for one, end in long])
        x, y = places.mean(axis=0)
        terms = np.column_stack([np.ones(len(long)), places[:, 1] - y, places[:, 0] - x])
        steady = np.array([[0.0, RANGE, 0.0], [0.0, 0.0, RANGE]]) * STEADY * np.linalg.norm(weights)
        found = np.zeros(3)
        for _ in range(2):  # the second time without the lines that are not like the others
            left, right = np.vstack([terms * weights[:, None], steady]), np.append(slopes * weights, [0.0, 0.0])
            found, *_ = np.linalg.lstsq(left, right, rcond=None)
            off = np.abs(terms @ found - slopes)
            weights = np.where(off <= 3 * np.median(off) + 1e-4, weights, 0.0)
        return cls(float(x), float(y), *map(float, found))

    def flat(self, word: Sighted) -> float:
        """The baseline of a word on a sheet on which lines do not fall."""
        x = (word.x0 + word.x1) / 2
        slope = self.level + self.down * (word.baseline - self.y)
        return word.baseline - slope * x - self.across * (x * x / 2 - self.x * x)


@dataclass
class _Piece:
    """Words that Tesseract put in one line, ``y`` being their baseline on a flat sheet."""

    words: list[Settled]
    y: float
    size: float

    @property
    def left(self) -> float:
        return min(one.word.x0 for one in self.words)

    @property
    def right(self) -> float:
        return max(one.word.x1 for one in self.words)


def rows(words: Sequence[Settled]) -> list[Row]:
    """The rows from top to bottom."""
    fall = _Fall.of(words)
    pieces = [_piece(list(line), fall) for _, line in groupby(words, key=lambda one: one.word.line)]
    row_of = {at: [at] for at in range(len(pieces))}
    for _, one, other in _near(pieces):
        mine, theirs = row_of[one], row_of[other]
        if mine is not theirs and _fit([pieces[at] for at in (*mine, *theirs)]):
            mine += theirs
            row_of |= dict.fromkeys(theirs, mine)
    distinct = {id(row): row for row in row_of.values()}
    return sorted((_row([pieces[at] for at in row]) for row in distinct.values()), key=lambda row: row.baseline)


def font_size(word: Settled) -> float:
    return word.word.size * SIZE_OF_ROW


def _near(pieces: Sequence[_Piece]) -> list[tuple[float, int, int]]:
    """Pairs of pieces that may be of one row, the nearest first."""
    order = sorted(range(len(pieces)), key=lambda at: pieces[at].y)
    heights = [pieces[at].y for at in order]
    pairs = []
    for place, one in enumerate(order):
        reach = bisect_right(heights, pieces[one].y + SAME_ROW * pieces[one].size)
        pairs += [(pieces[other].y - pieces[one].y, one, other) for other in order[place + 1 : reach]]
    return sorted(pairs)


def _fit(pieces: Sequence[_Piece]) -> bool:
    """Whether they can be one row: at one height, beside each other."""
    heights = [piece.y for piece in pieces]
    across = sorted(pieces, key=lambda piece: piece.left)
    apart = all(left.right <= right.left + TOUCHING for left, right in pairwise(across))
    return apart and max(heights) - min(heights) <= SAME_ROW * min(piece.size for piece in pieces)


def _row(pieces: Iterable[_Piece]) -> Row:
    words = sorted((one for piece in pieces for one in piece.words), key=lambda one: one.word.x0)
    baseline = median(piece.y for piece in pieces)
    return Row(baseline, tuple(words))


def _piece(words: list[Settled], fall: _Fall) -> _Piece:
    return _Piece(words, fmean(fall.flat(one.word) for one in words), fmean(one.word.size for one in words))
