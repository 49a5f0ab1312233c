"""One account's import does not delay another account's mail: by the order and the number of steps, on both engines."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from engine_world import at_step, receive, running
from source_world import eventually

from ingest.bayou.transport import open_session
from ingest.config import Account, Settings
from ingest.engine import tracks
from ingest.engine.embedded import Embedded
from ingest.engine.on_postgres import OnPostgres
from ingest.engine.work import Engine, Loop, Work
from ingest.metrics import Metrics
from ingest.parsing import ParserPool
from ingest.roles.worker import _loops
from ingest.store.documents import DocumentStore
from ingest.store.engine import now
from ingest.store.ledger import Ledger
from ingest.store.rows import Bill, Delivery, NewDelivery, Priority, Step
from ingest.store.urls import is_postgresql

ACCOUNTS = ["importer", "other"]
IMPORTED = 120


@pytest.fixture
async def ledger(url: str) -> AsyncIterator[Ledger]:
    async with await Ledger.open(url) as opened:
        yield opened


@pytest.fixture
async def engine(ledger: Ledger) -> AsyncIterator[Engine]:
    if not is_postgresql(ledger.engine.url.drivername):
        yield Embedded(ledger.clock)
        return
    async with OnPostgres.open(ledger) as opened:
        yield opened


async def sends(ledger: Ledger, bill_id: str, target: str) -> None:
    bill = await ledger.bill(bill_id)
    assert bill
    new = NewDelivery(event="new_bill", target=target, payload={}, final=True)
    await ledger.change(bill, "sends", values={"step": Step.RECONCILED, "wake_at": None}, send=[new])


async def test_an_import_goes_on_while_another_accounts_mail_passes_it(ledger: Ledger, engine: Engine) -> None:
    """Read, at the API, delivered: how much of the import is done between the mail's coming and its delivery."""
    done: list[str] = []

    async def read(bill: Bill) -> None:
        await asyncio.sleep(0.005)
        await ledger.change(bill, "parsed", values={"step": Step.PARSED, "wake_at": ledger.clock()})
        api.wake()

    async def ask(bill: Bill) -> None:
        await asyncio.sleep(0.005)
        await sends(ledger, bill.id, "file")
        out.wake()

    async def deliver(delivery: Delivery) -> None:
        await ledger.delivered(delivery)
        done.append(delivery.account)

    reading = engine.loop(tracks.reading(ledger, ACCOUNTS, read, 2))
    api = engine.loop(tracks.api(ledger, dict.fromkeys(ACCOUNTS, 4), ask, 16))
    out = engine.loop(tracks.deliveries(ledger, ACCOUNTS, deliver, 4))
    await receive(ledger, IMPORTED, "importer", Priority.BATCH)
    async with running(reading, api, out):
        await eventually(lambda: len(done) >= 10)
        before = len(done)
        await receive(ledger, 1, "other", Priority.SMTP)
        reading.wake()
        await eventually(lambda: "other" in done)
        assert done.index("other") - before < IMPORTED // 3


async def test_mail_before_folder_before_batch_at_the_api(ledger: Ledger, engine: Engine) -> None:
    for priority in (Priority.BATCH, Priority.FOLDER, Priority.SMTP):
        for bill_id in await receive(ledger, 4, "other", priority):
            await at_step(ledger, bill_id, Step.PARSED, wake_at=ledger.clock())
    seen: list[int] = []

    async def ask(bill: Bill) -> None:
        seen.append(bill.priority)
        await ledger.change(bill, "done", values={"step": Step.DELIVERED, "wake_at": None})

    async with running(engine.loop(tracks.api(ledger, {"other": 1}, ask, 16))):
        await eventually(lambda: len(seen) == 12)
    assert seen == sorted(seen)


