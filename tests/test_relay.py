"""The relay's findings: which field is believed, what it must say, and what a sender can write into it."""

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from signed_mail import mail, sign
from spoofing_world import AUTHSERV_ID, FORGER, OWN, RELAY, Letter, post_office, relayed

from ingest.mail.authentication.authentication_results import (
    AuthenticationResults,
    MalformedResults,
    MethodResult,
    parse_results,
)
from ingest.reasons import Reason

PASS = "spf=pass smtp.mailfrom=corp.example; dmarc=pass header.from=corp.example"
FAIL = "spf=fail smtp.mailfrom=corp.example; dmarc=fail header.from=corp.example"
FORGED = f"Authentication-Results: {AUTHSERV_ID}; {PASS}\r\n".encode()
RECEIVED = b"Received: from a by b; Mon, 2 Mar 2026 10:00:00 +0000\r\n"


async def by_relay(tmp_path: Path, message: bytes, account: str = "relay", peer: str = RELAY) -> Reason | None:
    async with post_office(tmp_path) as office:
        verdict = await office.judge(Letter(message=message, peer=peer), account)
        assert office.world.asked == [], "the relay has asked the DNS already"
        return verdict.reason


FINDINGS_THAT_PASS = {
    "OpenDMARC": "dmarc=pass (p=reject dis=none) header.from=corp.example",
    "DMARC and all else": PASS,
    "Google": "dkim=pass header.i=@corp.example header.s=s1 header.b=AbCd12+/; spf=pass (google.com: domain of "
    "ann@corp.example designates 192.0.2.10 as permitted sender) smtp.mailfrom=ann@corp.example; "
    "dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=corp.example",
    "Microsoft": "spf=pass (sender IP is 192.0.2.10) smtp.mailfrom=corp.example; dkim=pass (signature was verified) "
    "header.d=corp.example;dmarc=pass action=none header.from=corp.example;compauth=pass reason=100",
    "OpenDKIM": 'dkim=pass (2048-bit key; unprotected) header.d=corp.example header.i=@corp.example header.b="Ab+c="',
    "i= alone": "dkim=pass header.i=@corp.example",
    "one of two signatures": "dkim=fail header.d=corp.example; dkim=pass header.d=corp.example",
    "SPF alone, an address": "spf=pass smtp.mailfrom=ann@corp.example",
    "SPF alone, a quoted address": 'spf=pass smtp.mailfrom="ann@corp.example"',
    "SPF alone, capitals": "SPF=Pass SMTP.MailFrom=Ann@CORP.example",
    "no policy published": "dmarc=none header.from=corp.example; spf=pass smtp.mailfrom=corp.example",
    "Microsoft's guess": "dmarc=bestguesspass action=none header.from=corp.example; dkim=pass header.d=corp.example",
    "with versions": "dmarc/1 = pass header.from = corp.example",
    "with a reason": 'dkim=pass reason="good; really (yes)" header.d=corp.example; dmarc=pass header.from=corp.example',
    "folded, with comments": "dmarc=pass\r\n (a (nested; one) \\( here)\r\n\theader.from=corp.example",
    "trailing semicolon": f"{PASS};",
    "extra methods": f"iprev=pass policy.iprev=192.0.2.10; auth=pass smtp.auth=ann; {PASS}",
}
FINDINGS_THAT_DO_NOT = {
    "fail": FAIL,
    "none": "none",
    "nothing": "",
    "another author": "dmarc=pass header.from=evil.example",
    "sub-domain": "dmarc=pass header.from=mail.corp.example",
    "parent": "dmarc=pass header.from=example",
    "look-alike": "dmarc=pass header.from=corp.example.evil.example",
    "no author": "dmarc=pass",
    "author in a comment": "dmarc=pass (header.from=corp.example)",
    "two authors": "dmarc=pass header.from=evil.example header.from=corp.example",
    "two DMARC results that differ": "dmarc=pass header.from=corp.example; dmarc=fail header.from=corp.example",
    "two DMARC results, one of another": "dmarc=pass header.from=evil.example; dmarc=pass header.from=corp.example",
    "DMARC fails, DKIM passes": "dmarc=fail header.from=corp.example; dkim=pass header.d=corp.example",
    "DMARC was not decided": "dmarc=temperror header.from=corp.example; dkim=pass header.d=corp.example",
    "softfail": "spf=softfail smtp.mailfrom=corp.example",
    "SPF of HELO": "spf=pass smtp.helo=corp.example",
    "SPF of another": "spf=pass smtp.mailfrom=evil.example",
    "SPF says both": "spf=pass smtp.mailfrom=corp.example; spf=fail smtp.mailfrom=corp.example",
    "SPF, injected comment": "spf=pass smtp.mailfrom=any@corp.example(.evil.example",
    "SPF, injected quote": "spf=pass smtp.mailfrom=any@corp.example'@any.evil.example",
    "SPF, injected double quote": 'spf=pass smtp.mailfrom="any@corp.example"@evil.example',
    "SPF, two @": "spf=pass smtp.mailfrom=a@corp.example@evil.example",
    "SPF, route": "spf=pass smtp.mailfrom=@evil.example:a@corp.example",
    "SPF, encoded @": "spf=pass smtp.mailfrom=a%40corp.example",
    "DKIM of another": "dkim=pass header.d=evil.example",
    "DKIM, i= of ours and d= of another": "dkim=pass header.d=evil.example header.i=@corp.example",
    "DKIM, injected quote": "dkim=pass header.d=corp.example'a.evil.example",
    "DKIM, two domains": "dkim=pass header.d=evil.example header.d=corp.example",
    "DKIM in a comment": "dkim=fail (dkim=pass header.d=corp.example) header.d=corp.example",
    "pass in the reason": 'dkim=fail reason="dkim=pass header.d=corp.example"',
    "unknown version": "dmarc/2=pass header.from=corp.example",
    "passed, not pass": "dmarc=passed header.from=corp.example",
    "open comment": "dmarc=pass header.from=corp.example (",
    "open quote": 'dmarc=pass header.from="corp.example',
    "closing parenthesis": f"{PASS})",
    "backslash": "dmarc=pass header.from=corp.example\\.evil.example",
    "missing =": "dmarc pass header.from=corp.example",
    "control character": "dmarc=pass header.from=corp.example\x0b",
    "other methods": "auth=pass smtp.auth=corp.example; x-dmarc=pass header.from=corp.example",
}


