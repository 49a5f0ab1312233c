"""One bill from received to reconciled, against the real sandbox: what can go well, and what can go wrong."""

import datetime as dt
import hashlib
import io
import itertools
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pipeline_world import BATCH, POWER, UNKNOWN, World, world
from reportlab.pdfgen.canvas import Canvas

from ingest.api_steps import external_id
from ingest.parsing import ParserPool
from ingest.reasons import Reason
from ingest.sandbox.options import Options
from ingest.store.rows import Bill, Outcome, Step
from parsers.errors import DocumentError
from parsers.model import DocumentKind


def pdf(words: str) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    canvas.drawString(72, 720, f"{words}: a page with enough words on it to be no scan")
    canvas.save()
    return buffer.getvalue()


pytestmark = pytest.mark.asyncio(loop_scope="module")


def values_from(record: dict[str, Any]) -> set[str]:
    return {source["from"] for source in record["sources"].values()}


async def test_the_plain_way_with_a_local_record_before_the_upload(acme: World) -> None:
    bill = await acme.take(POWER, customer="C-7")
    bill = await acme.until(bill, Step.RECONCILED)
    kinds = await acme.kinds(bill)
    assert kinds[:4] == ["received", "parsed", "uploading", "uploaded"]
    assert kinds[-2:] == ["answered", "reconciled"]
    first, *_, last = [d for d in await acme.ledger.deliveries(bill.id) if d.target == "file"]
    assert (first.event, first.final, last.event, last.final) == ("new_unparsed_bill", False, "new_bill", True)
    [upload] = await acme.uploads()
    assert upload["external_id"] == external_id(bill)
    assert upload["customer_external_id"] == "C-7"
    assert bill.record
    assert bill.record["status"] == "unlocked"
    assert bill.record["amount_due"] is not None
    assert values_from(bill.record) == {"local"}, "the sandbox is no second witness"


async def test_a_second_witness_that_agrees_and_one_that_does_not(acme: World) -> None:
    first = await acme.until(await acme.take(POWER), Step.PARSED, Step.POLLING, Step.RECONCILED)
    assert first.record
    mine = {name: first.record[name] for name in ("utility", "account_number", "amount_due", "delivery_charge")}
    await acme.control("POST", "canned", {"other.pdf": {**mine, "delivery_charge": mine["delivery_charge"] + 1}})
    bill = await acme.take(POWER, account="other", name="other.pdf")
    bill = await acme.until(bill, Step.RECONCILED)
    assert bill.record
    sources = bill.record["sources"]
    assert sources["account_number"]["from"] == "both"
    assert sources["delivery_charge"]["api"] == sources["delivery_charge"]["local"] + 1
    assert "conflict" in bill.record["reasons"]
    assert bill.record["delivery_charge"] == sources["delivery_charge"]["api"]


async def test_a_bill_that_does_not_add_up_is_delivered_with_the_reason_and_the_numbers(acme: World) -> None:
    """One digit of a total is another one on the page: nothing else tells that it is wrong."""
    content = POWER.read_bytes().replace(b"($157.32)", b"($157.82)")
    bill = await acme.until(await acme.take(content), Step.RECONCILED)
    record = bill.record or {}
    assert "does_not_add_up" in record["reasons"]
    [failed] = [check for check in record["checks"] if not check["holds"]]
    assert failed["detail"] == "0 + 15782 + 12448 = 28230, not 28180"
    assert failed["fields"] == ["outstanding_balance", "delivery_charge", "supply_charge", "amount_due"]
    doubted = record["sources"]["delivery_charge"]
    assert "does_not_add_up" in doubted["grounds"]
    assert doubted["confidence"] < 0.9 < record["sources"]["account_number"]["confidence"]


async def test_a_utility_that_the_api_does_not_support_is_read_locally(tmp_path: Path, pool: ParserPool) -> None:
    options = Options(keys=frozenset({"acme-key"}), delay_seconds=0, not_supported=frozenset({"central_maine_power"}))
    async with world(tmp_path, pool, sandbox=options) as acme:
        bill = await acme.until(await acme.take(POWER), Step.RECONCILED)
    assert bill.record
    assert (bill.record["status"], bill.record["reasons"]) == ("not_supported", ["not_supported"])
    assert bill.record["amount_due"] is not None


async def test_a_locked_bill_keeps_its_local_amounts(tmp_path: Path, pool: ParserPool) -> None:
    options = Options(keys=frozenset({"acme-key"}), delay_seconds=0, locked=frozenset({"*"}))
    async with world(tmp_path, pool, sandbox=options) as acme:
        bill = await acme.until(await acme.take(POWER), Step.RECONCILED)
    assert bill.record
    assert (bill.record["status"], bill.record["reasons"]) == ("locked", ["locked"])
    assert bill.record["sources"]["amount_due"]["from"] == "local"


async def test_an_unknown_status_is_an_answer_and_is_kept(acme: World) -> None:
    await acme.control("POST", "canned", {"*": {"status": "archived_by_moon", "new_field": [1]}})
    bill = await acme.until(await acme.take(POWER), Step.RECONCILED)
    assert bill.record
    assert bill.api
    assert bill.record["status"] == "archived_by_moon"
    assert bill.api["extra"] == {"new_field": [1]}


