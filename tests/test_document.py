"""The document layer: what PDFium gives must be what pdfplumber gives, where pdfplumber is right."""

import io
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import hostile
import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from parsers.errors import DocumentError
from parsers.model import DocumentKind
from parsers.pdf.document import Engine, Page, inspect, open_document
from parsers.pdf.sources import PAGES_KEPT_OPEN

CORPUS = os.environ.get("BILL_CORPUS")
SIDES = ("x0", "top", "x1", "bottom")

Draw = Callable[[Canvas], None]


@pytest.fixture
def paper(tmp_path: Path) -> Callable[..., Path]:
    """Makes a PDF: each argument draws one page; ``edit`` changes it with pikepdf afterwards."""

    def make(*draw_pages: Draw, edit: Callable[[pikepdf.Pdf], None] | None = None) -> Path:
        path = tmp_path / "paper.pdf"
        canvas = Canvas(str(path), pagesize=(612, 792), invariant=True)
        for draw in draw_pages:
            draw(canvas)
            canvas.showPage()
        canvas.save()
        if edit is not None:
            with pikepdf.open(path, allow_overwriting_input=True) as pdf:
                edit(pdf)
                pdf.save(path)
        return path

    return make


def statement(canvas: Canvas) -> None:
    """Something like a bill: several fonts and sizes, kerned and right-aligned text, a table, boxes, a curve."""
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(40, 740, "Statement of Account")
    canvas.setFont("Helvetica", 9)
    canvas.drawString(40, 715, "Account number 0000-1111-22   Billing period Jan 3 to Feb 2, 2031")
    canvas.setFont("Times-Roman", 11)
    for row, (label, amount) in enumerate([("Previous balance", "$1,204.18"), ("Payment. Thank you!", "-$1,204.18")]):
        canvas.drawString(60, 660 - 16 * row, label)
        canvas.drawRightString(400, 660 - 16 * row, amount)
    canvas.rect(55, 640, 350, 34)
    canvas.setFillColorRGB(1, 0.5, 0)
    canvas.rect(420, 640, 40, 34, stroke=0, fill=1)
    canvas.line(55, 620, 405, 620)
    canvas.bezier(60, 500, 100, 560, 140, 440, 180, 500)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.setFont("Courier", 10)
    canvas.drawString(60, 600, "Amount due by Feb 25, 2031")


def words_of(page: Page) -> Counter[str]:
    return Counter(word["text"] for word in page.extract_words())


def both(path: Path) -> Iterator[tuple[Page, Page]]:
    """Each page as PDFium and as pdfplumber read it."""
    with open_document(path) as ours, open_document(path, engine="pdfplumber") as theirs:
        yield from zip(ours.pages, theirs.pages, strict=True)


def assert_same_words(ours: Page, theirs: Page, tolerance: float = 1) -> None:
    assert words_of(ours) == words_of(theirs)
    key = lambda word: (word["text"], round(word["x0"]), round(word["top"]))  # noqa: E731 - a sort key used twice
    for mine, other in zip(sorted(ours.extract_words(), key=key), sorted(theirs.extract_words(), key=key), strict=True):
        assert [mine[side] for side in SIDES] == pytest.approx([other[side] for side in SIDES], abs=tolerance)
        assert mine["baseline"] == pytest.approx(other["baseline"], abs=0.1)
        assert mine["upright"] == other["upright"]


