"""The scans of a folder of labelled real bills (``BILL_CORPUS``), read by OCR."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import parsers

pytest.importorskip("tesserocr")

CORPUS = Path(os.environ.get("BILL_CORPUS", ""))
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif("BILL_CORPUS" not in os.environ, reason="BILL_CORPUS is not set"),
]
LEAST_RIGHT, MOST_WRONG = 0.92, 0.005
NOT_COMPARED = {"line_2", "postal_code_suffix", "past_due"}


def test_scans_are_read_right_or_not_at_all() -> None:
    counts: Counter[str] = Counter()
    scans = sorted(path for path in CORPUS.rglob("*scan*.pdf") if path.with_suffix(".json").exists())
    assert scans
    for path in scans:
        label = dict(_values(json.loads(path.with_suffix(".json").read_text())["bills"]))
        read = dict(_values(parsers.read(path, ocr=True).to_json()["bills"]))
        for name, value in label.items():
            if value is not None and name[-1] not in NOT_COMPARED:
                found = read.get(name)
                counts["missed" if found is None else "right" if _plain(found) == _plain(value) else "wrong"] += 1
    assert counts["right"] >= LEAST_RIGHT * counts.total(), counts
    assert counts["wrong"] <= MOST_WRONG * counts.total(), counts


def _values(thing: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    parts = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else None
    if parts is None:
        yield path, thing
        return
    for name, part in parts:
        yield from _values(part, (*path, name))


def _plain(value: object) -> object:
    """Strings as labels compare them: letters and digits alone."""
    if isinstance(value, str):
        return "".join(char for char in str(value).casefold() if char.isalnum())
    return value
