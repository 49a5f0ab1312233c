"""Type3 fonts: what a drawing is known by, which maps are believed, and what an unknown character does to a value."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest
from type3_paper import key, paper, table

from parsers.finding.kinds import BILL_KINDS
from parsers.finding.lines import UNKNOWN_LETTER
from parsers.finding.outcome import UNREADABLE, Field, Found, Missing, Outcome, Scope
from parsers.finding.region import Region, Sheet
from parsers.locate import right_of
from parsers.pdf.document import Page, open_document
from parsers.type3 import mended, mending
from parsers.type3.characters import with_capitals
from parsers.type3.drawings import bitmap_of, is_blank, key_of
from parsers.type3.fonts import type3_fonts
from parsers.type3.likeness import letters_by_likeness
from parsers.type3.table import TABLE, read_table, shipped_table
from samples.dots import FACE, procedure

Opened = Callable[[bytes], Page]
LINE = "Total Amount Due by 01/30/2031"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    documents = []

    def open_first_page(data: bytes) -> Page:
        path = tmp_path / "paper.pdf"
        path.write_bytes(data)
        documents.append(open_document(path))
        return documents[-1].pages[0]

    yield open_first_page
    for document in documents:
        document.close()


@pytest.fixture
def knowing(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], None]:
    """Replaces the shipped table."""

    def know(known: dict[str, str]) -> None:
        monkeypatch.setattr(mending, "shipped_table", lambda: known)

    return know


def glyph(rows: str, *, width: int, height: int, extra: str = "") -> bytes:
    """A glyph of 8 dots advance whose bitmap is given in hexadecimal."""
    head = (
        f"8 0 0 0 8 8 d1 q {width}.000 0 0 {height}.000 1 0 cm BI /W {width} /H {height} /BPC 1 /IM true {extra}\nID "
    )
    return head.encode("ascii") + bytes.fromhex(rows) + b"EI Q"


def key_and_bitmap(stream: bytes) -> str | None:
    return key_of(stream, bitmap_of(stream))


# What a drawing is known by


def test_the_numbers_may_be_written_otherwise() -> None:
    plain = glyph("80c0e0", width=8, height=3, extra="/D [1 0]")
    other = plain.replace(b"8 0 0 0 8 8 d1", b"8.00 0.00 0.01 -0.00 8.0 8.000 d1").replace(b"/IM true", b"/IM  true")
    assert plain != other
    assert key_and_bitmap(plain) == key_and_bitmap(other) is not None


def test_the_bitmap_may_have_blank_edges_and_count_ink_as_zero() -> None:
    tight = glyph("80c0e0", width=8, height=3, extra="/D [1 0]")
    roomy = glyph("80c0e000", width=8, height=4, extra="/D [1 0]").replace(b"1 0 cm", b"1 -1 cm")
    inverted = glyph("7f3f1f", width=8, height=3)
    assert key_and_bitmap(tight) == key_and_bitmap(roomy) == key_and_bitmap(inverted) is not None


def test_the_size_of_a_dot_does_not_matter() -> None:
    dots = glyph("80c0e0", width=8, height=3, extra="/D [1 0]")
    points = dots.replace(b"8 0 0 0 8 8 d1", b"1.92 0 0 0 2 2 d1").replace(
        b"8.000 0 0 3.000 1 0 cm", b"1.92 0 0 0.72 0.24 0 cm"
    )
    assert key_and_bitmap(dots) == key_and_bitmap(points) is not None


@pytest.mark.parametrize(
    "change",
    [(b"1 0 cm", b"1 4 cm"), (b"1 0 cm", b"2 0 cm"), (b"8 0 0 0", b"9 0 0 0"), (b"\xe0EI", b"\xf0EI")],
    ids=["height", "left", "advance", "ink"],
)
def test_a_comma_is_no_apostrophe(change: tuple[bytes, bytes]) -> None:
    one = glyph("80c0e0", width=8, height=3, extra="/D [1 0]")
    assert key_and_bitmap(one) != key_and_bitmap(one.replace(*change))


def test_strokes_are_known_by_their_operators() -> None:
    one = b"500 0 0 0 500 700 d1 0 0 m 100.001 0 l 50 70 l h f"
    assert key_and_bitmap(one) == key_and_bitmap(b"500 0 0 0 500 700.0 d1\n0 0 m\n100 0 l\n50 70 l\nh f")
    assert key_and_bitmap(one) != key_and_bitmap(one.replace(b"50 70", b"50 80"))


@pytest.mark.parametrize("stream", [b"10 0 0 0 9 9 d1 /Im0 Do", b"10 0 d0 BI /W 1 /H 1 /F /Fl ID x EI", b"1 0 d0 BI"])
def test_what_is_not_drawn_in_the_stream_itself_has_no_key(stream: bytes) -> None:
    assert key_and_bitmap(stream) is None


def test_a_blank_draws_nothing() -> None:
    for stream, blank in [(b"6 0 0 0 0 0 d1", True), (b"6 0 d0 0 0 5 5 re f", False)]:
        assert is_blank(stream, bitmap_of(stream)) is blank
    for char, blank in [(" ", True), (".", False)]:
        assert is_blank(procedure(char), bitmap_of(procedure(char))) is blank


# Which maps are believed


def test_a_false_map_is_mended(opened: Opened, knowing: Callable[[dict[str, str]], None]) -> None:
    knowing(table(1))
    page = opened(paper((0, 50, 700, LINE), (0, 400, 700, "$1,204.50")))
    assert page.plain_text.split() == [*LINE.split(), "$1,204.50"]
    assert page.origin == "glyphs"
    assert [word["text"] for word in page.extract_words()] == [*LINE.split(), "$1,204.50"]


def test_its_letters_are_as_high_as_the_fonts_box(opened: Opened, knowing: Callable[[dict[str, str]], None]) -> None:
    knowing(table(1))
    word = opened(paper((0, 50, 700, "Total"))).extract_words()[0]
    assert word["size"] == pytest.approx(10 * 0.75)
    assert (word["x0"], word["x1"]) == pytest.approx((50, 50 + 5 * 6 * 0.75))
    assert word["baseline"] == pytest.approx(92)
    assert (word["top"], word["bottom"]) == pytest.approx((92 - 8 * 0.75, 92 + 2 * 0.75))


def test_other_codes_and_another_scale_do_not_matter(opened: Opened, knowing: Callable[[dict[str, str]], None]) -> None:
    knowing(table(2))
    page = opened(paper((0, 50, 700, LINE), sizes=(2,), codes="".join(reversed("".join(FACE)))))
    assert page.plain_text == LINE


def test_a_true_map_is_left_alone(knowing: Callable[[dict[str, str]], None]) -> None:
    knowing(table(1))
    truth = dict(enumerate(FACE, start=1))
    assert mended(paper((0, 50, 700, LINE), says=truth)) is None
    assert (
        mended(paper((0, 50, 700, LINE), says=truth | {1: "x", 2: "y"})) is None
    )  # two drawings may be alike by chance


def test_a_map_that_calls_ink_a_blank_is_false_even_where_nothing_is_known(opened: Opened) -> None:
    page = opened(paper((0, 50, 700, LINE), (0, 50, 680, LINE), sizes=(5,)))
    assert set(page.plain_text.replace("\n", "")) <= {UNKNOWN_LETTER, " "}
    assert not page.usable_text


def test_a_file_that_lies_in_most_fonts_is_believed_in_none(
    opened: Opened, knowing: Callable[[dict[str, str]], None]
) -> None:
    """A font of which nothing is known would pass for true, with its digits in each other's places."""
    knowing(table(1))
    letters = "".join(char for char in FACE if char not in "0123456789 ")
    codes = letters + "0123456789"
    swapped = dict(enumerate(letters + "1234567890", start=1))
    both = paper((0, 50, 700, "Total"), (1, 120, 700, "123"), sizes=(1, 4), codes=codes, says=swapped)
    with pikepdf.open(io.BytesIO(both)) as pdf:
        first, second = list(type3_fonts(pdf))
        first.say(pdf, dict.fromkeys(first.glyphs, " "))
        assert {font.dictionary.objgen for font, _ in mending.true_maps([first, second], table(1))} == {
            first.dictionary.objgen,
            second.dictionary.objgen,
        }
        assert mending.true_maps([second], table(1)) == []


