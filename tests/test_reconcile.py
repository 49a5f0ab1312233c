"""Two readings of one bill become one record, and each value says where it came from."""

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingest.bayou.models import ApiBill
from ingest.reasons import Reason
from ingest.reconcile import agree, merge
from ingest.record import make_record
from ingest.store.rows import Step, WholeBill
from parsers.model import Address, Document, DocumentKind, Meter, Source
from parsers.model import Bill as LocalBill

AT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def source(text: str) -> Source:
    return Source(page=1, box=(1, 2, 3, 4), text=text, rule="below 'Account Number'")


def local(**values: Any) -> LocalBill:
    plain: dict[str, Any] = {
        "utility": "central_maine_power",
        "account_number": "3511-0000-123",
        "total_amount": 12000,
        "electricity_consumption": 900_000,
        "meters": (Meter(id="L100", type="electric", consumption=Decimal(900_000), demand_kw=Decimal("20.5")),),
        "pages": (1, 2),
        "sources": {"account_number": source("3511-0000-123"), "meters.0.id": source("L100")},
        "missing": {"due_on": "label 'Date Due' not found", "supply_charge": "no supplier page"},
    }
    return LocalBill(**{**plain, **values})


def api(**values: Any) -> ApiBill:
    plain = {"id": 7, "status": "unlocked", "utility": "central_maine_power", "account_number": 35110000123}
    return ApiBill.read({**plain, **values})


def row(**values: Any) -> WholeBill:
    plain: dict[str, Any] = dict.fromkeys(WholeBill.__dataclass_fields__)
    plain |= {"id": "bill_1", "account": "acme", "sha256": "ab" * 32, "name": "b.pdf", "source": "smtp", "priority": 0}
    plain |= {"received_at": AT, "step": Step.RESOLVED, "step_at": AT, "version": 3, "attempts": 0, "updated_at": AT}
    return WholeBill(**{**plain, **values})


def document(*bills: LocalBill, kind: DocumentKind = DocumentKind.BILL) -> dict[str, Any]:
    return Document(document=kind, page_count=2, parser="central_maine_power", bills=bills).to_json()


def test_what_both_say_is_from_both_with_the_place_on_the_page() -> None:
    merged = merge(local(), api(total_amount="12000"))
    assert merged.values["total_amount"] == 12000
    assert merged.sources["total_amount"] == {"from": "both"}
    assert merged.sources["account_number"]["from"] == "both", "hyphens do not make a difference"
    assert merged.sources["account_number"]["page"] == 1


def test_a_conflict_keeps_both_values_and_the_api_stands() -> None:
    merged = merge(local(), api(total_amount=12100))
    assert merged.values["total_amount"] == 12100
    assert merged.sources["total_amount"] == {"from": "conflict", "api": 12100, "local": 12000}


def test_a_second_witness_raises_the_confidence_and_a_conflict_leaves_one_half() -> None:
    read = source("3511-0000-123").model_copy(update={"grounds": ("alternative",), "confidence": 0.97})
    bill = local(sources={"account_number": read, "total_amount": read})
    merged = merge(bill, api(total_amount=12100))
    assert merged.sources["account_number"]["grounds"] == ["alternative", "second_witness"]
    assert merged.sources["account_number"]["confidence"] > 0.97
    assert merged.sources["total_amount"]["confidence"] == 0.5
    alone = merge(bill, None)
    assert alone.sources["account_number"] | {"from": "local"} == {"from": "local", **read.model_dump(mode="json")}
    assert "confidence" not in merge(None, api(total_amount=12100)).sources["total_amount"]


def test_a_value_that_was_not_rated_stays_so() -> None:
    merged = merge(local(), api())
    assert merged.sources["account_number"]["confidence"] == 0
    assert merged.sources["account_number"]["grounds"] == []


def test_what_only_one_says_is_from_that_one() -> None:
    merged = merge(local(), api(gas_amount=5))
    assert merged.sources["gas_amount"] == {"from": "api"}
    assert merged.sources["electricity_consumption"]["from"] == "local"


