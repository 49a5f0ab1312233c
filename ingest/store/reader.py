"""Questions to the ledger. On SQLite those that wait at the same time go to a thread together, as writes do.

There a question is a plain function on a connection of the thread's own, which sees one state of the whole ledger: to
go through an event loop with each statement costs many times as much as the statement.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest.store.engine import ledger_errors, make_thread_engine

T = TypeVar("T")
Query = sa.Select[Any] | sa.CompoundSelect[Any]


@dataclass(slots=True)
class _Question:
    ask: Callable[[sa.Connection], Any]
    answered: asyncio.Future[Any]
    answer: Any = None
    error: Exception | None = None
    is_over: bool = False

    def run(self, connection: sa.Connection) -> None:
        try:
            with ledger_errors():
                self.answer = self.ask(connection)
        except Exception as error:  # noqa: BLE001 - the caller gets it, and nobody else
            self.error = error
        self.is_over = True

    def tell(self) -> None:
        if self.answered.done():
            return
        if self.error is None:
            self.answered.set_result(self.answer)
        else:
            self.answered.set_exception(self.error)


class Reader:
    """Answers questions; each sees at least what was committed when it was put."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._own = make_thread_engine(engine.url) if engine.dialect.name == "sqlite" else None
        self._thread = ThreadPoolExecutor(1, "ledger-reader")
        self._waiting: list[_Question] = []
        self._asking: asyncio.Future[None] | asyncio.Handle | None = None

    async def stop(self) -> None:
        """Answers what was asked, then ends."""
        while self._asking is not None:
            await asyncio.wait([self._asking]) if isinstance(self._asking, asyncio.Future) else await asyncio.sleep(0)
        self._thread.shutdown()
        if self._own is not None:
            self._own.dispose()

    async def rows(self, query: Query, values: dict[str, Any] | None = None) -> Sequence[sa.Row[Any]]:
        """All rows of one query."""
        if self._own is not None:
            return await self._put(lambda connection: connection.execute(query, values).all())
        with ledger_errors():
            async with self._engine.connect() as connection:
                # one statement needs no transaction: that saves two ways to the server and back
                reading = await connection.execution_options(isolation_level="AUTOCOMMIT")
                return (await reading.execute(query, values)).all()

    async def read(self, ask: Callable[[sa.Connection], T]) -> T:
        """Several queries one after the other; ``ask`` runs on another thread, and changes nothing."""
        if self._own is not None:
            return await self._put(ask)
        with ledger_errors():
            async with self._engine.connect() as connection:
                reading = await connection.execution_options(isolation_level="AUTOCOMMIT")
                return await reading.run_sync(ask)

    async def _put(self, ask: Callable[[sa.Connection], T]) -> T:
        answered: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Question(ask, answered))
        if self._asking is None:  # what is put in the same moment goes along
            self._asking = asyncio.get_running_loop().call_soon(self._next)
        return await answered

    def _next(self) -> None:
        asked, self._waiting = self._waiting, []
        assert self._own is not None  # noqa: S101 - PostgreSQL is asked without a thread
        self._asking = asyncio.get_running_loop().run_in_executor(self._thread, _answer_all, self._own, asked)
        self._asking.add_done_callback(lambda done: self._tell(done, asked))

    def _tell(self, done: "asyncio.Future[None]", asked: Sequence[_Question]) -> None:
        self._asking = None
        done.result()
        if self._waiting:
            self._next()
        for question in asked:
            question.tell()


def _answer_all(engine: sa.Engine, asked: Sequence[_Question]) -> None:
    """In one transaction; where that cannot be had, each caller gets the reason."""
    try:
        with ledger_errors(), engine.connect() as connection:
            reading = connection.execution_options(reading=True)
            for question in asked:
                question.run(reading)
    except Exception as error:  # noqa: BLE001 - whatever it is, each caller gets it
        for question in asked:
            if not question.is_over:
                question.error = error
