"""Several workers on one PostgreSQL: killed, stopped and continued, cut off; and queues that lost their rows."""

import asyncio
import contextlib
import datetime as dt
import inspect
import json
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from engine_world import receive, running
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import HealthCheckEvent
from pgqueuer.queries import Queries
from postgres_world import Server, create_database, database
from source_world import eventually

from ingest.config import Settings
from ingest.engine import tracks
from ingest.engine.jobs import SOON
from ingest.engine.notices import QuietDriver, announce
from ingest.engine.on_postgres import LEASE, LOOK, OnPostgres, QueueLoop, Reconciler, _place
from ingest.engine.only_one import OnlyOne
from ingest.engine.opening import open_engine
from ingest.engine.queue_manager import GatedManager, _Looks
from ingest.engine.reading import GroupReader
from ingest.errors import LedgerBusy
from ingest.store.ledger import Ledger
from ingest.store.queue_tables import NO_LOG
from ingest.store.rows import Bill, NewArrival, NewDelivery, Priority, Step

DRIVER = Path(__file__).with_name("engine_driver.py")
SHORT_LEASE = 1.5
TIMES = {"lease": dt.timedelta(seconds=SHORT_LEASE), "look": dt.timedelta(seconds=0.3)}


@pytest.fixture
def url() -> Iterator[str]:
    with database() as made:
        yield made


@pytest.fixture
async def ledger(url: str) -> AsyncIterator[Ledger]:
    async with await Ledger.open(url) as opened:
        yield opened