def test_the_sandbox_is_no_second_witness() -> None:
    merged = merge(local(), api(total_amount=12000, values_from="local_parsers"))
    assert {s["from"] for s in merged.sources.values()} == {"local"}


def test_meters_are_paired_by_number_or_as_the_only_one_of_their_type() -> None:
    theirs = [{"id": "l-100", "type": "electric", "consumption": 900_000}, {"id": "G1", "type": "gas"}]
    merged = merge(local(), api(meters=theirs))
    electric, gas = merged.values["meters"]
    assert electric["demand_kw"] == 20.5
    assert merged.sources["meters.0.id"]["from"] == "both"
    assert merged.sources["meters.0.consumption"]["from"] == "both"
    assert gas["id"] == "G1"
    assert merged.sources["meters.1.id"] == {"from": "api"}
    other = merge(local(), api(meters=[{"id": "X9", "type": "electric", "consumption": 900_000}]))
    assert len(other.values["meters"]) == 1
    assert other.sources["meters.0.id"]["from"] == "conflict"


def test_two_meters_of_one_type_without_common_numbers_are_not_mixed() -> None:
    mine = (Meter(id="A", type="electric"), Meter(id="B", type="electric"))
    merged = merge(local(meters=mine), api(meters=[{"id": "C", "type": "electric"}]))
    assert [meter["id"] for meter in merged.values["meters"]] == ["A", "B", "C"]
    assert {merged.sources[f"meters.{n}.id"]["from"] for n in range(3)} == {"local", "api"}


def test_addresses_and_attributes_have_sources_of_their_own() -> None:
    mine = Meter(
        id="L100", type="electric", address=Address(line_1="1 Main St", city="Bath"),
        additional_attributes={"service_id": "8000"},
    )  # fmt: skip
    theirs = {"id": "L100", "type": "electric", "address": {"line_1": "1 MAIN ST", "postal_code": 4530}}
    merged = merge(local(meters=(mine,)), api(meters=[theirs]))
    assert merged.sources["meters.0.address.line_1"]["from"] == "both"
    assert merged.sources["meters.0.address.postal_code"] == {"from": "api"}
    assert merged.sources["meters.0.additional_attributes.service_id"]["from"] == "local"


def test_a_locked_bill_is_filled_from_the_local_reading_and_says_so() -> None:
    answer = api(status="locked").model_dump(mode="json")
    record = make_record(row(local=document(local()), api=answer, bayou_id="7"))
    assert (record["status"], record["total_amount"]) == ("locked", 12000)
    assert record["sources"]["total_amount"]["from"] == "local"
    assert Reason.LOCKED.value in record["reasons"]


def test_a_bill_that_nobody_supports_says_why_it_is_empty() -> None:
    answer = ApiBill.read({"id": 7, "status": "not_supported"}).model_dump(mode="json")
    record = make_record(row(local=document(kind=DocumentKind.UNKNOWN_UTILITY), api=answer))
    assert record["reasons"] == ["not_supported", "unknown_utility"]
    assert record["total_amount"] is None


def test_a_bill_without_an_answer_is_local_and_says_so() -> None:
    record = make_record(row(local=document(local()), reason=Reason.TIMED_OUT, detail="503"))
    assert (record["status"], record["reasons"]) == ("unparsed", ["timed_out"])
    assert record["missing"] == {"due_on": "label 'Date Due' not found", "supply_charge": "no supplier page"}


def test_a_conflict_is_a_reason_and_what_the_api_filled_is_not_missing() -> None:
    answer = api(total_amount=1, supply_charge=5).model_dump(mode="json")
    record = make_record(row(local=document(local()), api=answer))
    assert record["reasons"] == ["conflict"]
    assert list(record["missing"]) == ["due_on"]


@given(st.text(), st.text())
def test_texts_agree_by_letters_and_digits_whichever_comes_first(a: str, b: str) -> None:
    assert agree(a, b) == agree(b, a)
    assert agree(a, a.upper()) == agree(a.upper(), a)


@given(st.integers(), st.integers())
def test_numbers_agree_only_when_they_are_equal(a: int, b: int) -> None:
    assert agree(a, b) == (a == b)
