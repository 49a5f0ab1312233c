"""What a bill prints otherwise than the samples do gives the same value or none: ``benchmarks/robustness.py`` in small.

Only lines that hold values are changed, and in ways after which no other value can be right.
"""

from functools import cache
from pathlib import Path

import pytest

from benchmarks.changes import UNCERTAIN, Leaf, Value, doubled, follows, leaflet, rotated
from benchmarks.robustness import Finding, findings, judged, opened
from parsers.finding.lines import Line, Word

SAMPLES = Path(__file__).parent.parent / "samples"
BILLS = (
    "central_maine_power/2022-08_supplier",
    "cps_energy/2024-01_electric_and_gas",
    "los_angeles_department_of_water_and_power/2024-01_home",
    "pacific_power/2024-01_home_partly_paid",
    "portland_general_electric/2018-07_two_meters_credit",
    "ppl_electric/2024-06_home",
    "san_diego_gas_and_electric/2025-01_aggregator",
    "silicon_valley_power/2023-08_office",
    "southern_california_edison/2025-07_time_of_use",
)
KINDS = ("moved", "amounts", "words")
ONLY_VALUES = 10_000  # of the lines without values, change every so many
TOLD_BY_WORDS = "past_due"  # where its words are gone, a bill rightly says nothing of it


@cache
def found(name: str) -> tuple[Finding, ...]:
    utility, leaves = opened(SAMPLES / f"{name}.pdf", most_pages=10)
    assert utility is not None
    return tuple(findings(utility, leaves, KINDS, ONLY_VALUES))


@pytest.mark.parametrize("name", BILLS)
def test_no_value_is_silently_another(name: str) -> None:
    wrong = [one for one in found(name) if one.outcome == "wrong" and one.field != TOLD_BY_WORDS]
    assert [(one.path, one.change, one.before, one.after) for one in wrong] == []


@pytest.mark.parametrize("name", BILLS)
def test_where_a_page_is_moved_or_stretched_all_is_read(name: str) -> None:
    moved = [one for one in found(name) if one.kind == "moved"]
    assert moved
    assert {(one.path, one.change) for one in moved if one.outcome != "same"} == set()


def test_amounts_are_those_that_are_printed_now() -> None:
    before = Value(123_456, "$1,234.56", "a rule")
    assert follows(doubled, "amount_due", before) == 246_912
    assert follows(rotated, "amount_due", before) == 234_567
    assert follows(rotated, "amount_due", Value(0, "$1,234.56", "cancelled by payments")) is UNCERTAIN
    assert follows(doubled, "meters.0.id", Value("A1", "A1", "")) == "A1"
    assert (doubled("$0.60"), rotated("(90.19)"), doubled("0.05%")) == ("$1.20", "(10.21)", "0.05%")


def test_what_counts_as_wrong() -> None:
    before, other = Value(5, "5", ""), Value(6, "6", "")
    assert judged(before, 5, None, flagged=False) == "null"
    assert judged(before, 5, other, flagged=False) == "wrong"
    assert judged(before, 5, other, flagged=True) == "flagged"
    name = Value("Example Energy of Testville", "", "")
    assert judged(name, name.value, Value("Example Energy", "", ""), flagged=False) == "part"
    assert judged(name, name.value, Value("EXAMPLE ENERGYOF TESTVILLE", "", ""), flagged=False) == "same"
    assert judged(name, name.value, Value("555-555-0100", "", ""), flagged=False) == "wrong"


def test_a_changed_page_is_read_as_any_other() -> None:
    page = leaflet()
    assert any("Previous balance" in line.text for line in page.lines)
    gone: Line = page.lines[0]
    shorter = page.with_line(gone, ())
    assert [line.text for line in shorter.lines] == [line.text for line in page.lines[1:]]
    assert gone.text not in shorter.plain_text
    assert isinstance(shorter, Leaf)
    assert all(isinstance(word, Word) for word in shorter.words)
