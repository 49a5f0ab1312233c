"""Which process of the service is killed next."""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

from crash_blows import Blows
from crash_service import ROLES, Process, Service
from postgres_world import Server

WEIGHTS = {
    "parser child of worker": 6,
    "parser child of smtp": 3,
    "parser child of folder": 3,
    "parser child of import": 1,
    "mail child": 3,
    "worker": 8,
    "smtp": 8,
    "folder": 4,
    "import": 1,
    "web": 1,
    "supervisor": 2,
    "everything": 2,
    "postgres": 2,
    "postgres connection": 2,
}
"""How often each kind is chosen, of those that are there, once each of them was."""
DATABASE = {"postgres", "postgres connection"}
WHOLES = {"supervisor", "everything", *DATABASE}
"""What takes all roles along."""
IMPORTS = {"import", "parser child of import"}
"""What is there when nothing else is: it is waited for something else."""
SHARE_OF_WHOLES = 0.35
"""Of the kills: less than this, and it is waited for a role that is ready. Children are there much more often."""
PATIENCE_SECONDS = 20.0
WHOLE_SECONDS = 25.0
"""So long passes before all roles are killed together again: what is never up takes no bills that could be lost."""
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
    """Counts what it killed, by kind. Processes in ``spared`` are not chosen, nor what would take them along."""

    def __init__(
        self, service: Service, server: Killable | None, rng: random.Random, blows: Blows, steady: float
    ) -> None:
        """``steady``: seconds for which a role works before it is killed."""
        self.kills: Counter[str] = Counter()
        self.spared: set[int] = set()
        self._since: dict[int, float] = {}
        self._steady_seconds = steady
        self._all_since = time.monotonic()
        self._service, self._server, self._rng, self._blows = service, server, rng, blows

    @property
    def wholes(self) -> int:
        """How often a whole role was killed, or what takes all of them along."""
        return sum(number for kind, number in self.kills.items() if kind in ROLES | WHOLES)

    async def kill_one(self) -> None:
        """Of the kinds that are there one, and of its processes one. A kind that was not killed yet goes first."""
        found = await self._targets()
        kinds = [kind for kind in found if not self.kills[kind]] or list(found)
        [kind] = self._rng.choices(kinds, [WEIGHTS[kind] for kind in kinds])
        if kind in WHOLES:
            self._all_since = time.monotonic()
        with self._blows.of(kind):
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
        """By kind, at least one; only roles where too few of them were killed so far, unless none gets ready."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = await asyncio.to_thread(self._found)
            wholes = {kind: some for kind, some in found.items() if kind in ROLES | WHOLES}
            if self.wholes < SHARE_OF_WHOLES * sum(self.kills.values()) and time.monotonic() < deadline:
                found = wholes
            elif found.keys() <= IMPORTS and time.monotonic() < deadline:
                found = {}
            if found:
                return found
            await asyncio.sleep(LOOK_SECONDS)

    def _found(self) -> dict[str, list[Process]]:
        """A role that comes up is mostly left alone, as are its children: without one it does not come up."""
        processes = [process for process in self._service.processes() if process.pid not in self.spared]
        roles = [process for process in processes if process.kind in ROLES]
        at_once = self._rng.random() < STARTING_SHARE
        ready = roles if at_once else self._service.ready(roles)
        steady = ready if at_once else self._steady(ready)
        coming_up = {role.pid for role in roles if role not in ready}
        found: dict[str, list[Process]] = {}
        if at_once or time.monotonic() - self._all_since >= WHOLE_SECONDS:
            found = {kind: [] for kind in self._wholes()}
        for process in processes:
            role_or_all = process.kind in ROLES | WHOLES
            if process in steady or process.kind in found or not (role_or_all or process.parent in coming_up):
                found.setdefault(process.kind, []).append(process)
        if not found.get("supervisor"):
            found.pop("supervisor", None)
        return {kind: some for kind, some in found.items() if kind in WEIGHTS}

    def _wholes(self) -> set[str]:
        there = DATABASE if self._server else set()
        return there if self.spared else WHOLES - DATABASE | there

    def _steady(self, ready: list[Process]) -> list[Process]:
        """Those that were ready for a while."""
        at = time.monotonic()
        self._since = {one.pid: self._since.get(one.pid, at) for one in ready}
        return [one for one in ready if at - self._since[one.pid] >= self._steady_seconds]
