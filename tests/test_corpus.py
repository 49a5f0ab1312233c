"""A floor under the figures on real bills. Needs ``BILL_CORPUS``; failures name fields, never what a bill says."""

import collections
import json
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

import parsers
from parsers.model import Document, DocumentKind
from parsers.registry import UTILITIES

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif("BILL_CORPUS" not in os.environ, reason="BILL_CORPUS is not set"),
]
CORPUS = Path(os.environ.get("BILL_CORPUS", "/nonexistent"))
CODES = sorted(utility.code for utility in UTILITIES)
FLOOR = 0.99  # of the values on bills with a text layer
BESIDE = {"pages", "sources", "missing", "checks", "reasons"}


@cache
def read_all() -> dict[Path, Document]:
    return {path: parsers.read(path) for path in sorted(CORPUS.rglob("*.pdf"))}


def label(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.with_suffix(".json").read_text())
    return loaded


def of_utility(code: str) -> dict[Path, Document]:
    return {path: document for path, document in read_all().items() if path.parent.name == code}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value of a bill by the name of its field."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, path)
    else:
        yield path, value


def same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return Decimal(str(one)) == Decimal(str(other))
    return re.sub(r"[^0-9a-z]", "", str(one).casefold()) == re.sub(r"[^0-9a-z]", "", str(other).casefold())


def compared(code: str) -> collections.Counter[tuple[str, str]]:
    """How often each field came out right, wrong, missed or extra, on the documents that have text."""
    counts: collections.Counter[tuple[str, str]] = collections.Counter()
    for path, document in of_utility(code).items():
        if document.document is DocumentKind.NEEDS_OCR:
            continue
        truths, reads = label(path)["bills"], document.to_json()["bills"]
        counts["bills", "right" if len(truths) == len(reads) else "wrong"] += 1
        for truth, read in zip(truths, reads, strict=False):
            values = {name: value for name, value in read.items() if name not in BESIDE}
            counts.update(_outcomes(_in_order(truth), _in_order(values)))
    return counts


def _in_order(bill: dict[str, Any]) -> dict[str, Any]:
    """The bill with its meters by service and number: a label may name them in another order than the pages do."""
    return bill | {"meters": sorted(bill["meters"], key=lambda meter: (meter["type"], str(meter["id"])))}


def _outcomes(truth: dict[str, Any], read: dict[str, Any]) -> Iterator[tuple[str, str]]:
    expected, got = collections.defaultdict(list), collections.defaultdict(list)
    for name, value in leaves(truth):
        expected[name].append(value)
    for name, value in leaves(read):
        got[name].append(value)
    for name in expected.keys() | {name for name in got if "additional_attributes" not in name}:
        for one, other in zip_longest(expected[name], got[name]):
            if one is None:
                yield from [(name, "extra")] if other is not None else []
            elif other is None:
                yield name, "missed"
            else:
                yield name, "right" if same(one, other) else "wrong"


@pytest.mark.parametrize("code", CODES)
def test_values_of_bills_with_text(code: str) -> None:
    counts = compared(code)
    bad = sorted((*key, number) for key, number in counts.items() if key[1] in ("wrong", "extra"))
    assert bad == []
    right = sum(number for (_, outcome), number in counts.items() if outcome == "right")
    missed = sorted(name for (name, outcome) in counts if outcome == "missed")
    assert right >= FLOOR * sum(counts.values()), missed


@pytest.mark.parametrize("code", CODES)
def test_what_adds_up_is_not_flagged(code: str) -> None:
    bills = [bill for document in of_utility(code).values() for bill in document.bills]
    failed = sorted({check.name for bill in bills for check in bill.checks if not check.holds})
    assert failed == []
    assert all(len(bill.checks) >= 4 for bill in bills)


@pytest.mark.parametrize("code", CODES)
def test_every_value_has_its_place_and_every_null_its_reason(code: str) -> None:
    for document in of_utility(code).values():
        for bill in document.bills:
            for name, value in bill.model_dump(exclude=BESIDE | {"utility", "meters", "past_due"}).items():
                assert (name in bill.sources) == (value is not None), name
                assert (name in bill.missing) == (value is None), name
            assert all(bill.pages[0] <= source.page <= bill.pages[1] for source in bill.sources.values())


def test_no_other_document_is_claimed() -> None:
    wrong = {
        path.parent.name
        for path, document in read_all().items()
        if document.bills and document.parser != path.parent.name
    }
    assert wrong == set()


def test_scans_are_not_guessed_at() -> None:
    scans = {path: document for path, document in read_all().items() if "scan" in path.stem}
    assert scans
    assert {document.document for document in scans.values()} == {DocumentKind.NEEDS_OCR}