async def test_what_a_mail_brought_is_delivered_before_what_an_import_left(ledger: Ledger, engine: Engine) -> None:
    for bill_id in await receive(ledger, 30, "importer", Priority.BATCH):
        await sends(ledger, bill_id, "file")
    [mail] = await receive(ledger, 1, "other", Priority.SMTP)
    await sends(ledger, mail, "file")
    seen: list[str] = []

    async def deliver(delivery: Delivery) -> None:
        seen.append(delivery.account)
        await ledger.delivered(delivery)

    async with running(engine.loop(tracks.deliveries(ledger, ACCOUNTS, deliver, 2))):
        await eventually(lambda: len(seen) == 31)
    assert seen.index("other") <= 2


async def test_receivers_that_hang_leave_places_for_other_accounts(ledger: Ledger, engine: Engine) -> None:
    """Also when what hangs came by mail and was there first, and whatever number of receivers it is."""
    for place, bill_id in enumerate(await receive(ledger, 20, "importer", Priority.SMTP)):
        await sends(ledger, bill_id, f"https://{place % 3}.example/hook")
    for bill_id in await receive(ledger, 6, "other", Priority.BATCH):
        await sends(ledger, bill_id, "https://other.example/hook")
    under_way: Counter[str] = Counter()
    seen: list[str] = []

    async def deliver(delivery: Delivery) -> None:
        under_way[delivery.account] += 1
        if delivery.account == "importer":
            await asyncio.Event().wait()
        await ledger.delivered(delivery)
        seen.append(delivery.account)

    async with running(engine.loop(tracks.deliveries(ledger, ACCOUNTS, deliver, 4)), drain_seconds=0.1):
        await eventually(lambda: len(seen) == 6)
        assert under_way["importer"] == 2


@pytest.mark.parametrize(
    ("track", "step"),
    [
        (tracks.reading, Step.RECEIVED),
        (tracks.scans, Step.SCANNED),
        (partial(tracks.reading, scans_too=True), Step.SCANNED),
    ],
)
async def test_documents_that_hang_leave_places_for_other_accounts(
    ledger: Ledger, engine: Engine, track: Callable[..., Work[Bill]], step: Step
) -> None:
    """Also when what hangs came by mail and was there first."""
    for account, number, priority in (("importer", 20, Priority.SMTP), ("other", 6, Priority.BATCH)):
        for bill_id in await receive(ledger, number, account, priority):
            await at_step(ledger, bill_id, step, wake_at=ledger.clock())
    under_way: Counter[str] = Counter()
    seen: list[str] = []

    async def read(bill: Bill) -> None:
        under_way[bill.account] += 1
        if bill.account == "importer":
            await asyncio.Event().wait()
        await ledger.change(bill, "done", values={"step": Step.DELIVERED, "wake_at": None})
        seen.append(bill.account)

    async with running(engine.loop(track(ledger, ACCOUNTS, read, 4, {"importer": 2})), drain_seconds=0.1):
        await eventually(lambda: len(seen) == 6 and under_way["importer"] >= 2)
        assert under_way["importer"] == 2


class Noted:
    """An engine that shows what it is asked to run."""

    def __init__(self) -> None:
        self.queues: dict[str, int] = {}

    def loop(self, work: Work[Any]) -> Loop:
        self.queues |= work.queues
        return Embedded(now).loop(work)


async def test_the_worker_has_the_limits_of_the_settings(ledger: Ledger, tmp_path: Path, pool: ParserPool) -> None:
    accounts = {
        "importer": Account(bills_in_work=2, max_calls_in_flight=5), "careful": Account(bills_in_work=9),
        "other": Account(),
    }  # fmt: skip
    settings, noted = Settings(data_dir=tmp_path, accounts=accounts), Noted()
    async with open_session() as session:
        documents = DocumentStore(settings.documents_dir)
        _loops(noted, settings, ledger, documents, pool, None, session, Metrics())  # type: ignore[arg-type]
    expected = {"importer": (2, 2, 2), "careful": (9, 9, 8), "other": (0, 0, 8)}
    for account, limits in expected.items():
        assert tuple(noted.queues[f"{kind} {account}"] for kind in ("reading", "scans", "api")) == limits
