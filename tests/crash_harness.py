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
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import crash_checks as checks
import crash_sent as sent
from crash_api import KEY, Proxy, Witness, api_url, witness
from crash_blows import Blows
from crash_deeds import Deeds
from crash_disk import Disk, opened
from crash_kills import Killable, Killer
from crash_ledger import State, let_time_pass, progress, read_state
from crash_leftovers import left_behind, left_in_database
from crash_load import Load
from crash_receiver import Receiver, receiver
from crash_report import POSTGRESQL, SQLITE, Plan, Report
from crash_service import Outside, Service
from crash_smarthost import Smarthost, smarthost
from postgres_world import create_database

from ingest import logs

READY_SECONDS, REST_SECONDS, STOP_SECONDS = 120.0, 180.0, 60.0
"""Bounds for a very busy machine. ``REST``: without any progress."""
STILL_SECONDS = 3.0
"""At rest nothing changes for so long: a worker that goes on after its lease finds only then that its lock is lost."""
TIME_PASSES_SECONDS = 5.0
PERMANENT_STEPS = {"delivered", "split", "refused"}


class World:
    """What the service talks to, and what is done to it."""

    def __init__(self, api: Witness, proxy: Proxy, hooks: Receiver, smarthost: Smarthost) -> None:
        self.api, self.proxy, self.hooks, self.smarthost = api, proxy, hooks, smarthost

    @property
    def outside(self) -> Outside:
        """Where it is."""
        return Outside(api=api_url(self.proxy.port), key=KEY, hook=self.hooks.url, smarthost=self.smarthost.port)


class Harness:
    """One run."""

    def __init__(self, plan: Plan, service: Service, disk: Disk, world: World, server: Killable | None):
        self.plan = plan
        self.report = Report(plan=plan, disk=disk.what)
        self.load = Load(service, random.Random(f"{plan.seed} load"), plan.rate)
        self._rng = random.Random(f"{plan.seed} kills")
        self._blows = Blows()
        self._killer = Killer(service, server, self._rng, self._blows, plan.steady)
        lease = plan.lease if plan.workers > 1 else 0.0
        self._deeds = Deeds(service, disk, world.proxy, self._killer, self._rng, self._blows, lease)
        self._service, self._world = service, world

    async def run(self) -> Report:
        """Kills, rest, stop, checks."""
        began = time.monotonic()
        self._service.start()
        await self._until(self._service.is_up, READY_SECONDS, "the service does not come up")
        loading = asyncio.create_task(self.load.run(), name="load")
        with self._timed("killing"):
            while self._killed < self.plan.kills and time.monotonic() - began < 60 * self.plan.minutes:
                await asyncio.sleep(min(self._rng.expovariate(1 / self.plan.pace), 5 * self.plan.pace))
                await self._deeds.when_due()
                await self._killer.kill_one()
                if self._killed % 50 == 0:
                    _say(f"{self._killed} kills, {len(self.load.bills.made)} documents")
                if loading.done():
                    loading.result()
        with self._timed("coming to rest"):
            self.load.stop()
            self._world.hooks.calm = self._world.smarthost.calm = True
            await self._deeds.end()
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
        return self._killer.kills.total()

    # -- rest

    async def _come_to_rest(self, loading: "asyncio.Task[None]") -> list[str]:
        """Everything that was sent is confirmed, and every bill at its end. What keeps it from that, if anything."""
        last, since, passed = (), time.monotonic(), 0.0
        while True:
            if time.monotonic() - passed > TIME_PASSES_SECONDS:
                passed = time.monotonic()
                await self._let_time_pass()
            newest, steps, waiting = await self._progress()
            taken = sum(len(document.taken) for document in self.load.bills.made)
            seen = (newest, waiting, taken, self._service.is_up())
            if loading.done():
                loading.result()
                done = newest and not steps.keys() - PERMANENT_STEPS and not waiting and not self._marks()
                if done and self._service.is_up() and seen == last and time.monotonic() - since > STILL_SECONDS:
                    return []
            if seen != last:
                last, since = seen, time.monotonic()
            if time.monotonic() - since > REST_SECONDS:
                loading.cancel()
                left = f"{dict(steps)}, {waiting} deliveries, receipts and jobs, load: {loading}"
                return [f"no progress for {REST_SECONDS:g} s: {left}"]
            await asyncio.sleep(0.3)

    async def _progress(self) -> tuple[int, Counter[str], int]:
        try:
            return await progress(self._service.database_url)
        except Exception as error:  # noqa: BLE001 - PostgreSQL recovers; what lasts is found by the clock
            _say(f"the ledger cannot be read yet: {error!r}")
            return 0, Counter(), 0

    async def _let_time_pass(self) -> None:
        with contextlib.suppress(Exception):  # PostgreSQL recovers, or SQLite is busy: the next one does it
            await let_time_pass(self._service.database_url)

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
        state, report, made = await read_state(self._service.database_url), self.report, self.load.bills.made
        world = self._world
        said = await asyncio.to_thread(world.api.uploads)
        report.swept, left = await left_behind(state, self._service)
        left += await left_in_database(self._service.database_url)
        report.problems |= {
            "refused": self.load.problems,
            "lost": list(checks.lost(state, made)),
            "not delivered": list(checks.undelivered(state, self._service.disk / "records")),
            "without sidecar": list(checks.without_sidecar(state, self._service.disk / "inbox")),
            "mails not kept": list(checks.messages_gone(state, self._service)),
            "at the API": list(checks.uploads(state, said["uploads"])),
            "contradictions": list(checks.contradictions(state)),
            "webhooks": list(sent.webhooks(state, world.hooks, self._blows)),
            "receipts": list(sent.receipts(state, self.load.mails, world.smarthost, self._blows)),
            "left behind": left,
        }
        self._count(state, said)

    def _count(self, state: State, said: dict[str, Any]) -> None:
        """What happened, beside what is wrong."""
        report, world, made = self.report, self._world, self.load.bills.made
        report.kills, report.whole_roles_killed = self._killer.kills, self._killer.wholes
        report.disturbances, report.zombies = self._deeds.done, self._deeds.zombies
        report.answers = said["answers"]
        report.connections_cut, report.endings = world.proxy.cuts, self._service.endings
        report.receiver_troubles, report.smarthost_troubles = world.hooks.troubles, world.smarthost.troubles
        report.sent_again, report.refused_by_kills = self.load.again, self.load.refusals
        report.bills = Counter(str(bill.step) for bill in state.bills)
        report.events = Counter(event.kind for history in state.events.values() for event in history)
        report.bills["uploads at the API"] = len(said["uploads"])
        kinds = ("parsed", "uploading", "reconciled", "delivered")
        report.slowest_seconds = {kind: checks.slowest(state, kind) for kind in kinds}
        report.documents = Counter(way for document in made for way in document.taken)
        report.documents["different"] = len(made)
        report.webhooks = Counter(post.event for post in world.hooks.posts)
        report.webhooks["again after a 2xx"] = sent.sent_again(world.hooks)
        report.receipts = Counter(str(message.receipt) for message in state.messages)
        report.receipts["mails"] = len(self.load.mails)
        report.receipts["at the smarthost"] = len(world.smarthost.received)

    # -- inside

    async def _until(self, true: Callable[[], bool], seconds: float, otherwise: str) -> None:
        deadline = time.monotonic() + seconds
        while not await asyncio.to_thread(true):
            if time.monotonic() > deadline:
                raise AssertionError(f"{otherwise}: {self._service.last_words()}")
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
        world = await stack.enter_async_context(_world(plan, root))
        service: Service | None = None
        pids = lambda: [process.pid for process in service.processes()] if service else []  # noqa: E731
        disk = stack.enter_context(opened(root / "disk", plan.disk_mb, pids))
        url = create_database(server.url) if server else None
        service = Service(root, plan, world.outside, url)
        stack.callback(service.close)
        harness = Harness(plan, service, disk, world, server)
        report = await harness.run()
        if report.wrong or plan.keep:
            report.folder = str(root)
            await asyncio.to_thread(_keep, root)
    if report.folder is None:
        await asyncio.to_thread(shutil.rmtree, root, ignore_errors=True)
    return report


