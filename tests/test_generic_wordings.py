"""The wordings of labels: what they say, what they do not say, and that none of them takes long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.generic.cells import bare
from parsers.generic.wordings import LONGEST_LABEL, fields_of, is_label, words


def first(label: str) -> str | None:
    return next((field for field, _ in fields_of(bare(label))), None)


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("Account No.", "account_number"),
        ("Date of Bill", "billed_on"),
        ("DATE MAILED", "billed_on"),
        ("Please pay by", "due_on"),
        ("Balance Forward", "outstanding_balance"),
        ("Amount of your last bill", "previous_balance"),
        ("Payments received since last bill - thank you", "payments"),
        ("Total New Charges", "total_amount"),
        ("Total Electric Delivery Charges", "delivery_charge"),
        ("Subtotal Supply", "supply_charge"),
        ("Current Natural Gas Charges", "gas_amount"),
        ("Total Sample & Sons Electric Charges", "electricity_amount"),
        ("Service Period", "period"),
        ("METER NUMBER", "meter_id"),
        ("Total kWh used", "consumption"),
        ("Billed Demand", "demand_kw"),
        ("Rate Schedule", "tariff"),
        ("Service delivered to:", "address"),
    ],
)
def test_a_label_says_its_field(label: str, field: str) -> None:
    assert first(label) == field


@pytest.mark.parametrize(
    "label",
    [
        "Amount due after",
        "Next billing date",
        "Average daily usage",
        "Amount enclosed",
        "Usage history",
        "Budget amount",
    ],
)
def test_a_label_of_another_thing_says_no_field(label: str) -> None:
    assert first(label) is None
    assert is_label(bare(label))


def test_delivery_of_electricity_is_not_all_of_it() -> None:
    assert "electricity_amount" not in dict(fields_of(bare("Total Electric Delivery Charges")))
    assert "total_amount" not in dict(fields_of(bare("Total Current Delivery Charges")))


def test_words_are_those_of_labels() -> None:
    assert {"account", "charges", "forward"} <= words()


@given(st.text(alphabet="abcdeglmnoprstuvy &/#", max_size=LONGEST_LABEL))
def test_any_text_is_told_in_bounded_time(text: str) -> None:
    began = time.process_time()
    fields_of(bare(text))
    assert time.process_time() - began < 1
