"""The drawing vocabulary of all samples: text at a place, columns, rows, tables, boxes.

Coordinates are points from the upper left corner; ``top`` is the upper edge of a line of text as pdfplumber reports
it, so that positions can be taken from a real page as they are read. The output is the same bytes on every run.
"""

import io
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal

from reportlab.lib.pagesizes import letter
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

Align = Literal["left", "right", "centre"]

REGULAR, BOLD, ITALIC, MONO = "Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Courier"
BLACK, WHITE, GREY, LIGHT = (0, 0, 0), (1, 1, 1), (0.5, 0.5, 0.5), (0.85, 0.85, 0.85)
Colour = tuple[float, float, float]

ASCENT = 0.793  # of the font size: from the top that pdfplumber reports down to the baseline


class Sheet:
    """A document being drawn, page after page."""

    def __init__(self, title: str, *, size: tuple[float, float] = letter) -> None:
        self._file = io.BytesIO()
        self._canvas = Canvas(self._file, pagesize=size, invariant=True, pageCompression=0)
        self._canvas.setTitle(title)
        self.width, self.height = size

    def text(
        self,
        x: float,
        top: float,
        text: str,
        *,
        size: float = 9,
        font: str = REGULAR,
        align: Align = "left",
        colour: Colour = BLACK,
    ) -> float:
        """Draws one run of text; ``x`` is its left edge, right edge or middle. Returns the right edge."""
        width: float = stringWidth(text, font, size)
        left = x - {"left": 0.0, "right": width, "centre": width / 2}[align]
        self._canvas.setFont(font, size)
        self._canvas.setFillColorRGB(*colour)
        self._canvas.drawString(left, self.height - top - ASCENT * size, text)
        return left + width

    def right(self, x: float, top: float, text: str, *, size: float = 9, font: str = REGULAR) -> None:
        """Text that ends at ``x``, as amounts do."""
        self.text(x, top, text, size=size, font=font, align="right")

    def lines(
        self, x: float, top: float, texts: Iterable[str], *, size: float = 9, leading: float = 0, font: str = REGULAR
    ) -> float:
        """Text lines below each other. Returns the top of the line that would follow."""
        for text in texts:
            self.text(x, top, text, size=size, font=font)
            top += leading or size * 1.15
        return top

    def row(self, top: float, *cells: tuple[float, str], size: float = 9, font: str = REGULAR) -> None:
        """Several texts on one line: ``(x, text)``; a negative ``x`` is a right edge."""
        for x, text in cells:
            self.text(abs(x), top, text, size=size, font=font, align="right" if x < 0 else "left")

    def at(self, baseline: float, *cells: tuple[float, str], size: float = 9, font: str = REGULAR) -> None:
        """A row whose letters stand on this line."""
        self.row(baseline - ASCENT * size, *cells, size=size, font=font)

    def table(
        self,
        top: float,
        edges: Sequence[float],
        header: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        size: float = 9,
        head: float = 18,
        step: float = 18,
    ) -> float:
        """A ruled table with centred cells under a dark header (a newline in a header breaks it). Returns its foot."""
        middles = [(left + right) / 2 for left, right in pairwise(edges)]
        self.box(edges[0], top, edges[-1], top + head, fill=BLACK)
        for middle, title in zip(middles, header, strict=True):
            parts = title.split("\n")
            for n, part in enumerate(parts):
                y = top + (head - size * 1.15 * len(parts)) / 2 + n * size * 1.15
                self.text(middle, y, part, size=size, font=BOLD, align="centre", colour=WHITE)
        foot = top + head
        for row in rows:
            for n, cell in enumerate(row):
                self.box(edges[n], foot, edges[n + 1], foot + step)
                self.text(middles[n], foot + (step - size) / 2, cell, size=size, align="centre")
            foot += step
        return foot

    def box(self, x0: float, top: float, x1: float, bottom: float, *, fill: Colour | None = None) -> None:
        """A rectangle: outlined, or filled when ``fill`` is given."""
        if fill is not None:
            self._canvas.setFillColorRGB(*fill)
        self._canvas.setLineWidth(0.6)
        self._canvas.rect(
            x0, self.height - bottom, x1 - x0, bottom - top, stroke=int(fill is None), fill=fill is not None
        )

    def rule(self, x0: float, x1: float, y: float, *, dashed: bool = False) -> None:
        """A horizontal line."""
        self._canvas.setDash(*((3, 2) if dashed else (1, 0)))
        self._canvas.setLineWidth(0.6)
        self._canvas.line(x0, self.height - y, x1, self.height - y)
        self._canvas.setDash(1, 0)

    def upwards(self, x: float, bottom: float, text: str, *, size: float = 7) -> None:
        """Text turned by 90 degrees, as the title of a chart's axis."""
        self._canvas.saveState()
        self._canvas.translate(x, self.height - bottom)
        self._canvas.rotate(90)
        self._canvas.setFont(REGULAR, size)
        self._canvas.drawString(0, 0, text)
        self._canvas.restoreState()

    def bars(self, x: float, foot: float, heights: Sequence[float], *, step: float, width: float = 6) -> None:
        """The bars of a chart, from left to right."""
        for n, height in enumerate(heights):
            self.box(x + n * step, foot - height, x + n * step + width, foot, fill=GREY)

    def picture(self, picture: ImageReader) -> None:
        """A picture that covers the page."""
        self._canvas.drawImage(picture, 0, 0, self.width, self.height)

    def next_page(self) -> None:
        """Goes on to a new page."""
        self._canvas.showPage()

    def finish(self) -> bytes:
        """The bytes of the PDF."""
        self._canvas.save()
        return self._file.getvalue()