@pytest.mark.parametrize("findings", FINDINGS_THAT_PASS.values(), ids=FINDINGS_THAT_PASS)
async def test_findings_that_vouch_for_the_author(findings: str, tmp_path: Path) -> None:
    assert await by_relay(tmp_path, relayed(Letter(message=mail()), findings).message) is None


@pytest.mark.parametrize("findings", FINDINGS_THAT_DO_NOT.values(), ids=FINDINGS_THAT_DO_NOT)
async def test_findings_that_do_not(findings: str, tmp_path: Path) -> None:
    message = relayed(Letter(message=sign(mail(), "corp.example")), findings).message
    assert await by_relay(tmp_path, message) is Reason.SENDER_NOT_AUTHENTICATED


@pytest.mark.parametrize(
    ("field", "ours"),
    [
        (f"{AUTHSERV_ID}; {PASS}", True),
        (f"{AUTHSERV_ID.upper()} 1; {PASS}", True),
        (f'"{AUTHSERV_ID}"; {PASS}', True),
        (f"(by) {AUTHSERV_ID} (1.0) 1 (x); {PASS}", True),
        (f"{AUTHSERV_ID} 2; {PASS}", False),
        (f"mx.evil.example; {PASS}", False),
        (f"{AUTHSERV_ID}.evil.example; {PASS}", False),
        (f"evil.{AUTHSERV_ID}; {PASS}", False),
        (f"({AUTHSERV_ID}) mx.evil.example; {PASS}", False),
        (f"mx.evil.example ({AUTHSERV_ID}); {PASS}", False),
        (f"mx.evil.example {AUTHSERV_ID}; {PASS}", False),
        (f"{AUTHSERV_ID}, mx.evil.example; {PASS}", False),
        (f"{AUTHSERV_ID}\x00; {PASS}", False),
        (f"; {PASS}", False),
        (f'""; {PASS}', False),
        (PASS, False),
    ],
)
async def test_the_name_of_the_relay_must_be_the_configured_one(field: str, ours: bool, tmp_path: Path) -> None:
    message = f"Authentication-Results: {field}\r\n".encode() + RECEIVED + mail()
    assert (await by_relay(tmp_path, message) is None) is ours