async def test_nobody_knows_it_and_the_record_says_so(acme: World) -> None:
    bill = await acme.until(await acme.take(UNKNOWN), Step.RECONCILED)
    assert bill.record
    assert bill.record["reasons"] == ["not_supported", "unknown_utility"]
    assert bill.record["sources"] == {}


@pytest.mark.parametrize("fault", [{"kind": "reset"}, {"kind": "garbage"}, {"kind": "status", "status": 500}])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_lost_answer_never_uploads_twice(acme: World, fault: dict[str, Any], when: str) -> None:
    await acme.arm(**fault, call="upload", when=when, count=1)
    bill = await acme.until(await acme.take(POWER), Step.RECONCILED)
    kinds = await acme.kinds(bill)
    assert len(await acme.uploads()) == 1
    assert "postponed" in kinds
    assert ("adopted" in kinds) == (when == "after")


async def test_an_api_that_overlooks_the_external_id_is_told_again(acme: World) -> None:
    await acme.arm(kind="ignore_external_id", call="upload", count=1)
    bill = await acme.until(await acme.take(POWER), Step.RECONCILED)
    [upload] = await acme.uploads()
    assert upload["external_id"] == external_id(bill)


async def test_a_foreign_bill_under_our_external_id_is_flagged_and_left_alone(acme: World, tmp_path: Path) -> None:
    bill = await acme.take(POWER)
    stranger = tmp_path / "stranger.pdf"
    stranger.write_bytes(pdf("Another bill"))
    await acme.control("POST", "canned", {"stranger.pdf": {"account_number": "999-999"}})
    await acme.clients["acme"].upload(stranger, external_id=external_id(bill), filename="stranger.pdf")
    bill = await acme.until(bill, Step.RECONCILED)
    assert bill.record
    assert bill.reason is Reason.EXTERNAL_ID_TAKEN
    assert bill.bayou_id is None
    assert bill.record["amount_due"] is not None
    assert len(await acme.uploads()) == 1


async def test_a_refused_key_stops_the_account_and_not_its_bills_or_others(acme: World) -> None:
    mine, theirs = await acme.take(POWER), await acme.take(POWER, account="other")
    acme.clients["acme"]._authorization = "Basic d3Jvbmc6"
    await acme.until(theirs, Step.RECONCILED)
    stopped = await acme.bill(mine.id)
    assert stopped.step is Step.UPLOADING
    assert stopped.record, "its local record is there all the same"
    assert list(await acme.ledger.stopped_accounts()) == ["acme"]
    more = await acme.take(BATCH)
    await acme.run_due()
    await acme.run_due()
    answers = (await acme.control("GET", "uploads", key="other-key"))["answers"]
    assert answers["upload 401"] == 1, "nothing more is sent for it"
    acme.clients["acme"]._authorization = aiohttp.encode_basic_auth("acme-key", "")
    await acme.ledger.start_accounts()
    assert (await acme.until(mine, Step.RECONCILED)).record
    assert (await acme.bill(more.id)).step is Step.SPLIT


async def test_an_unknown_customer_is_final_until_the_bill_is_offered_again(tmp_path: Path, pool: ParserPool) -> None:
    options = Options(keys=frozenset({"acme-key"}), delay_seconds=0, create_customers=False, customers=("known",))
    async with world(tmp_path, pool, sandbox=options) as acme:
        bill = await acme.until(await acme.take(POWER, customer="nobody"), Step.RECONCILED)
        assert bill.record
        assert bill.reason is Reason.CUSTOMER_ID_INVALID
        assert bill.record["reasons"] == ["customer_id_invalid"]
        for delivery in await acme.ledger.deliveries(bill.id):
            await acme.ledger.delivered(delivery)
        receipt = await acme.offer(POWER, customer="known")
        assert receipt.outcome is Outcome.ACCEPTED
        bill = await acme.until(bill, Step.RECONCILED)
        assert (bill.reason, bill.bayou_id) == (None, "1")


async def test_retry_after_is_respected(acme: World) -> None:
    bill = await acme.take(POWER)
    await acme.arm(kind="status", status=429, retry_after="120", call="upload", count=1)
    await acme.run_due()
    await acme.run_due()
    bill = await acme.bill(bill.id)
    assert bill.wake_at
    assert bill.step is Step.UPLOADING
    assert bill.wake_at >= acme.clock() + dt.timedelta(seconds=110)


async def test_an_api_that_is_down_for_two_days_leaves_the_local_record(acme: World) -> None:
    await acme.arm(kind="status", status=503)
    bill = await acme.take(POWER)
    await acme.run_due()
    assert (await acme.bill(bill.id)).record, "the local record does not wait for the API"
    bill = await acme.until(bill, Step.RECONCILED, leap=3600)
    assert bill.record
    assert (bill.reason, bill.record["status"]) == (Reason.TIMED_OUT, "unparsed")
    assert bill.record["amount_due"] is not None
    assert (await acme.kinds(bill)).count("postponed") == 1, "once the API is known to be down, bills only wait"


