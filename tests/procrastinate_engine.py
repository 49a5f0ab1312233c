"""The engine once more, on Procrastinate instead of PgQueuer: the way out, should that lose its maintainer.

Jobs are written in the same transactions, and what is done with one is the same (``QueueLoop``). What differs:

- Its jobs are unique while they wait, not while they run: the statement that writes them looks, and if one was fetched
  just then, the second waits (``lock``) until the first is done.
- A queue's limit holds for one worker process, not for all together: Procrastinate has locks, and no limits.
- The jobs of a dead worker are taken up only by a task of one's own (``Rescue``).
- Jobs of a queue that is closed are fetched, and put back for a while.
"""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from pgqueuer.domain.errors import RetryRequested
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job as TakenJob
from psycopg.conninfo import make_conninfo

from ingest.engine import jobs
from ingest.engine.jobs import Job
from ingest.engine.on_postgres import QueueLoop, Reconciler
from ingest.engine.work import Loop, Work
from ingest.store.ledger import Ledger

TASK = "wake"
CLOSED = dt.timedelta(seconds=0.2)
_ENQUEUE = """
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
SELECT queue, 'wake', priority, name, name, '{}', now() + delay
FROM unnest($1::text[], $2::int[], $3::text[], $4::interval[]) AS t (queue, priority, name, delay)
WHERE NOT EXISTS (SELECT FROM procrastinate_jobs WHERE status = 'doing' AND queueing_lock = name)
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""


def submit(connection: sa.Connection, wanted: Sequence[Job], at: dt.datetime) -> None:
    """In place of ``ingest.engine.jobs.submit``."""
    some = [job for job in wanted if job.wake_at - at <= jobs.SOON]
    if some:
        columns = zip(*((job.queue, -job.priority, job.name, job.wake_at - at) for job in some), strict=True)
        connection.exec_driver_sql(_ENQUEUE, tuple(map(list, columns)))


class AsAsked(BaseRetryStrategy):
    """A job that asks for it comes again."""

    def get_retry_decision(self, *, exception: BaseException, job: TakenJob) -> RetryDecision | None:
        del job
        if not isinstance(exception, RetryRequested):
            return None
        return RetryDecision(retry_in={"microseconds": exception.delay // dt.timedelta(microseconds=1)})


class ProcrastinateLoop(QueueLoop):
    """Runs one kind of work, with a worker for each queue that has a limit."""

    def __init__(self, work: Work[Any], ledger: Ledger, connector: PsycopgConnector, look: dt.timedelta) -> None:
        self.name = work.name
        self._work = work
        self._ledger = ledger
        self._look = look
        self._running: set[asyncio.Task[Any]] = set()
        self._stopping = self._ending = False
        self._manager: Any = SimpleNamespace(shutdown=asyncio.Event())
        self._app = App(connector=connector)
        self._app.task(self._wake, name=TASK, pass_context=True, retry=AsAsked())

    async def run(self) -> None:
        """Until ``stop``."""
        async with asyncio.TaskGroup() as tasks:
            workers = [tasks.create_task(self._worker(queue, most)) for queue, most in self._work.queues.items()]
            await self._manager.shutdown.wait()
            for worker in workers:
                worker.cancel()

    async def _worker(self, queue: str, most: int) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await self._app.run_worker_async(
                queues=[queue], concurrency=most or self._work.limit, install_signal_handlers=False,
                delete_jobs="always", fetch_job_polling_interval=self._look.total_seconds(),
            )  # fmt: skip

    async def _wake(self, context: JobContext) -> None:
        job = context.job
        if not self._work.is_open(job.queue):
            raise RetryRequested(delay=CLOSED)
        await self._take(SimpleNamespace(id=job.id, attempts=job.attempts, payload=(job.queueing_lock or "").encode()))


class Rescue:
    """Puts back the jobs of workers that are dead."""

    name = "rescuing"

    def __init__(self, connector: PsycopgConnector, lease: dt.timedelta, look: dt.timedelta) -> None:
        self._jobs = App(connector=connector).job_manager
        self._lease = lease
        self._look = look
        self._stopped = asyncio.Event()

    def wake(self) -> None:
        """It keeps its own time."""

    async def run(self) -> None:
        """Until ``stop``."""
        while not self._stopped.is_set():
            for job in await self._jobs.get_stalled_jobs(seconds_since_heartbeat=self._lease.total_seconds()):
                await self._jobs.retry_job(job)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._look.total_seconds()):
                    await self._stopped.wait()

    async def stop(self, deadline: float) -> None:
        """Ends the pause."""
        del deadline
        self._stopped.set()


class OnProcrastinate:
    """Makes loops."""

    def __init__(self, ledger: Ledger, connector: PsycopgConnector, *, lease: dt.timedelta, look: dt.timedelta) -> None:
        self._ledger = ledger
        self._connector = connector
        self._lease = lease
        self._look = look
        self._works: list[Work[Any]] = []

    @classmethod
    @asynccontextmanager
    async def open(cls, ledger: Ledger, *, lease: dt.timedelta, look: dt.timedelta) -> "AsyncIterator[OnProcrastinate]":
        """Makes Procrastinate's tables; from here on the ledger writes its jobs there."""
        url = ledger.engine.url
        place = make_conninfo(host=url.host, port=url.port, user=url.username, dbname=url.database)
        app = App(connector=PsycopgConnector(conninfo=place, min_size=1, max_size=12))
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("ingest.store.ending.submit", submit)
            async with app.open_async():
                await app.schema_manager.apply_schema_async()
                yield cls(ledger, app.connector, lease=lease, look=look)  # type: ignore[arg-type]

    def loop(self, work: Work[Any]) -> Loop:
        """Takes jobs."""
        self._works.append(work)
        return ProcrastinateLoop(work, self._ledger, self._connector, self._look)

    def alone(self, loops: Sequence[Loop]) -> Sequence[Loop]:
        """The lock is PostgreSQL's, and no engine's; here there is one worker."""
        return loops

    def upkeep(self) -> Sequence[Loop]:
        """What finds rows without a job, and jobs without a worker."""
        return [Reconciler(self._works, self._ledger), Rescue(self._connector, self._lease, self._look)]
