"""The service under load while its processes are killed, its disk is full and its API's connections are cut.

``python tests/crash_harness.py --kills 1000 --database postgresql --workers 2 --seed 7`` runs until so many processes
were killed, lets everything come to rest, and looks whether a bill was lost, sent twice or contradicts itself, and
whether anything was left behind. It prints what it did as JSON; the exit code is 1 when something is wrong, and then
the folder with the data, which it names, is kept.

The seed decides what is killed after which pause, what is sent, and which connections are cut. It does not decide what
the processes are doing at that moment.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import crash_checks as checks
from crash_api import KEY, Proxy, Witness, api_url, witness
from crash_disk import Disk, mounted
from crash_load import Load
from crash_service import Process, Service
from postgres_world import Server, create_database

SQLITE, POSTGRESQL = "sqlite", "postgresql"
WEIGHTS = {
    "parser child of worker": 10,
    "mail child": 6,
    "parser child of smtp": 6,
    "worker": 3,
    "smtp": 3,
    "import": 2,
    "parser child of import": 2,
    "web": 1,
    "supervisor": 0.5,
    "everything": 0.5,
    "postgres": 0.5,
    "postgres connection": 0.5,
}
"""How often each kind is chosen, of those that are there."""
READY_SECONDS, REST_SECONDS, STOP_SECONDS = 120.0, 180.0, 60.0
"""Bounds for a very busy machine. ``REST``: without any progress."""
STARTING_SHARE = 0.03
ROLES = {"worker", "smtp", "web"}
WITHOUT_PROCESS = {"everything", "postgres", "postgres connection"}
BETWEEN_DISTURBANCES = (4, 12)
"""Kills from one full disk, or one API that is gone, to the next."""
PERMANENT_STEPS = {"delivered", "split", "refused"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run does."""

    kills: int
    database: str = SQLITE
    workers: int = 1
    listeners: int = 1
    seed: int = 1
    pace: float = 1.0
    """Mean seconds between two kills."""
    rate: float = 3.0
    """Documents a second."""
    cut_share: float = 0.02
    disk_mb: int = 1024
    minutes: float = 24 * 60
    """Longest for the kills; what was not reached then is said by the report."""
    keep: bool = False
    """The folder is kept also when all is well."""


@dataclasses.dataclass(slots=True, kw_only=True)
class Report:
    """What happened."""

    plan: Plan
    disk: str
    kills: Counter[str] = dataclasses.field(default_factory=Counter)
    disturbances: Counter[str] = dataclasses.field(default_factory=Counter)
    connections_cut: Counter[str] = dataclasses.field(default_factory=Counter)
    documents: Counter[str] = dataclasses.field(default_factory=Counter)
    sent_again: Counter[str] = dataclasses.field(default_factory=Counter)
    refused_by_kills: Counter[str] = dataclasses.field(default_factory=Counter)
    answers: dict[str, int] = dataclasses.field(default_factory=dict)
    endings: Counter[str] = dataclasses.field(default_factory=Counter)
    bills: Counter[str] = dataclasses.field(default_factory=Counter)
    events: Counter[str] = dataclasses.field(default_factory=Counter)
    slowest_seconds: float = 0.0
    swept: int = 0
    seconds: Counter[str] = dataclasses.field(default_factory=Counter)
    problems: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    folder: str | None = None

    @property
    def wrong(self) -> bool:
        """Whether anything is."""
        return any(self.problems.values())

    def as_json(self) -> str:
        shown = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}  # asdict breaks Counters
        shown["plan"] = dataclasses.asdict(self.plan)
        shown["kills_in_all"] = sum(self.kills.values())
        shown["problems_in_all"] = {what: len(found) for what, found in self.problems.items()}
        return json.dumps(shown, indent=2)


class Killable(Server):
    """A PostgreSQL whose processes get SIGKILL, not the orderly SIGQUIT."""

    def crash(self) -> None:
        """Its first process; the others end when they see that. Then it is started again, as soon as it can be."""
        assert self._process
        self._process.kill()
        self._process.wait(timeout=30)
        deadline = time.monotonic() + 30
        while True:
            try:
                self.start()
            except RuntimeError:  # an old process still holds its memory
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def connections(self) -> list[int]:
        """Processes that serve a connection, or work for all of them."""
        assert self._process
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]


