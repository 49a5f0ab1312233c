"""What ``--explain`` shows of a document: its pages with the marks of what was read, or why nothing was."""

from pathlib import Path

import pikepdf
import pytest
from drawn import pdf
from PIL import Image

import parsers
from parsers.errors import DocumentError
from parsers.explain import Explanation
from parsers.marked import Mark, marks
from parsers.pdf.pictures import AROUND, DOUBTFUL, FAIR, SCALE, SURE, drawn
from samples.files import HERE

BATCH = HERE / "national_grid_new_york" / "2025-06_batch_of_three.pdf"
HOME = HERE / "ppl_electric" / "2024-06_home.pdf"


def explained(path: Path) -> Explanation:
    explanation = Explanation()
    parsers.read(path, explain=explanation)
    return explanation


def test_the_words_of_a_value_are_marked_with_all_its_names() -> None:
    lines = explained(HOME).text.splitlines()
    assert "  Meter [300900028 = meters.0.type, meters.0.id]   Account [99250-00028 = account_number]" in lines
    assert any(line.endswith("   [$142.21 = electricity_amount, total_amount]") for line in lines)
    assert any(line.startswith("      confidence 0.99") for line in lines)
    assert any(line.startswith("    holds  balance_and_due: ") for line in lines)


def test_each_bill_of_a_document_has_its_own_names() -> None:
    found = explained(BATCH)
    assert found.text.count("\nbill ") == 3
    names = {name for mark in found.marks for name in mark.names}
    assert {f"bill {number}: amount_due" for number in (1, 2, 3)} <= names
    pages = [line for line in found.text.splitlines() if line.startswith("page ")]
    assert len(pages) == (found.document.page_count if found.document else 0)


def test_marks_are_the_places_of_all_values_with_the_least_confidence_of_each() -> None:
    document = parsers.read(HOME)
    found = marks(document)
    assert {name for mark in found for name in mark.names} == set(document.bills[0].sources)
    for mark in found:
        least = min(document.bills[0].sources[name].confidence for name in mark.names)
        assert mark.confidence == least


def test_what_is_nobodys_bill_shows_its_text_and_the_marks_that_it_prints() -> None:
    text = explained(HERE / "_unknown" / "letter.pdf").text
    assert "    ppl_electric: prints 'PPL Electric Utilities'\n      lacks 'pplelectric.com', " in text
    assert "\npage 1\n  Dear neighbours,\n" in text


def test_marks_on_different_pages_are_told_apart_from_missing_ones(tmp_path: Path) -> None:
    path = tmp_path / "apart.pdf"
    marks_of = ("cmpco.com", "Central Maine Power", "Bill Date", "Invoice Number and more words")
    path.write_bytes(pdf(*([(30, [(30, mark)])] for mark in marks_of)))
    text = explained(path).text
    assert "    central_maine_power: prints " in text
    assert "      lacks none, but they stand on different pages\n" in text


def test_a_page_without_text_says_so() -> None:
    assert explained(HERE / "_scan" / "page.pdf").text.endswith("\npage 1\n  (no text)\n")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 and no more"])
def test_what_does_not_open_says_why(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(content)
    explanation = explained(path)
    assert explanation.document is not None
    assert explanation.document.detail
    assert explanation.document.detail in explanation.text


def test_pages_are_drawn_with_boxes_in_the_colour_of_their_confidence() -> None:
    found = explained(HOME)
    doubtful = [mark._replace(confidence=0.5) for mark in found.marks]
    page, bare, red = (drawn(HOME, 1, marks_of) for marks_of in (found.marks, [], doubtful))
    assert page.size == bare.size == (1224, 1584)
    account = next(mark for mark in found.marks if "account_number" in mark.names)
    corner = (round(account.box[0] * SCALE - AROUND), round(account.box[1] * SCALE - AROUND))
    assert [picture.getpixel(corner) for picture in (bare, page, red)] == [(255, 255, 255), SURE, DOUBTFUL]


def test_a_cropped_and_turned_page_is_drawn_whole_with_its_boxes_in_place(tmp_path: Path) -> None:
    path = tmp_path / "turned.pdf"
    with pikepdf.open(HOME) as original:
        for page in original.pages:
            page.rotate(90, relative=True)
            page.cropbox = [50, 50, 400, 500]
        original.save(path)
    mark = Mark(1, (100, 200, 140, 220), "x", ("amount_due",), 0.5)
    picture = drawn(path, 1, [mark])
    assert picture.size == (1584, 1224)
    assert picture.getpixel((round(100 * SCALE - AROUND), round(210 * SCALE))) == DOUBTFUL


def test_a_photo_is_drawn_too(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    Image.new("RGB", (1224, 1584), (255, 255, 255)).save(path)
    picture = drawn(path, 1, [Mark(1, (100, 200, 140, 220), "x", ("amount_due",), 0.95)])
    assert picture.getpixel((round(100 * SCALE - AROUND), round(210 * SCALE))) == FAIR


def test_names_at_one_place_do_not_cover_each_other() -> None:
    place = (100.0, 200.0, 140.0, 210.0)
    marks_of = [Mark(1, place, str(n), (f"meters.{n}.id",), sure) for n, sure in enumerate((0.99, 0.95, 0.5))]
    picture = drawn(HOME, 1, marks_of)
    column = {picture.getpixel((201, y)) for y in range(340, 400)}
    assert {SURE, FAIR, DOUBTFUL} <= column


def test_a_page_that_is_not_there_is_an_error_of_the_document() -> None:
    with pytest.raises(DocumentError, match="There is no page 9"):
        drawn(HOME, 9, [])
