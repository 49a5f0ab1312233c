"""The bill object: the spellings that the API uses, and whatever else may come."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.bayou import reading
from ingest.bayou.answers import Garbage, decode
from ingest.bayou.models import KNOWN_STATUSES, VALUE_FIELDS, ApiBill, NotABill
from ingest.bayou.reading import Unreadable
from parsers.model import Address, Bill

SAMPLE: dict[str, Any] = {
    "external_id": "BILL_7",
    "id": 4711,
    "status": "unlocked",
    "customer_id": 815,
    "customer_external_id": "ELM",
    "billed_on": "2022-08-01",
    "past_due": False,
    "outstanding_balance": 1200,
    "billing_period_from": "2022-07-01",
    "billing_period_to": "2022-07-31",
    "utility": "acme_light",
    "account_number": 123456,
    "electricity_consumption": 900,
    "electricity_amount": 9060,
    "delivery_charge": 5060,
    "supply_charge": 4000,
    "community_solar_bill_credit": -6440,
    "gas_consumption": 90,
    "gas_consumption_unit": "therms",
    "gas_amount": 2940,
    "total_amount": 12000,
    "meters": [
        {
            "id": "XYZ1",
            "status": "unlocked",
            "type": "gas",
            "billing_period_from": "2022-07-01",
            "billing_period_to": "2022-07-31",
            "consumption": 90,
            "tariff": "123 Residential",
            "address": {
                "line_1": "7 Elm St",
                "line_2": "Apt 1",
                "city": "Portland",
                "state": "ME",
                "postal_code": 4103,
                "postal_code_suffix": 12,
                "country": "US",
            },
            "additional_attributes": {"gas_choice_id": 123456789, "pod_id": None},
        }
    ],
    "file_url": "https://example.com/4711.pdf?signature=x",
}
"""A bill in the form of the documentation's samples, with their drifting types."""


def read(**fields: Any) -> ApiBill:
    return ApiBill.read({"id": 1, **fields})


def test_the_documented_sample() -> None:
    seen: Counter[tuple[str, str]] = Counter()
    bill = ApiBill.read(SAMPLE, on_drift=lambda kind, name: seen.update([(kind, name)]))
    assert bill.account_number == "123456"
    assert bill.total_amount == 12000
    assert bill.billed_on == dt.date(2022, 8, 1)
    assert bill.past_due is False
    assert bill.gas_consumption == Decimal(90)
    (meter,) = bill.meters
    assert meter.address == Address(
        line_1="7 Elm St", line_2="Apt 1", city="Portland", state="ME", postal_code="04103", postal_code_suffix="0012"
    )
    assert meter.additional_attributes == {"gas_choice_id": "123456789"}
    assert meter.consumption == Decimal(90)
    assert bill.extra == {"meters.0.address.country": "US"}
    assert bill.unreadable == {}
    assert not seen
    assert bill.second_witness
    assert not bill.is_unparsed


def test_the_documented_locked_and_unparsed_bills() -> None:
    locked = read(external_id=None, customer_id=993, utility="acme_light", account_number="43576", meters=[{"id": "2"}])
    assert (locked.status, locked.total_amount, locked.meters[0].id) == (None, None, "2")
    unparsed = read(status="unparsed", utility="acme_light", utility_data_velocity="Instant")
    assert unparsed.is_unparsed
    assert unparsed.expected_within == dt.timedelta(seconds=60)


def test_the_values_have_the_names_of_the_local_record() -> None:
    assert set(VALUE_FIELDS) <= set(ApiBill.model_fields) & set(Bill.model_fields)


def test_values_of_the_local_parsers_are_no_second_witness() -> None:
    assert not read(values_from="local_parsers").second_witness
    assert read(values_from=None).second_witness


@pytest.mark.parametrize("status", sorted(KNOWN_STATUSES | {"frozen", "UNPARSED", "unparsed_yet"}))
def test_only_unparsed_is_unparsed_and_unknown_statuses_are_kept_and_told(status: str) -> None:
    seen: list[tuple[str, str]] = []
    bill = ApiBill.read({"id": 1, "status": status}, on_drift=lambda kind, name: seen.append((kind, name)))
    assert bill.status == status.lower()
    assert bill.is_unparsed == (status.lower() == "unparsed")
    known = status.lower() in KNOWN_STATUSES
    assert seen == ([] if known else [("unknown_status", status)])


