"""The embedded engine: one loop for all that is due. Nothing waits as a task, and nothing is forgotten by a crash.

What is due is asked of the ledger each time; a claim is an entry of a set in memory, so after a restart every due row
is simply due. That takes one worker for a ledger, which ``sole_worker`` sees to.
"""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic

import structlog

from ingest.engine.work import BETWEEN_LOOKS, HOLD_SECONDS, Due, Loop, T, Work
from ingest.errors import IngestError, StaleVersion

RESCAN_SECONDS = 5.0
log = structlog.get_logger()


class Scheduler(Generic[T]):
    """Runs ``step`` on each due item, at most ``limit`` at the same time, each item once at a time."""

    def __init__(
        self,
        name: str,
        due: Due[T],
        step: Callable[[T], Awaitable[None]],
        *,
        limit: int,
        clock: Callable[[], dt.datetime],
        hold: Callable[[T, float], Awaitable[None]] | None = None,
        claimed: set[str] | None = None,
    ) -> None:
        """``hold`` puts an item off durably, so that many failing ones do not stand before the others. ``claimed`` are
        the items of all schedulers that must not run the same one."""
        self.name = name
        self._due = due
        self._step = step
        self._limit = limit
        self._clock = clock
        self._put_off = hold
        self._busy: dict[str, asyncio.Task[None] | None] = {}
        self._claimed = set() if claimed is None else claimed
        self._errors: dict[str, int] = {}
        self._changed = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Something may be due now."""
        self._changed.set()

    async def run(self) -> None:
        """Until ``stop``. The tasks it starts are its own."""
        async with asyncio.TaskGroup() as tasks:
            while not self._stopping:
                self._changed.clear()
                looked = asyncio.get_running_loop().time()
                upcoming = await self._start_due(tasks)
                await self._rest(upcoming)
                await asyncio.sleep(looked + BETWEEN_LOOKS - asyncio.get_running_loop().time())

    async def stop(self, deadline: float) -> None:
        """Starts nothing more; running steps have ``deadline`` seconds, what is left stays in the ledger."""
        self._stopping = True
        self._changed.set()
        running = [task for task in self._busy.values() if task is not None]
        if running:
            _, late = await asyncio.wait(running, timeout=deadline)
            for task in late:
                task.cancel()

    async def _start_due(self, tasks: asyncio.TaskGroup) -> dt.datetime | None:
        free = self._limit - sum(task is not None for task in self._busy.values())
        if free <= 0:
            return None
        try:
            items, upcoming = await self._due(list(self._claimed), free)
        except IngestError as error:
            log.warning("cannot see what is due; trying again", what=self.name, error=str(error))
            return None
        if self._stopping:
            return None
        for item in items:
            if item.id in self._claimed:
                continue  # since then
            self._claimed.add(item.id)
            self._busy[item.id] = tasks.create_task(self._run_one(item), name=f"{self.name} {item.id}")
        return upcoming

    async def _rest(self, upcoming: dt.datetime | None) -> None:
        seconds = RESCAN_SECONDS
        if upcoming is not None:
            seconds = min(seconds, max(0.0, (upcoming - self._clock()).total_seconds()))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    async def _run_one(self, item: T) -> None:
        try:
            await self._step(item)
        except asyncio.CancelledError:
            self._release(item.id)
            raise
        except StaleVersion as error:
            log.debug("another writer was faster", what=self.name, error=str(error))
            self._release(item.id)
        except Exception as error:  # noqa: BLE001 - one item must not stop the others; it is logged and tried again
            await self._hold(item, error)
        else:
            self._errors.pop(item.id, None)
            self._release(item.id)

    async def _hold(self, item: T, error: Exception) -> None:
        count = self._errors.get(item.id, 0)
        self._errors[item.id] = count + 1
        seconds = HOLD_SECONDS[min(count, len(HOLD_SECONDS) - 1)]
        expected = isinstance(error, IngestError)
        log.warning(
            "a step failed; it is tried again", what=self.name, id=item.id, error=repr(error), after_seconds=seconds,
            exc_info=None if expected else error,
        )  # fmt: skip
        if await self._is_put_off(item, seconds):
            self._release(item.id)
            return
        self._busy[item.id] = None
        self._changed.set()
        asyncio.get_running_loop().call_later(seconds, self._release, item.id)

    async def _is_put_off(self, item: T, seconds: float) -> bool:
        if self._put_off is None:
            return False
        try:
            await self._put_off(item, seconds)
        except IngestError:
            return False  # said already: the ledger is what fails; the item is held in memory
        return True

    def _release(self, key: str) -> None:
        self._busy.pop(key, None)
        self._claimed.discard(key)
        self._changed.set()


class Embedded:
    """The engine of a ledger in SQLite."""

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        self._clock = clock
        self._claimed: set[str] = set()
        """A bill that goes on from one step to the next would else be taken up by the loop of that one as well."""

    def loop(self, work: Work[Any]) -> Loop:
        """Asks the ledger."""
        return Scheduler(
            work.name, work.due, work.step, limit=work.limit, clock=self._clock, hold=work.hold, claimed=self._claimed
        )

    def alone(self, loops: Sequence[Loop]) -> Sequence[Loop]:
        """There is one worker."""
        return loops

    def upkeep(self) -> Sequence[Loop]:
        """Nothing."""
        return ()
