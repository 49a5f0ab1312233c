"""Automatic redirects: a utility's own mail is taken by the account's rule, and by nothing less."""

from pathlib import Path

import pytest
from signed_mail import mail, seal, sign
from spoofing_world import FORGER, OWN, UTILITY, Letter, post_office, relayed

from ingest.reasons import Reason

BILL = sign(mail("Power <bill@power.example>"), "power.example")
FOUND = "dkim=pass header.d=power.example; spf=fail smtp.mailfrom=power.example; dmarc=pass header.from=power.example"
CHANGED = BILL.replace(b"Subject: Bill", b"Subject: [Bills] Bill")
SEALED = seal(CHANGED, "sealer.example", FOUND)


def redirected(message: bytes = BILL, *, sender: str = "<ann@corp.example>", peer: str = OWN) -> Letter:
    return Letter(message=message, sender=sender, peer=peer)


async def test_a_utility_s_signed_mail_that_the_company_passed_on_is_taken(tmp_path: Path) -> None:
    async with post_office(tmp_path) as office:
        verdict = await office.judge(redirected(), "dmarc+")
        assert verdict.allowed
        assert verdict.redirect == "signed by power.example, redirected by corp.example"
        assert not (await office.judge(redirected(), "dmarc")).allowed, "only by the rule"


NOT_BY_SIGNATURE = {
    "signature broken": redirected(BILL.replace(b"The bill", b"My bill")),
    "no signature": redirected(mail("bill@power.example")),
    "signature of the forger": redirected(sign(mail("bill@power.example"), "evil.example")),
    "signature of the company": redirected(sign(mail("bill@power.example"), "corp.example")),
    "envelope of the forger": redirected(sender="<eve@evil.example>", peer=FORGER),
    "envelope of the utility, from the utility": redirected(sender="<bill@power.example>", peer=UTILITY),
    "envelope of the company, from the forger": redirected(peer=FORGER),
    "envelope of a sub-domain of the company": redirected(sender="<ann@mail.corp.example>"),
    "null envelope": redirected(sender="<>"),
    "From of the forger beside it": redirected(b"From: eve@evil.example\r\n" + BILL),
    "second Subject on it": redirected(b"Subject: other\r\n" + BILL),
    "a sub-domain of the utility": redirected(sign(mail("bill@mail.power.example"), "power.example")),
    "a utility that is not listed": redirected(sign(mail("bill@provider.example"), "provider.example")),
}


@pytest.mark.parametrize("letter", NOT_BY_SIGNATURE.values(), ids=NOT_BY_SIGNATURE)
async def test_anything_less_is_refused(letter: Letter, tmp_path: Path) -> None:
    async with post_office(tmp_path) as office:
        assert not (await office.judge(letter, "dmarc+")).allowed


async def test_the_relay_s_findings_open_the_rule_as_well(tmp_path: Path) -> None:
    by_company = (
        "dkim=pass header.d=power.example; spf=pass smtp.mailfrom=corp.example; dmarc=pass header.from=power.example"
    )
    async with post_office(tmp_path) as office:
        verdict = await office.judge(relayed(redirected(), by_company), "relay+")
        assert verdict.redirect == "signed by power.example, redirected by corp.example"
        assert not (await office.judge(relayed(redirected(), by_company), "relay")).allowed
        assert not (await office.judge(relayed(redirected(), FOUND), "relay+")).allowed, "SPF of another domain"
        other = relayed(redirected(sender="<eve@evil.example>"), by_company)
        assert not (await office.judge(other, "relay+")).allowed, "another envelope than the one of the findings"


async def test_a_listed_sealer_vouches_for_what_it_changed(tmp_path: Path) -> None:
    letter = redirected(SEALED, sender="<srs@evil.example>", peer=FORGER)
    async with post_office(tmp_path) as office:
        verdict = await office.judge(letter, "dmarc+")
        assert verdict.redirect == "ARC seal of sealer.example for power.example"
        assert verdict.arc is not None
        assert (verdict.arc.result, verdict.arc.sealers) == ("pass", ("sealer.example",))
        assert not (await office.judge(letter, "dmarc")).allowed, "only by the rule"
        ours = seal(mail("ann@corp.example"), "sealer.example", "dmarc=pass header.from=corp.example")
        assert (await office.judge(redirected(ours, peer=FORGER), "dmarc+")).redirect is not None
        again = redirected(seal(SEALED, "sealer.example", "arc=pass"), peer=FORGER)
        assert (await office.judge(again, "dmarc+")).allowed, "all seals are by listed sealers"


NOT_BY_SEAL = {
    "changed since": SEALED.replace(b"[Bills]", b"[Others]"),
    "body changed since": SEALED.replace(b"The bill", b"My bill"),
    "Subject added since": b"Subject: x\r\n" + SEALED,
    "From changed since": SEALED.replace(b"bill@power", b"bob@power"),
    "results changed": SEALED.replace(b"dmarc=pass", b"dmarc=pasS"),
    "cv changed": SEALED.replace(b"cv=none", b"cv=pass"),
    "sealer found a failure": seal(CHANGED, "sealer.example", "dmarc=fail header.from=power.example"),
    "sealer found nothing": seal(CHANGED, "sealer.example", "none"),
    "sealer found another author": seal(CHANGED, "sealer.example", "dmarc=pass header.from=evil.example"),
    "unlisted sealer": seal(CHANGED, "arc.evil.example", FOUND),
    "unlisted sealer on top": seal(SEALED, "arc.evil.example", "arc=pass"),
    "unlisted sealer below one that found nothing": seal(
        seal(CHANGED, "arc.evil.example", FOUND), "sealer.example", "arc=pass"
    ),
    "sealer's name with the forger's key": seal(CHANGED, "sealer.example", FOUND, "none"),
    "seal of the sealer, signature of another": SEALED.replace(b"d=sealer.example", b"d=arc.evil.example", 1),
    "seal alone": b"\r\n".join(line for line in SEALED.split(b"\r\n") if not line.startswith(b"ARC-Authentication")),
    "twice": SEALED[: SEALED.index(b"DKIM-Signature")] + SEALED,
    "instance 2 without 1": SEALED.replace(b"i=1;", b"i=2;"),
    "instance of many digits": SEALED.replace(b"i=1;", b"i=" + b"1" * 300 + b";"),
    "51 instances": b"".join(b"ARC-Seal: i=%d; d=sealer.example; s=s1\r\n" % i for i in range(1, 52)) + CHANGED,
    "only an Authentication-Results": f"Authentication-Results: sealer.example; {FOUND}\r\n".encode() + CHANGED,
    "author who is not listed": seal(mail("eve@evil.example"), "sealer.example", "dmarc=pass header.from=evil.example"),
}


@pytest.mark.parametrize("message", NOT_BY_SEAL.values(), ids=NOT_BY_SEAL)
async def test_a_chain_that_does_not_hold_vouches_for_nothing(message: bytes, tmp_path: Path) -> None:
    async with post_office(tmp_path) as office:
        letter = redirected(message, sender="<srs@evil.example>", peer=FORGER)
        verdict = await office.judge(letter, "dmarc+")
        assert not verdict.allowed, verdict
        assert verdict.reason in (Reason.SENDER_NOT_AUTHENTICATED, Reason.SENDER_NOT_ALLOWED)


async def test_an_unlisted_sealer_s_key_is_not_asked_for(tmp_path: Path) -> None:
    async with post_office(tmp_path) as office:
        message = seal(CHANGED, "arc.evil.example", FOUND)
        await office.judge(redirected(message, peer=FORGER), "dmarc+")
        assert office.world.questions("s1._domainkey.arc.evil.example") == 0
