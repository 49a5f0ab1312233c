"""Mode ``envelope``: a listed peer, both domains allowed, one From header, one mailbox; nothing else passes."""

import json
from pathlib import Path

import pytest
from signed_mail import ThreadVerifier

from ingest.config.account import Account
from ingest.config.smtp import Dns
from ingest.errors import Refused
from ingest.mail.addresses import parse_address
from ingest.mail.authentication.resolver import Resolver
from ingest.mail.sender import SenderCheck
from ingest.mail.verdict import Verdict
from ingest.reasons import Reason

ACCOUNT = Account.model_validate(
    {
        "domains": ["corp.example", "münchen.example"],
        "sender_check": "envelope",
        "peers": ["127.0.0.0/8", "2001:db8::/32"],
    }
)
ENVELOPE = "ann@corp.example"


async def judged(envelope: str | None, headers: list[str], peer: str = "127.0.0.1", end: str = "\r\n") -> Verdict:
    check = SenderCheck({"acme": ACCOUNT}, Resolver(Dns(servers=("192.0.2.53",))), ThreadVerifier())
    header = "".join(f"From: {value}{end}" for value in headers) + end
    return await check.judge(
        account="acme",
        peer=peer,
        helo="mail.corp.example",
        sender=parse_address(envelope) if envelope else None,
        header=header.encode(),
        message=Path("/nowhere"),
    )


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize(
    ("envelope", "header"),
    [
        (ENVELOPE, "Ann <ann@corp.example>"),
        ("bounce+1@corp.example", "Ann <ann@Corp.Example.>"),
        (ENVELOPE, "ann@xn--mnchen-3ya.example"),
        (ENVELOPE, "ann@münchen.example"),
    ],
)
async def test_allowed_domains_pass(envelope: str, header: str, end: str) -> None:
    verdict = await judged(envelope, [header], end=end)
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
async def test_everything_else_is_refused_with_what_is_wrong(
    envelope: str | None, headers: list[str], detail: str
) -> None:
    verdict = await judged(envelope, headers)
    assert not verdict.allowed
    assert verdict.reason is Reason.SENDER_NOT_ALLOWED
    assert detail in verdict.detail


@pytest.mark.parametrize(
    ("peer", "listed"),
    [
        ("127.0.0.1", True),
        ("127.255.255.255", True),
        ("::ffff:127.0.0.1", True),
        ("2001:db8::1", True),
        ("128.0.0.1", False),
        ("::1", False),
        ("2001:db9::1", False),
        ("::127.0.0.1", False),
    ],
)
async def test_only_listed_peers_hand_mail_in(peer: str, listed: bool) -> None:
    assert (await judged(ENVELOPE, [ENVELOPE], peer)).allowed is listed


async def test_a_header_without_an_end_is_too_large() -> None:
    with pytest.raises(Refused) as caught:
        await judged(ENVELOPE, ["x" * 300_000])
    assert caught.value.reason is Reason.TOO_LARGE


async def test_the_verdict_is_kept_as_json() -> None:
    verdict = await judged(ENVELOPE, ["Eve <eve@evil.example>"])
    kept = json.loads(json.dumps(verdict.as_json()))
    assert {key: value for key, value in kept.items() if value not in (None, [])} == {
        "mode": "envelope",
        "peer": "127.0.0.1",
        "helo": "mail.corp.example",
        "envelope_from": ENVELOPE,
        "header_from": "eve@evil.example",
        "reason": "sender_not_allowed",
        "detail": "The From header names another domain.",
        "allowed": False,
    }
