"""The spoofing matrix: what forgers do, straight and through the relay, against what honest people send."""

from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from forgeries import ADDRESS_TRICKS, DISPLAY_NAMES, ENVELOPES, EVIL, HEADERS, LOOK_ALIKES, REPLAYED, header_trick
from signed_mail import mail, seal, sign, sign_with_tags
from spoofing_world import FORGER, OWN, RELAY, Letter, post_office, relayed

from ingest.reasons import Reason

EVIL_PASSES = (
    "spf=pass smtp.mailfrom=evil.example; dkim=pass header.d=evil.example; dmarc=pass header.from=evil.example"
)
CORP_FAILS = "spf=fail smtp.mailfrom=corp.example; dkim=fail header.d=corp.example; dmarc=fail header.from=corp.example"


def tried(kind: str, name: str, letter: Letter) -> ParameterSet:
    return pytest.param(letter, id=f"{kind}: {name}")


ADDRESSES = {"look-alike": LOOK_ALIKES, "name": DISPLAY_NAMES, "address": ADDRESS_TRICKS}
FORGED = [
    *(
        tried(kind, name, Letter(message=header_trick(text), sender=EVIL))
        for kind, texts in ADDRESSES.items()
        for name, text in texts.items()
    ),
    *(tried("header", name, Letter(message=message, sender=EVIL)) for name, message in HEADERS.items()),
    *(
        tried("envelope", name, Letter(message=header_trick("Ann <ann@corp.example>"), sender=sender))
        for name, sender in ENVELOPES.items()
    ),
]
assert len(FORGED) >= 100


@pytest.mark.parametrize("letter", FORGED)
async def test_a_forged_message_is_refused(letter: Letter, tmp_path: Path) -> None:
    """Straight from the forger, then through a relay that found all the forger's own passes."""
    async with post_office(tmp_path) as office:
        for account in ("dmarc", "dmarc+"):
            verdict = await office.judge(letter, account)
            assert not verdict.allowed, verdict
            assert verdict.detail
        for account in ("relay", "relay+"):
            verdict = await office.judge(relayed(letter, EVIL_PASSES), account)
            assert not verdict.allowed, verdict


async def test_from_an_unlisted_peer_nothing_is_taken_by_relay_or_envelope(tmp_path: Path) -> None:
    forged = b"Authentication-Results: mx.corp.example; dmarc=pass header.from=corp.example\r\n"
    async with post_office(tmp_path) as office:
        for message in (mail(), sign(mail(), "corp.example"), *HEADERS.values()):
            for account in ("relay", "relay+", "envelope"):
                verdict = await office.judge(Letter(message=forged + message), account)
                assert verdict.reason is Reason.SENDER_NOT_ALLOWED
        assert office.world.asked == []


async def test_the_envelope_mode_wants_the_domain_itself_too(tmp_path: Path) -> None:
    async with post_office(tmp_path) as office:
        for sender in (text for texts in ADDRESSES.values() for text in texts.values()):
            verdict = await office.judge(Letter(message=header_trick(sender), peer=RELAY), "envelope")
            assert not verdict.allowed, sender


@pytest.mark.parametrize("message", [pytest.param(message, id=name) for name, message in REPLAYED.items()])
async def test_a_signature_that_proves_too_little_is_no_pass(message: bytes, tmp_path: Path) -> None:
    async with post_office(tmp_path) as office:
        for letter in (Letter(message=message, sender=EVIL), Letter(message=message)):
            verdict = await office.judge(letter)
            assert verdict.reason is Reason.SENDER_NOT_AUTHENTICATED, verdict
            assert not any(found.result == "pass" and found.aligned for found in verdict.dkim)
            assert not (await office.judge(relayed(letter, CORP_FAILS), "relay")).allowed


def honest(message: bytes = b"", *, sender: str = "<ann@corp.example>", peer: str = OWN) -> Letter:
    return Letter(message=message or mail(), sender=sender, peer=peer, helo="mail.corp.example")


