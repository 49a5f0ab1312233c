"""A pool of supervised children: each request has its limits, and one that breaks its child costs only itself.

Children are started, never forked; one that crashed, hung or was killed is replaced.
"""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, ClassVar, Self, TypedDict, Unpack

import structlog

from ingest.children import Child, ChildDied, Message
from ingest.errors import Unavailable

_STOPPING = "The service is stopping."

log = structlog.get_logger()


class Limits(TypedDict, total=False):
    """What one request may take of its child; and how many requests a child answers before it is replaced."""

    memory_mb: int
    """Of address space, in all."""
    cpu_seconds: int
    wall_seconds: float
    recycle_after: int


class ChildPool:
    """``size`` children; callers wait for a free one in the order of their priority, the lowest first.

    Calls raise ``Unavailable`` where the request is not to blame: no child can be started, or the pool is being closed.
    """

    COMMAND: ClassVar[Sequence[str]]
    """What a child runs; it serves as ``parsers.serving`` does."""
    SIZE: ClassVar[int] = 1
    LIMITS: ClassVar[Limits]
    """All of them, where the caller names no others."""

    def __init__(self, size: int | None = None, **limits: Unpack[Limits]) -> None:
        self.size = self.SIZE if size is None else size
        self._limits: Limits = {**self.LIMITS, **limits}
        self._turns = _Turns(self.size)
        self._idle: list[Child] = []
        self._busy: set[Child] = set()
        self._endings: set[asyncio.Task[None]] = set()
        self._refills: set[asyncio.Task[None]] = set()
        self._closed = False

    async def start(self) -> None:
        """Starts all children now instead of with the first documents. Raises ``Unavailable`` where that fails."""
        await asyncio.gather(*(self._warm() for _ in range(self.size)))

    async def ask(self, request: Message, priority: int = 0) -> Message:
        """The reply of a child. A child that others killed is no verdict on the request: it gets a second one.

        Raises ``ChildDied`` when the request was too much for its child.
        """
        try:
            return await self._ask_child(request, priority)
        except ChildDied as death:
            if not death.by_others:
                raise
            return await self._ask_child(request, priority)

    async def close(self) -> None:
        """Ends all children and waits for their end; calls that are under way or wait get ``Unavailable``."""
        if self._closed:
            return
        self._closed = True
        self._turns.close()
        for refill in self._refills:
            refill.cancel()
        for child in self._busy:
            child.kill()
        for _ in range(self.size):
            await self._turns.take(0)  # until every call has let go
        for child in self._idle:
            self._spawn(child.end(), self._endings)
        self._idle.clear()
        await asyncio.gather(*self._refills, return_exceptions=True)
        await asyncio.gather(*self._endings)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def _ask_child(self, request: Message, priority: int) -> Message:
        async with self._child(priority) as child:
            try:
                return await child.ask(request, self._limits["wall_seconds"])
            except ChildDied:
                if self._closed:
                    raise Unavailable(_STOPPING) from None
                raise

    @asynccontextmanager
    async def _child(self, priority: int) -> AsyncIterator[Child]:
        if self._closed:
            raise Unavailable(_STOPPING)
        await self._turns.take(priority)
        child = None
        try:
            child = self._next_idle() or await self._start_child()
            self._busy.add(child)
            yield child
        finally:
            self._put_back(child)

    def _put_back(self, child: Child | None) -> None:
        """Gives the turn on; where the child cannot go on, only when there is another one in its place."""
        if child is not None:
            self._busy.discard(child)
            if child.usable and child.served < self._limits["recycle_after"] and not self._closed:
                self._idle.append(child)
            else:
                self._spawn(child.end(), self._endings)
                if not self._closed:
                    # Not in the task itself: one that is cancelled at once never runs.
                    self._spawn(self._refill(), self._refills).add_done_callback(lambda _: self._turns.give())
                    return
        self._turns.give()

    async def _refill(self) -> None:
        try:
            self._idle.append(await self._start_child())
        except Unavailable as error:
            log.warning("a child could not be replaced", error=str(error))

    async def _start_child(self) -> Child:
        """One that others killed while it started is no verdict on the machine: there is a second one."""
        try:
            return await self._start_one()
        except Unavailable as error:
            death = error.__cause__
            if not (isinstance(death, ChildDied) and death.by_others):
                raise
        return await self._start_one()

    async def _start_one(self) -> Child:
        return await Child.start(self.COMMAND, self._limits["memory_mb"], self._limits["cpu_seconds"])

    async def _warm(self) -> None:
        async with self._child(0):
            pass

    def _next_idle(self) -> Child | None:
        while self._idle:
            child = self._idle.pop()
            if child.usable:
                return child
            self._spawn(child.end(), self._endings)  # it was killed while nobody used it
        return None

    @staticmethod
    def _spawn(work: Coroutine[Any, Any, None], tasks: set[asyncio.Task[None]]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return task


class _Turns:
    """A semaphore whose waiters come by priority, the lowest first, and then in the order of their coming."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    async def take(self, priority: int) -> None:
        if self._free:
            self._free -= 1
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (priority, next(self._order), waiter))
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.give()  # the turn came in the moment of the cancellation
            raise

    def give(self) -> None:
        while self._waiting:
            _, _, waiter = heapq.heappop(self._waiting)
            if not waiter.done():
                waiter.set_result(None)
                return
        self._free += 1

    def close(self) -> None:
        for _, _, waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(Unavailable(_STOPPING))
        self._waiting.clear()
