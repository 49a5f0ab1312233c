"""Values in running text, streets without their city, and sentences that say that money is overdue."""

import datetime as dt
from pathlib import Path

import pytest
from drawn import Row, read, scope

from parsers.errors import DeclarationError
from parsers.finding.labels import find
from parsers.finding.outcome import Found, Missing, Outcome
from parsers.finding.overdue import says_overdue
from parsers.locate import above, sentence_after, street_above, street_below
from parsers.model import Address

RATE = "Your rate is"
DRAWN = "is drawn on or after"
OWED = "Your account has a past due balance."


def value(outcome: Outcome) -> object:
    assert isinstance(outcome, Found), outcome
    return outcome.value


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["Your rate is Small Service (S-1)."], "Small Service (S-1)"),
        (
            ["Your rate is Small Service, Second", "Voltage (S-1). For others visit us."],
            "Small Service, Second Voltage (S-1)",
        ),
        (["Your rate is 1.5 Small Service. For others", "visit us."], "1.5 Small Service"),
        (["Your rate is Small Service (S-1)"], None),  # nothing says where its name ends
        (["Your rate is."], None),
    ],
)
def test_words_go_on_up_to_the_full_stop(tmp_path: Path, lines: list[str], words: str | None) -> None:
    page: list[Row] = [(50 + 11 * n, [(30, "Basic charge"), (200, line)]) for n, line in enumerate(lines)]
    with scope(tmp_path, page) as where:
        outcome = read(sentence_after(RATE), where, "tariff")
    assert (outcome.value if isinstance(outcome, Found) else None) == words


@pytest.mark.parametrize(
    ("second", "day"),
    [
        ((61.0, "March 8, 2025. Thank you."), dt.date(2025, 3, 8)),
        ((61.0, "the due date. Paid on May 9, 2025."), None),  # of another sentence
        ((75.0, "March 8, 2025"), None),  # of another paragraph
    ],
)
def test_a_value_after_the_end_of_the_line(tmp_path: Path, second: tuple[float, str], day: dt.date | None) -> None:
    page: list[Row] = [(50, [(200, f"What you owe {DRAWN}")]), (second[0], [(30, "Balance"), (200, second[1])])]
    with scope(tmp_path, page) as where:
        outcome = read(sentence_after(DRAWN), where, "due_on")
    assert (outcome.value if isinstance(outcome, Found) else None) == day


def test_a_bullet_hangs_out_of_its_paragraph(tmp_path: Path) -> None:
    page: list[Row] = [(50, [(190, "-"), (196, f"What you owe {DRAWN}")]), (61, [(196, "March 8, 2025.")])]
    with scope(tmp_path, page) as where:
        assert value(read(sentence_after(DRAWN), where, "due_on")) == dt.date(2025, 3, 8)


def test_a_value_above_its_label(tmp_path: Path) -> None:
    page: list[Row] = [
        (20, [(30, "12.00")]),
        (50, [(30, "$48.00"), (200, "Mar 8, 2025")]),
        (62, [(30, "AMOUNT"), (200, "DUE BY")]),
        (120, [(30, "AMOUNT ENCLOSED")]),
    ]
    with scope(tmp_path, page) as where:
        assert value(read(above("AMOUNT"), where)) == 4800
        assert value(read(above("DUE BY"), where, "due_on")) == dt.date(2025, 3, 8)
        assert isinstance(read(above("AMOUNT ENCLOSED"), where), Missing)


BLOCKS = [
    (["EXAMPLE BAKERS INC", "12 SAMPLE RD"], Address(line_1="12 SAMPLE RD")),
    (["12 SAMPLE RD"], Address(line_1="12 SAMPLE RD")),
    (["12 SAMPLE RD", "STE 4"], Address(line_1="12 SAMPLE RD", line_2="STE 4")),
    (["12 SAMPLE RD", "SAMPLETON"], None),  # a city, or more of the street: nobody can say
    (["4 BROTHERS DINER", "12 SAMPLE RD"], None),
    (["EXAMPLE BAKERS INC"], None),
]


@pytest.mark.parametrize(("lines", "address"), BLOCKS)
def test_a_street_above_its_label(tmp_path: Path, lines: list[str], address: Address | None) -> None:
    page: list[Row] = [(50 + 10 * n, [(36, line), (300, "Account 1 SAME LINE")]) for n, line in enumerate(lines)]
    with scope(tmp_path, [*page, (80, [(30, "Service From:")])]) as where:
        outcome = read(street_above("Service From:"), where, "address")
    assert (outcome.value if isinstance(outcome, Found) else None) == address


@pytest.mark.parametrize(("lines", "address"), BLOCKS)
def test_a_street_below_its_label(tmp_path: Path, lines: list[str], address: Address | None) -> None:
    page: list[Row] = [(50 + 10 * n, [(30, line), (300, "May 4")]) for n, line in enumerate(lines)]
    with scope(tmp_path, [(40, [(30, "Service Address")]), *page, (95, [(30, "9 THINGS TO KNOW")])]) as where:
        outcome = read(street_below("Service Address"), where, "address")
    assert (outcome.value if isinstance(outcome, Found) else None) == address


def test_streets_that_disagree_are_none(tmp_path: Path) -> None:
    page: list[Row] = [(40, [(30, "Street")]), (50, [(30, "1 A ST")]), (90, [(30, "Street")]), (100, [(30, "2 B ST")])]
    with scope(tmp_path, page) as where:
        assert not isinstance(read(street_below("Street"), where, "address"), Found)


def test_a_street_is_an_address_and_nothing_else() -> None:
    with pytest.raises(DeclarationError):
        street_below("Service Address").check("tariff")


@pytest.mark.parametrize(
    ("line", "overdue"),
    [(f"{OWED} Failure to pay costs you dear.", True), (f"It may be that {OWED}", False)],
)
def test_a_sentence_that_says_it_by_itself(tmp_path: Path, line: str, overdue: bool) -> None:
    with scope(tmp_path, [(50, [(30, line)])]) as where:
        assert [says_overdue(spot) for spot in find(where.region, OWED)] == [overdue]