CORP_PASSES = "spf=pass smtp.mailfrom=corp.example; dkim=none; dmarc=pass (p=reject) header.from=corp.example"
FORMS = {
    "address alone": "ann@corp.example",
    "brackets alone": "<ann@corp.example>",
    "name": "Ann <ann@corp.example>",
    "name without a space": "Ann<ann@corp.example>",
    "name with a comma": '"Lee, Ann" <ann@corp.example>',
    "name with an escaped quote": '"Ann \\"The Bill\\" Lee" <ann@corp.example>',
    "name with a colon and brackets": '"Bills: <all>" <ann@corp.example>',
    "empty name": '"" <ann@corp.example>',
    "name with a dot": "Ann B. Lee <ann@corp.example>",
    "encoded name": "=?utf-8?q?J=C3=BCrgen?= <ann@corp.example>",
    "encoded name in two words": "=?utf-8?b?SsO8cmdlbg==?=\r\n =?utf-8?b?IExlZQ==?= <ann@corp.example>",
    "name in UTF-8": "Jürgen <ann@corp.example>",
    "name in Latin-1": b"J\xfcrgen <ann@corp.example>",
    "the address as its name, as Outlook writes it": "ann@corp.example <ann@corp.example>",
    "the address as its quoted name": '"ann@corp.example" <ann@corp.example>',
    "capitals": "Ann <Ann@CORP.Example>",
    "trailing dot": "ann@corp.example.",
    "comment behind": "ann@corp.example (Ann (the) Lee)",
    "comment in front": "(Ann Lee) ann@corp.example",
    "folded": "Ann\r\n Lee\r\n\t<ann@corp.example>",
    "apostrophe, plus, digits": "Ann <ann.o'lee+bills-1@corp.example>",
    "quoted local part": '"ann lee"@corp.example',
    "spaces around": "   Ann   <ann@corp.example>   ",
    "no space behind the colon": b"",
    "field name in capitals": b"",
}


def written(name: str, form: str | bytes) -> bytes:
    if name == "no space behind the colon":
        return mail().replace(b"From: Ann", b"From:Ann")
    if name == "field name in capitals":
        return mail().replace(b"From: Ann", b"FROM: Ann")
    return mail(form)


@pytest.mark.parametrize(("name", "form"), FORMS.items(), ids=FORMS)
async def test_every_form_of_an_honest_from_is_taken(name: str, form: str | bytes, tmp_path: Path) -> None:
    """By SPF, by DKIM after another server passed it on, and by the relay."""
    message = written(name, form)
    async with post_office(tmp_path) as office:
        for letter in (honest(message), honest(sign(message, "corp.example"), sender=EVIL, peer=FORGER)):
            verdict = await office.judge(letter)
            assert verdict.allowed, verdict
            assert verdict.header_from.rpartition("@")[2] == "corp.example"
        assert (await office.judge(relayed(honest(message), CORP_PASSES), "relay")).allowed
        assert (await office.judge(honest(message, peer=RELAY), "envelope")).allowed


GOOGLE_NAMES = ["to", "subject", "message-id", "date", "from", "mime-version", "from", "subject", "date"]
FOREIGN = ["provider.example", "a.example", "b.example", "c.example", "d.example", "e.example"]


def many_signatures() -> bytes:
    message = sign(mail(), "corp.example")
    for domain in FOREIGN:
        message = sign(message, domain)
    return message


