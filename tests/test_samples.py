"""Every sample is read exactly as its expectation says, and the samples are what their code draws."""

import dataclasses
import json
from pathlib import Path

import pdfplumber
import pytest

import parsers
import parsers.utilities
from samples.collection import MADE_WITH, all_samples, utilities, versions
from samples.expectation import as_label
from samples.files import HERE, Sample, difference, store

SAMPLES = {sample.name: sample for sample in all_samples()}
FILES = sorted(path.relative_to(HERE).as_posix() for suffix in ("pdf", "jpg") for path in HERE.rglob(f"*.{suffix}"))
SCANS = [name for name in FILES if name.startswith("_scan/")]
PDFS = [name for name in FILES if name not in SCANS]
MAILS = sorted(path.relative_to(HERE).as_posix() for path in HERE.rglob("*.eml"))
LARGEST = 60_000  # bytes; the repository must stay light

sample_names = pytest.mark.parametrize("name", [*FILES, *MAILS])


def text_of(pdf: Path) -> list[str]:
    with pdfplumber.open(pdf) as document:
        return [page.extract_text() for page in document.pages]


@pytest.mark.parametrize("name", PDFS)
def test_is_read_as_expected(name: str) -> None:
    document = parsers.read(HERE / name)
    assert difference(HERE / name, as_label(document.to_json())) == ""


@pytest.mark.parametrize("name", SCANS)
def test_a_scan_says_that_it_needs_ocr(name: str) -> None:
    assert parsers.read(HERE / name).document == "needs_ocr"


def test_each_utility_has_samples_and_each_sample_folder_a_parser() -> None:
    folder = Path(parsers.utilities.__file__).parent
    modules = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    assert modules == set(utilities())


@pytest.mark.parametrize("utility", utilities())
def test_a_utility_has_two_samples_or_more(utility: str) -> None:
    names = [name for name in PDFS if name.startswith(f"{utility}/")]
    assert len(names) >= 2
    for name in names:
        bills = json.loads((HERE / name).with_suffix(".json").read_text())["bills"]
        assert bills
        assert {bill["utility"] for bill in bills} == {utility}


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("_unknown", {"bill", "not_a_bill", "no_energy", "unknown_utility"}), ("_scan", {"bill"})],
)
def test_what_is_no_known_bill_has_its_kind(folder: str, expected: set[str]) -> None:
    kinds = {json.loads(path.read_text())["document"] for path in (HERE / folder).glob("*.json")}
    assert kinds == expected


def test_every_file_is_drawn_by_the_code_and_every_drawing_is_there() -> None:
    assert sorted(SAMPLES) == sorted([*FILES, *MAILS])


@sample_names
def test_drawing_again_gives_the_same(name: str, tmp_path: Path) -> None:
    stored, drawn = HERE / name, SAMPLES[name].content
    if MADE_WITH.read_text() == versions() or name in MAILS:
        assert drawn == stored.read_bytes()
    else:
        again = tmp_path / "again.pdf"
        again.write_bytes(drawn)
        assert name in SCANS or text_of(again) == text_of(stored)


@sample_names
def test_the_expectation_is_that_of_the_code(name: str) -> None:
    assert difference(HERE / name, SAMPLES[name].expected) == ""


@sample_names
def test_is_light(name: str) -> None:
    assert (HERE / name).stat().st_size < LARGEST


def test_a_changed_expectation_is_shown_and_written_only_by_force(tmp_path: Path) -> None:
    path = tmp_path / "bill.pdf"
    sample = Sample("bill.pdf", b"%PDF-1", {"document": "bill", "bills": []})
    changed = dataclasses.replace(sample, content=b"%PDF-2", expected={"document": "not_a_bill", "bills": []})
    assert store(sample, path, force=False) == ""
    shown = store(changed, path, force=False)
    assert '-  "document": "bill",' in shown
    assert '+  "document": "not_a_bill",' in shown
    assert path.read_bytes() == b"%PDF-1"
    assert difference(path, sample.expected) == ""
    assert store(changed, path, force=True) == shown
    assert path.read_bytes() == b"%PDF-2"
    assert difference(path, changed.expected) == ""
