"""The loop: each item once at a time, a limit, errors held back, and a stop that lets running steps finish."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from ingest.engine import embedded
from ingest.engine.embedded import Scheduler
from ingest.errors import LedgerBusy, StaleVersion
from ingest.store.engine import now


@dataclass(frozen=True)
class Item:
    id: str


class Table:
    """Due items, as the ledger has them: what is not removed by its step stays due."""

    def __init__(self, *ids: str) -> None:
        self.due = [Item(key) for key in ids]
        self.fail: Exception | None = None

    async def __call__(self, busy: Collection[str], limit: int) -> tuple[list[Item], dt.datetime | None]:
        if self.fail:
            raise self.fail
        return [item for item in self.due if item.id not in busy][:limit], None


@asynccontextmanager
async def running(loop: Scheduler[Item]) -> AsyncIterator[Scheduler[Item]]:
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(loop.run())
        yield loop
        await loop.stop(1)


def make(table: Table, step: Callable[[Item], object], limit: int = 4) -> Scheduler[Item]:
    return Scheduler("test", table, step, limit=limit, clock=now)  # type: ignore[arg-type]


async def test_never_more_than_the_limit_and_each_item_once_at_a_time() -> None:
    table = Table(*(str(n) for n in range(20)))
    now_running: set[str] = set()
    most, done = 0, asyncio.Event()

    async def step(item: Item) -> None:
        nonlocal most
        assert item.id not in now_running
        now_running.add(item.id)
        most = max(most, len(now_running))
        await asyncio.sleep(0)
        now_running.discard(item.id)
        table.due.remove(item)
        if not table.due:
            done.set()

    async with running(make(table, step)):
        await done.wait()
    assert most == 4


async def test_a_failing_item_is_held_back_and_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "HOLD_SECONDS", (0.01, 0.02))
    table = Table("bad", "good")
    tries, done = 0, asyncio.Event()

    async def step(item: Item) -> None:
        nonlocal tries
        if item.id == "bad" and (tries := tries + 1) < 4:
            raise RuntimeError("as planned")
        table.due.remove(item)
        if not table.due:
            done.set()

    async with running(make(table, step)):
        await done.wait()
    assert tries == 4


async def test_a_stale_item_is_simply_looked_at_again() -> None:
    table = Table("one")
    tries, done = 0, asyncio.Event()

    async def step(item: Item) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise StaleVersion("another was faster")
        table.due.remove(item)
        done.set()

    async with running(make(table, step)):
        await done.wait()
    assert tries == 2


async def test_a_ledger_that_is_busy_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "RESCAN_SECONDS", 0.01)
    table = Table("one")
    table.fail = LedgerBusy("locked")
    done = asyncio.Event()

    async def step(item: Item) -> None:
        table.due.remove(item)
        done.set()

    async with running(make(table, step)):
        table.fail = None
        await done.wait()


async def test_stop_lets_a_running_step_finish_and_starts_nothing_more() -> None:
    table = Table("slow", "next")
    begun, finish = asyncio.Event(), asyncio.Event()
    finished: list[str] = []

    async def step(item: Item) -> None:
        begun.set()
        await finish.wait()
        table.due.remove(item)
        finished.append(item.id)

    loop = make(table, step, limit=1)
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(loop.run())
        await begun.wait()
        stopping = tasks.create_task(loop.stop(5))
        await asyncio.sleep(0)
        finish.set()
        await stopping
    assert finished == ["slow"]


async def test_stop_ends_a_step_that_is_late() -> None:
    table = Table("stuck")
    begun = asyncio.Event()

    async def step(_: Item) -> None:
        begun.set()
        await asyncio.Event().wait()

    loop = make(table, step)
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(loop.run())
        await begun.wait()
        await loop.stop(0.01)
    assert table.due, "what was not finished stays due"