class Worker:
    """``engine_driver.py``, with what it said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.began: list[str] = []
        self._lines: asyncio.Task[None] | None = None

    @classmethod
    @asynccontextmanager
    async def start(cls, url: str, step_seconds: float = 0.02) -> "AsyncIterator[Worker]":
        wanted = {"url": url, "lease": SHORT_LEASE, "look": 0.3, "step_seconds": step_seconds}
        process = await asyncio.create_subprocess_exec(
            sys.executable, DRIVER, json.dumps(wanted), stdout=asyncio.subprocess.PIPE, cwd=DRIVER.parents[1]
        )
        worker = cls(process)
        assert process.stdout
        assert await process.stdout.readline() == b"ready\n"
        worker._lines = asyncio.create_task(worker._read())
        try:
            yield worker
        finally:
            for number in (signal.SIGCONT, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(number)
            await process.wait()
            await worker._lines

    async def _read(self) -> None:
        assert self.process.stdout
        async for line in self.process.stdout:
            self.began.append(line.decode().split()[1])

    async def has_begun(self, number: int = 1) -> None:
        await eventually(lambda: len(self.began) >= number)


async def until_done(ledger: Ledger, seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while {bill.step for bill in await ledger.bills(limit=1000)} != {Step.DELIVERED}:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def done_by(ledger: Ledger) -> Counter[int]:
    """How many bills each process finished. Every bill was finished once, and its events tell every version."""
    found: Counter[int] = Counter()
    for bill in await ledger.bills(limit=1000):
        events = await ledger.events(bill.id)
        assert [event.version for event in events] == list(range(1, bill.version + 1))
        [done] = [event for event in events if event.kind == "done"]
        found[done.data["by"]] += 1
    return found


async def execute(ledger: Ledger, statement: str) -> None:
    async with ledger.engine.begin() as connection:
        await connection.execute(sa.text(statement))


async def count(ledger: Ledger, table: str, where: str = "true") -> int:
    async with ledger.engine.connect() as connection:
        return int((await connection.execute(sa.text(f"SELECT count(*) FROM {table} WHERE {where}"))).scalar_one())


def test_a_dead_workers_bills_are_taken_up_within_45_seconds() -> None:
    assert dt.timedelta(seconds=30) <= LEASE
    assert dt.timedelta(seconds=45) >= LEASE + 2 * LOOK
    assert Settings().limits.lease_seconds == LEASE.total_seconds()


async def test_a_listening_connection_that_the_server_ended_needs_no_goodbye(url: str) -> None:
    place = _place(sa.make_url(url))
    async with asyncpg.create_pool(**place, min_size=1, max_size=2) as pool, QuietDriver(pool) as driver:
        await driver.add_listener("somewhere", lambda _: None)
        listening = driver._listener_connection
        assert listening
        await pool.execute("SELECT pg_terminate_backend($1)", listening.get_server_pid())
        await eventually(lambda: "released" in repr(listening), "asyncpg took it back")


async def test_a_listening_connection_goes_back_without_its_channels(url: str) -> None:
    async with asyncpg.create_pool(**_place(sa.make_url(url)), min_size=1, max_size=2) as pool:
        async with QuietDriver(pool) as driver:
            await driver.add_listener("somewhere", lambda _: None)
            listening = driver._listener_connection.get_server_pid()
        async with pool.acquire() as one, pool.acquire() as other:
            [back] = [each for each in (one, other) if each.get_server_pid() == listening]
            assert await back.fetch("SELECT pg_listening_channels()") == []


async def test_a_job_that_somebody_takes_wakes_nobody_else(ledger: Ledger, url: str) -> None:
    heard: list[str] = []
    place = _place(sa.make_url(url))
    async with asyncpg.create_pool(**place, min_size=1, max_size=2) as pool, QuietDriver(pool) as driver:
        queries = Queries(driver)
        await driver.add_listener(queries.qbe.settings.channel, lambda payload: heard.append(str(payload)))
        await receive(ledger, 1)
        await eventually(lambda: len(heard) == 1, "a job came")
        await pool.execute("UPDATE pgqueuer SET status = 'picked', heartbeat = now()")
        await announce(queries)
        await eventually(lambda: len(heard) == 2, "what is announced in so many words is heard")
    operations = [json.loads(payload)["operation"] for payload in heard]
    assert operations == ["insert", "insert"]


async def test_a_worker_knows_when_the_next_job_may_be_taken(ledger: Ledger, url: str) -> None:
    place = _place(sa.make_url(url))
    async with asyncpg.create_pool(**place, min_size=1, max_size=2) as pool, QuietDriver(pool) as driver:
        work = tracks.reading(ledger, ["acme"], _nothing, 8)
        manager = QueueLoop(work, ledger, Queries(driver), LEASE, LOOK)._manager
        assert await manager._effective_dequeue_timeout(LOOK) == LOOK
        await receive(ledger, 1)
        assert await manager._effective_dequeue_timeout(LOOK) == manager.min_dequeue_poll_interval
        await pool.execute("UPDATE pgqueuer SET execute_after = now() + interval '3 seconds'")
        assert dt.timedelta(seconds=1) < await manager._effective_dequeue_timeout(LOOK) <= dt.timedelta(seconds=3)
        await pool.execute("UPDATE pgqueuer SET status = 'picked'")
        assert await manager._effective_dequeue_timeout(LOOK) == LOOK


async def test_a_worker_asks_once_for_the_jobs_that_there_are(ledger: Ledger, url: str) -> None:
    asked: list[str] = []
    place = _place(sa.make_url(url))
    async with asyncpg.create_pool(**place, min_size=1, max_size=2) as pool, QuietDriver(pool) as driver:
        manager = GatedManager(driver, tracks.reading(ledger, ["acme"], _nothing, 8))
        manager.entrypoint("reading acme")(_nothing)
        await receive(ledger, 3)
        fetch = driver.fetch

        async def noted(query: str, *values: Any) -> list[dict[str, Any]]:
            asked.append(query)
            return await fetch(query, *values)

        driver.fetch = noted  # type: ignore[method-assign]
        assert len([job async for job in manager.fetch_jobs(10, None, LEASE)]) == 3
        assert len(asked) == 1
        assert await manager._effective_dequeue_timeout(LOOK) == dt.timedelta(0), "there may be more by now"
        assert len(asked) == 1
        assert [job async for job in manager.fetch_jobs(10, None, LEASE)] == []
        assert await manager._effective_dequeue_timeout(LOOK) == LOOK
        assert len(asked) == 3
        await receive(ledger, 4, account="acme", priority=Priority.BATCH)
        assert len([job async for job in manager.fetch_jobs(2, None, LEASE)]) == 4, "whole batches: asked again"


def test_what_is_overridden_of_pgqueuer_is_still_there() -> None:
    for base, mine, name in (
        (QueueManager, GatedManager, "_effective_dequeue_timeout"),
        (QueueManager, GatedManager, "entrypoints_below_capacity_limits"),
        (Queries, _Looks, "dequeue"),
    ):
        wanted = inspect.signature(getattr(base, name)).parameters.keys()
        assert inspect.signature(getattr(mine, name)).parameters.keys() == wanted


async def _nothing(_: Bill) -> None:
    """A step that is never run."""


async def test_the_lease_is_the_settings(ledger: Ledger) -> None:
    async with open_engine(ledger, dt.timedelta(seconds=7)) as engine:
        assert isinstance(engine, OnPostgres)
        assert engine._lease == dt.timedelta(seconds=7)


async def test_two_workers_share_the_bills_and_run_each_once(ledger: Ledger, url: str) -> None:
    async with Worker.start(url, step_seconds=0.1) as one, Worker.start(url, step_seconds=0.1) as two:
        await receive(ledger, 60)
        await until_done(ledger)
        assert set(await done_by(ledger)) == {one.process.pid, two.process.pid}
        assert set(Counter(one.began + two.began).values()) == {1}
    assert await count(ledger, "pgqueuer") == 0


async def test_a_killed_workers_bills_are_taken_up_by_another(ledger: Ledger, url: str) -> None:
    await receive(ledger, 20)
    async with Worker.start(url, step_seconds=60) as one:
        await one.has_begun(4)
        one.process.kill()
        async with Worker.start(url) as two:
            await until_done(ledger)
            assert set(await done_by(ledger)) == {two.process.pid}


async def test_a_worker_that_stopped_past_its_lease_and_comes_back_repeats_nothing(ledger: Ledger, url: str) -> None:
    await receive(ledger, 12)
    async with Worker.start(url, step_seconds=0.5) as one:
        await one.has_begun(8)
        one.process.send_signal(signal.SIGSTOP)
        async with Worker.start(url) as two:
            await until_done(ledger)
            first = dict(await done_by(ledger))
            one.process.send_signal(signal.SIGCONT)
            more = await receive_until_it_works(ledger, one)
            after = await done_by(ledger)
    assert first.get(two.process.pid, 0) >= 8, "what the stopped one had begun was done by the other"
    assert sum(after.values()) == 12 + more


async def receive_until_it_works(ledger: Ledger, worker: Worker) -> int:
    """How many bills more until this worker began on one, all of which are done."""
    before, more = len(worker.began), 0
    async with asyncio.timeout(30):
        while len(worker.began) == before:
            sha256 = f"{900 + (more := more + 1):064x}"
            new = NewArrival(account="acme", source="smtp", name="b.pdf", priority=Priority.SMTP, sha256=sha256)
            await ledger.receive([new])
            await until_done(ledger)
    return more


async def test_rows_that_lost_their_jobs_get_new_ones(ledger: Ledger) -> None:
    ids = await receive(ledger, 5)
    parsed = await ledger.bill(ids[0])
    assert parsed
    sent = NewDelivery(event="new_bill", target="file", payload={}, final=True)
    await ledger.change(parsed, "reconciled", values={"step": Step.RECONCILED, "wake_at": None}, send=[sent])
    later = await ledger.bill(ids[1])
    assert later
    await ledger.change(later, "waits", values={"wake_at": ledger.clock() + dt.timedelta(hours=1)})
    await execute(ledger, "DELETE FROM pgqueuer")
    async with OnPostgres.open(ledger, **TIMES) as engine:
        engine.loop(tracks.reading(ledger, ["acme"], _never, 4))
        engine.loop(tracks.deliveries(ledger, ["acme"], _never, 4))
        [reconciler] = engine.upkeep()
        assert isinstance(reconciler, Reconciler)
        assert await reconciler.reconcile() == 4, (
            "three bills that are due and a delivery; what is not due costs nothing"
        )
        assert await reconciler.reconcile() == 0
    assert await count(ledger, "pgqueuer") == 4


async def _never(_: Any) -> None:
    raise AssertionError("not called")


async def test_the_reconciler_leaves_alone_what_is_running(ledger: Ledger) -> None:
    """Between its changes a step's bill is due and has no job of that version: the one that runs carries it."""
    await receive(ledger, 1)
    found: list[int] = []

    async def step(bill: Bill) -> None:
        bill = await ledger.change(bill, "begun", values={"wake_at": ledger.clock()})
        found.append(await reconciler.reconcile())
        await ledger.change(bill, "done", values={"step": Step.DELIVERED, "wake_at": None})

    async with OnPostgres.open(ledger, **TIMES) as engine:
        loop = engine.loop(tracks.reading(ledger, ["acme"], step, 4))
        [reconciler] = engine.upkeep()
        assert isinstance(reconciler, Reconciler)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(loop.run())
            await until_done(ledger)
            await loop.stop(1)
    assert found == [0]


