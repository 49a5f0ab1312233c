"""Writes to the ledger, grouped: many changes, one commit, one fsync; each caller returns only after it.

A write is a plain function of a connection, or one of many items that one function writes. Files that its rows speak of
come into their places inside the transaction, those of all writes together: where the database is out of reach, none of
them has moved. On SQLite a whole group runs on one thread with a connection of its own: to go through an event loop
with each statement costs ten times as much as the statement.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest.store import ending
from ingest.store.engine import ledger_errors, make_thread_engine, sqlstate
from ingest.store.written import Keepable, keep_all

MOST_IN_ONE_COMMIT = 64
CROSSED = {"40P01", "40001"}
"""SQLSTATE of a deadlock and its like: one of the two transactions begins anew."""
MOST_TURNS = 5

T = TypeVar("T")
Item = TypeVar("Item")
Operation = Callable[[sa.Connection, Sequence[Item]], Sequence[T]]
"""Writes some items of one kind, and has a result for each of them. Raises when one of them cannot be written."""


@dataclass(slots=True)
class _Job:
    run: "Operation[Any, Any]"
    item: Any
    files: Sequence[Keepable]
    done: asyncio.Future[Any]


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


class GroupWriter:
    """Runs writes in order, as many as wait in one transaction. A write that fails undoes only itself,
    unless the database itself fails: then all writes of that transaction fail with it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._own = make_thread_engine(engine.url) if engine.dialect.name == "sqlite" else None
        self._thread = ThreadPoolExecutor(1, "ledger-writer")
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
        self._thread.shutdown()
        if self._own is not None:
            self._own.dispose()

    async def write(self, work: Callable[[sa.Connection], T], files: Sequence[Keepable] = ()) -> T:
        """Runs ``work`` inside a transaction and returns its result once that is committed; ``files`` are kept in
        it. Where that fails, nothing is written.

        ``work`` may run twice, the first time undone, and on another thread. A caller that is cancelled does not undo
        the write: it is in the ledger or not, as a whole.
        """
        result: T = await self._put(_each, work, files)
        return result

    async def write_alike(self, run: Operation[Item, T], item: Item) -> T:
        """The same with a write that is done for many at once: ``run`` gets all items of its own that wait."""
        result: T = await self._put(run, item)
        return result

    async def _put(self, run: Operation[Any, Any], item: Any, files: Sequence[Keepable] = ()) -> Any:
        if self._task is None or self._task.done():
            raise RuntimeError("the ledger is closed")
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait(_Job(run, item, files, done))
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

    async def _commit(self, batch: Sequence[_Job]) -> None:
        try:
            with ledger_errors():
                outcomes = await self._outcomes(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, each waiting caller gets it
            outcomes = [_Outcome(job, None, error) for job in batch]
        for outcome in outcomes:
            outcome.tell()

    async def _outcomes(self, batch: Sequence[_Job]) -> list[_Outcome]:
        """Where another process changes the same rows in another order, one by one: what holds few rows crosses few."""
        try:
            return await self._as_a_group(batch)
        except sa.exc.DBAPIError as error:
            if not _is_crossed(error):
                raise
        return [outcome for job in batch for outcome in await self._alone(job)]

    async def _as_a_group(self, batch: Sequence[_Job]) -> list[_Outcome]:
        outcomes = await self._in_one_transaction(_together, batch)
        if outcomes is None:
            outcomes = await self._in_one_transaction(_apart, batch)
        return outcomes or []

    async def _alone(self, job: _Job) -> list[_Outcome]:
        for turn in range(1, MOST_TURNS):
            try:
                return await self._as_a_group([job])
            except sa.exc.DBAPIError as error:
                if not _is_crossed(error):
                    raise
                await asyncio.sleep(random.uniform(0, 0.1 * turn))  # noqa: S311 - who waits longer matters to nobody
        return await self._as_a_group([job])

    async def _in_one_transaction(
        self, run: Callable[[sa.Connection, Sequence[_Job]], list[_Outcome] | None], batch: Sequence[_Job]
    ) -> list[_Outcome] | None:
        in_thread = asyncio.get_running_loop().run_in_executor
        if self._own is not None:
            return await in_thread(self._thread, _begun, self._own, run, batch)
        async with self._engine.connect() as connection:
            transaction = await connection.begin()
            able, failed = batch, list[_Outcome]()
            if any(job.files for job in batch):
                able, failed = await in_thread(self._thread, _with_their_files, batch)
            outcomes = await connection.run_sync(run, able)
            await (transaction.rollback() if outcomes is None else transaction.commit())
            return None if outcomes is None else failed + outcomes


def _begun(
    engine: sa.Engine,
    run: Callable[[sa.Connection, Sequence[_Job]], list[_Outcome] | None],
    batch: Sequence[_Job],
) -> list[_Outcome] | None:
    with engine.connect() as connection:
        transaction = connection.begin()
        able, failed = _with_their_files(batch)
        outcomes = run(connection, able)
        if outcomes is None:
            transaction.rollback()
            return None
        transaction.commit()
        return failed + outcomes


def _with_their_files(batch: Sequence[_Job]) -> tuple[list[_Job], list[_Outcome]]:
    """The writes whose files are in their places, and what became of the others. Blocks."""
    failures = keep_all([job.files for job in batch])
    able = [job for job, failure in zip(batch, failures, strict=True) if failure is None]
    failed = [_Outcome(job, None, failure) for job, failure in zip(batch, failures, strict=True) if failure is not None]
    return able, failed


def _together(connection: sa.Connection, batch: Sequence[_Job]) -> list[_Outcome] | None:
    """All writes, those of one kind at once; None when one failed, so that all are to be undone and tried apart."""
    alike: dict[Operation[Any, Any], list[_Job]] = {}
    for job in batch:
        alike.setdefault(job.run, []).append(job)
    ending.begin(connection)
    try:
        outcomes = [each for run, jobs in alike.items() for each in _written(connection, run, jobs)]
        ending.write(connection)
    except Exception as error:
        if _is_of_the_database(error) or len(batch) == 1:
            raise
        return None
    return outcomes


def _written(connection: sa.Connection, run: Operation[Any, Any], jobs: Sequence[_Job]) -> list[_Outcome]:
    results = run(connection, [job.item for job in jobs])
    return [_Outcome(job, result, None) for job, result in zip(jobs, results, strict=True)]


def _each(connection: sa.Connection, works: Sequence[Callable[[sa.Connection], Any]]) -> list[Any]:
    return [work(connection) for work in works]


def _apart(connection: sa.Connection, batch: Sequence[_Job]) -> list[_Outcome]:
    """Each write in a savepoint. Raises what the database says: it may have given up the whole transaction by then."""
    outcomes = []
    for job in batch:
        savepoint = connection.begin_nested()
        ending.begin(connection)
        try:
            [outcome] = _written(connection, job.run, [job])
            ending.write(connection)
        except Exception as error:
            if _is_of_the_database(error):
                raise
            savepoint.rollback()
            outcomes.append(_Outcome(job, None, error))
        else:
            savepoint.commit()
            outcomes.append(outcome)
    return outcomes


def _is_crossed(error: sa.exc.DBAPIError) -> bool:
    return sqlstate(error.orig or error) in CROSSED


def _is_of_the_database(error: Exception) -> bool:
    return isinstance(error, sa.exc.DBAPIError) and not isinstance(error, sa.exc.IntegrityError)
