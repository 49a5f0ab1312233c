"""The one door: each kind of bad input gets its reason and next step, and nothing is lost or left behind."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from pathlib import Path

import hostile
import pytest
import pytest_asyncio
from pipeline_world import POWER, World, world

from ingest.errors import StorageFull, Unavailable
from ingest.offers import Offer
from ingest.parsing import ParserPool
from ingest.reasons import Reason
from ingest.store.rows import Outcome

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[ParserPool]:
    async with ParserPool(size=1, wall_seconds=10) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def acme(tmp_path: Path, pool: ParserPool) -> AsyncIterator[World]:
    async with world(tmp_path, pool) as made:
        yield made


BAD = {
    "half a picture": (b"\x89PNG\r\n\x1a\n" + bytes(2000), Reason.DAMAGED),
    "nothing": (b"", Reason.EMPTY),
    "a password": (hostile.encrypted(user="secret", owner="other"), Reason.PASSWORD_REQUIRED),
    "500 pages": (hostile.pages(500), Reason.TOO_MANY_PAGES),
    "garbage": (hostile.garbage_after_header(), Reason.DAMAGED),
    "too large": (b"%PDF-1.7\n" + bytes(51 * 1024 * 1024), Reason.TOO_LARGE),
}


@pytest.mark.parametrize(("content", "reason"), BAD.values(), ids=BAD)
async def test_bad_input_is_refused_with_its_reason(acme: World, content: bytes, reason: Reason) -> None:
    receipt = await acme.offer(content)
    assert (receipt.outcome, receipt.reason) == (Outcome.REFUSED, reason)
    [found] = await acme.ledger.arrivals(ids=[receipt.arrival_id])
    assert found.reason is reason
    assert await acme.ledger.bills() == []
    left = (
        [path for path in acme.documents.folder.rglob("*") if path.is_file()] if acme.documents.folder.exists() else []
    )
    assert left == [], "nothing that was refused is stored"


@pytest.mark.parametrize("values", [{"customer": "a\0b"}, {"external_id": "a\udc80"}])
async def test_a_customer_that_cannot_be_stored_is_not_made_into_another_one(
    acme: World, values: dict[str, str]
) -> None:
    receipt = await acme.offer(POWER, **values)
    assert (receipt.outcome, receipt.reason) == (Outcome.REFUSED, Reason.CUSTOMER_ID_INVALID)
    assert "cannot be stored" in (receipt.detail or "")


async def test_an_owner_password_alone_keeps_nobody_out(acme: World) -> None:
    assert (await acme.offer(hostile.encrypted(user="", owner="other"))).outcome is Outcome.ACCEPTED


async def test_a_cut_off_file_is_refused_wherever_it_was_cut(acme: World) -> None:
    whole = POWER.read_bytes()
    for size in (10, 2_000, len(whole) // 2, len(whole) - 30):
        receipt = await acme.offer(whole[:size])
        assert (receipt.outcome, receipt.reason) == (Outcome.REFUSED, Reason.DAMAGED), size


async def test_every_hostile_document_gets_an_outcome_and_good_ones_are_read_beside_them(acme: World) -> None:
    bombs = [hostile.deflate_bomb(), hostile.deep_arrays(), hostile.form_tree(), hostile.object_stream_of_itself()]
    receipts = [await acme.offer(bomb) for bomb in bombs]
    good = await acme.take(POWER)
    for _ in receipts:
        await acme.run_due()
    assert (await acme.bill(good.id)).record


async def test_the_same_bill_by_mail_and_folder_at_once_is_one_bill(acme: World) -> None:
    content = POWER.read_bytes()
    offers = [
        Offer(account="acme", source="smtp", name="mail.pdf", content=content),
        Offer(account="acme", source="folder", name="folder.pdf", content=POWER, place="/nowhere/folder.pdf"),
        Offer(account="acme", source="batch", name="batch.pdf", content=content),
    ]
    receipts = [receipt for [receipt] in await asyncio.gather(*(acme.intake.take([offer]) for offer in offers))]
    assert sorted(receipt.outcome for receipt in receipts) == ["accepted", "duplicate", "duplicate"]
    assert len({receipt.bill_id for receipt in receipts}) == 1
    assert all(receipt.taken for receipt in receipts)


async def test_one_disk_that_is_full_takes_nothing_and_says_so(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StorageFull, match="no space left"):
            await acme.offer(POWER)
    assert await acme.ledger.bills() == []
    assert not list(acme.documents.folder.rglob("*.part"))
    assert (await acme.offer(POWER)).outcome is Outcome.ACCEPTED


async def test_a_bad_second_look_does_not_cost_the_first_document(
    acme: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bill = await acme.take(POWER)
    async with ParserPool(size=1, memory_mb=1024, cpu_seconds=30, wall_seconds=0.000001) as impatient:
        monkeypatch.setattr(acme.intake._checker, "_pool", impatient)
        receipt = await acme.offer(POWER)
    assert receipt.reason is Reason.TOO_LARGE
    assert acme.documents.exists(bill.sha256)


async def test_a_file_that_vanishes_is_unavailable_and_no_refusal(acme: World, tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await acme.offer(tmp_path / "gone.pdf")


async def test_a_cancelled_caller_does_not_undo_what_was_begun(acme: World) -> None:
    taking = asyncio.create_task(acme.offer(POWER))
    await asyncio.sleep(0)
    assert acme.intake._running
    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)
    await acme.intake.finish()
    assert len(await acme.ledger.bills()) == 1