async def test_the_queue_keeps_no_log(ledger: Ledger) -> None:
    """PgQueuer notes three lines for each job, reads none of them, and removes none."""
    await receive(ledger, 3)
    assert await count(ledger, "pgqueuer") == 3
    assert await count(ledger, "pgqueuer_log") == 0


async def test_a_queue_of_an_older_version_is_adapted_once(ledger: Ledger, url: str) -> None:
    """It kept a log, and a job for whatever waits."""
    await receive(ledger, 2)
    await execute(ledger, f"DROP TRIGGER {NO_LOG} ON pgqueuer_log")
    await execute(
        ledger, "INSERT INTO pgqueuer_log (job_id, status, priority, entrypoint) VALUES (1, 'queued', 0, 'a')"
    )
    await execute(ledger, "UPDATE pgqueuer SET execute_after = now() + interval '1 hour' WHERE dedupe_key LIKE '% 1'")
    for _ in range(2):
        async with await Ledger.open(url):
            assert await count(ledger, "pgqueuer") == 0
            assert await count(ledger, "pgqueuer_log") == 0
        await execute(
            ledger, "INSERT INTO pgqueuer_log (job_id, status, priority, entrypoint) VALUES (1, 'queued', 0, 'a')"
        )


async def test_what_an_older_version_left_in_its_queue_is_read(ledger: Ledger) -> None:
    await receive(ledger, 3)
    await execute(ledger, "UPDATE pgqueuer SET entrypoint = 'reading'")

    async def step(bill: Bill) -> None:
        await ledger.change(bill, "done", values={"step": Step.DELIVERED, "wake_at": None})

    async with (
        OnPostgres.open(ledger, **TIMES) as engine,
        running(engine.loop(tracks.reading(ledger, ["acme"], step, 4))),
    ):
        await until_done(ledger)


