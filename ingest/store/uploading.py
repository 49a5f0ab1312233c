"""What came in on this machine is uploaded to the shared store, in the background and after any crash."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from ingest.errors import IngestError, Unavailable
from ingest.store.outbox import Waiting
from ingest.store.sharing import KINDS, Sharing

AT_ONCE = 8
LOOK_SECONDS = 30.0
OTHERS_SECONDS = 60.0
"""So old are marks that their own process did not take up, or could not: any process of the machine does."""
FORGOTTEN_SECONDS = 600.0
"""Longer than any document is on its way into the ledger."""
AGAIN_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)

log = structlog.get_logger()

IsNeeded = Callable[[str, str], Awaitable[bool]]
"""Of a store's name and a hash: whether the ledger has it."""


class Uploader:
    """Uploads what this process notes, and what others of this machine left."""

    def __init__(self, sharing: Sharing, is_needed: IsNeeded) -> None:
        self._sharing = sharing
        self._is_needed = is_needed
        self._noted = asyncio.Event()
        self._ending = asyncio.Event()
        self._failures = 0

    def end(self) -> None:
        """``run`` returns when what is under way is uploaded and nothing else can be."""
        self._ending.set()
        self._noted.set()

    async def run(self) -> None:
        """Until it is told to ``end``. Not to be cancelled when it can be told: a thread goes on with its copy."""
        loop = asyncio.get_running_loop()

        def noted() -> None:
            loop.call_soon_threadsafe(self._noted.set)

        self._sharing.noted = noted
        try:
            while not self._ending.is_set():
                self._noted.clear()
                await self.upload(others_after=0.0 if self._failures else OTHERS_SECONDS)
                await self._rest()
            await self.upload()
        finally:
            self._sharing.noted = lambda: None

    async def upload(self, others_after: float = 0.0) -> bool:
        """One round: what is fresh, and of the rest what waits for so many seconds. Whether nothing is left of it.

        What comes in meanwhile goes before what has waited for long, however much that is.
        """
        old = await asyncio.to_thread(self._old, others_after)
        well = True
        while some := self._next(old):
            failed = [error for error in await asyncio.gather(*map(self._try, some)) if error]
            well = well and not failed
            if len(failed) == len(some):
                self._tell(failed[0])
                return False
        if well:
            self._failures = 0
        return well

    def _next(self, old: list[Waiting]) -> list[Waiting]:
        some: list[Waiting] = []
        while self._sharing.fresh and len(some) < AT_ONCE - bool(old):
            some.append(Waiting(self._sharing.fresh.pop(), 0.0))
        while old and len(some) < AT_ONCE:
            some.append(old.pop())
        return some

    def _old(self, after: float) -> list[Waiting]:
        """In no order, so that one that cannot be uploaded stands before no other."""
        found = [each for kind in KINDS for each in self._sharing.outbox.waiting(kind) if each.age >= after]
        random.shuffle(found)
        return found

    async def _try(self, waiting: Waiting) -> Unavailable | None:
        try:
            await self._upload(waiting)
        except Unavailable as error:
            self._failures += 1
            return error
        return None

    async def _upload(self, waiting: Waiting) -> None:
        key, sharing = waiting.key, self._sharing
        place = sharing.data_dir / key
        forgotten = waiting.age > FORGOTTEN_SECONDS and not await self._is_needed(*_named(key))
        if forgotten:  # it never came into the ledger, or was purged
            await asyncio.to_thread(sharing.outbox.done, key)
        elif await asyncio.to_thread(place.is_file):
            await sharing.remote.put(key, place)
            await asyncio.to_thread(sharing.outbox.done, key)
        elif waiting.age > FORGOTTEN_SECONDS and not await sharing.remote.exists(key):
            raise Unavailable(f"{place} is gone before it was uploaded; restore it from a backup")

    def _tell(self, error: Unavailable) -> None:
        log.warning("documents wait to be uploaded", error=str(error))

    async def _rest(self) -> None:
        if self._failures:
            await self.pause(AGAIN_SECONDS[min(self._failures // AT_ONCE, len(AGAIN_SECONDS) - 1)])
        elif not self._ending.is_set():
            await _within(LOOK_SECONDS, self._noted)

    async def pause(self, seconds: float) -> bool:
        """Waits for so long unless it is to ``end``; whether it is."""
        return await _within(seconds, self._ending)


@asynccontextmanager
async def uploading(sharing: Sharing | None, is_needed: IsNeeded, last_seconds: float) -> AsyncIterator[None]:
    """Uploads for as long as the context lasts, and at its end what is left, for so many seconds at most."""
    if sharing is None:
        yield
        return
    uploader = Uploader(sharing, is_needed)
    task = asyncio.create_task(_run(uploader), name="uploading")
    try:
        yield
    finally:
        uploader.end()
        await asyncio.wait([task], timeout=last_seconds)
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
            log.warning("documents are left to be uploaded; the next process does it")


async def _run(uploader: Uploader) -> None:
    while True:
        try:
            return await uploader.run()
        except IngestError as error:
            log.warning("the uploads stopped; they go on in a moment", error=str(error))
        except Exception:  # a mistake of ours here must not end the listener; the traceback is logged
            log.exception("the uploads failed; they go on in a moment")
        if await uploader.pause(AGAIN_SECONDS[-1]):
            return None


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Whether it was set so soon."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


def _named(key: str) -> tuple[str, str]:
    kind, _, name = key.split("/")
    return kind, name.partition(".")[0]
