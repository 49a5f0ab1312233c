"""White text in dark boxes, which the first engine passes over: the boxes are read as their negative."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from parsers.model import Box
from parsers.ocr.first import Sighted
from parsers.ocr.picture import DPI, POINTS, WHITE, Grey

SMALLER = 4
GUESSED = 40.0  # of 100: what is read with less confidence counts for nothing
DARK = 165  # what a box is darker than; where black text stands in it, the negative is not better
LEAST_WIDTH, LEAST_HEIGHT = 30.0, 7.0  # points
MOSTLY = 0.6  # of a box is dark, letters and all; of a line of bold text less
FILLED = 0.6  # of a box, when the strokes of small letters in it are closed
LETTERS_CLOSED = 3  # pixels of the small picture


def with_dark_boxes(words: Sequence[Sighted], pixels: Grey, read: Callable[[Grey], list[Sighted]]) -> list[Sighted]:
    """The words, those in dark boxes as ``read`` sees them in the negative where it sees more there."""
    boxes = _boxes(pixels)
    if not boxes:
        return list(words)
    lines = max((word.line for word in words), default=0)
    negative = [_in_line(word, word.line + lines) for word in read(_negative(pixels, boxes))]
    made = list(words)
    for box in boxes:
        before = [word for word in made if _inside(word, box)]
        now = [word for word in negative if _inside(word, box)]
        if _certain(now) > _certain(before):
            made = [word for word in made if word not in before] + now
    return made


def _certain(words: Sequence[Sighted]) -> float:
    return sum(len(word.text) * max(0.0, word.confidence - GUESSED) for word in words)


def _in_line(word: Sighted, line: int) -> Sighted:
    return replace(word, line=line)


def _inside(word: Sighted, box: Box) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _boxes(pixels: Grey) -> list[Box]:
    """In points."""
    height, width = pixels.shape
    small = cv2.resize(pixels, (width // SMALLER, height // SMALLER), interpolation=cv2.INTER_AREA)
    closed = cv2.morphologyEx(small, cv2.MORPH_ERODE, np.ones((LETTERS_CLOSED, LETTERS_CLOSED), np.uint8))
    dark = np.asarray(cv2.dilate(closed, np.ones((LETTERS_CLOSED, LETTERS_CLOSED), np.uint8)) < DARK, np.uint8)
    scale = SMALLER * POINTS / DPI
    bar = np.ones((int(LEAST_HEIGHT / scale), int(LEAST_WIDTH / scale)), np.uint8)
    dark = np.asarray(cv2.morphologyEx(dark, cv2.MORPH_OPEN, bar), np.uint8)  # without the rules that touch it
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=4)
    found = []
    for x, y, wide, high, area in (tuple(map(int, one)) for one in stats[1:]):
        is_box = wide * scale >= LEAST_WIDTH and high * scale >= LEAST_HEIGHT and area >= FILLED * wide * high
        if is_box and (small[y : y + high, x : x + wide] < DARK).mean() >= MOSTLY:
            found.append((x * scale, y * scale, (x + wide) * scale, (y + high) * scale))
    return found


def _negative(pixels: Grey, boxes: Sequence[Box]) -> Grey:
    """A white page with the boxes on it, dark on light."""
    page = np.full_like(pixels, WHITE)
    for box in boxes:
        left, top, right, bottom = (round(side * DPI / POINTS) for side in box)
        page[top:bottom, left:right] = WHITE - pixels[top:bottom, left:right]
    return page
