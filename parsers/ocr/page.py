"""A page whose characters were read from its picture; every parser reads it like one with text."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import inf

from parsers.model import Box
from parsers.ocr.agreement import Settled, settled
from parsers.ocr.first import sighted
from parsers.ocr.negative import with_dark_boxes
from parsers.ocr.paper import evenly_lit, sheet
from parsers.ocr.picture import Picture, Placing
from parsers.ocr.pieces import mended
from parsers.ocr.rows import Row, font_size, rows
from parsers.ocr.upright import upright
from parsers.pdf.frame import Frame
from parsers.pdf.glyphs import Char
from parsers.pdf.legible import is_legible
from parsers.pdf.page import Origin, OwnPage

DESCENT = 0.21  # of the font size, as most fonts have it
FONT = "picture"
BLANK = " "
LEAST_WIDTH = 0.5  # points
APART = 0.1  # of the size: nearer words are taken for one with a stray space in it


@dataclass(frozen=True)
class _Reading:
    rows: list[Row]
    placing: Placing


class OcrPage(OwnPage):
    """A page read by OCR. Its characters carry ``agreed``: whether two engines read their word alike.

    Places are those of the picture, upright and straight; ``place_on_page`` leads back to the page as it is shown.
    """

    origin: Origin = "ocr"

    def __init__(self, page_number: int, render: Callable[[], Picture]) -> None:
        super().__init__(page_number)
        self._render = render

    @property
    def frame(self) -> Frame:
        return Frame((0.0, 0.0, self._reading.placing.width, self._reading.placing.height), 0)

    @property
    def plain_text(self) -> str:
        return "\n".join(" ".join(one.text for one in row.words) for row in self._reading.rows)

    @property
    def usable_text(self) -> bool:
        return is_legible(self.plain_text)

    def read_chars(self) -> list[Char]:
        return [char for row in self._reading.rows for char in self._of_row(row)]

    def place_on_page(self, box: Box) -> Box:
        """Where a box of this page is on the page as it is shown in the file."""
        return self._reading.placing.place_on_page(box)

    @cached_property
    def _reading(self) -> _Reading:
        picture = upright(evenly_lit(sheet(self._render())))
        seen = with_dark_boxes(sighted(picture.pixels), picture.pixels, sighted)
        words = settled(mended(seen, picture.pixels), picture.pixels)
        return _Reading(rows(words), picture.placing)

    def _of_row(self, row: Row) -> Iterator[Char]:
        ends = [one.word.x0 for one in row.words[1:]] + [inf]
        for at, (one, end) in enumerate(zip(row.words, ends, strict=True)):
            chars = self._of_word(one, row.baseline, end)
            if at:  # two words may stand closer than two letters
                yield chars[0] | {"text": BLANK, "x1": chars[0]["x0"], "width": 0.0}
            yield from chars

    def _of_word(self, one: Settled, baseline: float, end: float) -> list[Char]:
        """Its characters, all of one width, before the next word begins at ``end``."""
        size = font_size(one)
        bottom = baseline + DESCENT * size
        advance = max(LEAST_WIDTH, min(one.word.x1, end - APART * size) - one.word.x0) / len(one.text)
        common = {
            "object_type": "char",
            "page_number": self.page_number,
            "fontname": FONT,
            "size": size,
            "upright": True,
            "agreed": one.agreed,
            "baseline": baseline,
            "top": bottom - size,
            "doctop": bottom - size,
            "bottom": bottom,
            "height": size,
            "width": advance,
        }
        lefts = [one.word.x0 + at * advance for at in range(len(one.text))]
        return [common | {"text": char, "x0": x, "x1": x + advance} for char, x in zip(one.text, lefts, strict=True)]
