"""The engine of a ledger in PostgreSQL: PgQueuer wakes any number of workers, and takes up what a dead one left.

A job names a row and its version. Whoever gets it reads the row, and does nothing when that has moved on; every write
is fenced by the version as well, so that a worker that was thought dead and comes back undoes and repeats nothing.
While a step runs, its job is leased: heartbeats keep the lease, and a worker that sends none for ``LEASE`` loses it.
"""

import asyncio
import contextlib
import datetime as dt
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import sqlalchemy as sa
import structlog
from pgqueuer.domain.errors import FailingListenerError, RetryRequested
from pgqueuer.domain.models import Job as TakenJob
from pgqueuer.queries import Queries

from ingest.engine.jobs import SOON, Carried, Job, carrying
from ingest.engine.notices import QuietDriver, announce
from ingest.engine.only_one import OnlyOne
from ingest.engine.queue_manager import GatedManager
from ingest.engine.wakeups import Span
from ingest.engine.work import HOLD_SECONDS, Loop, Work
from ingest.errors import IngestError, LedgerBusy, StaleVersion
from ingest.store.engine import connection_options, ledger_errors
from ingest.store.ledger import Ledger

LEASE = dt.timedelta(seconds=30)
LOOK = dt.timedelta(seconds=5)
"""How often a worker looks for jobs that nobody announces: those of dead workers. With the lease, below 45 s."""
MOST_AT_A_TIME = 10
RECONCILE_SECONDS = 60.0
SOON_SECONDS = SOON.total_seconds() / 4
"""How often rows are looked for that become due within ``SOON``: one look may fail, and the next is in time."""
MOST_LOST = 500
CONNECTIONS = 6

log = structlog.get_logger()


class OnPostgres:
    """Makes loops; ``lease`` and ``look`` are for tests that cannot wait so long."""

    def __init__(self, ledger: Ledger, pool: "asyncpg.Pool[Any]", *, lease: dt.timedelta, look: dt.timedelta) -> None:
        self._ledger = ledger
        self._queries = Queries(QuietDriver(pool))
        self._lease = lease
        self._look = look
        self._works: list[Work[Any]] = []

    @classmethod
    @asynccontextmanager
    async def open(
        cls, ledger: Ledger, *, lease: dt.timedelta = LEASE, look: dt.timedelta = LOOK
    ) -> "AsyncIterator[OnPostgres]":
        """Connects beside the ledger. Raises LedgerBusy when there is no PostgreSQL."""
        with ledger_errors():
            place = _place(ledger.engine.url)
            pool = await asyncpg.create_pool(**place, min_size=2, max_size=CONNECTIONS, reset=_nothing_to_reset)
        try:
            yield cls(ledger, pool, lease=lease, look=look)
        finally:
            try:
                async with asyncio.timeout(LOOK.total_seconds()):
                    await pool.close()
            except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                pool.terminate()

    def loop(self, work: Work[Any]) -> Loop:
        """Takes jobs."""
        self._works.append(work)
        return QueueLoop(work, self._ledger, self._queries, self._lease, self._look)

    def alone(self, loops: Sequence[Loop]) -> Sequence[Loop]:
        """In the worker that holds a lock of the database's."""
        return [OnlyOne(loops, _place(self._ledger.engine.url))] if loops else ()

    def upkeep(self) -> Sequence[Loop]:
        """What finds rows without a job."""
        return [Reconciler(self._works, self._ledger)]