def test_unknown_fields_are_kept_by_path_and_told_once() -> None:
    seen: list[tuple[str, str]] = []
    meters = [{"id": "1", "colour": "red"}, {"id": "2", "colour": [1.5, {"x": None}]}]
    answer = {"id": 1, "meters": meters, "budget": {"plan": True}}
    bill = ApiBill.read(answer, on_drift=lambda kind, name: seen.append((kind, name)))
    assert bill.extra == {
        "meters.0.colour": "red",
        "meters.1.colour": [1.5, {"x": None}],
        "budget": {"plan": True},
    }
    assert seen == [("unknown_field", "budget"), ("unknown_field", "meters.colour")]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("total_amount", "12000", 12000),
        ("total_amount", " -12000 ", -12000),
        ("total_amount", 12000.0, 12000),
        ("total_amount", Decimal("12000.0"), 12000),
        ("total_amount", "", None),
        ("total_amount", None, None),
        ("community_solar_bill_credit", -6440, -6440),
        ("electricity_consumption", "900.000", 900),
        ("gas_consumption", "50.000", Decimal("50.000")),
        ("gas_consumption", 50.25, Decimal("50.25")),
        ("gas_consumption", ".5", Decimal("0.5")),
        ("gas_consumption", 0.1 + 0.2, Decimal("0.3")),
        ("gas_consumption", Decimal("50.300000000000004"), Decimal("50.3")),
        ("gas_consumption", 0, Decimal(0)),
        ("total_amount", 11999.999999999998, 12000),
        ("gas_consumption_unit", "CCF", "ccf"),
        ("gas_consumption_unit", "therm", "therms"),
        ("account_number", "00-123 4", "00-123 4"),
        ("account_number", 0, "0"),
        ("billed_on", "2022-08-01T23:59:59-07:00", dt.date(2022, 8, 1)),
        ("billed_on", "2022-08-01 00:00:00 UTC", dt.date(2022, 8, 1)),
        ("past_due", "true", True),
        ("past_due", "False", False),
        ("external_id", 77, "77"),
        ("customer_id", "815", 815),
        ("utility", "  acme_light ", "acme_light"),
    ],
)
def test_spellings(field: str, value: Any, expected: Any) -> None:
    bill = read(**{field: value})
    assert getattr(bill, field) == expected
    assert type(getattr(bill, field)) is type(expected)
    assert bill.unreadable == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("total_amount", "120.00"),  # cents or dollars?
        ("total_amount", "$120"),
        ("total_amount", "1,200"),
        ("total_amount", 12.5),
        ("total_amount", True),
        ("total_amount", [12000]),
        ("total_amount", 10**16),
        ("total_amount", float("inf")),
        ("total_amount", float("nan")),
        ("total_amount", Decimal("1e999999")),
        ("total_amount", "\u0661\u0662"),
        ("electricity_consumption", "900.5"),
        ("gas_consumption", "-"),
        ("gas_consumption", "1e5"),
        ("gas_consumption", "50,000"),
        ("gas_consumption", Decimal("1e-400")),
        ("gas_consumption", Decimal("1e-40")),
        ("gas_consumption", "123456789012345.5"),
        ("gas_consumption_unit", "m3"),
        ("account_number", 1.5),
        ("account_number", {"number": "1"}),
        ("account_number", 10**60),
        ("billed_on", "2022-13-01"),
        ("billed_on", "08/01/2022"),
        ("billed_on", "20220801"),
        ("billed_on", 1659312000),
        ("past_due", "no"),
        ("past_due", 0),
        ("status", 3),
        ("customer_id", -1),
        ("customer_id", 2**63),
        ("meters", {"0": {}}),
    ],
)
def test_what_would_be_a_guess_is_left_out_with_a_note_that_does_not_repeat_it(field: str, value: Any) -> None:
    bill = read(**{field: value})
    assert getattr(bill, field) == (() if field == "meters" else None)
    assert list(bill.unreadable) == [field]
    assert str(value)[:60] not in bill.unreadable[field]


def test_one_bad_meter_does_not_cost_the_others() -> None:
    meters = ["?", {"id": "2", "type": "steam", "address": "7 Elm St"}, {"id": "3", "additional_attributes": [1]}]
    bill = read(meters=meters, total_amount=5)
    assert [meter.id for meter in bill.meters] == ["2", "3"]
    assert set(bill.unreadable) == {"meters.0", "meters.1.type", "meters.1.address", "meters.2.additional_attributes"}
    assert bill.total_amount == 5


@pytest.mark.parametrize("answer", [None, [], "bill", 5, {}, {"id": None}, {"id": "x"}, {"id": 0}, {"error": "no"}])
def test_what_is_no_bill(answer: object) -> None:
    with pytest.raises(NotABill):
        ApiBill.read(answer)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Instant", 60),
        ("instant", 60),
        ("24 hours", 86400),
        ("24 Hours", 86400),
        ("48-hour", 172800),
        ("within 2 days", 172800),
        ("1 week", 604800),
        ("60 seconds", 60),
        ("soon", None),
        ("", None),
        ("99999 hours", None),
        (None, None),
    ],
)
def test_velocity(words: str | None, seconds: int | None) -> None:
    expected = None if seconds is None else dt.timedelta(seconds=seconds)
    assert read(utility_data_velocity=words).expected_within == expected