async def test_bills_in_work_are_those_of_all_workers_together(ledger: Ledger) -> None:
    await receive(ledger, 12)
    at_work: set[str] = set()

    async def step(bill: Bill) -> None:
        at_work.add(bill.id)
        most.append(len(at_work))
        await asyncio.sleep(0.05)
        await ledger.change(bill, "done", values={"step": Step.DELIVERED, "wake_at": None})
        at_work.remove(bill.id)

    most: list[int] = []
    async with OnPostgres.open(ledger, **TIMES) as one, OnPostgres.open(ledger, **TIMES) as other:
        loops = [engine.loop(tracks.reading(ledger, ["acme"], step, 8, {"acme": 3})) for engine in (one, other)]
        async with running(*loops):
            await until_done(ledger)
    assert max(most) == 3


async def test_what_is_due_later_has_no_job_until_shortly_before(ledger: Ledger) -> None:
    """A hundred thousand waiting bills stand in nobody's way; what is due soon gets its job in time, and once."""
    ids = await receive(ledger, 4)
    await execute(ledger, "DELETE FROM pgqueuer")
    far, soon = SOON * 2, SOON * 0.8
    for bill_id, after in zip(ids, (far, far, soon, dt.timedelta(0)), strict=True):
        bill = await ledger.bill(bill_id)
        assert bill
        await ledger.change(bill, "waits", values={"wake_at": ledger.clock() + after})
    assert await keys(ledger) == {f"{ids[2]} 2", f"{ids[3]} 2"}
    async with OnPostgres.open(ledger, **TIMES) as engine:
        engine.loop(tracks.reading(ledger, ["acme"], _never, 4))
        [reconciler] = engine.upkeep()
        assert isinstance(reconciler, Reconciler)
        assert await reconciler.announce() == 0
        await execute(ledger, f"UPDATE bills SET wake_at = now() + interval '5 seconds' WHERE id = '{ids[0]}'")
        assert await reconciler.announce() == 1
        assert await reconciler.announce() == 0
        assert await reconciler.reconcile() == 0
    assert await keys(ledger) == {f"{ids[0]} 2", f"{ids[2]} 2", f"{ids[3]} 2"}


async def keys(ledger: Ledger) -> set[str]:
    async with ledger.engine.connect() as connection:
        return set((await connection.execute(sa.text("SELECT dedupe_key FROM pgqueuer"))).scalars())


