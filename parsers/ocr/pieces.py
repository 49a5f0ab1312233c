"""What the first engine leaves in pieces: numbers that fell apart, words in words, and dashes that it passed over."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np

from parsers.ocr.first import Sighted
from parsers.ocr.picture import DPI, POINTS, Grey

DOUBTFUL = 80.0  # of 100
HALF = 0.5
BROKEN = 0.2  # of the size: words are at least a quarter apart
SURELY_BROKEN = 0.5  # where the second piece begins with a point or comma
DASH = "-"
DASHES = ("-", "\u2013", "\u2014")
DASH_SEEN = 50.0  # of 100: to be looked at by the second engine, and kept
FAIR = 0.85  # of the brightness of the paper: what is darker is ink
DIRT = 8  # pixels of ink
_LEFT = re.compile(r"[\d$][\d,]*[,.]$")
_RIGHT = re.compile(r"^\d")
_STARTS = re.compile(r"^(?:\.\d\d|,\d{3})(?!\d)")
_DIGIT_ENDS = re.compile(r"\d$")


def mended(words: Sequence[Sighted], pixels: Grey) -> list[Sighted]:
    """The words in the same order, numbers whole, with the dashes between them."""
    made: list[Sighted] = []
    for word in words:
        if made and (_inside(made[-1], word) or _one_number(made[-1], word)):
            made[-1] = _joined(made[-1], word)
        else:
            made.append(word)
    return list(_with_dashes(made, pixels))


def _inside(left: Sighted, right: Sighted) -> bool:
    """Whether the second is a part of the first: what it shows would be read twice."""
    covered = min(left.x1, right.x1) - max(left.x0, right.x0)
    doubtful = left.confidence < DOUBTFUL or right.confidence < DOUBTFUL
    return left.line == right.line and doubtful and covered > HALF * (right.x1 - right.x0)


def _one_number(left: Sighted, right: Sighted) -> bool:
    apart = (right.x0 - left.x1) / left.size
    if left.line != right.line or apart > SURELY_BROKEN or not _DIGIT_ENDS.search(left.text.rstrip(",.")):
        return False
    if _STARTS.search(right.text) and left.text[-1].isdigit():
        return True
    return apart <= BROKEN and bool(_LEFT.search(left.text) and _RIGHT.search(right.text))


def _joined(left: Sighted, right: Sighted) -> Sighted:
    return replace(
        left,
        text=left.text + right.text,
        x1=max(left.x1, right.x1),
        top=min(left.top, right.top),
        bottom=max(left.bottom, right.bottom),
        confidence=min(left.confidence, right.confidence),
    )


def _with_dashes(words: Sequence[Sighted], pixels: Grey) -> Iterator[Sighted]:
    if words:
        yield words[0]
    for left, right in pairwise(words):
        wide = right.x0 - left.x1
        apart = left.line == right.line and 0.45 * left.size < wide < 2.5 * left.size
        if apart and not left.text.endswith(DASHES) and not right.text.startswith(DASHES):
            yield from _dash(left, right, pixels)
        yield right


def _dash(left: Sighted, right: Sighted, pixels: Grey) -> Iterator[Sighted]:
    """A dash between two words: one stroke, longer than it is thick, at half the height of small letters."""
    scale, size = DPI / POINTS, left.size
    x, y = left.x1 + 0.05 * size, left.baseline - 0.75 * size
    gap = pixels[int(y * scale) : int((left.baseline + 0.1 * size) * scale), int(x * scale) : int(right.x0 * scale) - 1]
    if not gap.size:
        return
    ink = np.asarray(gap < FAIR * np.percentile(gap, 90), np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    strokes = [tuple(map(int, one)) for one in stats[1:] if one[cv2.CC_STAT_AREA] >= DIRT]
    if len(strokes) != 1:
        return
    across, down, width, height, _ = strokes[0]
    above = left.baseline - (y + (down + height / 2) / scale)
    if width >= 1.5 * height and 0.12 * size <= width / scale <= 1.2 * size and 0.15 * size <= above <= 0.55 * size:
        x0, top = x + across / scale, y + down / scale
        x1, bottom = x0 + width / scale, top + height / scale
        yield replace(left, text=DASH, x0=x0, top=top, x1=x1, bottom=bottom, confidence=DASH_SEEN)
