"""What the pipeline costs on both engines, and how that grows with the bills that wait in the ledger.

``python benchmarks/pipeline.py [--quick] [--engines sqlite,postgresql] [--sizes 1000,10000,100000] [--through 10000]
[--watch N]``. For each engine and size N there is a ledger in which N bills wait for the API's answer in half an hour
and more. Beside them as many bills again, at most ``--through``, go all the way, from received to delivered record, in
the worker as its users run it; with ``--watch`` only until so many are delivered, the others being due all the while. A
stand-in API in a process of its own answers each call in 50 ms and is asked five times for a bill (the upload, three
times ``unparsed``, the answer). Parsing is off: what a parser would read stands in the rows already.

- **intake**: bills a second that are durable (document and rows), through the one door with its look into each PDF, as
  a batch import brings them; and the ledger alone, one write for each bill, 64 callers.
- **end to end**: bills a second from the worker's start to the last delivered record; milliseconds of processor time
  for each, of the worker and of PostgreSQL. ``client`` is the part of the worker's that the calls to the API take when
  nothing else is done, measured in a process of its own.
- **engine**: the same changes and wake-ups in a process of their own, by steps that only wait, so that what is left is
  the engine and the ledger: milliseconds of processor time for each bill, of that process and of PostgreSQL.
- **idle**: the worker with N waiting bills: its memory at most, and what it and PostgreSQL use of one processor.
- **single**: bills of another account, one each half second while fewer than eight are under way, in milliseconds from
  received to delivered (1.05 s of it are the API's and the pauses between questions): median and 99th of a hundred
  while nothing else is done, and beside the import; and how many times the idle median that 99th is.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pipeline_rows as rows
import sqlalchemy as sa
from pipeline_service import AT_ONCE, Worker, alone, engine_alone, postgres, settings_in, settle, standing_in, working

from ingest import logs, wakeup
from ingest.config import Settings
from ingest.roles.opening import make_pool, open_intake
from ingest.sandbox.bills import outcome
from ingest.sources.batch import collect, import_items
from ingest.store.documents import DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.rows import Priority, Step
from parsers import read

SAMPLE = Path(__file__).parents[1] / "samples" / "ppl_electric" / "2024-06_home.pdf"
IMPORTING, SINGLE = "importing", "single"
SINGLE_EVERY = 0.5
VACUUM = sa.text("VACUUM ANALYZE")
MOST_SINGLES = 8
"""Under way at the same time: on a machine that is too slow they would be the load, and not what is measured."""
SLOWEST = 20 * 60
"""Seconds after which the benchmark gives up waiting for a record."""


@dataclass(frozen=True)
class Chosen:
    """How much of everything."""

    through: int
    watch: int
    by_the_door: int
    singles: int
    idle_seconds: float
    control: int
    engine: int


USUAL = Chosen(through=10_000, watch=10**9, by_the_door=500, singles=100, idle_seconds=60, control=1000, engine=1000)
QUICK = Chosen(through=10, watch=10**9, by_the_door=3, singles=3, idle_seconds=0.2, control=10, engine=10)


@dataclass
class Figures:
    """One line."""

    engine: str
    size: int
    through: int = 0
    values: dict[str, float] = field(default_factory=dict)

    def show(self) -> None:
        """Prints it."""
        found = self.values
        print(
            f"{self.engine:>10} {self.size:>7} {self.through:>7} | {found['door']:5.0f} {found['ledger']:6.0f} | "
            f"{found['rate']:7.1f} {found['worker']:7.2f} {found['client']:7.2f} {found['postgres']:9.2f} | "
            f"{found['engine']:6.2f} {found['engine_postgres']:9.2f} | "
            f"{found['megabytes']:4.0f} {found['idle']:8.2f} {found['idle_postgres']:9.2f} | "
            f"{found['alone_median']:5.0f} {found['alone_worst']:6.0f} {found['beside_median']:7.0f} "
            f"{found['beside_worst']:6.0f} {found['beside_worst'] / found['alone_median']:6.2f}",
            flush=True,
        )


HEADING = (
    f"{'':26} | {'intake, /s':12} | {'end to end: CPU ms a bill':33} | {'engine, CPU ms':16} | "
    f"{'idle: % of a core':23} | single, ms\n"
    f"{'engine':>10} {'waiting':>7} {'through':>7} | {'door':>5} {'ledger':>6} | "
    f"{'/s':>7} {'worker':>7} {'client':>7} {'postgres':>9} | {'alone':>6} {'postgres':>9} | "
    f"{'MB':>4} {'worker':>8} {'postgres':>9} | {'idle':>5} {'p99':>6} {'beside':>7} {'p99':>6} {'times':>6}"
)


@dataclass
class Run:
    """One ledger with what runs on it."""

    folder: Path
    settings: Settings
    ledger: Ledger
    writer: rows.Writer
    documents: DocumentStore
    model: str
    local: dict[str, Any]
    figures: Figures

    async def fill(self) -> None:
        """Bills that wait."""
        left = self.figures.size
        while left:
            some = min(left, rows.AT_A_TIME)
            await self.writer.write(rows.waiting(IMPORTING, self.local, some))
            left -= some
        if self.figures.engine == "postgresql":  # as its autovacuum will have done long before they are due
            async with self.ledger.engine.connect() as connection:
                await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(VACUUM)

    async def come_in(self, chosen: Chosen) -> None:
        """Bills that are due, through the door and by the ledger alone; nobody works on them yet."""
        by_the_door = min(chosen.by_the_door, self.figures.through)
        self.figures.values["door"] = await self._through_the_door(by_the_door)
        hashes = [rows.new_hash() for _ in range(self.figures.through - by_the_door)]
        rows.provide(self.documents, self.model, hashes)
        left = iter(hashes)

        async def one_after_the_other() -> None:
            for sha256 in left:
                await self.ledger.receive([rows.offered(IMPORTING, sha256)])

        began = time.perf_counter()
        await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
        self.figures.values["ledger"] = len(hashes) / (time.perf_counter() - began)
        await self.writer.set_read(IMPORTING, self.local)

    async def _through_the_door(self, number: int) -> float:
        batch = self.folder / "batch"
        batch.mkdir()
        for name in range(number):
            (batch / f"{name:05}.pdf").write_bytes(SAMPLE.read_bytes() + b"\n%% copy %d\n" % name)
        items = collect([batch], None, None).items
        async with make_pool(self.settings) as pool, open_intake(self.settings, self.ledger, pool, _nobody) as intake:
            await pool.start()
            began = time.perf_counter()
            found = await import_items(items, intake, account=IMPORTING)
            seconds = time.perf_counter() - began
        assert all(row.bill_id for row in found), found
        return number / seconds

    def rest(self, worker: Worker, seconds: float) -> None:
        """What the worker costs that has nothing to do."""
        settle(worker, int(seconds))
        before, began = worker.cpu(), time.perf_counter()
        time.sleep(seconds)
        used, passed = worker.cpu().since(before), time.perf_counter() - began
        self.figures.values |= {
            "megabytes": worker.megabytes(),
            "idle": 100 * used.worker / passed,
            "idle_postgres": 100 * used.postgres / passed,
        }

    async def singles(self, until: asyncio.Event, most: int | None = None) -> list[str]:
        """Bills of the other account, now and then, until there are enough of them."""
        made: list[str] = []
        earlier = await self.number_delivered(SINGLE)
        while not until.is_set() and (most is None or len(made) < most):
            if len(made) - await self.number_delivered(SINGLE) + earlier >= MOST_SINGLES:
                await asyncio.sleep(SINGLE_EVERY)
                continue
            sha256 = rows.new_hash()
            rows.provide(self.documents, self.model, [sha256])
            bill = rows.read_already(SINGLE, sha256, self.local, Priority.SMTP)
            await self.writer.write([bill])
            wakeup.wake(self.settings.data_dir)
            made.append(bill.id)
            await asyncio.sleep(SINGLE_EVERY)
        return made

    async def judge(self, name: str, ids: Sequence[str]) -> None:
        """How long they took."""
        seconds = sorted(await rows.seconds_to_deliver(self.ledger, ids))
        assert len(seconds) == len(ids) > 0, f"{len(ids) - len(seconds)} single bills were not delivered"
        self.figures.values[f"{name}_median"] = 1000 * statistics.median(seconds)
        self.figures.values[f"{name}_worst"] = 1000 * seconds[int(0.99 * (len(seconds) - 1) + 0.5)]

    async def number_delivered(self, account: str) -> int:
        """So far."""
        return await rows.number_at(self.ledger, account, Step.DELIVERED)

    async def delivered(self, account: str, number: int) -> None:
        """Waits until so many of the account's bills are."""
        deadline = time.monotonic() + SLOWEST
        while await self.number_delivered(account) < number:
            if time.monotonic() > deadline:
                raise SystemExit(f"not delivered in {SLOWEST} s: {await self.ledger.counts()}")
            await asyncio.sleep(0.5)

    async def go_through(self, worker: Worker, watched: int) -> None:
        """What is due, with single bills of the other account in between, until so many are delivered."""
        done, before, began = asyncio.Event(), worker.cpu(), time.perf_counter()
        earlier = await self.number_delivered(SINGLE)
        single = asyncio.create_task(self.singles(done))
        await self.delivered(IMPORTING, min(watched, self.figures.through))
        rate = await self.number_delivered(IMPORTING) / (time.perf_counter() - began)
        done.set()
        ids = await single
        await self.delivered(SINGLE, earlier + len(ids))
        used, number = worker.cpu().since(before), await self.number_delivered(IMPORTING) + len(ids)
        self.figures.values |= {
            "rate": rate,
            "worker": 1000 * used.worker / number,
            "postgres": 1000 * used.postgres / number,
        }
        await self.judge("beside", ids)