def test_text_too_small_to_see_is_blank(opened: Opened, knowing: Callable[[dict[str, str]], None]) -> None:
    """Charts are described in letters of three dots, printed over each other; they read as nothing."""
    knowing({})
    with pikepdf.open(io.BytesIO(paper((0, 50, 700, LINE)))) as pdf:
        font = next(type3_fonts(pdf))
        for at, name in enumerate(list(font.dictionary.CharProcs.keys())):
            bits = f"{(at % 250 + 1):02x}"
            font.dictionary.CharProcs[name] = pdf.make_stream(glyph(bits * 3, width=8, height=3, extra="/D [1 0]"))
        maps = mending.true_maps([next(type3_fonts(pdf))], {})
    assert {char for _, said in maps for char in said.values()} == {" "}


def test_a_broken_file_is_not_mended() -> None:
    assert mended(b"%PDF-1.4 /Type3 and no more") is None


# Likeness


def test_a_letter_of_another_size_is_told_by_its_likeness(
    opened: Opened, knowing: Callable[[dict[str, str]], None]
) -> None:
    knowing(table(3) | table(4, but="Gq"))
    page = opened(paper((0, 50, 700, "Gas quantity"), (1, 50, 680, "Gas quantity"), sizes=(3, 4)))
    assert page.plain_text.split("\n") == ["Gas quantity", "Gas quantity"]


