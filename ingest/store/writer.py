"""Many small writes, one commit, one fsync; each caller goes on only after the commit that holds its write."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ingest.store.engine import ledger_errors

MOST_IN_ONE_COMMIT = 64

T = TypeVar("T")


@dataclass(slots=True)
class _Job:
    work: Callable[[AsyncConnection], Awaitable[Any]]
    done: asyncio.Future[Any]


class GroupWriter:
    """Runs writes in order, as many as wait in one transaction. A write that fails undoes only itself,
    unless the database itself fails: then all writes of that transaction fail with it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._waiting: asyncio.Queue[_Job] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to take writes."""
        self._task = asyncio.create_task(self._run(), name="ledger-writer")

    async def stop(self) -> None:
        """Finishes what waits, then ends."""
        if self._task is not None:
            await self._waiting.join()
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Runs ``work`` inside a transaction and returns its result once that is committed.

        A caller that is cancelled does not undo the write: it is in the ledger or not, as a whole.
        """
        if self._task is None or self._task.done():
            raise RuntimeError("the ledger is closed")
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        await self._waiting.put(_Job(work, done))
        return await done

    async def _run(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < MOST_IN_ONE_COMMIT and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            try:
                await self._commit([job for job in batch if not job.done.cancelled()])
            finally:
                for _ in batch:
                    self._waiting.task_done()

    async def _commit(self, batch: list[_Job]) -> None:
        outcomes: list[_Outcome] = []
        try:
            with ledger_errors():
                async with self._engine.begin() as connection:
                    for job in batch:
                        outcomes.append(await _attempt(connection, job))  # noqa: PERF401 - in order, one by one
        except Exception as error:  # noqa: BLE001 - whatever it is, each waiting caller gets it
            outcomes = [_Outcome(job, None, error) for job in batch]
        for outcome in outcomes:
            outcome.tell()


@dataclass(slots=True)
class _Outcome:
    job: _Job
    result: Any
    error: Exception | None

    def tell(self) -> None:
        if self.job.done.done():
            return
        if self.error is None:
            self.job.done.set_result(self.result)
        else:
            self.job.done.set_exception(self.error)


async def _attempt(connection: AsyncConnection, job: _Job) -> _Outcome:
    """One write in a savepoint. Raises what the database says: it may have given up the whole transaction by then."""
    savepoint = await connection.begin_nested()
    try:
        result = await job.work(connection)
    except Exception as error:
        if isinstance(error, sa.exc.DBAPIError) and not isinstance(error, sa.exc.IntegrityError):
            raise
        await savepoint.rollback()
        return _Outcome(job, None, error)
    await savepoint.commit()
    return _Outcome(job, result, None)
