"""What goes wrong beside kills: a full disk, an API that is gone, a worker that stands still past its lease."""

import asyncio
import random
import signal
import time
from collections import Counter

from crash_api import Proxy
from crash_blows import Blows
from crash_disk import Disk
from crash_kills import Killer
from crash_service import Service

from ingest.engine.on_postgres import LOOK

FULL, GONE, STOPPED = "disk full", "API gone", "worker stopped"
BETWEEN = (3, 9)
"""Kills from one to the next."""


class Deeds:
    """One after the other, what happened least often first."""

    def __init__(
        self, service: Service, disk: Disk, proxy: Proxy, killer: Killer, rng: random.Random, blows: Blows, lease: float
    ) -> None:
        """``lease``: a worker is stopped for longer than that. 0 where no other could take its bills."""
        self.done: Counter[str] = Counter()
        self.zombies: Counter[str] = Counter()
        self._service, self._disk, self._proxy, self._killer = service, disk, proxy, killer
        self._rng, self._blows, self._lease = rng, blows, lease
        self._next = 1 if lease else rng.randint(*BETWEEN)
        self._kinds = [STOPPED, FULL, GONE] if lease else [FULL, GONE]
        self._stopped: asyncio.Task[None] | None = None

    async def when_due(self) -> None:
        """Does the next one, if so many were killed since the last."""
        if self._killer.kills.total() < self._next:
            return
        kind = min(self._kinds, key=self.done.__getitem__)
        if kind == STOPPED and not await self._stop_a_worker():
            kind = min(FULL, GONE, key=self.done.__getitem__)
        if kind != STOPPED:
            with self._blows.of(kind):
                await self._for_a_while(kind)
        self.done[kind] += 1
        self._next = self._killer.kills.total() + self._rng.randint(*BETWEEN)

    async def end(self) -> None:
        """Returns when nothing stands still any more."""
        if self._stopped is not None:
            await self._stopped

    async def _for_a_while(self, kind: str) -> None:
        until = time.monotonic() + self._rng.uniform(0.5, 2.5)
        kill_meanwhile = self._rng.random() < 0.5
        self._proxy.down = kind == GONE
        if self._proxy.down:
            self._proxy.cut_all()
        while time.monotonic() < until:
            if kind == FULL:
                await asyncio.to_thread(self._disk.fill)
            await asyncio.sleep(0.1)
        if kill_meanwhile:
            await self._killer.kill_one()
        self._disk.free()
        self._proxy.down = False

    # -- the zombie

    async def _stop_a_worker(self) -> bool:
        """SIGSTOP; it goes on when its bills are another's. Meanwhile everything else happens as ever. False when there
        is no other."""
        await self.end()
        workers = [process for process in self._service.processes() if process.kind == "worker"]
        ready = self._service.ready(workers)
        if len(ready) < 2:
            return False
        pid = self._rng.choice(ready).pid
        seconds = self._lease + LOOK.total_seconds() + self._rng.uniform(1, 3)
        self._stopped = asyncio.create_task(self._stand_still(pid, seconds), name="stopped worker")
        return True

    async def _stand_still(self, pid: int, seconds: float) -> None:
        self._killer.spared.add(pid)
        with self._blows.of(STOPPED), self._service.held(pid) as send:
            self.zombies["stopped"] += send(signal.SIGSTOP)
            await asyncio.sleep(seconds)
            self.zombies["went on after their lease"] += send(signal.SIGCONT)
        self._killer.spared.discard(pid)
