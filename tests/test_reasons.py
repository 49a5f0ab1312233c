"""The closed list of reasons."""

from ingest.reasons import BY_CODE, Reason
from parsers.checks import DOES_NOT_ADD_UP
from parsers.model import DocumentKind
from parsers.reading import REBILL, UNPROVEN


def test_every_kind_of_document_that_is_no_bill_is_a_reason() -> None:
    assert {kind.value for kind in DocumentKind} - {"bill"} <= set(BY_CODE)


def test_every_reason_has_a_sentence_and_a_next_step() -> None:
    for reason in Reason:
        assert reason.sentence.endswith(".")
        assert reason.next_step.endswith((".", ")"))


def test_what_the_parsers_flag_a_bill_with_is_a_reason() -> None:
    assert {DOES_NOT_ADD_UP, REBILL, UNPROVEN, DocumentKind.DAMAGED.value} <= set(BY_CODE)