async def test_a_bill_that_stays_unparsed_is_asked_ever_more_rarely(tmp_path: Path, pool: ParserPool) -> None:
    options = Options(keys=frozenset({"acme-key"}), delay_seconds=10**6)
    async with world(tmp_path, pool, sandbox=options) as acme:
        bill = await acme.until(await acme.take(POWER), Step.RECONCILED, leap=600)
        assert bill.reason is Reason.TIMED_OUT
        polls = [event.at for event in await acme.ledger.events(bill.id) if event.kind == "polled"]
    pauses = [(later - sooner).total_seconds() for sooner, later in itertools.pairwise(polls)]
    assert max(pauses) < 2 * 3600
    assert 30 < len(polls) < 120
    assert sum(pauses) > 45 * 3600


async def test_a_commit_that_takes_longer_than_the_pause_leaves_the_next_question_to_its_job(
    acme: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL the change wrote a job for it: who went on as well would ask the API a second time."""
    bill = await acme.until(await acme.take(POWER), Step.PARSED)
    change = acme.ledger.change

    async def slowly(*args: Any, **values: Any) -> Bill:
        after = await change(*args, **values)
        acme.clock.ahead += dt.timedelta(seconds=1)
        return after

    monkeypatch.setattr(acme.ledger, "change", slowly)
    await acme.pipeline.advance(bill)
    bill = await acme.bill(bill.id)
    assert bill.step is Step.POLLING
    assert bill.is_due(acme.clock())
    assert (await acme.kinds(bill))[-2:] == ["uploading", "uploaded"]


async def test_a_document_of_three_bills_becomes_three(acme: World) -> None:
    whole = await acme.until(await acme.take(BATCH, customer="C"), Step.SPLIT)
    children = await acme.ledger.children(whole.id)
    assert [(c.first_page, c.customer) for c in children] == sorted((c.first_page, "C") for c in children)
    children = [await acme.until(child, Step.RECONCILED) for child in children]
    assert len(children) == 3
    assert len({child.record["account_number"] for child in children if child.record}) == 3
    assert sorted(u["sha256"] for u in await acme.uploads()) == sorted(child.sha256 for child in children)
    for child in children:
        assert child.record
        stored = acme.documents.path(child.sha256).read_bytes()
        assert hashlib.sha256(stored).hexdigest() == child.sha256
        assert {s["page"] for s in child.record["sources"].values() if "page" in s} <= set(
            range(1, child.record["document"]["page_count"] + 1)
        )


async def test_a_changed_bill_becomes_an_update_and_an_unchanged_one_does_not(acme: World) -> None:
    bill = await acme.until(await acme.take(POWER), Step.RECONCILED)
    for delivery in await acme.ledger.deliveries(bill.id):
        await acme.ledger.delivered(delivery)
    assert bill.bayou_id
    assert await acme.ledger.wake("acme", bayou_id=bill.bayou_id, steps=[Step.DELIVERED]) == 1
    await acme.run_due()
    assert (await acme.kinds(bill))[-1] == "unchanged"
    await acme.control("POST", f"bills/{bill.bayou_id}", {"gas_amount": 4242})
    await acme.ledger.wake("acme", bayou_id=bill.bayou_id, steps=[Step.DELIVERED])
    bill = await acme.until(bill, Step.RECONCILED)
    assert bill.record
    assert bill.record["gas_amount"] == 4242
    assert [d.event for d in await acme.ledger.deliveries(bill.id)][-1] == "updated_bill"


async def test_an_account_that_is_no_longer_configured_keeps_its_bills(acme: World) -> None:
    bill = await acme.take(POWER, account="gone")
    with pytest.raises(Exception, match="'gone' is no longer configured"):
        await acme.run_due()
    assert (await acme.bill(bill.id)).step is Step.RECEIVED


async def test_bills_that_cannot_be_cut_apart_are_refused_with_a_reason(
    acme: World, pool: ParserPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut(*_: object, **__: object) -> None:
        raise DocumentError(DocumentKind.DAMAGED, "The PDF is broken.")

    with monkeypatch.context() as patched:
        patched.setattr(pool, "cut", cut)
        bill = await acme.until(await acme.take(BATCH), Step.REFUSED)
    assert bill.reason is Reason.DAMAGED
    assert bill.detail == "It holds 3 bills that could not be cut apart: The PDF is broken."


async def test_one_429_holds_back_the_other_calls_of_the_account(acme: World) -> None:
    await acme.arm(kind="status", status=429, retry_after="60", call="upload", count=1)
    first, second = await acme.take(POWER), await acme.take(UNKNOWN)
    for _ in range(4):
        await acme.run_due()
    answers = (await acme.control("GET", "uploads"))["answers"]
    assert {name: number for name, number in answers.items() if name.startswith("upload")} == {"upload 429": 1}
    assert {(await acme.bill(bill.id)).step for bill in (first, second)} == {Step.UPLOADING}