def test_strings_that_cannot_be_stored_are_mended() -> None:
    bill = ApiBill.read(
        decode(rb'{"id": 1, "utility": "a\ud800b\u0000c", "\udfff": "\udc00", "meters": [{"id": "\ud801"}]}')
    )
    assert bill.utility == "a?b?c"
    assert bill.extra == {"?": "?"}
    assert bill.meters[0].id == "?"
    assert bill.model_dump_json()


def test_deep_values_are_kept_only_so_far() -> None:
    deep = b'{"id": 1, "x": ' + b"[" * 400 + b"]" * 400 + b"}"
    bill = ApiBill.read(decode(deep))
    assert "nested too deeply" in json.dumps(bill.extra)
    with pytest.raises(Garbage):
        decode(b"[" * 200_000 + b"]" * 200_000)


@pytest.mark.parametrize(
    "body",
    [
        b"", b" \n", b"<html>", b'{"id": 1', b"{'id': 1}", b'{"id": NaN}', b'{"id": Infinity}', b"\xff\xfe",
        b"1" * 5000, b'{"x": 1e99999999999999999999}',
    ],
)  # fmt: skip
def test_bodies_that_are_not_json(body: bytes) -> None:
    with pytest.raises(Garbage):
        decode(body)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec=None))
    | st.from_regex(r"-?\d{1,30}(\.\d{0,30})?")
    | st.from_regex(r"\d{4}-\d\d-\d\d.{0,20}"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec=None)), inner, max_size=4),
    max_leaves=12,
)
FIELD = st.sampled_from(sorted(ApiBill.model_fields))
METER = st.dictionaries(st.sampled_from(["id", "type", "consumption", "address", "additional_attributes", "new"]), JSON)


@settings(deadline=2000)
@given(JSON)
def test_any_answer_is_a_bill_or_none(answer: object) -> None:
    try:
        bill = ApiBill.read(answer)
    except NotABill as error:
        assert "numeric id" in str(error) or not isinstance(answer, dict)
    else:
        assert bill.id > 0


@settings(deadline=2000)
@given(st.integers(1, 2**63 - 1), st.dictionaries(FIELD | st.text(), JSON), st.lists(METER | JSON, max_size=3))
def test_any_fields_make_a_strict_bill_that_can_be_stored(
    number: int, fields: dict[str, Any], meters: list[Any]
) -> None:
    seen: list[tuple[str, str]] = []
    bill = ApiBill.read(
        {**fields, "meters": meters, "id": number}, on_drift=lambda kind, name: seen.append((kind, name))
    )
    assert bill.id == number
    assert all(name in fields or name == "meters" or name in bill.unreadable for name in bill.model_fields_set - {
        "id", "extra", "unreadable"
    })  # fmt: skip
    again = ApiBill.model_validate_json(bill.model_dump_json())
    assert again.model_dump(exclude={"extra"}) == bill.model_dump(exclude={"extra"})
    json.dumps(bill.model_dump(mode="json"), allow_nan=False).encode()
    assert len(seen) == len(set(seen))


READERS = [
    reading.cents, reading.quantity, reading.watt_hours, reading.number_id, reading.identifier, reading.text,
    reading.postal_code, reading.postal_code_suffix, reading.day, reading.flag, reading.gas_unit, reading.meter_type,
]  # fmt: skip


@settings(deadline=2000)
@given(JSON, st.sampled_from(READERS))
def test_a_reader_gives_a_value_none_or_unreadable(value: object, reader: Callable[[object], object]) -> None:
    try:
        result = reader(value)
    except Unreadable as error:
        assert str(error)
    else:
        assert not isinstance(result, int | Decimal) or abs(result) <= 2**63


@given(st.integers(-reading.LARGEST, reading.LARGEST))
def test_cents_say_the_same_as_text_and_number(amount: int) -> None:
    assert reading.cents(amount) == reading.cents(str(amount)) == reading.cents(Decimal(amount)) == amount


@given(st.dates(min_value=dt.date(1900, 1, 1)))
def test_dates_survive(day: dt.date) -> None:
    assert reading.day(day.isoformat()) == reading.day(f"{day.isoformat()}T10:11:12.131Z") == day


@given(st.binary())
def test_any_body_is_json_or_garbage(body: bytes) -> None:
    try:
        decode(body)
    except Garbage as error:
        assert str(error)