async def test_rows_asked_for_at_the_same_time_are_read_together() -> None:
    asked: list[list[str]] = []
    answer = asyncio.Event()

    async def read(wanted: Sequence[str]) -> dict[str, str]:
        asked.append(list(wanted))
        await answer.wait()
        if "bad" in wanted:
            raise LedgerBusy("as planned")
        return {key: key.upper() for key in wanted if key != "gone"}

    reader = GroupReader(read)
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        first = tasks.create_task(reader.get("a"))
        await eventually(lambda: asked)
        others = [tasks.create_task(reader.get(key)) for key in ("a", "b", "gone", "b")]
        given_up = tasks.create_task(reader.get("c"))
        await asyncio.sleep(0)
        given_up.cancel()
        answer.set()
    assert [first.result(), *(one.result() for one in others)] == ["A", "A", "B", None, "B"]
    assert asked == [["a"], ["a", "b", "c", "gone"]]
    with pytest.raises(LedgerBusy):
        await reader.get("bad")
    assert await reader.get("d") == "D"


async def test_a_bill_and_its_job_are_written_together_or_not_at_all(ledger: Ledger) -> None:
    [bill_id] = await receive(ledger, 1)
    bill = await ledger.bill(bill_id)
    assert bill
    await execute(ledger, "ALTER TABLE pgqueuer ADD CONSTRAINT no_more CHECK (false) NOT VALID")
    with pytest.raises(sa.exc.IntegrityError):
        await ledger.change(bill, "parsed", values={"step": Step.PARSED})
    after = await ledger.bill(bill_id)
    assert after == bill
    assert await count(ledger, "pgqueuer", f"dedupe_key = '{bill_id} 1'") == 1


async def test_a_probe_that_is_sent_before_anybody_listens_ends_no_worker(ledger: Ledger) -> None:
    """PgQueuer does so at its start."""
    async with OnPostgres.open(ledger, **TIMES) as engine, asyncio.timeout(20):
        manager = QueueLoop(
            tracks.reading(ledger, ["acme"], _never, 4), ledger, engine._queries, *TIMES.values()
        )._manager
        probing = asyncio.create_task(manager.listener_healthy(dt.timedelta(seconds=1)))
        await eventually(lambda: manager.pending_health_check)
        first = set(manager.pending_health_check)
        await eventually(lambda: not first & set(manager.pending_health_check))

        def hear(text: str | bytes | bytearray) -> None:
            event = HealthCheckEvent.model_validate_json(text)
            if (waiting := manager.pending_health_check.get(event.id)) and not waiting.done():
                waiting.set_result(event)

        await manager.queries.driver.add_listener(manager.channel, hear)
        assert (await probing).id not in first


async def test_only_one_worker_at_a_time_has_the_lock(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.engine.only_one.ASK_SECONDS", 0.05)
    at_work: list[str] = []

    class Sender:
        def __init__(self, name: str) -> None:
            self.name = name
            self._stopped = asyncio.Event()

        def wake(self) -> None: ...

        async def run(self) -> None:
            assert at_work == []
            at_work.append(self.name)
            await self._stopped.wait()
            at_work.remove(self.name)

        async def stop(self, deadline: float) -> None:
            self._stopped.set()

    async with OnPostgres.open(ledger, **TIMES) as engine, asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        loops: Sequence[Any] = [*engine.alone([Sender("a")]), *engine.alone([Sender("b")])]
        assert all(isinstance(loop, OnlyOne) for loop in loops)
        running = [tasks.create_task(loop.run()) for loop in loops]
        await eventually(lambda: at_work)
        [first] = at_work
        one, other = (0, 1) if first == "a" else (1, 0)
        await loops[one].stop(1)
        await running[one]
        await eventually(lambda: at_work)
        assert at_work == ["ab"[other]]
        await loops[other].stop(1)


async def test_workers_end_when_postgresql_restarts_and_nothing_is_lost() -> None:
    server = await asyncio.to_thread(Server.create)
    try:
        url = create_database(server.url)
        async with await Ledger.open(url) as ledger:
            await receive(ledger, 30)
            async with Worker.start(url, step_seconds=0.3) as one:
                await one.has_begun(10)
                await asyncio.to_thread(server.kill)
                with pytest.raises(LedgerBusy):
                    await receive(ledger, 1)
                async with asyncio.timeout(20):
                    assert await one.process.wait() != 0, "the supervisor starts it again"
                await asyncio.to_thread(server.start)
                async with Worker.start(url) as two:
                    await until_done(ledger)
                    assert two.process.pid in await done_by(ledger)
    finally:
        await asyncio.to_thread(server.remove)