WRITTEN = f"Authentication-Results: {AUTHSERV_ID}; {FAIL}\r\n".encode()
PLACES = {
    "above the relay's Received": (FORGED + RECEIVED + mail(), True),
    "below the relay's Received, as milters insert it": (RECEIVED + FORGED + mail(), True),
    "without a Received": (FORGED + mail(), True),
    "beside one of a filter": (b"Authentication-Results: filter; none\r\n" + FORGED + RECEIVED + mail(), True),
    "topmost of two by the relay": (FORGED + WRITTEN + RECEIVED + mail(), True),
    "below what the relay wrote": (WRITTEN + RECEIVED + FORGED + mail(), False),
    "right below what the relay wrote": (WRITTEN + FORGED + RECEIVED + mail(), False),
    "below the sender's own Received": (RECEIVED + RECEIVED + FORGED + mail(), False),
    "at the end of the header": (mail().replace(b"\r\n\r\n", b"\r\n" + FORGED + b"\r\n", 1), True),
    "at the end, below two Received": (
        RECEIVED * 2 + mail().replace(b"\r\n\r\n", b"\r\n" + FORGED + b"\r\n", 1),
        False,
    ),
    "in the body": (RECEIVED + b"X: y\r\n" + mail(body=FORGED), False),
    "folded into another field": (RECEIVED + b"X: y\r\n " + FORGED + mail(), False),
    "as a comment of another": (
        b"Authentication-Results: x (\r\n " + FORGED.strip() + b")\r\n" + RECEIVED + mail(),
        False,
    ),
    "ARC's": (b"ARC-" + FORGED + RECEIVED + mail(), False),
    "old name": (b"X-" + FORGED + RECEIVED + mail(), False),
    "space before the colon": (FORGED.replace(b":", b" :", 1) + RECEIVED + mail(), False),
    "behind a bare LF": (b"X: y\n" + FORGED + RECEIVED + mail(), False),
    "behind a bare CR": (b"X: y\r" + FORGED + RECEIVED + mail(), False),
    "below more than any relay writes": (b"Authentication-Results: x; none\r\n" * 5 + FORGED + mail(), False),
    "none at all": (RECEIVED + mail(), False),
}


@pytest.mark.parametrize(("message", "believed"), PLACES.values(), ids=PLACES)
async def test_only_what_the_relay_wrote_is_believed(message: bytes, believed: bool, tmp_path: Path) -> None:
    assert (await by_relay(tmp_path, message) is None) is believed


@pytest.mark.parametrize("peer", [FORGER, OWN, "192.0.2.98", "2001:db8::1", "::ffff:203.0.113.66"])
async def test_from_another_peer_nothing_is_believed(peer: str, tmp_path: Path) -> None:
    assert await by_relay(tmp_path, FORGED + RECEIVED + mail(), peer=peer) is Reason.SENDER_NOT_ALLOWED


async def test_the_relay_s_findings_are_kept(tmp_path: Path) -> None:
    async with post_office(tmp_path) as office:
        verdict = await office.judge(relayed(Letter(message=mail()), PASS), "relay")
    assert verdict.as_json()["relay"] == {
        "authserv_id": AUTHSERV_ID,
        "result": "pass",
        "results": ("spf=pass corp.example", "dmarc=pass corp.example"),
    }


def test_the_parts_of_the_field() -> None:
    value = b'a.example 1; dkim=pass reason="x;\\"y" header.d=B.example (c); spf=none; none ; dmarc/1 = fail'
    assert parse_results(value) == AuthenticationResults(
        "a.example",
        (
            MethodResult("dkim", "pass", (("reason", 'x;"y'), ("header.d", "B.example"))),
            MethodResult("spf", "none", ()),
            MethodResult("dmarc", "fail", ()),
        ),
    )
    assert parse_results(b"a.example; none").results == ()


pieces = st.sampled_from(
    [b";", b"=", b"(", b")", b'"', b"\\", b" ", b"\t", b"dkim", b"pass", b"header.d", b"x.example", b"/1", b"\x00"]
)


@given(st.lists(pieces | st.binary(max_size=5), max_size=60).map(b"".join))
def test_any_bytes_are_results_or_malformed(value: bytes) -> None:
    try:
        found = parse_results(value)
    except MalformedResults:
        return
    assert found.authserv_id
    for result in found.results:
        assert result.method
        assert "=" not in result.method + result.result


@given(st.text(st.sampled_from("ab.@'\"\\();= \t:,<>%"), max_size=30))
def test_no_mail_from_that_a_relay_copies_makes_another_domain_pass(local: str) -> None:
    """The relay writes what the sender said; quoting is the relay's task, and without it nothing passes for us."""
    value = f"mx; spf=pass smtp.mailfrom={local}@evil.example; dmarc=fail header.from=corp.example".encode()
    try:
        found = parse_results(value)
    except MalformedResults:
        return
    assert not any(result.method == "dmarc" and result.result == "pass" for result in found.results)


@pytest.mark.parametrize(
    "value",
    [
        b"(" * 8000,
        b"()" * 4000,
        b'"' * 8000,
        b"a" * 8000,
        b"a=" * 4000,
        b";" * 8000,
        b" " * 8000,
        b"x;a=b" + b" a=b" * 2000,
        b"(\\" * 4000,
        b'"\\' * 4000,
        b"x; " + b"(a)" * 2700,
    ],
    ids=lambda value: repr(value[:6]),
)
def test_monstrous_fields_take_no_time(value: bytes) -> None:
    started = time.process_time()
    with contextlib.suppress(MalformedResults):
        parse_results(value)
    assert time.process_time() - started < 0.2


def test_a_field_that_is_longer_than_any_real_one_is_malformed() -> None:
    with pytest.raises(MalformedResults):
        parse_results(b"x; none" + b" " * 9000)
