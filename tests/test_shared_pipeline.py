"""A bill that comes in on one machine and is worked on by another, with a store between them."""

from pathlib import Path

import pytest
from pipeline_world import POWER, World

from ingest.config import Settings, Store
from ingest.errors import NotReady
from ingest.intake import Intake
from ingest.offers import Offer
from ingest.parsing import ParserPool
from ingest.pipeline import Pipeline
from ingest.retention.files import FileRemover
from ingest.retention.purger import Purger
from ingest.roles.opening import open_intake
from ingest.store.documents import DocumentStore
from ingest.store.purge_rows import Selection
from ingest.store.remote import SharedFolder
from ingest.store.rows import Step
from ingest.store.sharing import Sharing
from ingest.store.uploading import Uploader

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def needed(_kind: str, _sha256: str) -> bool:
    return True


def machine(tmp_path: Path, name: str) -> Sharing:
    share = tmp_path / "share"
    share.mkdir(exist_ok=True)
    return Sharing(tmp_path / name, SharedFolder(share))


def documents_of(sharing: Sharing) -> DocumentStore:
    return DocumentStore(sharing.data_dir / "documents", shared=sharing)


async def left(acme: World) -> list[str]:
    """Why documents could not be removed so far."""
    return [row.problem or "" for row in await acme.ledger.removals.left("acme") if row.kind == "document"]


async def test_a_worker_waits_for_a_document_that_is_still_to_be_uploaded(
    acme: World, tmp_path: Path, pool: ParserPool
) -> None:
    listener, worker = machine(tmp_path, "listener"), machine(tmp_path, "worker")
    intake = Intake(acme.ledger, documents_of(listener), pool, acme.settings.limits)
    pipeline = Pipeline(
        ledger=acme.ledger, documents=documents_of(worker), pool=pool, clients=acme.clients, settings=acme.settings,
        clock=acme.clock, wake_delivery=lambda: None,
    )  # fmt: skip
    acme.pipeline = pipeline
    [receipt] = await intake.take([Offer(account="acme", source="smtp", name="bill.pdf", content=POWER)])
    bill = await acme.bill(receipt.bill_id or "")
    with pytest.raises(NotReady, match="not in the document store yet"):
        await pipeline.advance(bill)
    assert await acme.bill(bill.id) == bill, "no attempt was counted"
    assert await Uploader(listener, needed).upload()
    bill = await acme.until(bill, Step.RECONCILED)
    assert bill.record
    assert bill.record["account_number"]
    assert [one["external_id"] for one in await acme.uploads()] == [f"bill-ingest-{bill.sha256[:40]}"]


async def test_a_purge_reaches_the_shared_store(acme: World, tmp_path: Path, pool: ParserPool) -> None:
    share = tmp_path / "share"
    share.mkdir()
    settings = acme.settings.model_copy(update={"store": Store(url=str(share))})
    async with open_intake(settings, acme.ledger, pool, lambda: None) as intake:
        [receipt] = await intake.take([Offer(account="acme", source="smtp", name="bill.pdf", content=POWER)])
    assert [file.suffix for file in share.rglob("*") if file.is_file()] == [".pdf"]
    assert not [mark for mark in (settings.data_dir / "outbox").rglob("*") if mark.is_file()]
    selection = Selection(account="acme", rule="test", bill_ids=(receipt.bill_id or "",), unfinished=True)
    outcome = await Purger(acme.ledger, FileRemover(acme.ledger, settings)).purge(selection)
    assert outcome.purged.bills == 1
    assert not [file for file in share.rglob("*") if file.is_file()]
    assert not await left(acme)


async def test_while_the_share_is_away_a_purge_remembers_what_it_owes(
    acme: World, tmp_path: Path, pool: ParserPool
) -> None:
    share = tmp_path / "share"
    share.mkdir()
    settings: Settings = acme.settings.model_copy(update={"store": Store(url=str(share))})
    async with open_intake(settings, acme.ledger, pool, lambda: None) as intake:
        [receipt] = await intake.take([Offer(account="acme", source="smtp", name="bill.pdf", content=POWER)])
    share.rename(tmp_path / "away")
    purger = Purger(acme.ledger, FileRemover(acme.ledger, settings))
    await purger.purge(Selection(account="acme", rule="t", bill_ids=(receipt.bill_id or "",), unfinished=True))
    [owed] = await left(acme)
    assert "is not there; mount it" in owed
    (tmp_path / "away").rename(share)
    await acme.ledger.removals.hurry("acme")
    await purger.remove_files()
    assert not await left(acme)
    assert not [file for file in share.rglob("*") if file.is_file()]
