"""The judgement of the sender: both domains allowed, one From header, one mailbox; nothing else passes."""

import json

import pytest

from ingest.mail.addresses import parse_address
from ingest.mail.sender import judge_by_envelope
from ingest.reasons import Reason

DOMAINS = frozenset({"corp.example", "xn--mnchen-3ya.example"})
ENVELOPE = "ann@corp.example"


@pytest.mark.parametrize(
    ("envelope", "header"),
    [
        (ENVELOPE, "Ann <ann@corp.example>"),
        ("bounce+1@corp.example", "Ann <ann@Corp.Example.>"),
        (ENVELOPE, "ann@xn--mnchen-3ya.example"),
        (ENVELOPE, "ann@münchen.example"),
    ],
)
def test_allowed_domains_pass(envelope: str, header: str) -> None:
    verdict = judge_by_envelope(parse_address(envelope), [header], DOMAINS)
    assert verdict.allowed
    assert verdict.reason is None


@pytest.mark.parametrize(
    ("envelope", "headers", "detail"),
    [
        (None, [ENVELOPE], "envelope"),
        ("ann@evil.example", [ENVELOPE], "envelope"),
        ("ann@sub.corp.example", [ENVELOPE], "envelope"),
        (ENVELOPE, ["ann@evil.example"], "From header names another domain"),
        (ENVELOPE, ["ann@mail.corp.example"], "From header names another domain"),
        (ENVELOPE, ["ann@notcorp.example"], "From header names another domain"),
        (ENVELOPE, ["ann@corp.example.evil.example"], "From header names another domain"),
        (ENVELOPE, ["ann@c0rp.example"], "From header names another domain"),
        (ENVELOPE, ["ann@c\u043erp.example"], "From header names another domain"),  # a Cyrillic o
        (ENVELOPE, ['"ann@corp.example" <ann@evil.example>'], "From header names another domain"),
        (ENVELOPE, ["=?utf-8?q?ann=40corp.example?= <ann@evil.example>"], "From header names another domain"),
        (ENVELOPE, [ENVELOPE, ENVELOPE], "2 From headers"),
        (ENVELOPE, [ENVELOPE, "ann@evil.example"], "2 From headers"),
        (ENVELOPE, [], "no From header"),
        (ENVELOPE, ["ann@corp.example, bob@corp.example"], "exactly one mailbox"),
        (ENVELOPE, ["all: ann@corp.example;"], "exactly one mailbox"),
        (ENVELOPE, ['"x@evil.example"@corp.example'], "form name@example.com"),
    ],
)
def test_everything_else_is_refused_with_what_is_wrong(envelope: str | None, headers: list[str], detail: str) -> None:
    verdict = judge_by_envelope(parse_address(envelope) if envelope else None, headers, DOMAINS)
    assert not verdict.allowed
    assert verdict.reason is Reason.SENDER_NOT_ALLOWED
    assert detail in verdict.detail


def test_the_verdict_is_kept_as_json() -> None:
    verdict = judge_by_envelope(parse_address(ENVELOPE), ["Eve <eve@evil.example>"], DOMAINS)
    kept = json.loads(json.dumps(verdict.as_json()))
    assert {key: value for key, value in kept.items() if value not in (None, [])} == {
        "mode": "envelope",
        "envelope_from": ENVELOPE,
        "header_from": "eve@evil.example",
        "reason": "sender_not_allowed",
        "detail": "The From header names another domain.",
        "allowed": False,
    }
