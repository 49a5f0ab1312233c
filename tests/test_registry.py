"""Which utility's bill it is: told by its pages, claimed by exactly one parser, refused with the right reason."""

import gc
import shutil
from pathlib import Path

import pytest
from drawn import pdf, sheets

import parsers
import parsers.utilities
from parsers.finding.patterns import InLine
from parsers.finding.sections import Blocks, Rows
from parsers.model import DocumentKind
from parsers.registry import UTILITIES, claims
from samples.files import HERE

MODULES = sorted(path.stem for path in Path(parsers.utilities.__file__).parent.glob("*.py") if path.stem != "__init__")
SAMPLES = sorted(HERE.glob("*/*.pdf"))


def test_every_module_is_registered_under_its_name() -> None:
    assert sorted(utility.code for utility in UTILITIES) == MODULES
    assert [utility.__module__ for utility in UTILITIES] == [f"parsers.utilities.{code.code}" for code in UTILITIES]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_exactly_one_parser_claims_a_bill_and_none_another_document(path: Path) -> None:
    document = parsers.read(path)
    if path.parent.name.startswith("_"):
        assert document.parser in ("generic", None)
        return
    expected = path.parent.name
    assert document.parser == expected
    assert [bill.utility for bill in document.bills] == [expected] * len(document.bills)


def test_a_files_name_says_nothing(tmp_path: Path) -> None:
    source = next(path for path in SAMPLES if path.parent.name == "ppl_electric")
    misnamed = tmp_path / "southern_california_edison.pdf"
    shutil.copy(source, misnamed)
    assert parsers.read(misnamed).parser == "ppl_electric"


def test_what_two_parsers_claim_is_nobodys(tmp_path: Path) -> None:
    marks = [mark if isinstance(mark, str) else mark[0] for utility in UTILITIES[:2] for mark in utility.marks]
    path = tmp_path / "both.pdf"
    path.write_bytes(pdf([(30 + 20 * n, [(30, mark)]) for n, mark in enumerate(marks)]))
    document = parsers.read(path)
    assert document.document is DocumentKind.UNKNOWN_UTILITY
    assert document.detail == f"More than one parser claims it: {UTILITIES[0].code}, {UTILITIES[1].code}."
    assert document.bills == ()


def test_a_bill_that_two_parsers_claim_is_left_to_the_generic_one(tmp_path: Path) -> None:
    marks = [mark if isinstance(mark, str) else mark[0] for utility in UTILITIES[:2] for mark in utility.marks]
    lines = ["Account Number: 99-000-111", "Due Date: 06/10/2025", "645 kWh used", "Amount Due $96.40"]
    path = tmp_path / "both.pdf"
    path.write_bytes(pdf([(30 + 20 * n, [(30, line)]) for n, line in enumerate(marks + lines)]))
    document = parsers.read(path)
    assert (document.parser, document.bills[0].amount_due) == ("generic", 9640)
    assert document.detail is not None
    assert document.detail.startswith("More than one parser claims it")


@pytest.mark.parametrize("utility", UTILITIES, ids=lambda utility: utility.code)
def test_marks_must_stand_on_one_page_and_all_of_them(tmp_path: Path, utility: type[parsers.Utility]) -> None:
    marks = [mark if isinstance(mark, str) else mark[0] for mark in utility.marks]
    rows = [(30.0 + 20 * n, [(30.0, mark.upper())]) for n, mark in enumerate(marks)]
    with sheets(tmp_path, rows) as whole:
        assert claims(whole, [utility]) == [utility]
    with sheets(tmp_path, rows[:1], rows[1:]) as apart:
        assert claims(apart, [utility]) == []


def test_what_is_known_to_be_no_bill_says_so(tmp_path: Path) -> None:
    path = tmp_path / "history.pdf"
    lines = ["Monthly Electric History", "Bill Account: 9999900000", "Billed Kwh  Billed Demand  Load Factor"]
    path.write_bytes(pdf([(30 + 20 * n, [(30, line)]) for n, line in enumerate(lines)]))
    document = parsers.read(path)
    assert (document.document, document.parser) == (DocumentKind.NOT_A_BILL, "national_grid_new_york")
    assert document.detail == "It is a history of monthly usage."


def test_pages_without_text_need_ocr(tmp_path: Path) -> None:
    path = tmp_path / "blank.pdf"
    path.write_bytes(pdf([], [(30, [(30, "a page of readable text, but not of a known utility")])]))
    document = parsers.read(path)
    assert document.document is DocumentKind.NEEDS_OCR
    assert document.detail == "1 of 2 pages have no usable text."


@pytest.mark.parametrize(("content", "kind"), [(b"not a pdf", DocumentKind.NOT_A_PDF), (b"", DocumentKind.NOT_A_PDF)])
def test_what_cannot_be_opened_is_a_document_of_that_kind(tmp_path: Path, content: bytes, kind: DocumentKind) -> None:
    path = tmp_path / "file.pdf"
    path.write_bytes(content)
    document = parsers.read(path)
    assert document.document is kind
    assert document.detail


def test_every_pattern_of_every_parser_compiles() -> None:
    """They are compiled when they are first needed; here is where a broken one is found."""
    patterns = [one for one in gc.get_objects() if isinstance(one, InLine | Blocks | Rows)]
    assert len(patterns) > len(UTILITIES)
    for one in patterns:
        one.compile()