def _nobody() -> None:
    """Is to be told that something came in."""


@asynccontextmanager
async def opened(folder: Path, api: str, server: Any, figures: Figures) -> AsyncIterator[Run]:
    """An empty ledger."""
    settings = settings_in(folder, api, server)
    document = read(SAMPLE)
    documents = DocumentStore(settings.documents_dir)
    model = documents.put_now(SAMPLE)
    async with await Ledger.open(settings.ledger_url) as ledger:
        writer = rows.Writer(settings.ledger_url)
        try:
            yield Run(folder, settings, ledger, writer, documents, model, document.to_json(), figures)
        finally:
            await writer.close()


async def measure(engine: str, size: int, base: Path, api: str, server: Any, chosen: Chosen) -> Figures:
    """One line."""
    figures = Figures(engine, size, min(size, chosen.through))
    folder = base / f"{engine}-{size}"
    folder.mkdir()
    async with opened(folder, api, server if engine == "postgresql" else None, figures) as run:
        figures.values["client"] = alone(api, SAMPLE, chosen.control)
        await run.fill()
        with working(folder, server) as worker:
            run.rest(worker, chosen.idle_seconds)
            ids = await run.singles(asyncio.Event(), chosen.singles)
            await run.delivered(SINGLE, len(ids))
            await run.judge("alone", ids)
        figures.values |= engine_alone(folder, server if engine == "postgresql" else None, min(size, chosen.engine))
        await run.come_in(chosen)
        with working(folder, server) as worker:
            await run.go_through(worker, chosen.watch)
    shutil.rmtree(folder)
    return figures


