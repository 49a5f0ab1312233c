"""Parts that share a head, what stands beside a line, and values that need a second place."""

from pathlib import Path

import pytest
from drawn import Row, read, scope

from parsers.errors import DeclarationError
from parsers.finding.outcome import Found, Missing
from parsers.locate import blocks, confirmed, right_of


def test_blocks_with_a_head_share_what_stands_above_the_first(tmp_path: Path) -> None:
    first: list[Row] = [
        (30, [(30, "SITE 1")]),
        (42, [(30, "12 SAMPLE RD")]),
        (54, [(30, "METER A")]),
        (66, [(30, "10 kWh")]),
        (78, [(30, "METER B")]),
    ]
    second: list[Row] = [(30, [(30, "20 kWh")]), (42, [(30, "SITE 2")]), (54, [(30, "METER C")])]
    with scope(tmp_path, first, second) as where:
        sites = blocks("^SITE")
        parts = blocks("^METER", within=sites, headed=True).parts(where.region)
        texts = [[line.text for line in part.lines()] for part in parts]
    assert texts == [
        ["SITE 1", "12 SAMPLE RD", "METER A", "10 kWh"],
        ["SITE 1", "12 SAMPLE RD", "METER B", "20 kWh"],
        ["SITE 2", "METER C"],
    ]


def test_heads_inside_heads(tmp_path: Path) -> None:
    page: list[Row] = [
        (30, [(30, "SITE 1")]),
        (42, [(30, "POWER")]),
        (54, [(30, "premises 7")]),
        (66, [(30, "METER A")]),
        (78, [(30, "METER B")]),
        (90, [(30, "GAS")]),
        (102, [(30, "METER C")]),
    ]
    with scope(tmp_path, page) as where:
        services = blocks("^(?:POWER|GAS)", within=blocks("^SITE"), headed=True)
        parts = blocks("^METER", within=services, headed=True).parts(where.region)
        texts = [[line.text for line in part.lines()] for part in parts]
    assert texts == [
        ["SITE 1", "POWER", "premises 7", "METER A"],
        ["SITE 1", "POWER", "premises 7", "METER B"],
        ["SITE 1", "GAS", "METER C"],
    ]


def test_a_block_begins_with_what_stands_beside_its_line(tmp_path: Path) -> None:
    page: list[Row] = [(30, [(30, "ITEM 1")]), (58, [(200, "12 SAMPLE RD")]), (60, [(30, "ITEM 2")])]
    with scope(tmp_path, page) as where:
        one, two = blocks("^ITEM").parts(where.region)
        assert [line.text for line in one.lines()] == ["ITEM 1"]
        assert [line.text for line in two.lines()] == ["12 SAMPLE RD", "ITEM 2"]


@pytest.mark.parametrize(("amount", "holds"), [("30.00", True), ("30.01", False)])
def test_what_a_second_place_must_confirm(tmp_path: Path, amount: str, holds: bool) -> None:
    rule = confirmed(right_of("New charges"), by=right_of("Part").summed())
    page: list[Row] = [(30, [(30, "New charges"), (-200, amount)])]
    page += [(42, [(30, "Part"), (-200, "10.00")]), (54, [(30, "Part"), (-200, "20.00")])]
    with scope(tmp_path, page) as where:
        outcome = read(rule, where)
    assert isinstance(outcome, Found if holds else Missing)
    with scope(tmp_path, page[:1]) as where:
        assert isinstance(read(rule, where), Missing)


def test_both_rules_must_fit_the_field() -> None:
    with pytest.raises(DeclarationError):
        confirmed(right_of("New charges"), by=right_of("")).check("total_amount")