class TestAgreement:
    def test_words(self, paper: Callable[..., Path]) -> None:
        for ours, theirs in both(paper(statement)):
            assert ours.bbox == theirs.bbox
            assert len(ours.extract_words()) > 20
            assert_same_words(ours, theirs)

    def test_characters_know_their_font(self, paper: Callable[..., Path]) -> None:
        for ours, theirs in both(paper(statement)):
            fonts = {(char["text"], char["fontname"], round(char["size"], 2)) for char in ours.chars}
            assert ("S", "Helvetica-Bold", 18.0) in fonts
            assert fonts == {(char["text"], char["fontname"], round(char["size"], 2)) for char in theirs.chars}

    @pytest.mark.parametrize("rotation", [90, 180, 270])
    def test_turned_pages(self, paper: Callable[..., Path], rotation: int) -> None:
        def turn(pdf: pikepdf.Pdf) -> None:
            pdf.pages[0].rotate(rotation, relative=False)

        for ours, theirs in both(paper(statement, edit=turn)):
            assert ours.bbox == pytest.approx(theirs.bbox)
            assert ours.rotation == rotation
            assert_same_boxes(ours.chars, theirs.chars)
            assert_same_boxes(ours.rects, theirs.rects)

    def test_page_turned_like_its_text_reads_upright(self, paper: Callable[..., Path]) -> None:
        def sideways(canvas: Canvas) -> None:
            canvas.translate(612, 0)
            canvas.rotate(90)
            statement(canvas)

        def turn(pdf: pikepdf.Pdf) -> None:
            pdf.pages[0].rotate(90, relative=False)

        for ours, theirs in both(paper(sideways, edit=turn)):
            assert all(word["upright"] for word in ours.extract_words())
            assert "Statement" in words_of(ours)
            assert_same_words(ours, theirs)

    def test_text_up_the_margin(self, paper: Callable[..., Path]) -> None:
        def margin(canvas: Canvas) -> None:
            statement(canvas)
            canvas.saveState()
            canvas.rotate(90)
            canvas.setFont("Helvetica", 7)
            canvas.drawString(300, -20, "FORM 77-B")
            canvas.restoreState()

        for ours, theirs in both(paper(margin)):
            turned = [word for word in ours.extract_words() if not word["upright"]]
            assert len(turned) == 2
            assert_same_words(ours, theirs)

    @pytest.mark.parametrize("own_box", [True, False], ids=["own MediaBox", "inherited MediaBox"])
    @pytest.mark.parametrize("crop", [None, [60, 80, 500, 700]], ids=["whole", "cropped"])
    def test_boxes_that_do_not_begin_at_zero(
        self, paper: Callable[..., Path], own_box: bool, crop: list[int] | None
    ) -> None:
        def move(pdf: pikepdf.Pdf) -> None:
            page = pdf.pages[0].obj
            page.MediaBox = pikepdf.Array([20, 30, 602, 782])
            if crop is not None:
                page.CropBox = pikepdf.Array(crop)
            if not own_box:
                page.Parent.MediaBox = page.MediaBox
                del page.MediaBox

        for ours, theirs in both(paper(statement, edit=move)):
            assert ours.bbox == pytest.approx(theirs.bbox)
            assert_same_words(ours, theirs)
            assert_same_boxes(ours.rects, theirs.rects)

    def test_what_is_drawn(self, paper: Callable[..., Path]) -> None:
        for ours, theirs in both(paper(statement)):
            for kind in ("rects", "lines", "curves"):
                assert len(getattr(ours, kind)) > 0
                assert_same_boxes(getattr(ours, kind), getattr(theirs, kind))
            filled = [rect for rect in ours.rects if rect["fill"]]
            assert [rect["non_stroking_color"] for rect in filled] == [pytest.approx((1, 0.5, 0), abs=0.01)]
            assert len(ours.edges) == len(theirs.edges)

    def test_forms_belong_to_the_page(self, paper: Callable[..., Path]) -> None:
        def form(canvas: Canvas) -> None:
            canvas.beginForm("stub", 0, 0, 300, 100)
            canvas.setFont("Helvetica", 10)
            canvas.drawString(10, 50, "Return this part with your payment")
            canvas.rect(5, 5, 280, 80)
            canvas.endForm()
            canvas.translate(100, 200)
            canvas.scale(1.5, 1.5)
            canvas.doForm("stub")

        for ours, theirs in both(paper(form)):
            assert_same_words(ours, theirs)
            assert_same_boxes(ours.rects, theirs.rects)

    def test_tables(self, paper: Callable[..., Path]) -> None:
        def table(canvas: Canvas) -> None:
            canvas.grid([50, 150, 250], [600, 620, 640])
            canvas.setFont("Helvetica", 9)
            for x, y, text in [(55, 625, "Read on"), (155, 625, "Usage"), (55, 605, "Jan 3"), (155, 605, "512 kWh")]:
                canvas.drawString(x, y, text)

        for ours, theirs in both(paper(table)):
            assert ours.extract_table() == theirs.extract_table() == [["Read on", "Usage"], ["Jan 3", "512 kWh"]]

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.data())
    def test_any_words_anywhere(self, tmp_path: Path, data: st.DataObject) -> None:
        """What is printed apart from each other is read back, each at its place and in its size."""
        letters = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=14)
        rows = data.draw(st.lists(letters, min_size=1, max_size=12))
        size = data.draw(st.floats(5, 30))
        lefts = data.draw(st.lists(st.floats(20, 150), min_size=len(rows), max_size=len(rows)))
        path = tmp_path / "any.pdf"
        canvas = Canvas(str(path), pagesize=(612, 792))
        canvas.setFont("Helvetica", size)
        for row, (word, left) in enumerate(zip(rows, lefts, strict=True)):
            canvas.drawString(left, 740 - 40 * row, word)
        canvas.save()
        with open_document(path) as document:
            read = [
                (
                    word["text"],
                    pytest.approx(word["x0"], abs=size / 20),
                    round(word["baseline"]),
                    round(word["size"], 2),
                )
                for word in document.pages[0].extract_words(x_tolerance=3)
            ]
        printed = [
            (word, left, 52 + 40 * row, round(size, 2))
            for row, (word, left) in enumerate(zip(rows, lefts, strict=True))
        ]
        assert read == printed


