"""A page as a picture in grey, and the way from its pixels back to the page."""

from contextlib import closing
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2

from parsers.model import Box

DPI = 300  # measured: below 225 numbers are lost, above 300 nothing is won; scans of less are enlarged to it
POINTS = 72
LETTER_SIDE = 792.0  # points: as long is made what cannot be the picture of a sheet of paper at its own size
PAPER = (500.0, 1300.0)  # points: what the long side of a sheet of paper may be
WHITE = 255

Grey = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]
"""3 x 3, for points ``(x, y, 1)``."""


@dataclass(frozen=True)
class Placing:
    """The size of a picture in points, and the matrix from its pixels to the points of the page as it is shown."""

    width: float
    height: float
    to_page: Matrix

    def place_on_page(self, box: Box) -> Box:
        """Where a box of the picture, in points, is on the page as it is shown."""
        x0, top, x1, bottom = (side * DPI / POINTS for side in box)
        corners = np.array([(x, y, 1.0) for x in (x0, x1) for y in (top, bottom)]).T
        placed = self.to_page @ corners
        xs, ys = placed[0] / placed[2], placed[1] / placed[2]
        return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())


@dataclass(frozen=True)
class Picture:
    """``pixels`` of a page at ``DPI``; ``to_page`` leads from a pixel to the points of the page as it is shown."""

    pixels: Grey
    to_page: Matrix

    @property
    def placing(self) -> Placing:
        height, width = self.pixels.shape
        return Placing(width * POINTS / DPI, height * POINTS / DPI, self.to_page)

    def moved(self, matrix: Matrix, width: int, height: int) -> "Picture":
        """Every pixel moved by a matrix; what comes in from outside is white."""
        pixels = cv2.warpPerspective(
            self.pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(WHITE, WHITE, WHITE)
        )
        return Picture(np.asarray(pixels, np.uint8), self.to_page @ np.linalg.inv(matrix))

    def turned(self, degrees: int) -> "Picture":
        """Turned clockwise by a multiple of 90 degrees."""
        height, width = self.pixels.shape
        back = {
            90: [[0, 1, 0], [-1, 0, height - 1], [0, 0, 1]],
            180: [[-1, 0, width - 1], [0, -1, height - 1], [0, 0, 1]],
            270: [[0, -1, width - 1], [1, 0, 0], [0, 0, 1]],
        }.get(degrees % 360)
        if back is None:
            return self
        pixels = np.ascontiguousarray(np.rot90(self.pixels, -degrees // 90))
        return Picture(pixels, self.to_page @ np.array(back, np.float64))

    def smaller(self, times: int) -> Grey:
        """The pixels at a fraction of the size, to look at what is large in it."""
        height, width = self.pixels.shape
        small = cv2.resize(self.pixels, (max(1, width // times), max(1, height // times)), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.uint8)


def rendered(page: pypdfium2.PdfPage) -> Picture:
    """The page as it is shown. Closes it."""
    with closing(page):
        long_side = max(page.get_size())
        fitted = 1.0 if PAPER[0] <= long_side <= PAPER[1] else LETTER_SIDE / long_side
        scale = fitted * DPI / POINTS
        bitmap = page.render(scale=scale, grayscale=True)
    with closing(bitmap):
        pixels = np.array(bitmap.to_numpy(), np.uint8).reshape(bitmap.height, bitmap.width)
    if np.median(pixels) < WHITE / 3:  # a negative: scanners and converters mistake what is ink
        pixels = WHITE - pixels
    return Picture(pixels, np.diag([1 / scale, 1 / scale, 1.0]))
