"""What lies here and in the shared store as well is let go of here, by age and size.

Nothing goes that is still to be uploaded, that the shared store does not have, or that was used a moment ago.
"""

import asyncio
import heapq
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from ingest.config import MiB, Store
from ingest.errors import IngestError
from ingest.store.disk import disk_errors
from ingest.store.sharing import KINDS, Sharing
from ingest.store.uploading import IsNeeded

IN_USE_SECONDS = 900.0
"""Longer than a step needs a document: whoever asked for it has read it by then."""
LOOK_SECONDS = 300.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, order=True)
class Kept:
    """A document on this machine; ``used`` is when it was asked for last."""

    used: float
    size: int
    key: str


class Cache:
    """The documents of this machine, as copies of the shared ones."""

    def __init__(self, sharing: Sharing, chosen: Store, is_needed: IsNeeded) -> None:
        self._sharing = sharing
        self._most_bytes = chosen.cache_mb * MiB
        self._most_seconds = max(chosen.cache_hours * 3600, IN_USE_SECONDS)
        self._is_needed = is_needed

    async def shrink(self) -> int:
        """Lets go of what is too old or too much, the oldest first; how many files went. Raises Unavailable."""
        found = await asyncio.to_thread(lambda: list(self._all()))
        size, now, gone = sum(each.size for each in found), time.time(), 0
        heapq.heapify(found)
        while found:
            oldest = heapq.heappop(found)
            age = now - oldest.used
            if age < IN_USE_SECONDS or (age < self._most_seconds and size <= self._most_bytes):
                break
            if await self._may_go(oldest) and await asyncio.to_thread(self._remove, oldest):
                size -= oldest.size
                gone += 1
        return gone

    def _all(self) -> Iterator[Kept]:
        for kind in KINDS:
            for folder in (self._sharing.data_dir / kind).glob("[0-9a-f][0-9a-f]"):
                with disk_errors(), os.scandir(folder) as files:
                    for file in files:
                        found = file.stat()
                        yield Kept(found.st_mtime, found.st_size, f"{kind}/{folder.name}/{file.name}")

    async def _may_go(self, kept: Kept) -> bool:
        """It can be fetched again, or nobody will: it was purged on another machine."""
        if await asyncio.to_thread(self._sharing.outbox.holds, kept.key):
            return False
        if await self._sharing.remote.exists(kept.key):
            return True
        kind, _, name = kept.key.split("/")
        return not await self._is_needed(kind, name.partition(".")[0])

    def _remove(self, kept: Kept) -> bool:
        """Out of the way first: who came meanwhile to store the same has used it, or finds nothing and puts his."""
        place = self._sharing.data_dir / kept.key
        aside = place.parent.parent / f"incoming-{secrets.token_hex(4)}.part"
        with disk_errors():
            try:
                place.rename(aside)
            except FileNotFoundError:
                return False
            if aside.stat().st_mtime > kept.used:
                aside.rename(place)
                return False
            aside.unlink()
        return True


@asynccontextmanager
async def shrinking(sharing: Sharing | None, chosen: Store, is_needed: IsNeeded) -> AsyncIterator[None]:
    """Looks every few minutes for as long as the context lasts."""
    if sharing is None:
        yield
        return
    task = asyncio.create_task(_run(Cache(sharing, chosen, is_needed)), name="cache")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _run(cache: Cache) -> None:
    while True:
        try:
            gone = await cache.shrink()
            if gone:
                log.info("copies of shared documents were removed here", files=gone)
        except IngestError as error:
            log.warning("the copies of shared documents are not looked through now", error=str(error))
        except Exception:  # a mistake of ours here must not end the role; the traceback is logged
            log.exception("the copies of shared documents could not be looked through")
        await asyncio.sleep(LOOK_SECONDS)