PROVEN: dict[str, Letter] = {
    "SPF alone": honest(),
    "SPF by IPv6": honest(peer="2001:db8::10"),
    "SPF by an IPv4 address in IPv6": honest(peer=f"::ffff:{OWN}"),
    "SPF of a sub-domain, relaxed": honest(sender="<bounce+1@mail.corp.example>"),
    "SPF without a DMARC record": honest(mail("ann@plain.example"), sender="<ann@plain.example>"),
    "SPF of an international domain": honest(mail("ann@münchen.example"), sender="<ann@münchen.example>"),
    "SPF, strict": honest(mail("ann@strict.example"), sender="<bob@strict.example>"),
    "SPF beside a broken signature": honest(sign(mail(), "corp.example").replace(b"The bill", b"A bill")),
    "SPF beside a signature of nobody": honest(sign(mail(), "nobody.example")),
    "SPF, fields twice": honest(b"Subject: more\r\n" + mail()),
    "DKIM alone": honest(sign(mail(), "corp.example"), sender="<x@bounces.provider.example>", peer=FORGER),
    "DKIM without a DMARC record": honest(sign(mail("a@plain.example"), "plain.example"), sender=EVIL, peer=FORGER),
    "DKIM of a sub-domain, relaxed": honest(sign(mail(), "mail.corp.example"), sender=EVIL, peer=FORGER),
    "DKIM, strict": honest(sign(mail("a@strict.example"), "strict.example"), sender=EVIL, peer=FORGER),
    "DKIM, simple": honest(sign(mail(), "corp.example", canonical="simple/simple"), sender=EVIL, peer=FORGER),
    "DKIM, relaxed and refolded": honest(
        sign(mail(), "corp.example").replace(b"Subject: Bill", b"Subject:\r\n\tBill "), sender=EVIL, peer=FORGER
    ),
    "DKIM, Ed25519": honest(sign(mail(), "corp.example", "e1", algorithm="ed25519-sha256"), sender=EVIL, peer=FORGER),
    "DKIM as Google signs": honest(sign(mail(), "corp.example", names=GOOGLE_NAMES), sender=EVIL, peer=FORGER),
    "DKIM, not yet expired": honest(
        sign_with_tags(mail(), "corp.example", "t=1700000000; x=4000000000"), sender=EVIL, peer=FORGER
    ),
    "DKIM, identity below": honest(
        sign_with_tags(mail(), "corp.example", "i=ann@mail.corp.example"), sender=EVIL, peer=FORGER
    ),
    "DKIM, exact identity": honest(
        sign_with_tags(mail(), "corp.example", "i=ann@corp.example", "exact"), sender=EVIL, peer=FORGER
    ),
    "DKIM under a broken signature": honest(
        b"DKIM-Signature: v=1; d=corp.example\r\n" + sign(mail(), "corp.example"), sender=EVIL, peer=FORGER
    ),
    "DKIM beside the provider's": honest(
        sign(sign(mail(), "corp.example"), "provider.example"), sender="<x@bounces.provider.example>"
    ),
    "DKIM below six of others": honest(many_signatures(), sender=EVIL, peer=FORGER),
    "DKIM under trace fields": honest(
        b"Received: by a\r\nARC-Seal: i=1\r\nX-Spam: no\r\n" + sign(mail(), "corp.example"), sender=EVIL, peer=FORGER
    ),
    "DKIM, other domains' Resent and Sender": honest(
        b"Resent-From: x@evil.example\r\nSender: x@evil.example\r\n" + sign(mail(), "corp.example"), sender=EVIL
    ),
}


@pytest.mark.parametrize("letter", PROVEN.values(), ids=PROVEN)
async def test_every_proof_of_an_honest_sender_is_taken(letter: Letter, tmp_path: Path) -> None:
    async with post_office(tmp_path) as office:
        verdict = await office.judge(letter)
        assert verdict.allowed, verdict
        assert verdict.redirect is None
        assert verdict.dmarc is not None
        assert verdict.dmarc.result == "pass"


UNPROVEN: dict[str, Letter] = {
    "SPF of a sub-domain, strict": honest(mail("a@strict.example"), sender="<a@mail.strict.example>"),
    "DKIM of a sub-domain, strict": honest(sign(mail("a@strict.example"), "mail.strict.example"), sender=EVIL),
    "SPF of another of our domains": honest(mail("a@plain.example")),
    "DKIM of another of our domains": honest(sign(mail("a@plain.example"), "corp.example"), sender=EVIL, peer=FORGER),
    "SPF of a sub-domain, without a record": honest(mail("a@plain.example"), sender="<a@mail.plain.example>"),
    "HELO of ours, another envelope": honest(sender=EVIL, peer=FORGER),
    "a redirect without its rule": Letter(
        message=sign(mail("bill@power.example"), "power.example"), sender="<ann@corp.example>", peer=OWN
    ),
    "a seal without its rule": Letter(
        message=seal(mail("bill@power.example"), "sealer.example", "dmarc=pass header.from=power.example"), peer=OWN
    ),
}


@pytest.mark.parametrize("letter", UNPROVEN.values(), ids=UNPROVEN)
async def test_what_is_not_aligned_is_refused(letter: Letter, tmp_path: Path) -> None:
    async with post_office(tmp_path) as office:
        assert not (await office.judge(letter)).allowed
