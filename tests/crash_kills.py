"""Which process of the service is killed next."""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

from crash_service import Process, Service
from postgres_world import Server

WEIGHTS = {
    "parser child of worker": 6,
    "parser child of smtp": 4,
    "parser child of folder": 4,
    "parser child of import": 1,
    "mail child": 5,
    "worker": 5,
    "smtp": 4,
    "folder": 3,
    "import": 2,
    "web": 1,
    "supervisor": 1.5,
    "everything": 1.5,
    "postgres": 1.5,
    "postgres connection": 1.5,
}
"""How often each kind is chosen, of those that are there, once each of them was."""
PARENTS = {"worker", "smtp", "folder", "web", "import"}
WHOLES = {"supervisor", "everything", "postgres", "postgres connection"}
"""What takes all roles along."""
STARTING_SHARE = 0.03
LOOK_SECONDS = 0.2
DATABASE_SECONDS = 60


class Killable(Server):
    """A PostgreSQL whose processes get SIGKILL, not the orderly SIGQUIT."""

    def crash(self) -> None:
        """Its first process; the others end when they see that. Then it is started again, as soon as it can be."""
        assert self._process
        self._process.kill()
        self._process.wait(timeout=DATABASE_SECONDS)
        deadline = time.monotonic() + DATABASE_SECONDS
        while True:
            try:
                return self.start()
            except RuntimeError:  # an old process still holds its memory
                if time.monotonic() > deadline:
                    raise
                time.sleep(LOOK_SECONDS)

    def crash_connection(self, rng: random.Random) -> bool:
        """A process that serves a connection, or all of them: PostgreSQL then ends every other one, and recovers."""
        assert self._process
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        with contextlib.suppress(IndexError, ProcessLookupError):  # there is none, or it has ended
            os.kill(int(rng.choice(children)), signal.SIGKILL)
            return True
        return False


class Killer:
    """Counts what it killed, by kind."""

    def __init__(self, service: Service, server: Killable | None, rng: random.Random) -> None:
        self.kills: Counter[str] = Counter()
        self._service, self._server, self._rng = service, server, rng

    async def kill_one(self) -> None:
        """Of the kinds that are there one, and of its processes one. A kind that was not killed yet goes first."""
        found = await self._targets()
        kinds = [kind for kind in found if not self.kills[kind]] or list(found)
        [kind] = self._rng.choices(kinds, [WEIGHTS[kind] for kind in kinds])
        self.kills[kind] += await self._kill(kind, found[kind])

    async def _kill(self, kind: str, processes: list[Process]) -> bool:
        if kind == "everything":
            return any([self._service.kill(process.pid) for process in self._service.processes()])  # noqa: C419 - all
        if self._server and kind == "postgres":
            await asyncio.to_thread(self._server.crash)
            return True
        if self._server and kind == "postgres connection":
            return self._server.crash_connection(self._rng)
        return self._service.kill(self._rng.choice(processes).pid)

    async def _targets(self) -> dict[str, list[Process]]:
        """By kind, at least one. While roles come up, mostly only their children: else they would never be up."""
        wholes = WHOLES if self._server else {kind for kind in WHOLES if not kind.startswith("postgres")}
        while True:
            found: dict[str, list[Process]] = {kind: [] for kind in wholes}
            for process in self._service.processes():
                found.setdefault(process.kind, []).append(process)
            if not await asyncio.to_thread(self._service.is_up) and self._rng.random() > STARTING_SHARE:
                found = {kind: some for kind, some in found.items() if kind not in wholes | PARENTS}
            found = {kind: some for kind, some in found.items() if kind in WEIGHTS and (some or kind != "supervisor")}
            if found:
                return found
            await asyncio.sleep(LOOK_SECONDS)
