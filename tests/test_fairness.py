"""One account's import does not delay another account's mail: by the order and the number of steps, on both engines."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from postgres_world import ledger_url
from source_world import eventually

from ingest.engine import tracks
from ingest.engine.embedded import Embedded
from ingest.engine.on_postgres import OnPostgres
from ingest.engine.work import Engine, Loop
from ingest.store.ledger import Ledger
from ingest.store.rows import Bill, Delivery, NewArrival, NewDelivery, Priority, Step
from ingest.store.urls import is_postgresql

ACCOUNTS = ["importer", "other"]
IMPORTED = 120


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with ledger_url(request.param, tmp_path) as chosen:
        yield chosen


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


@asynccontextmanager
async def running(*loops: Loop) -> AsyncIterator[None]:
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        for loop in loops:
            tasks.create_task(loop.run())
        try:
            yield
        finally:
            await asyncio.gather(*(loop.stop(0.1) for loop in loops))


async def receive(ledger: Ledger, account: str, number: int, priority: Priority) -> list[Bill]:
    new = [
        NewArrival(account=account, source="s", name="b.pdf", priority=priority, sha256=f"{account}{priority}{place}")
        for place in range(number)
    ]
    found = [await ledger.bill(arrival.bill_id or "") for arrival in await ledger.receive(new)]
    return [bill for bill in found if bill]


async def sends(ledger: Ledger, bill: Bill, target: str) -> None:
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
        await sends(ledger, bill, "file")
        out.wake()

    async def deliver(delivery: Delivery) -> None:
        await ledger.delivered(delivery)
        done.append(delivery.account)

    reading = engine.loop(tracks.reading(ledger, ACCOUNTS, read, 2))
    api = engine.loop(tracks.api(ledger, dict.fromkeys(ACCOUNTS, 4), ask, 16))
    out = engine.loop(tracks.deliveries(ledger, ACCOUNTS, deliver, 4))
    await receive(ledger, "importer", IMPORTED, Priority.BATCH)
    async with running(reading, api, out):
        await eventually(lambda: len(done) >= 10)
        before = len(done)
        await receive(ledger, "other", 1, Priority.SMTP)
        reading.wake()
        await eventually(lambda: "other" in done)
        assert done.index("other") - before < IMPORTED // 3


async def test_mail_before_folder_before_batch_at_the_api(ledger: Ledger, engine: Engine) -> None:
    for priority in (Priority.BATCH, Priority.FOLDER, Priority.SMTP):
        for bill in await receive(ledger, "other", 4, priority):
            await ledger.change(bill, "parsed", values={"step": Step.PARSED, "wake_at": ledger.clock()})
    seen: list[int] = []

    async def ask(bill: Bill) -> None:
        seen.append(bill.priority)
        await ledger.change(bill, "done", values={"step": Step.DELIVERED, "wake_at": None})

    async with running(engine.loop(tracks.api(ledger, {"other": 1}, ask, 16))):
        await eventually(lambda: len(seen) == 12)
    assert seen == sorted(seen)


async def test_what_a_mail_brought_is_delivered_before_what_an_import_left(ledger: Ledger, engine: Engine) -> None:
    for bill in await receive(ledger, "importer", 30, Priority.BATCH):
        await sends(ledger, bill, "file")
    [mail] = await receive(ledger, "other", 1, Priority.SMTP)
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
    for place, bill in enumerate(await receive(ledger, "importer", 20, Priority.SMTP)):
        await sends(ledger, bill, f"https://{place % 3}.example/hook")
    for bill in await receive(ledger, "other", 6, Priority.BATCH):
        await sends(ledger, bill, "https://other.example/hook")
    under_way: Counter[str] = Counter()
    seen: list[str] = []

    async def deliver(delivery: Delivery) -> None:
        under_way[delivery.account] += 1
        if delivery.account == "importer":
            await asyncio.Event().wait()
        await ledger.delivered(delivery)
        seen.append(delivery.account)

    async with running(engine.loop(tracks.deliveries(ledger, ACCOUNTS, deliver, 4))):
        await eventually(lambda: len(seen) == 6)
        assert under_way["importer"] == 2
