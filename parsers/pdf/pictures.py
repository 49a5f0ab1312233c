"""A page as a picture, with the places of the values that were read drawn on it."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from parsers.errors import DocumentError
from parsers.marked import Mark
from parsers.model import Box, DocumentKind
from parsers.pdf.document import open_document
from parsers.pdf.formats import format_of
from parsers.pdf.frame import Frame
from parsers.pdf.opening import from_header
from parsers.pdf.photos import as_pdf
from parsers.pdf.recovery import rewritten

SCALE = 2.0  # pixels for each point: 144 dots an inch
SIZE = 13  # pixels of the names' letters
SURE, FAIR, DOUBTFUL = (0, 128, 60), (200, 120, 0), (205, 30, 30)
SURE_FROM, FAIR_FROM = 0.98, 0.9
AROUND = 2.0  # pixels between a word and its box
WHITE = (255, 255, 255)


def drawn(path: Path, number: int, marks: Sequence[Mark]) -> Image.Image:
    """A page with its marks. Raises ``DocumentError`` where PDFium cannot draw it."""
    with open_document(path) as opened:
        if not 1 <= number <= opened.page_count:
            raise DocumentError(DocumentKind.DAMAGED, f"There is no page {number}.")
        frame: Frame | None = getattr(opened.pages[number - 1], "frame", None)
    picture = _rendered(path, number, frame)
    drawing = _Drawing(picture, frame.box[:2] if frame else (0.0, 0.0))
    of_page = [mark for mark in marks if mark.page == number]
    for mark in of_page:
        drawing.box(mark)
    for mark in of_page:
        drawing.names(mark)
    return picture


def _rendered(path: Path, number: int, frame: Frame | None) -> Image.Image:
    """The whole page, also what its crop box hides: places count from the media box."""
    data = path.read_bytes()
    data = as_pdf(data) if format_of(data) else from_header(data)
    try:
        with closing(_opened(data)) as pdf:
            page = pdf[number - 1]
            if frame:
                page.set_cropbox(*frame.media_box)
            picture: Image.Image = page.render(scale=SCALE).to_pil().convert("RGB")
    except pypdfium2.PdfiumError as error:
        raise DocumentError(DocumentKind.DAMAGED, f"Page {number} cannot be drawn.") from error
    return picture


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        whole = rewritten(data)
        if whole is None:
            raise
        return pypdfium2.PdfDocument(whole)


class _Drawing:
    """Draws boxes, and their names above them where there is room."""

    def __init__(self, picture: Image.Image, origin: tuple[float, float]) -> None:
        self._draw = ImageDraw.Draw(picture)
        self._font = ImageFont.load_default(SIZE)
        self._origin = origin
        self._width = picture.width
        self._taken: list[Box] = []

    def box(self, mark: Mark) -> None:
        x0, top, x1, bottom = self._pixels(mark.box)
        self._draw.rectangle((x0, top, max(x0, x1), max(top, bottom)), outline=_colour(mark), width=2)

    def names(self, mark: Mark) -> None:
        """The names of a mark; where others stand already, higher up."""
        words = f"{', '.join(mark.names)} {mark.confidence:.3f}"
        x0, top, *_ = self._pixels(mark.box)
        place = self._room(words, x0, top - SIZE - 3)
        while place[1] > SIZE and any(_overlap(place, other) for other in self._taken):
            place = self._room(words, x0, place[1] - SIZE)
        self._taken.append(place)
        self._draw.rectangle(place, fill=_colour(mark))
        self._draw.text((place[0] + 1, place[1] - 1), words, fill=WHITE, font=self._font)

    def _room(self, words: str, x0: float, top: float) -> Box:
        width = self._draw.textlength(words, font=self._font) + 2
        left = max(0.0, min(x0, self._width - width))
        return left, max(0.0, top), left + width, max(0.0, top) + SIZE + 1

    def _pixels(self, box: Box) -> Box:
        left, top = self._origin
        x0, y0, x1, y1 = box
        return (
            (x0 - left) * SCALE - AROUND,
            (y0 - top) * SCALE - AROUND,
            (x1 - left) * SCALE + AROUND,
            (y1 - top) * SCALE + AROUND,
        )


def _colour(mark: Mark) -> tuple[int, int, int]:
    return SURE if mark.confidence >= SURE_FROM else FAIR if mark.confidence >= FAIR_FROM else DOUBTFUL


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
