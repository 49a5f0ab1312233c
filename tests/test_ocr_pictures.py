"""A page's picture is turned upright, straightened, cut out and lit evenly, and the way back to the page is kept."""

import io
from collections.abc import Iterator

import numpy as np
import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

pytest.importorskip("tesserocr")

import cv2

from parsers.ocr.crops import alone
from parsers.ocr.first import sighted
from parsers.ocr.negative import with_dark_boxes
from parsers.ocr.paper import evenly_lit, sheet
from parsers.ocr.picture import DPI, Picture, rendered
from parsers.ocr.pieces import mended
from parsers.ocr.upright import slant, straight, turn

MARK = (400.0, 700.0, 440.0, 706.0)
"""A black bar on the drawn page, as pdfplumber would give its box."""
LINES = (
    "Your account summary for the service at the address below",
    "Previous balance of the account on the day of the last bill",
    "Thank you for the payment that was received in this month",
    "Total electricity charges with their taxes and surcharges",
    "Please pay the amount due before the date that is printed here",
)


def drawn(size: tuple[float, float] = (612, 792)) -> pypdfium2.PdfDocument:
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=size, invariant=1)
    scale = size[1] / 792
    canvas.scale(scale, scale)
    canvas.setFont("Helvetica", 11)
    for n, line in enumerate(LINES * 6):
        canvas.drawString(72, 720 - 16 * n, line)
    canvas.rect(MARK[0], 792 - MARK[3], MARK[2] - MARK[0], MARK[3] - MARK[1], fill=1)
    canvas.save()
    return pypdfium2.PdfDocument(made.getvalue())


@pytest.fixture(scope="module")
def page() -> Iterator[Picture]:
    document = drawn()
    yield rendered(document[0])
    document.close()


def rotated(picture: Picture, degrees: float) -> Picture:
    height, width = picture.pixels.shape
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0), [0, 0, 1]])
    return picture.moved(matrix, width, height)


def place_of_mark(picture: Picture) -> tuple[float, ...]:
    """Where the bar of a picture is on the page: the blackest block of its size."""
    solid = cv2.erode((picture.pixels < 128).astype(np.uint8), np.ones((15, 15), np.uint8))
    ys, xs = np.nonzero(solid)
    scale = 72 / DPI
    box = (xs.min() - 7, ys.min() - 7, xs.max() + 8, ys.max() + 8)
    return picture.placing.place_on_page(tuple(side * scale for side in box))


def near(one: tuple[float, ...], other: tuple[float, ...], points: float) -> bool:
    return all(abs(a - b) <= points for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_the_turn_of_a_page_is_seen_and_undone(page: Picture, degrees: int) -> None:
    lying = page.turned(degrees)
    assert turn(lying) == degrees
    assert np.array_equal(lying.turned(-degrees).pixels, page.pixels)
    assert near(place_of_mark(lying), MARK, 1.0)


@pytest.mark.parametrize("degrees", [-3.0, -0.7, 0.0, 0.4, 2.2])
def test_a_slant_is_measured_and_undone(page: Picture, degrees: float) -> None:
    askew = rotated(page, degrees)
    assert slant(askew.smaller(3)) == pytest.approx(degrees, abs=0.08)
    level = straight(askew)
    assert slant(level.smaller(3)) == pytest.approx(0, abs=0.08)
    assert near(place_of_mark(level), MARK, 2.5)


def test_a_page_with_hardly_anything_on_it_stays_as_it_is() -> None:
    pixels = np.full((3300, 2550), 255, np.uint8)
    pixels[100:103, 100:110] = 0
    empty = Picture(pixels, np.eye(3))
    assert (turn(empty), slant(empty.smaller(3))) == (0, 0.0)
    assert sheet(empty) is empty
    assert evenly_lit(empty) is empty


def test_a_page_that_is_no_sheet_of_paper_is_made_as_large_as_one() -> None:
    document = drawn((2448, 3168))
    picture = rendered(document[0])
    document.close()
    assert picture.pixels.shape == pytest.approx((3300, 2550), abs=2)
    assert near(place_of_mark(picture), tuple(4 * side for side in MARK), 4.0)


def test_a_negative_is_developed() -> None:
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(612, 792), invariant=1)
    canvas.rect(0, 0, 612, 792, fill=1)
    canvas.setFillGray(1)
    canvas.rect(MARK[0], 792 - MARK[3], MARK[2] - MARK[0], MARK[3] - MARK[1], fill=1, stroke=0)
    canvas.save()
    document = pypdfium2.PdfDocument(made.getvalue())
    picture = rendered(document[0])
    document.close()
    assert np.median(picture.pixels) == 255
    assert near(place_of_mark(picture), MARK, 1.0)