class QueueLoop:
    """Runs one kind of work on the jobs that PgQueuer hands out."""

    def __init__(
        self, work: Work[Any], ledger: Ledger, queries: Queries, lease: dt.timedelta, look: dt.timedelta
    ) -> None:
        self.name = work.name
        self._work = work
        self._ledger = ledger
        self._lease = lease
        self._look = look
        self._running: set[asyncio.Task[Any]] = set()
        self._stopping = False
        self._ending = False
        self._put_back = False
        self._queries = queries
        self._manager = GatedManager(queries.driver, work)
        for queue, most in work.queues.items():
            self._manager.entrypoint(queue, concurrency_limit=most, accepts_context=False)(self._take)

    def wake(self) -> None:
        """PostgreSQL tells every worker."""

    async def run(self) -> None:
        """Until ``stop``. Raises LedgerBusy when PostgreSQL is gone: the worker ends and is started again."""
        at_a_time = max(1, min(MOST_AT_A_TIME, self._work.limit // 2))
        try:
            with ledger_errors():
                await self._manager.run(
                    dequeue_timeout=self._look,
                    batch_size=at_a_time,
                    max_concurrent_tasks=max(self._work.limit, 2 * at_a_time),
                    shutdown_on_listener_failure=True,
                    heartbeat_timeout=self._lease,
                    log_aggregation_interval=dt.timedelta(0),
                )
                if self._put_back:
                    await announce(self._queries)
        except FailingListenerError as error:
            raise LedgerBusy("PostgreSQL announces nothing any more") from error

    async def stop(self, deadline: float) -> None:
        """What is not finished in time goes back into the queue."""
        self._stopping = True
        self._manager.shutdown.set()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=deadline)
            self._ending = True
            for task in late:
                task.cancel()

    async def _take(self, taken: TakenJob) -> None:
        """For PgQueuer. What it raises is either RetryRequested, or PgQueuer's own task being cancelled."""
        if self._stopping:
            self._put_back = True
            raise RetryRequested(delay=dt.timedelta(0))
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - it runs in one
        self._running.add(task)
        key, _, version = (taken.payload or b"").decode().partition(" ")
        try:
            with carrying(key) as carried:
                pause = await self._run_one(taken, key, version, carried)
        except asyncio.CancelledError:
            if not self._ending:
                raise
            task.uncancel()
            self._put_back, pause = True, 0.0
        finally:
            self._running.discard(task)
        if pause is not None:
            raise RetryRequested(delay=dt.timedelta(seconds=pause))

    async def _run_one(self, taken: TakenJob, key: str, version: str, carried: Carried) -> float | None:
        """None when the job is done with; else after how many seconds it comes again."""
        item = None
        try:
            item = await self._work.read(key)
            job = item and self._work.job(item)
            if job is None:
                return None
            if job.version != version:
                await self._ledger.wakeups.submit_unless_carried(job, taken.id)
                return None
            early = (job.wake_at - self._ledger.clock()).total_seconds()
            if early > 0:
                return _while_soon(early)
            await self._work.step(item)
        except StaleVersion as error:
            log.debug("another writer was faster", what=self.name, error=str(error))
            return None
        except Exception as error:  # noqa: BLE001 - one item must not stop the others; it is logged and tried again
            return await self._after(error, item, taken, carried)
        return await self._follow_up(version, carried)

    async def _follow_up(self, version: str, carried: Carried) -> float | None:
        """What the step left to be woken: the bill as it was, put off, or a version that has no job yet."""
        owing = carried.owing
        if owing is None:
            return None
        if owing.version == version:
            return _while_soon(max(0.0, (owing.wake_at - self._ledger.clock()).total_seconds()))
        await self._ledger.wakeups.submit([owing])
        return None

    async def _after(self, error: Exception, item: Any, taken: TakenJob, carried: Carried) -> float | None:
        seconds = HOLD_SECONDS[min(taken.attempts, len(HOLD_SECONDS) - 1)]
        owing = carried.owing
        log.warning(
            "a step failed; it is tried again", what=self.name, id=carried.key, error=repr(error),
            after_seconds=seconds, exc_info=None if isinstance(error, IngestError) else error,
        )  # fmt: skip
        try:
            if owing is not None and owing.name.encode() != taken.payload:
                await self._ledger.wakeups.submit([_later(owing, self._ledger.clock(), seconds)])
                return None
            if self._work.hold is not None and item is not None:
                await self._work.hold(item, seconds)
        except IngestError as again:
            log.debug("the ledger is what fails", what=self.name, error=str(again))
        return seconds


class Reconciler:
    """Wakes rows that no job would wake: those that will be due soon, and from time to time whatever is due.

    The second finds what was lost: a row whose job was deleted, that came from another engine, or that became due while
    no worker ran.
    """

    name = "reconciling"

    def __init__(self, works: Sequence[Work[Any]], ledger: Ledger) -> None:
        self._works = works
        self._ledger = ledger
        self._stopped = asyncio.Event()

    def wake(self) -> None:
        """It keeps its own time."""

    async def run(self) -> None:
        """Until ``stop``."""
        loop = asyncio.get_running_loop()
        due_at = loop.time()
        while not self._stopped.is_set():
            try:
                if loop.time() >= due_at:
                    await self.reconcile()
                    due_at = loop.time() + RECONCILE_SECONDS * random.uniform(0.8, 1.2)  # noqa: S311 - workers part
                await self.announce()
            except IngestError as error:
                log.warning("cannot look for bills that nobody wakes; trying again", error=str(error))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SOON_SECONDS * random.uniform(0.8, 1.2)):  # noqa: S311 - as above
                    await self._stopped.wait()

    async def stop(self, deadline: float) -> None:  # noqa: ARG002 - it waits for nothing
        """Ends the pause."""
        self._stopped.set()

    async def reconcile(self) -> int:
        """Whatever is due by now; the number of rows that got a job."""
        found = await self._submit(Span(None, self._ledger.clock()))
        if found:
            log.warning("bills or deliveries had no job and got one", number=found)
        return found

    async def announce(self) -> int:
        """What will be due soon, or has been for a short while; the number of rows that got a job."""
        now = self._ledger.clock()
        return await self._submit(Span(now - SOON, now + SOON))

    async def _submit(self, span: Span) -> int:
        found = 0
        for work in self._works:
            while lost := await work.lost(MOST_LOST, span):
                jobs = [job for job in map(work.job, lost) if job is not None]
                await self._ledger.wakeups.submit(jobs)
                found += len(jobs)
                if len(lost) < MOST_LOST:
                    break
        return found


def _while_soon(seconds: float) -> float | None:
    """What is due only later needs no job until then."""
    return seconds if seconds <= SOON.total_seconds() else None


def _later(job: Job, now: dt.datetime, seconds: float) -> Job:
    return Job(job.queue, job.key, job.version, job.priority, now + dt.timedelta(seconds=seconds))


async def _nothing_to_reset(_: "asyncpg.Connection[Any]") -> None:
    """PgQueuer changes nothing in its sessions; to make sure of that would double the number of statements."""


def _place(url: sa.URL) -> dict[str, Any]:
    """What asyncpg connects with, as SQLAlchemy would."""
    names = {"host": url.host, "port": url.port, "user": url.username, "password": url.password}
    given = {name: value for name, value in names.items() if value is not None}
    return {**given, **url.query, "database": url.database, **connection_options()}
