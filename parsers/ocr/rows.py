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

LONG_LINE = 60.0  # points: shorter lines do not tell how lines fall
FEW_LINES = 6
STEEPEST = 0.05  # of a line that is text; what is steeper is no part of the page
SAME_ROW = 0.3  # of the size: pieces of one row are no further apart
TOUCHING = 1.0  # point that pieces of one row may overlap
SIZE_OF_ROW = 1.07  # of a font whose letters, from the lowest to the highest, are one high


@dataclass(frozen=True)
class Row:
    """Words from left to right on one baseline, in points."""

    baseline: float
    words: tuple[Settled, ...]


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
    flat = _flattening(words)
    pieces = [_piece(list(line), flat) for _, line in groupby(words, key=lambda one: one.word.line)]
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


def _piece(words: list[Settled], flat: np.ndarray) -> _Piece:
    return _Piece(words, fmean(_flat(one, flat) for one in words), fmean(one.word.size for one in words))


def _flat(one: Settled, fall: np.ndarray) -> float:
    """The baseline of a word on a flat sheet, on which lines do not fall."""
    x, y = (one.word.x0 + one.word.x1) / 2, one.word.baseline
    level, down, across = fall
    return float(y - (level + down * y) * x - across * x * x / 2)


def _flattening(words: Sequence[Settled]) -> np.ndarray:
    """How lines fall: ``slope = level + down * y + across * x``, fitted to the long lines of the page."""
    lines = [list(line) for _, line in groupby(words, key=lambda one: one.word.line)]
    ends = [(line[0].word, line[-1].word) for line in lines]
    long = [(first, last) for first, last in ends if last.x1 - first.x0 >= LONG_LINE and abs(first.slope) <= STEEPEST]
    if len(long) < FEW_LINES:
        return np.zeros(3)
    middles = [((first.x0 + last.x1) / 2, first.baseline) for first, last in long]
    weights = np.array([last.x1 - first.x0 for first, last in long])
    slopes = np.array([first.slope for first, _ in long])
    terms = np.array([(1.0, y, x) for x, y in middles])
    for _ in range(2):  # the second time without the lines that are not like the others
        fall, *_ = np.linalg.lstsq(terms * weights[:, None], slopes * weights, rcond=None)
        off = np.abs(terms @ fall - slopes)
        weights = np.where(off <= 3 * np.median(off) + 1e-4, weights, 0.0)
    return np.asarray(fall)
