"""What every engine keeps: the same tests on the embedded one (SQLite), on PgQueuer and on Procrastinate (PostgreSQL).

Procrastinate is the way out, and in the tests only; ``procrastinate_engine`` says what it does otherwise.
"""

import asyncio
import contextlib
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_world import at_step, receive, running
from postgres_world import ledger_url
from procrastinate_engine import OnProcrastinate
from source_world import eventually

from ingest.bayou.breaker import FAILURES, Breaker
from ingest.bayou.errors import TemporaryFailure
from ingest.engine import embedded, on_postgres, tracks
from ingest.engine.embedded import Embedded
from ingest.engine.on_postgres import OnPostgres
from ingest.engine.work import Engine
from ingest.errors import Unavailable
from ingest.store.ledger import Ledger
from ingest.store.rows import Bill, NewDelivery, Priority, Step

LEASE, LOOK = dt.timedelta(seconds=20), dt.timedelta(seconds=0.3)


@pytest.fixture(params=["sqlite", "postgresql", "procrastinate"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def url(kind: str, tmp_path: Path) -> Iterator[str]:
    with ledger_url("sqlite" if kind == "sqlite" else "postgresql", tmp_path) as chosen:
        yield chosen


@pytest.fixture
async def ledger(url: str) -> AsyncIterator[Ledger]:
    async with await Ledger.open(url) as opened:
        yield opened


@pytest.fixture
async def engine(ledger: Ledger, kind: str) -> AsyncIterator[Engine]:
    if kind == "sqlite":
        yield Embedded(ledger.clock)
        return
    made = OnProcrastinate if kind == "procrastinate" else OnPostgres
    async with made.open(ledger, lease=LEASE, look=LOOK) as opened:
        yield opened


def quick_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (embedded, on_postgres):
        monkeypatch.setattr(module, "HOLD_SECONDS", (0.05, 0.1))


class Steps:
    """Counts steps by bill, and how many run at the same time."""

    def __init__(self, ledger: Ledger, then: Callable[[Bill], Awaitable[None]] | None = None) -> None:
        self.ledger = ledger
        self.then = then
        self.seen: list[str] = []
        self.under_way: Counter[str] = Counter()
        self.most: Counter[str] = Counter()

    async def __call__(self, bill: Bill) -> None:
        self.seen.append(bill.id)
        self.under_way[bill.account] += 1
        self.most[bill.account] = max(self.most[bill.account], self.under_way[bill.account])
        try:
            if self.then is not None:
                await self.then(bill)
            await self.ledger.change(bill, "done", values={"step": Step.DELIVERED, "wake_at": None})
        finally:
            self.under_way[bill.account] -= 1


async def all_done(ledger: Ledger) -> bool:
    return {bill.step for bill in await ledger.bills(limit=1000)} == {Step.DELIVERED}


async def is_done(ledger: Ledger, bill_id: str) -> bool:
    return (await ledger.steps([bill_id]))[bill_id] is Step.DELIVERED


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0.02)


async def test_each_bill_is_woken_once(ledger: Ledger, engine: Engine) -> None:
    before = await receive(ledger, 10)
    steps = Steps(ledger)
    loop = engine.loop(tracks.reading(ledger, ["acme"], steps, 4))
    async with running(loop):
        during = await receive(ledger, 10, priority=Priority.BATCH)
        loop.wake()
        await until(lambda: all_done(ledger))
    assert Counter(steps.seen) == Counter([*before, *during])


async def test_a_step_that_leaves_its_bill_due_is_followed_by_the_next_one(ledger: Ledger, engine: Engine) -> None:
    """Also when the step itself goes through several versions: nobody else begins on them meanwhile."""
    await receive(ledger, 6)
    at_work: Counter[str] = Counter()

    async def two_changes(bill: Bill) -> None:
        assert at_work[bill.id] == 0, "two steps of one bill at the same time"
        at_work[bill.id] += 1
        bill = await ledger.change(bill, "begun", values={"wake_at": ledger.clock()})
        await asyncio.sleep(0.05)
        last = {"step": Step.DELIVERED, "wake_at": None} if bill.version > 3 else {"wake_at": ledger.clock()}
        await ledger.change(bill, "ended", values=last)
        at_work[bill.id] -= 1

    loop = engine.loop(tracks.reading(ledger, ["acme"], two_changes, 6))
    async with running(loop):
        await until(lambda: all_done(ledger))
    for bill in await ledger.bills():
        assert [event.version for event in await ledger.events(bill.id)] == [1, 2, 3, 4, 5]


async def test_a_later_wake_up_comes_at_its_time(ledger: Ledger, engine: Engine) -> None:
    [bill_id] = await receive(ledger, 1)
    due = ledger.clock() + dt.timedelta(seconds=0.6)
    await at_step(ledger, bill_id, Step.RESOLVED, wake_at=due)
    came: list[dt.datetime] = []

    async def note(_: Bill) -> None:
        came.append(ledger.clock())

    async with running(engine.loop(tracks.reading(ledger, ["acme"], Steps(ledger, note), 4))):
        await until(lambda: all_done(ledger))
    assert len(came) == 1
    assert dt.timedelta(0) <= came[0] - due < dt.timedelta(seconds=1.5)


async def test_a_webhook_wakes_a_waiting_bill_at_once(ledger: Ledger, engine: Engine) -> None:
    [bill_id] = await receive(ledger, 1)
    later = ledger.clock() + dt.timedelta(hours=1)
    await at_step(ledger, bill_id, Step.POLLING, wake_at=later, bayou_id="7")
    steps = Steps(ledger)
    loop = engine.loop(tracks.api(ledger, {"acme": 2}, steps, 4))
    async with running(loop):
        [due] = await receive(ledger, 1, priority=Priority.BATCH)
        await at_step(ledger, due, Step.PARSED)
        loop.wake()
        await until(lambda: is_done(ledger, due))
        assert steps.seen == [due]
        await ledger.wake("acme", bayou_id="7", steps=[Step.POLLING])
        loop.wake()
        await until(lambda: all_done(ledger))
    assert steps.seen == [due, bill_id]


async def test_mail_goes_before_what_was_there_first(ledger: Ledger, engine: Engine) -> None:
    batch = await receive(ledger, 20, priority=Priority.BATCH)
    [mail] = await receive(ledger, 1)
    steps = Steps(ledger)
    async with running(engine.loop(tracks.reading(ledger, ["acme"], steps, 2))):
        await until(lambda: all_done(ledger))
    assert steps.seen.index(mail) <= 2
    assert set(steps.seen) == {mail, *batch}


async def test_an_account_has_no_more_calls_in_flight_than_it_may(ledger: Ledger, engine: Engine) -> None:
    for account, number in (("hangs", 12), ("works", 6)):
        for bill_id in await receive(ledger, number, account):
            await at_step(ledger, bill_id, Step.PARSED)
    free = asyncio.Event()

    async def call(bill: Bill) -> None:
        await (free.wait() if bill.account == "hangs" else asyncio.sleep(0.01))

    steps = Steps(ledger, call)
    async with running(engine.loop(tracks.api(ledger, {"hangs": 3, "works": 2}, steps, 16))):
        await eventually(lambda: steps.under_way["hangs"] == 3)
        await until(lambda: all_of(ledger, "works"))
        free.set()
        await until(lambda: all_done(ledger))
    assert steps.most == {"hangs": 3, "works": 2}
    assert set(Counter(steps.seen).values()) == {1}


async def all_of(ledger: Ledger, account: str) -> bool:
    return {bill.step for bill in await ledger.bills(account=account)} == {Step.DELIVERED}


async def test_a_failing_step_is_tried_again_and_does_not_stop_the_others(
    ledger: Ledger, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_again(monkeypatch)
    bad, *_ = await receive(ledger, 5)
    tries = 0

    async def fail(bill: Bill) -> None:
        nonlocal tries
        if bill.id == bad and (tries := tries + 1) < 4:
            raise Unavailable("as planned") if tries == 1 else RuntimeError("as planned")

    async with running(engine.loop(tracks.reading(ledger, ["acme"], Steps(ledger, fail), 4))):
        await until(lambda: all_done(ledger))
    assert tries == 4


async def test_a_step_that_fails_half_way_goes_on_from_there(
    ledger: Ledger, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_again(monkeypatch)
    await receive(ledger, 3)

    async def half(bill: Bill) -> None:
        if bill.step is Step.RECEIVED:
            await ledger.change(bill, "half", values={"step": Step.RESOLVED, "wake_at": ledger.clock()})
            raise RuntimeError("as planned")

    async with running(engine.loop(tracks.reading(ledger, ["acme"], Steps(ledger, half), 4))):
        await until(lambda: all_done(ledger))


async def test_a_step_that_puts_its_bill_off_sees_it_again_at_that_time(ledger: Ledger, engine: Engine) -> None:
    """As the steps do while the API is down: nothing of the bill changes but its wake-up."""
    await receive(ledger, 2)
    came: Counter[str] = Counter()

    async def put_off(bill: Bill) -> None:
        came[bill.id] += 1
        if came[bill.id] == 1:
            await ledger.hold(bill, 0.3)
        elif came[bill.id] == 2:
            begun = await ledger.change(bill, "begun", values={"wake_at": ledger.clock()})
            await ledger.hold(begun, 0.3)
        else:
            await ledger.change(bill, "done", values={"step": Step.DELIVERED, "wake_at": None})

    began = asyncio.get_running_loop().time()
    async with running(engine.loop(tracks.reading(ledger, ["acme"], put_off, 4))):
        await until(lambda: all_done(ledger))
    assert set(came.values()) == {3}
    assert 0.6 <= asyncio.get_running_loop().time() - began < 5


async def test_while_the_api_is_down_its_bills_are_not_fetched(ledger: Ledger, engine: Engine) -> None:
    for account in ("down", "works"):
        for bill_id in await receive(ledger, 5, account):
            await at_step(ledger, bill_id, Step.PARSED)
    breaker = Breaker("down")
    for _ in range(FAILURES):
        with pytest.raises(TemporaryFailure), breaker.watching():
            raise TemporaryFailure("503", retry_after=60.0)
    steps = Steps(ledger)
    loop = engine.loop(tracks.api(ledger, {"down": 2, "works": 2}, steps, 8, {"down": breaker}))
    async with running(loop):
        await until(lambda: all_of(ledger, "works"))
        assert len(steps.seen) == 5
        with breaker.watching():
            pass  # a call that is answered
        loop.wake()
        await until(lambda: all_done(ledger))


async def test_stop_lets_steps_finish_and_leaves_the_rest_for_the_next_worker(ledger: Ledger, engine: Engine) -> None:
    ids = await receive(ledger, 6)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def first(_: Bill) -> None:
        begun.set()
        await go_on.wait()

    async def stuck(_: Bill) -> None:
        begun.set()
        await asyncio.Event().wait()

    slow = Steps(ledger, first)
    loop = engine.loop(tracks.reading(ledger, ["acme"], slow, 2))
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(loop.run())
        await begun.wait()
        stopping = tasks.create_task(loop.stop(10))
        await asyncio.sleep(0)  # it begins
        go_on.set()
        await stopping
    finished = [bill.id for bill in await ledger.bills(step=Step.DELIVERED)]
    assert sorted(finished) == sorted(slow.seen)
    assert len(finished) < len(ids)

    begun.clear()
    late = engine.loop(tracks.reading(ledger, ["acme"], Steps(ledger, stuck), 2))
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(late.run())
        await begun.wait()
        await late.stop(0.05)

    began = asyncio.get_running_loop().time()
    async with running(engine.loop(tracks.reading(ledger, ["acme"], Steps(ledger), 2))):
        await until(lambda: all_done(ledger))
    assert asyncio.get_running_loop().time() - began < LEASE.total_seconds(), "nothing waited for a lease to end"


async def test_deliveries_of_a_bill_keep_their_order(ledger: Ledger, engine: Engine) -> None:
    tried: list[str] = []

    async def deliver(delivery: Any) -> None:
        tried.append(delivery.event)
        if tried.count("first") == 1 and delivery.event == "first":
            await ledger.not_delivered(delivery, "503", ledger.clock() + dt.timedelta(seconds=0.2))
        else:
            await ledger.delivered(delivery)

    [bill_id] = await receive(ledger, 1)
    loop = engine.loop(tracks.deliveries(ledger, ["acme"], deliver, 4))
    async with running(loop):
        bill = await ledger.bill(bill_id)
        assert bill
        for event in ("first", "second", "third"):
            new = NewDelivery(event=event, target="http://a", payload={}, final=event == "third")
            bill = await ledger.change(bill, event, values={"step": Step.RECONCILED, "wake_at": None}, send=[new])
            loop.wake()
        await until(lambda: all_done(ledger))
    assert tried == ["first", "first", "second", "third"]


async def test_a_stopped_account_waits_and_goes_on_when_it_is_started(ledger: Ledger, engine: Engine) -> None:
    [bill_id], [other] = await receive(ledger, 1), await receive(ledger, 1, "other")
    for each in (bill_id, other):
        await at_step(ledger, each, Step.PARSED)
    await ledger.stop_account("acme", "401")
    steps = Steps(ledger)
    loop = engine.loop(tracks.api(ledger, {"acme": 2, "other": 2}, steps, 4))
    async with running(loop):
        await until(lambda: is_done(ledger, other))
        assert steps.seen == [other]
        await ledger.start_accounts()
        loop.wake()
        async with running(*engine.upkeep()):
            await until(lambda: all_done(ledger))
    assert steps.seen == [other, bill_id]


async def test_what_runs_alone_runs(ledger: Ledger, engine: Engine) -> None:
    await receive(ledger, 3)
    steps = Steps(ledger)
    inner = Embedded(ledger.clock).loop(tracks.reading(ledger, ["acme"], steps, 2))
    async with running(*engine.alone([inner])):
        await until(lambda: all_done(ledger))
    with contextlib.suppress(StopIteration):
        assert not engine.alone([])