async def everything(engines: Sequence[str], sizes: Sequence[int], base: Path, chosen: Chosen) -> None:
    """Prints a line for each engine and size."""
    values = outcome(read(SAMPLE), not_supported=(), locked=())
    with standing_in(values) as api:
        print(HEADING)
        for engine in engines:
            with postgres() if engine == "postgresql" else nullcontext() as server:
                for size in sizes:
                    (await measure(engine, size, base, api, server, chosen)).show()


def main() -> None:
    """Prints everything."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--quick", action="store_true", help="a few bills")
    arguments.add_argument("--engines", default="sqlite,postgresql")
    arguments.add_argument("--sizes", help="bills that wait, with commas between")
    arguments.add_argument("--through", type=int, help="bills that go all the way, at most")
    arguments.add_argument("--watch", type=int, help="end when so many of them have")
    given = arguments.parse_args()
    chosen = QUICK if given.quick else USUAL
    given_numbers = {name: value for name in ("through", "watch") if (value := getattr(given, name))}
    chosen = Chosen(**{**vars(chosen), **given_numbers})
    sizes = [int(size) for size in (given.sizes or ("10" if given.quick else "1000,10000,100000")).split(",")]
    base = Path(tempfile.mkdtemp(prefix="bill-ingest-benchmark-"))
    os.environ.pop("BILL_INGEST_CONFIG", None)
    logs.configure("console", "warning", role="benchmark")
    try:
        asyncio.run(everything(given.engines.split(","), sizes, base, chosen))
    finally:
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    main()
