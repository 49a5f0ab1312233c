"""What ``--explain`` shows of a document: its pages with the marks of what was read, or why nothing was."""

from pathlib import Path

import pytest
from drawn import pdf

import parsers
from parsers.explain import Explanation
from parsers.marked import marks
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
