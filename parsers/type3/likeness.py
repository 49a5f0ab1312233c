"""Letters that the table lacks, by their likeness to the same letters in the other fonts of a document.

A document draws one typeface in many sizes and weights. A letter that is new in one of them is told by those that are
known: as wide, as high and as low in proportion, with its ink in the same places, and nothing else nearly as like it.
On the documents that the limits were set on, with each of their drawings hidden in turn, nine letters of ten were told
and none wrongly. Digits, signs and punctuation, which make amounts, are never told by likeness, nor taken for letters.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from parsers.type3.drawings import Bitmap
from parsers.type3.fonts import Type3Font

GRID = 12  # cells across the ink, and down
SHARED = 5  # characters that two fonts must both hold, to tell how much larger one is
UNLIKE = 0.2
MARGIN = 1.8  # times as unlike must the next best be

Maps = Sequence[tuple[Type3Font, MutableMapping[int, str]]]


@dataclass(frozen=True)
class _Drawing:
    bitmap: Bitmap

    @cached_property
    def density(self) -> list[float]:
        """The share of ink in each cell of a grid laid over the drawing."""
        across, down = _steps(self.bitmap.width), _steps(len(self.bitmap.rows))
        cells = []
        for top, bottom in down:
            rows = self.bitmap.rows[top:bottom]
            for left, right in across:
                mask = ((1 << (right - left)) - 1) << (self.bitmap.width - right)
                ink = sum((row & mask).bit_count() for row in rows)
                cells.append(ink / ((bottom - top) * (right - left)))
        return cells

    def misfit(self, other: "_Drawing", scale: float) -> float:
        """How far its measures are from those of the other at this scale, as a share of its height."""
        one, two = self.bitmap, other.bitmap
        measures = (
            (one.advance, two.advance),
            (len(one.rows), len(two.rows)),
            (one.low, two.low),
            (one.width, two.width),
        )
        return sum(abs(a - scale * b) for a, b in measures) / (len(one.rows) + 10)

    def difference(self, other: "_Drawing") -> float:
        return sum(abs(a - b) for a, b in zip(self.density, other.density, strict=True)) / GRID**2


def _steps(length: int) -> list[tuple[int, int]]:
    starts = [at * length // GRID for at in range(GRID)]
    return [(start, max(start + 1, (at + 1) * length // GRID)) for at, start in enumerate(starts)]


def letters_by_likeness(maps: Maps, unknown: str) -> None:
    """Puts the letters that likeness tells in the place of ``unknown``."""
    fonts = [_known(font, characters, unknown) for font, characters in maps]
    for (font, characters), own in zip(maps, fonts, strict=True):
        missing = [code for code, char in characters.items() if char == unknown and font.glyphs[code].bitmap]
        if not missing:
            continue
        others = [(other, scale) for other in fonts if other is not own and (scale := _scale(own, other))]
        told = {code: _letter(_Drawing(_bitmap(font, code)), own, others) for code in missing}
        letters = [letter for letter in told.values() if letter]
        characters.update({code: letter for code, letter in told.items() if letter and letters.count(letter) == 1})


def _known(font: Type3Font, characters: Mapping[int, str], unknown: str) -> dict[str, _Drawing]:
    known = {char: font.glyphs[code].bitmap for code, char in characters.items() if char != unknown}
    return {char: _Drawing(bitmap) for char, bitmap in known.items() if bitmap and not bitmap.blank}


def _bitmap(font: Type3Font, code: int) -> Bitmap:
    bitmap = font.glyphs[code].bitmap
    if bitmap is None:
        raise AssertionError("only drawings with a bitmap are compared")
    return bitmap


def _scale(own: Mapping[str, _Drawing], other: Mapping[str, _Drawing]) -> float | None:
    """How much wider a font's characters are than those of another; None where they share too few."""
    shared = [char for char in own if char in other and other[char].bitmap.advance]
    if len(shared) < SHARED:
        return None
    return median(own[char].bitmap.advance / other[char].bitmap.advance for char in shared)


def _letter(
    drawing: _Drawing, own: Mapping[str, _Drawing], others: Sequence[tuple[Mapping[str, _Drawing], float]]
) -> str | None:
    """The letter that it is like. One that its font draws otherwise it is not."""
    unlike: dict[str, float] = {}
    for other, scale in others:
        for char, candidate in other.items():
            misfit = drawing.misfit(candidate, scale)
            if char not in own and misfit < unlike.get(char, UNLIKE * MARGIN):
                unlike[char] = min(unlike.get(char, 1.0), misfit + drawing.difference(candidate))
    best, *rest = sorted(unlike, key=unlike.__getitem__) or [""]
    sure = best and unlike[best] <= UNLIKE and (not rest or unlike[rest[0]] >= MARGIN * unlike[best])
    return best if sure and best.isascii() and best.isalpha() else None