class TestPhotos:
    def photo(self, page: Picture) -> Picture:
        """The page on a dark table, seen from the side, with a shadow over it."""
        height, width = page.pixels.shape
        table = np.array([(300, 260), (2250, 180), (2380, 3080), (180, 2950)], np.float32)
        corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
        matrix = cv2.getPerspectiveTransform(corners, table)
        seen = cv2.warpPerspective(page.pixels, matrix, (2550, 3300), borderValue=(60,))
        shadow = np.linspace(1.0, 0.55, 3300)[:, None]
        return Picture(np.asarray(seen * shadow, np.uint8), page.placing.to_page @ np.linalg.inv(matrix))

    def test_the_sheet_is_cut_out_and_flattened(self, page: Picture) -> None:
        flat = sheet(self.photo(page))
        assert flat.pixels.shape[0] == pytest.approx(3300, abs=5)
        assert slant(flat.smaller(3)) == pytest.approx(0, abs=0.2)
        assert near(place_of_mark(evenly_lit(flat)), MARK, 4.0)

    def test_its_paper_is_as_light_everywhere(self, page: Picture) -> None:
        lit = evenly_lit(sheet(self.photo(page)))
        top, bottom = lit.pixels[200:900], lit.pixels[-900:-200]
        assert abs(float(np.percentile(top, 80)) - float(np.percentile(bottom, 80))) < 12

    def test_a_scan_is_no_photo(self, page: Picture) -> None:
        assert sheet(page) is page
        assert evenly_lit(page) is page


def typed(*words: tuple[str, float, float], dark: bool = False) -> Picture:
    """A page with words at places, white in a dark bar where that is wished."""
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(612, 792), invariant=1)
    canvas.setFont("Helvetica", 9)
    for text, x, y in words:
        if dark:
            canvas.setFillGray(0.1)
            canvas.rect(60, y - 4, 480, 13, fill=1, stroke=0)
            canvas.setFillGray(1)
        canvas.drawString(x, y, text)
    canvas.save()
    document = pypdfium2.PdfDocument(made.getvalue())
    picture = rendered(document[0])
    document.close()
    return picture


def test_white_words_in_a_dark_bar_are_read() -> None:
    picture = typed(("Current Charges", 70, 700), dark=True)
    words = with_dark_boxes(sighted(picture.pixels), picture.pixels, sighted)
    assert "Current Charges" in " ".join(word.text for word in words)


def test_a_dash_that_was_passed_over_is_put_back_and_no_other() -> None:
    picture = typed(("10/24/25 - 11/26/25 and 10/24/25   11/26/25", 70, 700))
    words = [word for word in sighted(picture.pixels) if word.text not in ("-", "\u2013", "\u2014")]
    assert " ".join(word.text for word in mended(words, picture.pixels)).count(" - ") == 1


def test_a_rule_beside_a_number_is_no_digit() -> None:
    crop = np.full((48, 120), 255, np.uint8)
    crop[12:36, 20:24] = 0  # a 1
    crop[:, 100:103] = 0  # a rule of the table
    crop[44:46, :] = 0  # and the one below
    cleaned = alone(crop)
    assert (cleaned[12:36, 20:24] == 0).all()
    assert cleaned[:, 95:].min() == 255
    assert cleaned[40:].min() == 255


def test_a_word_of_a_dark_box_is_read_dark_on_light() -> None:
    crop = np.full((40, 90), 20, np.uint8)
    crop[10:30, 30:36] = 250
    cleaned = alone(crop)
    assert np.median(cleaned) > 200
    assert cleaned[20, 33] < 50
