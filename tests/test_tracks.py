"""A slow or failing account takes nothing from the others."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ingest.engine.embedded import Scheduler
from ingest.engine.tracks import LOCAL, BillTrack
from ingest.errors import Unavailable
from ingest.store.engine import now
from ingest.store.ledger import Ledger
from ingest.store.rows import NEEDS_API, Bill, NewArrival, Priority, Step


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with await Ledger.open(f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite3") as opened:
        yield opened


async def fill(ledger: Ledger, account: str, number: int, step: Step = Step.RECEIVED) -> None:
    new = [
        NewArrival(account=account, source="batch", name="b.pdf", priority=Priority.BATCH, sha256=f"{account}-{n}")
        for n in range(number)
    ]
    for came in await ledger.receive(new):
        bill = await ledger.bill(came.bill_id or "")
        assert bill
        if step is not Step.RECEIVED:
            await ledger.change(bill, "moved", values={"step": step})


async def not_called(_: Bill) -> None:
    raise AssertionError("it is asked only what is due")


async def test_an_account_whose_api_hangs_takes_only_its_own_places(ledger: Ledger) -> None:
    await fill(ledger, "hangs", 30, Step.PARSED)
    await fill(ledger, "works", 5, Step.PARSED)
    under_way, most, done = 0, 0, asyncio.Event()
    worked: set[str] = set()

    async def step(bill: Bill) -> None:
        nonlocal under_way, most
        if bill.account == "hangs":
            under_way += 1
            most = max(most, under_way)
            await asyncio.Event().wait()
        worked.add(bill.id)
        await ledger.change(bill, "done", values={"step": Step.DELIVERED, "wake_at": None})
        if len(worked) == 5:
            done.set()

    track = BillTrack(ledger, NEEDS_API, step, {"hangs": 3, "works": 2})
    loop = Scheduler("API", track.due, track.step, limit=8, clock=now)
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(loop.run())
        await done.wait()
        await loop.stop(0)
    assert most == 3


async def test_many_failing_bills_do_not_stand_before_a_good_one(ledger: Ledger) -> None:
    await fill(ledger, "bad", 300)
    await fill(ledger, "good", 1)
    done = asyncio.Event()

    async def step(bill: Bill) -> None:
        if bill.account == "bad":
            raise Unavailable("its folder is out of reach")
        await ledger.change(bill, "done", values={"step": Step.REFUSED, "wake_at": None})
        done.set()

    reading = BillTrack(ledger, LOCAL, step, {"bad": 4, "good": 4})
    loop = Scheduler("reading", reading.due, reading.step, limit=4, clock=now, hold=ledger.hold)
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(loop.run())
        await done.wait()
        await loop.stop(1)


async def test_the_bills_of_an_account_without_settings_are_not_even_looked_at(ledger: Ledger) -> None:
    await fill(ledger, "gone", 3)
    assert (await BillTrack(ledger, LOCAL, not_called, {"acme": 10}).due((), 10))[0] == []


async def test_the_api_has_nothing_to_do_with_reading(ledger: Ledger) -> None:
    await fill(ledger, "acme", 2)
    assert len((await BillTrack(ledger, LOCAL, not_called, {"acme": 4}).due((), 10))[0]) == 2
    assert (await BillTrack(ledger, NEEDS_API, not_called, {"acme": 4}).due((), 10))[0] == []
