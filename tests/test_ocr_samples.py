"""Scans and photos of drawn bills: what OCR reads of them is on the bill, and much of the bill is read.

How much depends on the engines' versions; that nothing wrong is believed does not.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import parsers
from parsers.model import Document
from samples.expectation import as_label
from samples.files import HERE

pytest.importorskip("tesserocr")

LEAST = {"office_scan.pdf": 0.9, "photo_turned.jpg": 0.5, "page.pdf": 0.25}
"""Share of the values that are read, of each sample; the last one is very coarse."""
SCANS = sorted(path.name for path in (HERE / "_scan").iterdir() if path.suffix in (".pdf", ".jpg"))


@cache
def read(name: str) -> Document:
    return parsers.read(HERE / "_scan" / name, ocr=True)


def values(thing: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    parts = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else None
    if parts is None:
        yield path, thing
    else:
        for name, part in parts:
            yield from values(part, f"{path}.{name}")


def test_each_scan_has_its_least() -> None:
    assert sorted(LEAST) == SCANS


@pytest.mark.parametrize("name", SCANS)
def test_nothing_wrong_is_believed_and_much_is_read(name: str) -> None:
    found = dict(values(as_label(read(name).to_json())))
    expected = dict(values(json.loads((HERE / "_scan" / name).with_suffix(".json").read_text())))
    wrong = {path: value for path, value in found.items() if value is not None and value != expected.get(path)}
    assert wrong == {}
    printed = [path for path, value in expected.items() if value is not None]
    right = [path for path in printed if found.get(path) == expected[path]]
    assert len(right) >= LEAST[name] * len(printed), sorted(set(printed) - set(right))


@pytest.mark.parametrize("name", SCANS)
def test_every_value_says_that_it_was_read_from_a_picture(name: str) -> None:
    [bill] = read(name).bills
    assert bill.sources
    assert all("ocr" in source.grounds for source in bill.sources.values())


@pytest.mark.parametrize("name", SCANS)
def test_what_one_engine_alone_read_is_null_with_that_reason(name: str) -> None:
    [bill] = read(name).bills
    for path, source in bill.sources.items():
        if "one_engine" in source.grounds and path != "utility" and not path.endswith(".type"):
            assert {"adds_up", "printed_again"} & set(source.grounds), path


def test_a_place_is_on_the_photo_as_it_was_taken() -> None:
    """The telephone was held across: what reads from left to right goes up on the photo."""
    [bill] = read("photo_turned.jpg").bills
    box = bill.sources["account_number"].box
    assert box[3] - box[1] > 2 * (box[2] - box[0])


def test_a_place_on_a_scan_is_where_the_drawing_has_it() -> None:
    [scanned] = read("office_scan.pdf").bills
    [drawn] = parsers.read(HERE / "ppl_electric" / "2024-06_home.pdf").bills
    for path in ("account_number", "amount_due", "due_on"):
        one, other = scanned.sources[path], drawn.sources[path]
        if one.text == other.text:
            assert all(abs(a - b) < 14 for a, b in zip(one.box, other.box, strict=True)), path


def test_without_ocr_a_scan_is_not_read() -> None:
    document = parsers.read(Path(HERE / "_scan" / "office_scan.pdf"))
    assert (document.document, document.bills, document.unread_pages) == ("needs_ocr", (), (1, 2))