def assert_same_boxes(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> None:
    """The same boxes within a point, in any order; blanks are nobody's business."""
    left, right = (
        [[item[side] for side in SIDES] for item in items if item.get("text", "x").strip()] for items in (ours, theirs)
    )
    assert len(left) == len(right)
    for box in left:
        nearest = min(max(abs(a - b) for a, b in zip(box, other, strict=True)) for other in right)
        assert nearest < 1, box


class TestWords:
    def test_sizes_on_one_baseline_share_it(self, paper: Callable[..., Path]) -> None:
        def amount(canvas: Canvas) -> None:
            canvas.setFont("Helvetica", 8)
            canvas.drawString(50, 700, "Amount due")
            canvas.setFont("Times-Bold", 26)
            canvas.drawString(120, 700, "$57.10")

        with open_document(paper(amount)) as document:
            page = document.pages[0]
            assert [word["baseline"] for word in page.extract_words()] == [pytest.approx(92)] * 3
            assert page.extract_text() == "Amount due $57.10"

    def test_made_up_spaces_part_words(self, paper: Callable[..., Path]) -> None:
        def narrow(canvas: Canvas) -> None:
            canvas.setFont("Helvetica", 3)
            canvas.drawString(50, 700, "late")
            canvas.drawString(50 + canvas.stringWidth("late", "Helvetica", 3) + 0.95, 700, "fee")

        with open_document(paper(narrow)) as document:
            page = document.pages[0]
            assert [word["text"] for word in page.extract_words()] == ["late", "fee"]
            gaps = [char for char in page.chars if char["text"] == " "]
            assert [gap["width"] for gap in gaps] == [0.0]

    def test_a_font_drawn_with_a_wider_one_keeps_its_letters_apart(self, paper: Callable[..., Path]) -> None:
        def narrow(pdf: pikepdf.Pdf) -> None:
            for font in pdf.pages[0].Resources.Font.values():
                font.Subtype, font.BaseFont = pikepdf.Name("/TrueType"), pikepdf.Name("/ArialNarrow")
                font.FirstChar, font.LastChar = 32, 126
                font.Widths = pikepdf.Array([228] + [600] * 94)

        def draw(canvas: Canvas) -> None:
            canvas.setFont("Helvetica", 10)
            canvas.drawString(40, 700, "12 W MILL RD")

        for ours, theirs in both(paper(draw, edit=narrow)):
            assert all(char["x1"] <= after["x0"] + 0.01 for char, after in pairwise(ours.chars))
            assert words_of(ours) == words_of(theirs)

    def test_fake_bold_is_read_once(self, paper: Callable[..., Path]) -> None:
        def bold(canvas: Canvas) -> None:
            canvas.setFont("Helvetica", 12)
            for shift in (0, 0.3):
                canvas.drawString(50 + shift, 700, "$66.07")

        path = paper(bold)
        with open_document(path) as document:
            assert [word["text"] for word in document.pages[0].extract_words()] == ["$66.07"]

    def test_crop_search_and_filter(self, paper: Callable[..., Path]) -> None:
        with open_document(paper(statement)) as document:
            page = document.pages[0]
            (match,) = page.search(r"Amount due by (\w+ \d+)")
            assert match["groups"] == ("Feb 25",)
            below = page.crop((0, match["top"] - 2, 612, match["bottom"] + 2))
            assert below.extract_text() == "Amount due by Feb 25, 2031"
            assert [word["baseline"] for word in below.extract_words()] == [pytest.approx(192)] * 6
            assert page.within_bbox((0, 0, 612, 60)).extract_text() == "Statement of Account"
            assert "Statement" not in page.outside_bbox((0, 0, 612, 60)).extract_text()
            assert page.filter(lambda item: item.get("size") == 18).extract_text() == "Statement of Account"
            assert below.crop((300, match["top"], 612, match["bottom"])).extract_words() == []

    def test_options_are_pdfplumbers(self, paper: Callable[..., Path]) -> None:
        with open_document(paper(statement)) as document:
            page = document.pages[0]
            assert {word["object_type"] for word in page.extract_words(extra_attrs=["object_type"])} == {"char"}
            assert "Amount due by Feb 25, 2031" in [w["text"] for w in page.extract_words(keep_blank_chars=True)]
            assert all(word["chars"] for word in page.extract_words(return_chars=True))


class TestText:
    def test_plain_text(self, paper: Callable[..., Path]) -> None:
        with open_document(paper(statement)) as document:
            lines = document.pages[0].plain_text.split("\n")
        assert lines[0] == "Statement of Account"
        assert lines[-1] == "Amount due by Feb 25, 2031"

    @pytest.mark.parametrize("engine", ["pdfium", "pdfplumber"])
    def test_blank_and_nearly_blank_pages_are_of_no_use(self, paper: Callable[..., Path], engine: Engine) -> None:
        path = paper(lambda _: None, lambda canvas: canvas.drawString(50, 700, "Page 2 of 3"), statement)
        with open_document(path, engine=engine) as document:
            assert [page.usable_text for page in document.pages] == [False, False, True]

    def test_letters_without_meaning_are_of_no_use(self, tmp_path: Path) -> None:
        """A subset font whose glyphs have numbers for names and no map to letters: what is read is noise."""
        names = b" ".join(b"/g%d" % number for number in range(97, 123))
        font = (
            b"<< /Type /Font /Subtype /Type1 /BaseFont /ABCDEF+Nameless /FirstChar 97 /LastChar 122 /Widths ["
            + b"500 " * 26
            + b"] /Encoding << /Type /Encoding /Differences [97 "
            + names
            + b"] >> /FontDescriptor << /Type /FontDescriptor /FontName /ABCDEF+Nameless /Flags 4 /ItalicAngle 0 "
            b"/Ascent 700 /Descent -200 /CapHeight 700 /StemV 80 /FontBBox [0 -200 600 700] >> >>"
        )
        path = tmp_path / "nameless.pdf"
        page = hostile.PAGE.replace(b"5 0 R", b"6 0 R")
        content = hostile.stream(b"BT /F1 12 Tf 72 700 Td (theamountduethismonthisnone) Tj ET")
        path.write_bytes(hostile.page_with(content, page, o6=font))
        with open_document(path) as document:
            assert not document.pages[0].usable_text

    def test_letter_like_codes_that_are_none(self, tmp_path: Path) -> None:
        """Control codes and halves of surrogate pairs must not get into a record: they cannot be written as JSON."""
        cmap = (
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <ff> "
            b"endcodespacerange 3 beginbfchar <61> <0001> <62> <d800> <63> <0043> endbfchar endcmap end end"
        )
        font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R >>"
        content = hostile.stream(b"BT /F1 12 Tf 72 700 Td (abc) Tj ET")
        path = tmp_path / "codes.pdf"
        page = hostile.PAGE.replace(b"5 0 R", b"6 0 R")
        path.write_bytes(hostile.page_with(content, page, o6=font, o7=hostile.stream(cmap)))
        with open_document(path) as document:
            text = "".join(char["text"] for char in document.pages[0].chars)
            assert text.endswith("C")
            assert not any(code < " " or "\ud800" <= code <= "\udfff" for code in text + document.pages[0].plain_text)

    def test_hyphen_at_the_end_of_a_line(self, paper: Callable[..., Path]) -> None:
        def hyphenated(canvas: Canvas) -> None:
            canvas.drawString(50, 700, "Your electri-")
            canvas.drawString(50, 686, "city is delivered to")

        with open_document(paper(hyphenated)) as document:
            assert "electri-" in words_of(document.pages[0])
            assert "electri-" in document.pages[0].plain_text


class TestPages:
    def test_lazy_and_sliced(self, paper: Callable[..., Path]) -> None:
        with open_document(paper(*[statement] * 3)) as document:
            assert document.page_count == len(document.pages) == 3
            assert document.pages[-1].page_number == 3
            assert [page.page_number for page in document.pages[1:]] == [2, 3]
            assert document.pages[0] is document.pages[0]
            with pytest.raises(IndexError):
                document.pages[3]

    def test_pages_that_were_closed_meanwhile_are_read_anew(self, paper: Callable[..., Path]) -> None:
        count = PAGES_KEPT_OPEN + 3
        with open_document(paper(*[statement] * count)) as document:
            first = document.pages[0]
            before = first.extract_words()
            for page in document.pages:
                page.extract_words()
            assert "_chars" not in vars(first)
            assert first.extract_words() == before

    def test_after_the_document_is_closed(self, paper: Callable[..., Path]) -> None:
        with open_document(paper(statement)) as document:
            page = document.pages[0]
        with pytest.raises(DocumentError, match="could not be opened"):
            page.extract_words()

    def test_nothing_is_left_open(self, paper: Callable[..., Path]) -> None:
        path = paper(statement)
        for engine in ("pdfium", "pdfplumber"):
            with open_document(path, engine=engine) as document:
                document.pages[0].extract_words()
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(20):
            with open_document(path) as document:
                document.pages[0].extract_words()
        assert len(list(Path("/proc/self/fd").iterdir())) == before


class TestOpening:
    @pytest.mark.parametrize(
        ("make", "kind"),
        [
            (lambda: b"", DocumentKind.NOT_A_PDF),
            (lambda: b"GIF89a" + b"\0" * 2000 + b"%PDF-1.7", DocumentKind.NOT_A_PDF),
            (lambda: hostile.encrypted(user="secret", owner="other"), DocumentKind.PASSWORD_REQUIRED),
            (lambda: hostile.pages(401), DocumentKind.TOO_MANY_PAGES),
            (hostile.garbage_after_header, DocumentKind.DAMAGED),
            (hostile.cut_before_content, DocumentKind.DAMAGED),
            (
                lambda: hostile.pdf({1: hostile.CATALOG, 2: b"<< /Type /Pages /Kids [] /Count 0 >>"}),
                DocumentKind.DAMAGED,
            ),
        ],
    )
    def test_refusals(self, tmp_path: Path, make: Callable[[], bytes], kind: DocumentKind) -> None:
        path = tmp_path / "refused.pdf"
        path.write_bytes(make())
        with pytest.raises(DocumentError) as refusal:
            open_document(path)
        assert refusal.value.kind is kind
        assert refusal.value.detail.endswith(".")

    def test_page_limit(self, tmp_path: Path) -> None:
        path = tmp_path / "long.pdf"
        path.write_bytes(hostile.pages(12))
        with pytest.raises(DocumentError, match="12 pages; at most 11"):
            open_document(path, max_pages=11)
        with open_document(path, max_pages=12) as document:
            assert document.page_count == 12

    def test_inspection(self, tmp_path: Path) -> None:
        path = tmp_path / "inspected.pdf"
        path.write_bytes(hostile.pages(500))
        assert inspect(path).page_count == 500
        assert not inspect(path).encrypted
        path.write_bytes(hostile.encrypted(user="", owner="printing only"))
        assert inspect(path).encrypted
        with open_document(path) as document:
            assert document.encrypted
            assert "plain page" in document.pages[0].plain_text

    def test_text_before_the_header_is_skipped(self, tmp_path: Path) -> None:
        path = tmp_path / "gateway.pdf"
        path.write_bytes(hostile.text_before_header())
        with open_document(path) as document:
            assert "plain page" in document.pages[0].plain_text

    def test_a_file_without_its_end_is_refused(self, paper: Callable[..., Path], tmp_path: Path) -> None:
        whole = paper(statement, statement).read_bytes()
        path = tmp_path / "cut.pdf"
        for size in (len(whole) // 3, len(whole) - 7):
            path.write_bytes(whole[:size])
            with pytest.raises(DocumentError, match="cut off"):
                inspect(path)

    @pytest.mark.parametrize("packed", [False, True], ids=["rewritten", "text alone"])
    def test_a_file_with_a_hole_gives_what_is_left(
        self, tmp_path: Path, paper: Callable[..., Path], packed: bool
    ) -> None:
        """With its objects in plain sight a new table can be made; packed into streams only the text is found."""
        whole = io.BytesIO()
        mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
        with pikepdf.open(paper(statement, statement, statement)) as pdf:
            pdf.save(whole, object_stream_mode=mode)
        path = tmp_path / "broken.pdf"
        path.write_bytes(whole.getvalue()[: len(whole.getvalue()) * 9 // 10] + b"\n%%EOF\n")
        with open_document(paper(statement)) as document:
            expected = document.pages[0].extract_words()
        with open_document(path) as document:
            assert document.recovered
            assert document.page_count == 3
            page = document.pages[0]
            assert page.bbox == (0, 0, 612, 792)
            assert page.usable_text
            assert page.plain_text.startswith("Statement of Account")
            read = page.extract_words()
            assert [word["text"] for word in read] == [word["text"] for word in expected]
            for mine, other in zip(read, expected, strict=True):
                assert mine["baseline"] == pytest.approx(other["baseline"], abs=0.1)
                assert [mine["x0"], mine["x1"]] == pytest.approx([other["x0"], other["x1"]], abs=1)
            assert bool(page.rects) is not packed

    def test_a_broken_scan_is_damaged_not_a_scan(self, tmp_path: Path) -> None:
        """A rewritten file without text lost its pages: it must not be sent to character recognition."""
        data = hostile.page_with(hostile.stream(b"0 0 10 10 re f"))
        path = tmp_path / "scan.pdf"
        path.write_bytes(data[: data.index(b"4 0 obj")] + b"\n%%EOF\n")
        with pytest.raises(DocumentError, match="no text is left"):
            open_document(path)

    def test_a_whole_file_is_not_recovered(self, paper: Callable[..., Path]) -> None:
        with open_document(paper(statement)) as document:
            assert not document.recovered


@pytest.mark.corpus
@pytest.mark.skipif(CORPUS is None, reason="BILL_CORPUS is not set")
def test_real_bills_read_as_pdfplumber_reads_them() -> None:
    """Words, boxes of rectangles and page boxes over the corpus; a page whose text is no text is left out."""
    paths = sorted(Path(CORPUS or "").rglob("*.pdf"))
    random.Random(2).shuffle(paths)
    total: Counter[str] = Counter()
    for path in paths[:20]:
        with open_document(path) as ours, open_document(path, engine="pdfplumber") as theirs:
            for mine, other in zip(ours.pages[:3], theirs.pages[:3], strict=True):
                assert mine.bbox == pytest.approx(other.bbox, abs=0.01)
                if not (mine.usable_text and other.usable_text):
                    continue
                total["words"] += sum(words_of(other).values())
                total["same"] += sum((words_of(mine) & words_of(other)).values())
    assert total["words"] > 5_000
    assert total["same"] / total["words"] > 0.97