class Harness:
    """One run."""

    def __init__(self, plan: Plan, service: Service, disk: Disk, proxy: Proxy, api: Witness, server: Killable | None):
        self.plan = plan
        self.report = Report(plan=plan, disk=disk.what)
        self.load = Load(service, random.Random(f"{plan.seed} load"), plan.rate)
        self._rng = random.Random(f"{plan.seed} kills")
        self._service, self._disk, self._proxy, self._api, self._server = service, disk, proxy, api, server
        self._next_disturbance = self._rng.randint(*BETWEEN_DISTURBANCES)

    async def run(self) -> Report:
        """Kills, rest, stop, checks."""
        began = time.monotonic()
        self._service.start()
        await self._until(self._service.is_up, READY_SECONDS, "the service does not come up")
        loading = asyncio.create_task(self.load.run(), name="load")
        with self._timed("killing"):
            while self._killed < self.plan.kills and time.monotonic() - began < 60 * self.plan.minutes:
                await asyncio.sleep(min(self._rng.expovariate(1 / self.plan.pace), 5 * self.plan.pace))
                await self._disturb_when_due()
                await self._kill_one()
                if self._killed % 50 == 0:
                    _say(f"{self._killed} kills, {len(self.load.bills.made)} documents")
                if loading.done():
                    loading.result()
        with self._timed("coming to rest"):
            self._proxy.share = 0.0
            self.load.stop()
            resting = await self._come_to_rest(loading)
        with self._timed("stopping"):
            codes = await self._stop()
        self.report.problems["not at rest"] = resting
        self.report.problems["not stopped in order"] = codes
        with self._timed("checking"):
            await self._check()
        self.report.seconds["all"] = round(time.monotonic() - began)
        return self.report

    @property
    def _killed(self) -> int:
        return sum(self.report.kills.values())

    # -- what goes wrong

    async def _kill_one(self) -> None:
        """Of the kinds that are there one, of its processes one."""
        found = await self._targets()
        [kind] = self._rng.choices(list(found), [WEIGHTS[kind] for kind in found])
        if kind == "everything":
            done = any([self._service.kill(process.pid) for process in self._service.processes()])  # noqa: C419 - all
        elif kind == "postgres":
            assert self._server
            done = await asyncio.to_thread(self._server.crash) is None
        elif kind == "postgres connection":
            assert self._server
            done = self._kill_connection(self._server.connections())
        else:
            done = self._service.kill(self._rng.choice(found[kind]).pid)
        self.report.kills[kind] += done

    async def _targets(self) -> dict[str, list[Process]]:
        """By kind. While roles come up, mostly their children and imports are: else the roles would never be up."""
        wholes = {"supervisor", "everything", *(("postgres", "postgres connection") if self._server else ())}
        while True:
            found: dict[str, list[Process]] = {}
            for process in self._service.processes():
                found.setdefault(process.kind, []).append(process)
            up = await asyncio.to_thread(self._service.is_up)
            if up or self._rng.random() < STARTING_SHARE:
                found |= {kind: found.get(kind, []) for kind in wholes}
            else:
                found = {kind: some for kind, some in found.items() if kind not in wholes | ROLES}
            found = {kind: some for kind, some in found.items() if kind in WEIGHTS if some or kind in WITHOUT_PROCESS}
            if found:
                return found
            await asyncio.sleep(0.2)

    def _kill_connection(self, pids: list[int]) -> bool:
        """PostgreSQL then ends all of its processes, and recovers."""
        if not pids:
            return False
        try:
            os.kill(self._rng.choice(pids), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    async def _disturb_when_due(self) -> None:
        if self._killed < self._next_disturbance:
            return
        self._next_disturbance += self._rng.randint(*BETWEEN_DISTURBANCES)
        which = self._rng.choice(["disk full", "API gone"])
        self.report.disturbances[which] += 1
        until = time.monotonic() + self._rng.uniform(0.5, 2.5)
        kill_meanwhile = self._rng.random() < 0.5
        self._proxy.down = which == "API gone"
        if self._proxy.down:
            self._proxy.cut_all()
        while time.monotonic() < until:
            if which == "disk full":
                await asyncio.to_thread(self._disk.fill)
            await asyncio.sleep(0.1)
        if kill_meanwhile:
            await self._kill_one()
        self._disk.free()
        self._proxy.down = False

    # -- rest

    async def _come_to_rest(self, loading: "asyncio.Task[None]") -> list[str]:
        """Everything that was sent is confirmed, and every bill at its end. What keeps it from that, if anything."""
        last, since = (), time.monotonic()
        while True:
            newest, steps, waiting = await self._progress()
            taken = sum(len(document.taken) for document in self.load.bills.made)
            seen = (newest, waiting, taken, self._service.is_up())
            if loading.done():
                loading.result()
                done = newest and not steps.keys() - PERMANENT_STEPS and not waiting and not self._marks()
                if done and self._service.is_up():
                    return []
            if seen != last:
                last, since = seen, time.monotonic()
            if time.monotonic() - since > REST_SECONDS:
                loading.cancel()
                return [f"no progress for {REST_SECONDS:g} s: {dict(steps)}, {waiting} deliveries, load: {loading}"]
            await asyncio.sleep(0.3)

    async def _progress(self) -> tuple[int, Counter[str], int]:
        try:
            return await checks.progress(self._service.database_url)
        except Exception as error:  # noqa: BLE001 - PostgreSQL recovers; what lasts is found by the clock
            _say(f"the ledger cannot be read yet: {error!r}")
            return 0, Counter(), 0

    def _marks(self) -> bool:
        """Whether documents still wait to be uploaded to the shared store."""
        return any(mark.is_file() for machine in self._service.machines for mark in (machine / "outbox").rglob("*"))

    async def _stop(self) -> list[str]:
        try:
            codes = await self._service.stop(STOP_SECONDS)
        except TimeoutError:
            return [f"it did not stop within {STOP_SECONDS:g} s of SIGTERM"]
        with contextlib.suppress(AssertionError):  # what still runs is named among what is left behind
            await self._until(lambda: not self._service.processes(), 15, "")
        return [f"{name} ended with {code}" for name, code in codes.items() if code]

    # -- what was found

    async def _check(self) -> None:
        state, report, made = await checks.read_state(self._service.database_url), self.report, self.load.bills.made
        said = await asyncio.to_thread(self._api.uploads)
        report.swept, left = await checks.left_behind(state, self._service)
        left += await checks.left_in_database(self._service.database_url)
        report.problems |= {
            "refused": self.load.problems,
            "lost": list(checks.lost(state, made)),
            "not delivered": list(checks.undelivered(state, self._service.disk / "records")),
            "without sidecar": list(checks.without_sidecar(state, self._service.disk / "inbox")),
            "mails not kept": list(checks.messages_gone(state, self._service)),
            "at the API": list(checks.uploads(state, said["uploads"])),
            "contradictions": list(checks.contradictions(state)),
            "left behind": left,
        }
        report.answers = said["answers"]
        report.connections_cut, report.endings = self._proxy.cuts, self._service.endings
        report.sent_again, report.refused_by_kills = self.load.again, self.load.refusals
        report.bills = Counter(str(bill.step) for bill in state.bills)
        report.events = Counter(event.kind for history in state.events.values() for event in history)
        report.bills["uploads at the API"] = len(said["uploads"])
        report.slowest_seconds = round(checks.slowest(state), 1)
        report.documents = Counter(way for document in made for way in document.taken)
        report.documents["different"] = len(made)

    # -- inside

    async def _until(self, true: Callable[[], bool], seconds: float, otherwise: str) -> None:
        deadline = time.monotonic() + seconds
        while not await asyncio.to_thread(true):
            if time.monotonic() > deadline:
                raise AssertionError(otherwise)
            await asyncio.sleep(0.2)

    @contextlib.contextmanager
    def _timed(self, what: str):
        began = time.monotonic()
        yield
        self.report.seconds[what] = round(time.monotonic() - began)
        _say(f"{what}: {self.report.seconds[what]} s, {self._killed} kills")


async def run(plan: Plan, root: Path) -> Report:
    """In an empty folder, which is removed unless something was wrong. SIGTERM ends it, and what it started."""
    task = asyncio.current_task()
    assert task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with contextlib.AsyncExitStack() as stack:
        server = None
        if plan.database == POSTGRESQL:
            server = await asyncio.to_thread(Killable.create)
            stack.callback(server.remove)
        api = stack.enter_context(witness(root / "witness"))
        proxy = await stack.enter_async_context(_proxy(plan, api))
        service: Service | None = None
        pids = lambda: [process.pid for process in service.processes()] if service else []  # noqa: E731
        disk = stack.enter_context(mounted(root / "disk", plan.disk_mb, pids))
        url = create_database(server.url) if server else None
        port = proxy.port
        service = Service(
            root, api=api_url(port), key=KEY, database_url=url, workers=plan.workers, listeners=plan.listeners
        )
        stack.callback(service.close)
        harness = Harness(plan, service, disk, proxy, api, server)
        report = await harness.run()
        if report.wrong or plan.keep:
            report.folder = str(root)
            await asyncio.to_thread(_keep, root)
    if report.folder is None:
        await asyncio.to_thread(shutil.rmtree, root, ignore_errors=True)
    return report


@contextlib.asynccontextmanager
async def _proxy(plan: Plan, api: Witness) -> AsyncIterator[Proxy]:
    proxy = Proxy(random.Random(f"{plan.seed} cuts"), api.address, plan.cut_share)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def _keep(root: Path) -> None:
    """What lies on the small disk goes with it: a copy stays."""
    shutil.copytree(root / "disk", root / "kept", symlinks=True, ignore=shutil.ignore_patterns("filler"))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--database", choices=[SQLITE, POSTGRESQL], default=SQLITE)
    options.add_argument("--workers", type=int, help="more than one needs PostgreSQL (default: 2 there)")
    options.add_argument("--listeners", type=int, default=1)
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("--pace", type=float, default=1.0, help="mean seconds between two kills")
    options.add_argument("--rate", type=float, default=3.0, help="documents a second")
    options.add_argument("--minutes", type=float, default=24 * 60, help="longest for the kills")
    options.add_argument("--keep", action="store_true", help="keep its folder also when all is well")
    options.add_argument("--folder", type=Path, help="where its folder is made")
    chosen = vars(options.parse_args())
    folder = chosen.pop("folder")
    chosen["workers"] = chosen["workers"] or (2 if chosen["database"] == POSTGRESQL else 1)
    if chosen["workers"] > 1 and chosen["database"] == SQLITE:
        options.error("on SQLite there is one worker")
    root = Path(tempfile.mkdtemp(prefix="bill-ingest-crash-", dir=folder))
    report = asyncio.run(run(Plan(**chosen), root))
    sys.stdout.write(report.as_json() + "\n")
    return int(report.wrong)


if __name__ == "__main__":
    sys.exit(main())
