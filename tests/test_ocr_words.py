"""What is made of the readings of two engines: words, numbers that are believed or not, rows."""

from dataclasses import replace

import pytest

pytest.importorskip("tesserocr")

from parsers.ocr.agreement import Settled, decided, plain_value, same
from parsers.ocr.first import Sighted
from parsers.ocr.rows import rows
from parsers.ocr.second import SecondReading
from parsers.ocr.vocabulary import is_word, mended, spaced

WORD = Sighted("", 100.0, 90.0, 140.0, 100.0, baseline=100.0, slope=0.0, size=9.0, line=1, confidence=95.0)


def read(
    first: str, second: str, *thirds: str, confidence: float = 80.0, score: float = 0.99, beside: tuple[str, ...] = ()
) -> tuple[str, bool]:
    """Text and agreement of one word, with other words of the page that are certain."""
    words = [replace(WORD, text=first, confidence=confidence)]
    words += [replace(WORD, text=text, line=at) for at, text in enumerate(beside, start=2)]
    [one, *_] = decided(words, {0: SecondReading(second, score)}, {0: thirds or (first,)}) or [None]
    assert one is not None
    return one.text, one.agreed


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("$1,234.50", "$1,234.50.", True),
        ("\u201c700123", "700123", True),
        ("-5.00", "\u22125.00", True),
        ("-5.00", "5.00", False),
        ("1,234", "1.234", False),
        (".", ",", False),
    ],
)
def test_readings_are_the_same_but_for_what_hangs_on_to_them(one: str, other: str, alike: bool) -> None:
    assert same(one, other) == alike


class TestNumbers:
    def test_a_disputed_number_has_the_second_engines_digits_and_is_not_agreed(self) -> None:
        assert read("700200990064", "700200990069") == ("700200990069", False)

    def test_it_is_agreed_when_the_first_engine_sees_it_too_by_a_second_look(self) -> None:
        assert read("31.208", "31,208", "31,208", "31.208") == ("31,208", True)

    def test_a_guess_of_the_second_engine_changes_nothing(self) -> None:
        assert read("1250", "7250", "7250", score=0.5) == ("1250", False)

    def test_what_the_second_engine_saw_only_a_part_of_is_kept_whole(self) -> None:
        assert read("12,345.00", "2,345.00", "2,345.00") == ("12,345.00", False)

    def test_commas_of_thousands_are_the_first_engines(self) -> None:
        assert read("16,307", "16.307", confidence=92) == ("16,307", True)
        assert read("16,307", "16.307", "16.307") == ("16.307", True)
        assert read("0,0042", "0.0042", confidence=92) == ("0.0042", False)

    def test_the_same_print_elsewhere_settles_it(self) -> None:
        assert read("9900550104", "9900550103", beside=("9900550103",)) == ("9900550103", True)
        assert read("2028", "2023", beside=("2023",)) == ("2023", True)

    def test_two_prints_elsewhere_settle_nothing(self) -> None:
        assert read("2028", "2023", beside=("2023", "2028")) == ("2023", False)

    def test_a_print_too_short_to_tell_settles_nothing(self) -> None:
        assert read("12", "17", beside=("17",)) == ("17", False)

    def test_a_slash_is_no_one(self) -> None:
        assert read("/", "1", "/") == ("/", False)


class TestWords:
    def test_of_two_readings_the_one_that_bills_print_is_right(self) -> None:
        assert read("Totel", "Total") == ("Total", True)
        assert read("NU", "NJ") == ("NJ", True)

    def test_a_digit_that_looks_like_a_letter_is_one_in_a_word(self) -> None:
        assert read("Oct.", "0ct") == ("Oct.", True)

    def test_a_word_with_a_letter_misread_is_mended_and_stays_doubtful(self) -> None:
        assert read("Arnounl", "Arnounl.x", score=0.85) == ("Amount", False)

    def test_a_lost_space_is_put_back(self) -> None:
        assert read("account:on", "accounton") == ("account on", False)

    def test_a_name_is_the_second_engines_when_it_is_sure(self) -> None:
        assert read("Exarnpleton", "Examplington", score=0.99) == ("Examplington", True)
        assert read("Exarnpleton", "Examplington", score=0.92) == ("Examplington", False)

    def test_dirt_is_no_word(self) -> None:
        assert decided([replace(WORD, text="eHE", confidence=10)], {0: SecondReading("x", 0.2)}, {0: ("y",)}) == []

    def test_a_dash_is_never_dirt(self) -> None:
        assert read("-", "", "", confidence=20, score=0.0) == ("-", False)


@pytest.mark.parametrize(
    ("text", "word"),
    [("Arnount", "Amount"), ("SERVlCE", "SERVICE"), ("Tolal", "Total"), ("xyzzy", None), ("bil", None)],
)
def test_mending_finds_the_one_word_that_is_near(text: str, word: str | None) -> None:
    assert mended(text) == word


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("onAugust", "on August"),
        ("PriorReading:", "Prior Reading:"),
        ("6-Apr", "6 - Apr"),
        ("kWh", "kWh"),
        ("McDonald", "McDonald"),
        ("A-3", "A-3"),
    ],
)
def test_two_words_without_their_space_are_two(text: str, parts: str) -> None:
    assert spaced(text) == parts


def test_words_of_bills() -> None:
    assert all(map(is_word, ("Total", "TOTAL", "september", "PA", "Payment")))
    assert not any(map(is_word, ("pa", "Exampleton", "", "1")))


@pytest.mark.parametrize("text", ["", "...", "|", "\u201c"])
def test_the_value_of_what_is_none_is_empty(text: str) -> None:
    assert plain_value(text) == ""


def settled(text: str, x: float, baseline: float, *, line: int, size: float = 9.0, slope: float = 0.0) -> Settled:
    width = 5.0 * len(text)
    word = Sighted(text, x, baseline - 7, x + width, baseline, baseline, slope, size, line, 95.0)
    return Settled(word, text, agreed=True)


def texts(words: list[Settled]) -> list[str]:
    return [" ".join(one.text for one in row.words) for row in rows(words)]


class TestRows:
    def test_a_label_and_its_amount_share_a_row_whatever_their_size(self) -> None:
        words = [settled("Due", 50, 100, line=1), settled("$5.00", 300, 101.5, line=2, size=18)]
        assert texts(words) == ["Due $5.00"]

    def test_what_stands_lower_is_another_row(self) -> None:
        words = [settled("Usage", 50, 100, line=1), settled("Total", 50, 111, line=2), settled("7", 300, 111, line=3)]
        assert texts(words) == ["Usage", "Total 7"]

    def test_what_stands_above_each_other_is_never_one_row(self) -> None:
        assert texts([settled("Usage", 50, 100, line=1), settled("Total", 55, 102, line=2)]) == ["Usage", "Total"]

    def test_the_nearer_row_has_it(self) -> None:
        words = [
            settled("Left", 50, 100, line=1),
            settled("Other", 300, 101.8, line=2),
            settled("Same", 450, 100.2, line=3),
        ]
        assert texts(words)[0].split()[0] == "Left"
        assert "Same" in texts(words)[0]

    def test_lines_that_fall_all_over_the_sheet_are_straightened(self) -> None:
        fall = 0.01
        words = []
        for n in range(8):
            y = 100.0 + 12 * n
            words += [
                settled("A-label-of-some-length", 50, y + 0.5 + fall * 105, line=3 * n, slope=fall),
                settled("9.50", 500, y + 0.5 + fall * 510, line=3 * n + 1, slope=fall),
            ]
        assert texts(words) == ["A-label-of-some-length 9.50"] * 8