def test_a_digit_or_a_sign_is_not(opened: Opened, knowing: Callable[[dict[str, str]], None]) -> None:
    knowing(table(3) | table(4, but="8-,"))
    page = opened(paper((0, 50, 700, "-1,288.50"), (1, 50, 680, "-1,288.50"), sizes=(3, 4)))
    assert page.plain_text.split("\n") == ["-1,288.50", "�1�2��.50"]


@pytest.mark.parametrize(("other", "told"), [("W", "M"), ("M", UNKNOWN_LETTER)])
def test_what_its_font_draws_otherwise_it_is_not(other: str, told: str) -> None:
    """An unknown drawing as like an M as can be: it is none where another drawing of the font is known as M."""
    codes = {char: at for at, char in enumerate(FACE, start=1)}
    with pikepdf.open(io.BytesIO(paper((0, 50, 700, "M"), sizes=(3, 4)))) as pdf:
        maps = [(font, dict(enumerate(FACE, start=1))) for font in type3_fonts(pdf)]
        maps[1][1].update({codes["M"]: UNKNOWN_LETTER, codes["W"]: other})
        letters_by_likeness(maps, UNKNOWN_LETTER)
        assert maps[1][1][codes["M"]] == told


# Characters that drawings cannot tell


@pytest.mark.parametrize(
    ("drawn", "read"),
    [
        ("CREDlT BALANCE", "CREDIT BALANCE"),
        ("Service lnformation", "Service Information"),
        ("lf you believe", "If you believe"),
        ("(PClA):", "(PCIA):"),
        ("Meter lD", "Meter ID"),
        ("Total local bill", "Total local bill"),
        ("El Cerrito", "El Cerrito"),
        ("llame al", "llame al"),
    ],
)
def test_a_bar_is_the_letter_that_its_place_tells(drawn: str, read: str) -> None:
    assert with_capitals(drawn) == read


def test_words_are_told_alike_and_fake_bold_counts_once(
    opened: Opened, knowing: Callable[[dict[str, str]], None]
) -> None:
    knowing(table(1) | {key("I"): "l"})
    texts = [(0, 50, 700, "CREDIT"), (0, 50, 680, "Information"), (0, 50, 700, "CREDIT")]
    page = opened(paper(*texts))
    assert [word["text"] for word in page.extract_words()] == ["CREDIT", "Information"]


# Values


def read(page: Page, label: str) -> Outcome:
    """The amount right of a label."""
    region = Region.of_pages([Sheet(page)])
    scope = Scope(region, region, lambda _: Missing("not read"), [])
    return right_of(label).read(scope, Field("total_amount", "total_amount", BILL_KINDS["total_amount"]))


@pytest.mark.parametrize("amount", ["1?5.00", "?15.00", "15.0?", "15.00?", "?15.00 20.00"])
def test_a_value_that_touches_an_unknown_character_is_missing(
    opened: Opened, knowing: Callable[[dict[str, str]], None], amount: str
) -> None:
    knowing(table(1, but="?"))
    assert isinstance(read(opened(paper((0, 50, 700, "Charges"), (0, 200, 700, amount))), "Charges"), Missing)


@pytest.mark.parametrize("place", [192.5, 226])
def test_an_unknown_sign_before_or_behind_it_may_be_a_minus(
    opened: Opened, knowing: Callable[[dict[str, str]], None], place: float
) -> None:
    knowing(table(1, but="?"))
    outcome = read(opened(paper((0, 50, 700, "Charges"), (0, 200, 700, "15.00"), (0, place, 700, "?"))), "Charges")
    assert isinstance(outcome, Missing)
    assert outcome.reason == UNREADABLE


def test_a_value_that_stands_apart_from_it_is_read(opened: Opened, knowing: Callable[[dict[str, str]], None]) -> None:
    knowing(table(1, but="?"))
    outcome = read(opened(paper((0, 50, 700, "Charges ?"), (0, 200, 700, "15.00"), (0, 50, 660, "?"))), "Charges")
    assert isinstance(outcome, Found)
    assert outcome.value == 1500


def test_the_same_value_in_a_place_that_can_be_read_counts(
    opened: Opened, knowing: Callable[[dict[str, str]], None]
) -> None:
    knowing(table(1, but="?"))
    page = opened(
        paper((0, 50, 700, "Charges"), (0, 200, 700, "1?.00"), (0, 50, 600, "Charges"), (0, 200, 600, "15.00"))
    )
    outcome = read(page, "Charges")
    assert isinstance(outcome, Found)
    assert outcome.value == 1500


# The table


def test_every_line_of_the_table_is_a_drawing_and_one_character() -> None:
    lines = TABLE.read_text("utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    assert len(rows) == len(shipped_table()) > 800
    for drawing, code, char in rows:
        assert len(drawing) == 20
        assert set(drawing) <= set("0123456789abcdef")
        assert chr(int(code, 16)) == char


def test_the_table_knows_the_face_of_the_samples() -> None:
    assert table(1).items() <= read_table(TABLE).items()