@contextlib.asynccontextmanager
async def _world(plan: Plan, root: Path) -> AsyncIterator[World]:
    def rng(what: str) -> random.Random:
        return random.Random(f"{plan.seed} {what}")

    async with contextlib.AsyncExitStack() as stack:
        api = stack.enter_context(witness(root / "witness"))
        hooks = await stack.enter_async_context(receiver(rng("webhooks"), plan.trouble_share))
        host = await stack.enter_async_context(smarthost(root, rng("smarthost"), plan.trouble_share))
        proxy = Proxy(rng("cuts"), api.address, plan.cut_share)
        await proxy.start()
        stack.push_async_callback(proxy.stop)
        yield World(api, proxy, hooks, host)


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
    options.add_argument("--listeners", type=int, default=2)
    options.add_argument("--children", type=int, default=2, help="limits.parser_children")
    options.add_argument("--lease", type=float, default=5.0, help="limits.lease_seconds")
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("--pace", type=float, default=1.0, help="mean seconds between two kills")
    options.add_argument("--steady", type=float, default=8.0, help="seconds for which a role works before it is killed")
    options.add_argument("--rate", type=float, default=3.0, help="documents a second")
    options.add_argument("--minutes", type=float, default=24 * 60, help="longest for the kills")
    options.add_argument("--keep", action="store_true", help="keep its folder also when all is well")
    options.add_argument("--no-mount", dest="disk_mb", action="store_const", const=None, default=1024)
    options.add_argument("--folder", type=Path, help="where its folder is made")
    chosen = vars(options.parse_args())
    folder = chosen.pop("folder")
    chosen["workers"] = chosen["workers"] or (2 if chosen["database"] == POSTGRESQL else 1)
    if chosen["workers"] > 1 and chosen["database"] == SQLITE:
        options.error("on SQLite there is one worker")
    logs.configure("json", "warning", role="crash")  # stdout is for the report
    root = Path(tempfile.mkdtemp(prefix="bill-ingest-crash-", dir=folder))
    report = asyncio.run(run(Plan(**chosen), root))
    sys.stdout.write(report.as_json() + "\n")
    return int(report.wrong)


if __name__ == "__main__":
    sys.exit(main())
