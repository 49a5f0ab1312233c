"""From the space of a PDF page to pdfplumber's: points, origin in the upper left corner of the page as it is shown."""

from dataclasses import dataclass

from parsers.model import Box

Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """A page's size and turn; ``media_box`` is ``x0, y0, x1, y1`` in the page's own space, ``rotation`` in degrees."""

    media_box: Box
    rotation: int

    @property
    def box(self) -> Box:
        """The page's box as pdfplumber has it: moved by the media box's origin, turned with the page."""
        x0, y0, x1, y1 = self._turned
        height = y1 - y0
        return (x0, height - y1, x1, height - y0)

    @property
    def matrix(self) -> Matrix:
        """``(a, b, c, d, e, f)``: the point ``(x, y)`` is shown at ``(a x + c y + e, b x + d y + f)``."""
        x0, y0, x1, y1 = self.media_box
        left, low, _, high = self._turned
        height = high - low
        a, b, c, d, e, f = {
            90: (0.0, -1.0, 1.0, 0.0, -y0, x1),
            180: (-1.0, 0.0, 0.0, -1.0, x1, y1),
            270: (0.0, 1.0, -1.0, 0.0, y1, -x0),
        }.get(self.rotation, (1.0, 0.0, 0.0, 1.0, -x0, -y0))
        return (a, -b, c, -d, e + left, height - f + height - high)

    def shown(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the page's own space is shown."""
        a, b, c, d, e, f = self.matrix
        return (a * x + c * y + e, b * x + d * y + f)

    @property
    def _turned(self) -> Box:
        x0, y0, x1, y1 = self.media_box
        return (y0, x0, y1, x1) if self.rotation in {90, 270} else self.media_box


def combine(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that applies ``first`` and ``then`` one after the other."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)
