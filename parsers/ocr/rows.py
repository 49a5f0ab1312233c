"""Words of a picture as the rows of a page: what stands at one height has one baseline.

Tesseract gives each piece of a row its own baseline, and a sheet that was not quite flat gives none that is straight.
How the lines fall is told from all of them together; each word is then put where it would stand on a flat sheet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean

import numpy as np

from parsers.ocr.agreement import Settled

LONG_LINE = 60.0  # points: shorter lines do not tell how lines fall
FEW_LINES = 6
STEEPEST = 0.05  # of a line that is text; what is steeper is no part of the page
SAME_ROW = 0.28  # of the size: pieces of one row are no further apart
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
    gathered: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.y):
        home = next((row for row in reversed(gathered[-3:]) if _belongs(piece, row)), None)
        if home is None:
            gathered.append([piece])
        else:
            home.append(piece)
    return sorted((_row(row) for row in gathered), key=lambda row: row.baseline)


def font_size(word: Settled) -> float:
    return word.word.size * SIZE_OF_ROW


def _belongs(piece: _Piece, row: Sequence[_Piece]) -> bool:
    near = abs(piece.y - fmean(one.y for one in row)) <= SAME_ROW * min(piece.size, *(one.size for one in row))
    return near and all(piece.right <= one.left + 1 or piece.left >= one.right - 1 for one in row)


def _row(pieces: Iterable[_Piece]) -> Row:
    words = sorted((one for piece in pieces for one in piece.words), key=lambda one: one.word.x0)
    baseline = fmean(piece.y for piece in pieces)
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
