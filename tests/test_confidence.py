"""How sure a value is follows from what checked out around it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from drawn import Row, sheets

from parsers.confidence import FACTORS, MOST_DOUBT, confidence
from parsers.model import Bill, Check, Document, DocumentKind, Meter, Source
from parsers.rating import rated

PAGE: Sequence[Row] = [
    (30, [(30, "Account Number 55-1234"), (300, "Your account: 55-1234.")]),
    (50, [(30, "Total new charges $81.20")]),
    (70, [(30, "Amount due $81.20"), (300, "kWh used 512")]),
    (90, [(30, "Meter 512345")]),
]


def source(text: str, top: float = 30, **more: Any) -> Source:
    return Source(page=1, box=(1, top, 3, top + 9), text=text, rule="label 'x'", **more)


def check(*fields: str, holds: bool = True, name: str = "balance_and_due") -> Check:
    return Check(name=name, holds=holds, detail="1 = 1", fields=fields)


def rate(folder: Path, sources: dict[str, Source], **bill: Any) -> dict[str, Source]:
    document = Document(document=DocumentKind.BILL, bills=(Bill(pages=(1, 1), sources=sources, **bill),))
    with sheets(folder, PAGE) as drawn:
        return rated(document, drawn).bills[0].sources


def test_a_sum_that_holds_confirms_the_values_in_it(tmp_path: Path) -> None:
    sources = {"total_amount": source("$81.20", 50), "amount_due": source("$81.20", 70), "due_on": source("Jul 3")}
    rates = rate(tmp_path, sources, checks=(check("total_amount", "amount_due"),))
    assert rates["amount_due"].grounds == ("adds_up", "printed_again")
    assert rates["due_on"].grounds == ()
    assert rates["amount_due"].confidence > rates["due_on"].confidence


def test_a_sum_that_does_not_hold_speaks_against_its_values_whatever_else_holds(tmp_path: Path) -> None:
    sources = {"total_amount": source("$81.20", 50), "amount_due": source("$90.00", 70)}
    checks = (check("total_amount", "amount_due", holds=False), check("total_amount", name="services_and_total"))
    rates = rate(tmp_path, sources, checks=checks)
    assert "does_not_add_up" in rates["total_amount"].grounds
    assert rates["amount_due"].confidence < rates["total_amount"].confidence < 0.98


def test_one_place_read_twice_does_not_confirm_itself(tmp_path: Path) -> None:
    sources = {"total_amount": source("$81.20"), "electricity_amount": source("$81.20")}
    fields = ("electricity_amount", "total_amount")
    rates = rate(tmp_path, sources, checks=(check(*fields, name="services_and_total"),))
    assert "adds_up" not in rates["total_amount"].grounds


def test_values_of_one_place_share_what_confirms_it(tmp_path: Path) -> None:
    sources = {"billing_period_from": source("Jul 3"), "meters.0.billing_period_from": source("Jul 3")}
    rates = rate(tmp_path, sources, checks=(check("meters.0.billing_period_from", name="days_and_period"),))
    assert {one.grounds for one in rates.values()} == {("adds_up",)}


def test_days_in_order_confirm_nothing(tmp_path: Path) -> None:
    sources = {"billed_on": source("Jul 3"), "due_on": source("Jul 30", 50)}
    rates = rate(tmp_path, sources, checks=(check("billed_on", "due_on", name="due_after_billed"),))
    assert {one.grounds for one in rates.values()} == {()}
    wrong = rate(tmp_path, sources, checks=(check("billed_on", "due_on", name="due_after_billed", holds=False),))
    assert {one.grounds for one in wrong.values()} == {("does_not_add_up",)}


def test_a_sum_of_meters_is_as_sure_as_the_least_sure_of_them(tmp_path: Path) -> None:
    total = source("700").model_copy(update={"rule": "sum of the meters: label 'kWh'"})
    parts = {"meters.0.consumption": source("700"), "meters.1.consumption": source("512", 70)}
    meters = (Meter(type="electric", consumption=700_000), Meter(type="electric", consumption=512_000))
    checks = (check("meters.0.consumption", "meters.1.consumption", "electricity_consumption", name="electric_meters"),)
    readings = (*checks, check("meters.0.consumption", name="readings_and_usage"))
    rates = rate(tmp_path, parts | {"electricity_consumption": total}, checks=readings, meters=meters)
    assert rates["meters.0.consumption"].grounds == ("adds_up",)
    assert rates["electricity_consumption"].grounds == rates["meters.1.consumption"].grounds == ()


@pytest.mark.parametrize(("text", "again"), [("55-1234", True), ("$81.20", True), ("512", False), ("512345", False)])
def test_what_the_bill_prints_again_is_no_chance_of_digits(tmp_path: Path, text: str, again: bool) -> None:
    assert ("printed_again" in rate(tmp_path, {"x": source(text)})["x"].grounds) is again


@pytest.mark.parametrize("reason", ["unproven", "damaged"])
def test_who_read_it_and_from_what_counts(tmp_path: Path, reason: str) -> None:
    plain = rate(tmp_path, {"due_on": source("Jul 3")})["due_on"]
    doubtful = rate(tmp_path, {"due_on": source("Jul 3")}, reasons=(reason, "rebill"))["due_on"]
    assert doubtful.grounds == (reason,)
    assert doubtful.confidence < plain.confidence


def test_how_a_rule_found_it_stays_in_the_grounds(tmp_path: Path) -> None:
    rates = rate(tmp_path, {"due_on": source("Jul 3", grounds=("alternative", "alternative", "chosen"))})
    assert rates["due_on"].grounds == ("alternative", "chosen")


def test_doubt_never_leaves_less_than_a_little() -> None:
    assert confidence(tuple(FACTORS)) >= 1 - MOST_DOUBT
    assert confidence(("does_not_add_up", "ocr", "generic", "chosen")) == pytest.approx(1 - MOST_DOUBT)
    assert confidence(("adds_up",)) > confidence(()) > confidence(("chosen",))


def test_what_nothing_can_check_is_less_sure(tmp_path: Path) -> None:
    rates = rate(tmp_path, {"meters.0.tariff": source("RS"), "meters.0.id": source("512")})
    assert rates["meters.0.tariff"].grounds == ("uncheckable",)
    assert rates["meters.0.tariff"].confidence < rates["meters.0.id"].confidence


@pytest.mark.parametrize("reader", ["generic", "unproven"])
def test_what_only_the_generic_or_an_unproven_parser_says_is_not_sure_until_a_sum_confirms_it(reader: str) -> None:
    assert confidence((reader, "printed_again", "places_agree")) < 0.91
    assert confidence((reader,)) < 0.9 < confidence((reader, "adds_up"))
    assert confidence((reader, "adds_up", "does_not_add_up")) < 0.9
