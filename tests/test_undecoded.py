"""JSON of rows is decoded when somebody looks at it, once, and changes nothing of what is there."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from ingest.store import undecoded
from ingest.store.undecoded import Undecoded, changed, encoded, late


@late("reading", "record")
@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    key: str
    reading: dict[str, Any] | None
    record: dict[str, Any] | None


@pytest.fixture
def row() -> Row:
    return Row(key="1", reading=Undecoded('{"pages": [1, 2]}'), record=None)  # type: ignore[arg-type] # as a row has it


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was decoded."""
    texts: list[str] = []
    real = json.loads

    def noting(text: str) -> Any:
        texts.append(text)
        return real(text)

    monkeypatch.setattr(undecoded.json, "loads", noting)
    return texts


def test_it_is_decoded_once_and_only_when_looked_at(row: Row, loads: list[str]) -> None:
    assert (row.key, row.record, loads) == ("1", None, [])
    assert row.reading == row.reading == {"pages": [1, 2]}
    assert loads == ['{"pages": [1, 2]}']


def test_a_change_decodes_nothing(row: Row, loads: list[str]) -> None:
    after = changed(row, record={"total": "1.00"})
    assert (after.record, row.record, loads) == ({"total": "1.00"}, None, [])
    assert after.reading == row.reading == {"pages": [1, 2]}


def test_it_is_equal_to_one_that_was_never_encoded(row: Row) -> None:
    assert row == Row(key="1", reading={"pages": [1, 2]}, record=None)


def test_a_change_of_what_is_not_there_is_a_mistake(row: Row) -> None:
    with pytest.raises(TypeError, match="Row has no total"):
        changed(row, total=1)


@pytest.mark.parametrize("value", [{"name": "ä\x00\ud800.pdf"}, {"n": [1, 2.5, None, True]}, "„"])
def test_what_is_written_says_the_same_when_it_is_read(value: Any) -> None:
    assert json.loads(encoded(value)) == value
    encoded(value).encode()
