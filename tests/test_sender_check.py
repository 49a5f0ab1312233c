"""The check of the sender as a whole: failures of the DNS, what is asked and kept, refusals before the text."""

import json
from pathlib import Path

import pytest
from signed_mail import mail, sign
from spoofing_world import FORGER, OWN, RELAY, Letter, account, post_office, relayed

from ingest.errors import Refused, Unavailable
from ingest.mail.addresses import Address
from ingest.mail.authentication.resolver import DnsUnavailable, Resolver
from ingest.mail.authentication.signatures import Keys
from ingest.mail.authentication.verifier import Signatures
from ingest.mail.opening import MailOpener
from ingest.mail.sender import SenderCheck, envelope_may_send
from ingest.reasons import Reason

SIGNED = sign(mail(), "corp.example")
BY_SPF = Letter(message=mail(), peer=OWN)
BY_DKIM = Letter(message=SIGNED, sender="<eve@evil.example>")
FORGED = Letter(message=mail())
FAILURES = ("servfail", "refused", "silent")


@pytest.mark.parametrize("behaviour", FAILURES)
@pytest.mark.parametrize(
    ("letter", "unanswered"),
    [
        (BY_SPF, "corp.example"),
        (FORGED, "corp.example"),
        (BY_DKIM, "_domainkey.corp.example"),
        (Letter(message=mail(), sender="<b@mail.corp.example>", peer=OWN), "_dmarc.corp.example"),
        (Letter(message=mail(), sender="<b@mail.corp.example>", peer=OWN), "_dmarc.mail.corp.example"),
        (Letter(message=mail(), sender="<b@mail.corp.example>", peer=OWN), "mail.corp.example"),
    ],
)
async def test_without_an_answer_that_counts_it_is_neither_taken_nor_refused(
    letter: Letter, unanswered: str, behaviour: str, tmp_path: Path
) -> None:
    async with post_office(tmp_path, seconds=0.3) as office:
        office.world.behave(unanswered, behaviour)
        with pytest.raises(DnsUnavailable) as caught:
            await office.judge(letter)
        assert isinstance(caught.value, Unavailable)
        assert str(caught.value)


@pytest.mark.parametrize("behaviour", FAILURES)
@pytest.mark.parametrize(
    ("letter", "unanswered"),
    [
        (BY_SPF, "_dmarc.corp.example"),
        (BY_SPF, "_dmarc.example"),
        (Letter(message=SIGNED, peer=OWN), "s1._domainkey.corp.example"),
        (BY_DKIM, "evil.example"),
        (Letter(message=sign(SIGNED, "other.example"), sender="<eve@evil.example>"), "other.example"),
    ],
)
async def test_what_passes_in_spite_of_it_is_taken(
    letter: Letter, unanswered: str, behaviour: str, tmp_path: Path
) -> None:
    async with post_office(tmp_path, seconds=0.3) as office:
        office.world.behave(unanswered, behaviour)
        assert (await office.judge(letter)).allowed


@pytest.mark.parametrize("behaviour", FAILURES)
async def test_a_silent_dns_of_the_forger_postpones_nothing(behaviour: str, tmp_path: Path) -> None:
    async with post_office(tmp_path, seconds=0.3) as office:
        office.world.behave("evil.test", behaviour)
        verdict = await office.judge(Letter(message=sign(mail("a@plain.example"), "evil.test"), sender="<e@evil.test>"))
        assert verdict.reason is Reason.SENDER_NOT_AUTHENTICATED


@pytest.mark.parametrize(
    "top",
    [
        b"X: y\rFrom: eve@evil.example\r\n",
        b"X: y\nZ: a\r\n",
        b"X: \0\r\n",
        b"From : eve@evil.example\r\n",
        b" From: eve@evil.example\r\n",
        b"no field\r\n",
    ],
)
async def test_a_header_that_can_be_divided_in_two_ways_is_refused_even_from_the_right_server(
    top: bytes, tmp_path: Path
) -> None:
    async with post_office(tmp_path) as office:
        assert not (await office.judge(Letter(message=top + mail(), peer=OWN))).allowed
        folded = mail(b"Ann\r\n \r\n <ann@corp.example>")
        assert (await office.judge(Letter(message=folded, peer=OWN))).reason is Reason.SENDER_NOT_AUTHENTICATED


async def test_a_redirect_waits_for_the_spf_of_the_company(tmp_path: Path) -> None:
    async with post_office(tmp_path, seconds=0.3) as office:
        office.world.behave("corp.example", "servfail")
        with pytest.raises(DnsUnavailable):
            await office.judge(Letter(message=sign(mail("b@power.example"), "power.example"), peer=OWN), "dmarc+")


