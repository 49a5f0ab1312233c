"""The closed list of reasons."""

from ingest.reasons import BY_CODE, Reason
from parsers.model import DocumentKind


def test_every_kind_of_document_that_is_no_bill_is_a_reason() -> None:
    assert {kind.value for kind in DocumentKind} - {"bill"} <= set(BY_CODE)


def test_every_reason_has_a_sentence_and_a_next_step() -> None:
    for reason in Reason:
        assert reason.sentence.endswith(".")
        assert reason.next_step.endswith((".", ")"))
