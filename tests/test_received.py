"""How a document came in: in the record, in ``bill-ingest status``, over HTTP."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pipeline_world import BATCH, POWER, World

from ingest.commands import status
from ingest.commands.how_it_came import lines
from ingest.mail.verdict import ArcEvidence, DkimEvidence, DmarcEvidence, RelayEvidence, SpfEvidence, Verdict
from ingest.offers import Offer
from ingest.reasons import Reason
from ingest.received import NOT_VERIFIED, evidence, sender_in_words, verified
from ingest.store.rows import Step
from ingest.web import views

ALIGNED = DkimEvidence("acme.example", "s1", "pass", "", aligned=True)
FOREIGN = DkimEvidence("news.example", "k", "pass", "", aligned=False)
BROKEN = DkimEvidence("acme.example", "s2", "fail", "the body was changed", aligned=True)
SPF = SpfEvidence("pass", "bounce.acme.example", aligned=True)
BASE = Verdict(mode="dmarc", envelope_from="jane@acme.example", header_from="jane@acme.example")
DMARC = replace(BASE, dkim=(BROKEN, ALIGNED, FOREIGN), spf=SPF, dmarc=DmarcEvidence("acme.example", "reject", "pass"))
RELAY = replace(BASE, mode="relay", relay=RelayEvidence("mx.acme.example", "pass", ("dmarc=pass acme.example",)))
REDIRECT = replace(
    BASE,
    header_from="bills@power.example",
    dkim=(DkimEvidence("power.example", "s", "pass", "", aligned=True),),
    spf=SpfEvidence("pass", "acme.example", aligned=False),
    redirect="signed by power.example, redirected by acme.example",
)
SEALED = replace(REDIRECT, dkim=(), spf=None, arc=ArcEvidence("pass", ("mx.acme.example",)), redirect="ARC seal of mx")
UNALIGNED = replace(BASE, dkim=(FOREIGN,), reason=Reason.SENDER_NOT_AUTHENTICATED, detail="Nothing is aligned.")


def kept(verdict: Verdict) -> Any:
    """As the ledger gives it back."""
    return json.loads(json.dumps(verdict.as_json()))


@pytest.mark.parametrize(
    ("verdict", "shown", "words"),
    [
        (
            DMARC,
            "DKIM of acme.example, SPF of bounce.acme.example",
            "verified by DKIM of acme.example, SPF of bounce.acme.example",
        ),
        (replace(DMARC, spf=None), "DKIM of acme.example", "verified by DKIM of acme.example"),
        (replace(DMARC, dkim=(FOREIGN,)), "SPF of bounce.acme.example", "verified by SPF of bounce.acme.example"),
        (RELAY, "the relay mx.acme.example", "verified by the relay mx.acme.example"),
        (replace(BASE, mode="envelope"), None, NOT_VERIFIED),
        (replace(DMARC, mode="envelope"), None, NOT_VERIFIED),
        (
            REDIRECT,
            "signed by power.example, redirected by acme.example",
            "redirected mail, signed by power.example, redirected by acme.example",
        ),
        (SEALED, "ARC seal of mx", "redirected mail, ARC seal of mx"),
        (UNALIGNED, None, "refused (sender_not_authenticated): Nothing is aligned."),
    ],
)
def test_what_verified_a_sender(verdict: Verdict, shown: str | None, words: str) -> None:
    assert verified(kept(verdict)) == shown
    assert sender_in_words(kept(verdict)) == words


def test_what_an_older_version_kept_is_shown_as_far_as_it_goes() -> None:
    old = {"mode": "envelope", "header_from": "a@acme.example", "reason": None, "detail": "", "allowed": True}
    assert sender_in_words(old) == NOT_VERIFIED
    assert (sender_in_words({}), verified({}), evidence({})) == ("not noted", None, [])


def test_everything_that_was_found_out() -> None:
    assert evidence(kept(DMARC)) == [
        "DKIM fail: acme.example, selector s2 (the body was changed)",
        "DKIM pass: acme.example, selector s1 (aligned)",
        "DKIM pass: news.example, selector k (not aligned)",
        "SPF pass: bounce.acme.example (aligned)",
        "DMARC pass: acme.example (p=reject)",
    ]
    assert evidence(kept(RELAY)) == ["relay pass: mx.acme.example (dmarc=pass acme.example)"]
    assert evidence(kept(SEALED)) == ["ARC pass: mx.acme.example"]


# -- with a record


MAIL = {
    "from": "Jane Doe <jane@acme.example>", "subject": "Our bill\x1b[2J", "to": "bills@in.example",
    "date": "2026-01-05T10:00:00+00:00", "message_id": "<1@acme.example>",
    "envelope": {"from": "jane@acme.example", "to": ["bills+ACME-7@in.example"]},
    "environment": "production", "kind": "plain", "peer": "192.0.2.7", "helo": "mail.acme.example",
    "tls": {"version": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384"}, "sha256": "5" * 64, "bytes": 4096, "part": "2",
    "verdict": kept(DMARC),
}  # fmt: skip


@pytest.mark.asyncio(loop_scope="module")
async def test_the_record_says_who_sent_it_and_how_that_was_verified(acme: World) -> None:
    bill = await acme.take(POWER, message=MAIL, customer="ACME-7")
    await acme.offer(POWER, source="folder", place="/inbox/processed/again.pdf")
    bill = await acme.until(bill, Step.RECONCILED)
    assert bill.record
    at = bill.record["received"].pop("at")
    assert bill.record["received"] == {
        "by": "smtp", "as": POWER.name, "sha256": bill.sha256, "detail": None, "environment": "production",
        "from": "jane@acme.example", "subject": "Our bill\x1b[2J", "date": "2026-01-05T10:00:00+00:00",
        "message_id": "<1@acme.example>", "sender_check": "dmarc",
        "verified": "DKIM of acme.example, SPF of bounce.acme.example",
    }  # fmt: skip
    assert at == bill.received_at.isoformat()
    second, first = await acme.ledger.all_arrivals(bill)
    assert (first.source, second.source) == ("smtp", "folder")
    payloads = [one.payload for one in await acme.ledger.deliveries(bill.id) if one.payload]
    assert all(payload["object"]["received"]["from"] == "jane@acme.example" for payload in payloads)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_file_has_no_mail(acme: World) -> None:
    bill = await acme.until(await acme.take(POWER, source="folder", place="/nowhere/bill.pdf"), Step.RECONCILED)
    assert bill.record
    told = bill.record["received"]
    assert (told["by"], told["environment"]) == ("folder", "sandbox")
    assert [told[key] for key in ("from", "subject", "date", "message_id", "sender_check", "verified")] == [None] * 6


@pytest.mark.asyncio(loop_scope="module")
async def test_bills_of_one_document_carry_how_the_document_came(acme: World) -> None:
    """Also where the same document is attached twice, and came again afterwards."""
    twice = [
        Offer(account="acme", source="smtp", name=f"{n}.pdf", content=BATCH, message=MAIL | {"part": str(n)})
        for n in (1, 2)
    ]
    receipts = await acme.intake.take(twice)
    await acme.offer(BATCH, message=MAIL | {"subject": "Again"})
    whole = await acme.until(await acme.bill(receipts[0].bill_id or ""), Step.SPLIT)
    children = [await acme.until(bill, Step.RECONCILED) for bill in await acme.ledger.children(whole.id)]
    assert len(children) == 3
    for child in children:
        assert child.record
        assert (child.record["received"]["as"], child.record["received"]["subject"]) == ("1.pdf", MAIL["subject"])
        assert len(await acme.ledger.all_arrivals(child)) == 3
    found = await status._one(acme.ledger, children[2].id)
    assert found
    assert [arrival["bill_id"] for arrival in found["arrivals"]] == [whole.id] * 3


@pytest.mark.asyncio(loop_scope="module")
async def test_status_and_pages_tell_it_in_plain_words(acme: World, capsys: pytest.CaptureFixture[str]) -> None:
    bill = await acme.until(await acme.take(POWER, message=MAIL, customer="ACME-7"), Step.RECONCILED)
    capsys.readouterr()
    assert await status.run(acme.settings, bill.id, as_json=False) == status.DONE
    shown = capsys.readouterr().out
    assert shown.splitlines()[1:16] == [
        "  customer:    ACME-7",
        "  from:        Jane Doe <jane@acme.example>",
        "  sender:      verified by DKIM of acme.example, SPF of bounce.acme.example",
        "               DKIM fail: acme.example, selector s2 (the body was changed)",
        "               DKIM pass: acme.example, selector s1 (aligned)",
        "               DKIM pass: news.example, selector k (not aligned)",
        "               SPF pass: bounce.acme.example (aligned)",
        "               DMARC pass: acme.example (p=reject)",
        "  envelope:    jane@acme.example to bills+ACME-7@in.example",
        "  subject:     Our bill\ufffd[2J",
        "  sent:        2026-01-05T10:00:00+00:00",
        "  message id:  <1@acme.example>",
        "  environment: production",
        "  server:      mail.acme.example [192.0.2.7], TLSv1.3",
        f"  kept as:     messages/{'5' * 64}, part 2",
    ]
    assert "\x1b" not in shown
    assert await status.run(acme.settings, bill.id, as_json=True) == status.DONE
    whole = json.loads(capsys.readouterr().out)
    assert whole["arrivals"][0]["message"] == MAIL
    [arrival] = await acme.ledger.arrivals(bill_id=bill.id)
    page = views.arrival_view(arrival)
    assert page["message"] == MAIL
    assert page["sender"] == "verified by DKIM of acme.example, SPF of bounce.acme.example"


def test_an_arrival_that_knows_little_is_shown_too() -> None:
    arrival = {
        "received_at": "2026-01-05", "source": "smtp", "name": "a\nb.pdf", "outcome": "refused", "reason": "damaged",
        "detail": "It is cut off.", "customer": None, "external_id": None, "message": {"from": "jane@acme.example"},
    }  # fmt: skip
    assert lines(arrival) == [
        "2026-01-05  came by smtp as a\ufffdb.pdf: refused (damaged)",
        "  detail:      It is cut off.",
        "  from:        jane@acme.example",
        "  sender:      not noted",
    ]