async def test_the_whole_verdict_is_kept(tmp_path: Path) -> None:
    async with post_office(tmp_path) as office:
        kept = json.loads(json.dumps((await office.judge(Letter(message=SIGNED, peer=OWN))).as_json()))
    assert kept == {
        "mode": "dmarc",
        "peer": OWN,
        "helo": "helo.evil.example",
        "envelope_from": "ann@corp.example",
        "header_from": "ann@corp.example",
        "allowed": True,
        "reason": None,
        "detail": "",
        "spf": {"result": "pass", "domain": "corp.example", "aligned": True, "detail": ""},
        "dkim": [{"domain": "corp.example", "selector": "s1", "result": "pass", "reason": "", "aligned": True}],
        "dmarc": {"domain": "corp.example", "policy": "reject", "result": "pass"},
        "arc": None,
        "relay": None,
        "redirect": None,
    }


async def test_a_refusal_says_what_was_found_and_not_what_is_allowed(tmp_path: Path) -> None:
    async with post_office(tmp_path) as office:
        forged = await office.judge(Letter(message=SIGNED.replace(b"Bill\r\n", b"Bell\r\n")))
        other = await office.judge(Letter(message=mail("eve@evil.example")))
    assert forged.reason is Reason.SENDER_NOT_AUTHENTICATED
    assert forged.detail == (
        "SPF: fail. DKIM: fail (the signed header fields were changed, or the key is another one). "
        "One must pass for the domain of the From header."
    )
    assert other.reason is Reason.SENDER_NOT_ALLOWED
    assert "corp" not in other.detail


async def test_what_cannot_be_allowed_costs_no_lookup(tmp_path: Path) -> None:
    async with post_office(tmp_path) as office:
        for message in (mail("eve@evil.example"), mail("a@b.example, c@d.example"), b"From: x\r\n\r\n"):
            await office.judge(Letter(message=message))
        await office.judge(relayed(BY_SPF, "none"), "relay")
        await office.judge(Letter(message=mail(), peer=RELAY), "envelope")
        assert office.world.asked == []


async def test_a_message_asks_no_more_than_it_needs(tmp_path: Path) -> None:
    message = SIGNED
    for number in range(20):
        message = sign(message, f"other{number}.example")
    async with post_office(tmp_path) as office:
        assert (await office.judge(Letter(message=message, sender="<eve@evil.example>"))).allowed
        assert len(office.world.asked) <= 10
        await office.judge(Letter(message=message, sender="<eve@evil.example>"))
        assert office.world.questions("s1._domainkey.corp.example") == 1, "the answers are kept"


@pytest.mark.parametrize("error", [Unavailable("no child"), Refused(Reason.TOO_LARGE, "It takes too much memory.")])
async def test_what_the_verifier_says_of_the_message_or_itself_is_passed_on(error: Exception, tmp_path: Path) -> None:
    class Failing:
        async def verify_dkim(self, message: Path, keys: Keys) -> Signatures:
            raise error

    async with post_office(tmp_path) as office:
        office.check = SenderCheck({"dmarc": account("dmarc")}, Resolver(office.world.settings()), Failing())
        with pytest.raises(type(error)) as caught:
            await office.judge(BY_DKIM)
        assert caught.value is error


async def test_the_child_process_verifies_as_well(tmp_path: Path) -> None:
    async with post_office(tmp_path) as office, MailOpener() as opener:
        office.check = SenderCheck({"dmarc": account("dmarc")}, Resolver(office.world.settings()), opener)
        assert (await office.judge(BY_DKIM)).allowed
        broken = Letter(message=SIGNED.replace(b"The bill", b"My bill"), sender="<eve@evil.example>")
        assert not (await office.judge(broken)).allowed


async def test_what_the_connection_says_is_kept_as_text(tmp_path: Path) -> None:
    async with post_office(tmp_path) as office:
        verdict = await office.judge(Letter(message=mail(), peer=OWN, helo="a\x00b\udcff\r\n" + "c" * 1000))
    assert verdict.helo == "ab " + "c" * 252


@pytest.mark.parametrize(
    ("mode", "sender", "peer", "reason"),
    [
        ("dmarc", Address("ann", "corp.example"), FORGER, None),
        ("dmarc", Address("bounce", "provider.example"), FORGER, None),
        ("dmarc", None, OWN, Reason.SENDER_NOT_ALLOWED),
        ("relay", Address("ann", "corp.example"), RELAY, None),
        ("relay", Address("bounce", "provider.example"), RELAY, None),
        ("relay", Address("ann", "corp.example"), f"::ffff:{RELAY}", None),
        ("relay", Address("ann", "corp.example"), FORGER, Reason.SENDER_NOT_ALLOWED),
        ("relay", None, RELAY, Reason.SENDER_NOT_ALLOWED),
        ("envelope", Address("ann", "corp.example"), RELAY, None),
        ("envelope", Address("ann", "corp.example"), FORGER, Reason.SENDER_NOT_ALLOWED),
        ("envelope", Address("ann", "mail.corp.example"), RELAY, Reason.SENDER_NOT_ALLOWED),
        ("envelope", None, RELAY, Reason.SENDER_NOT_ALLOWED),
    ],
)
def test_what_is_refused_before_the_text_is_sent(
    mode: str, sender: Address | None, peer: str, reason: Reason | None
) -> None:
    assert envelope_may_send(account(mode), sender, peer) is reason
