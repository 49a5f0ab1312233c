"""The worker: reads bills, asks the API, delivers, and watches folders."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import structlog

from ingest import wakeup
from ingest.bayou.breaker import Breaker
from ingest.bayou.client import BayouClient
from ingest.bayou.gate import AccountGate
from ingest.bayou.pace import Pace
from ingest.bayou.transport import open_session
from ingest.config import Settings
from ingest.delivery.deliverer import Deliverer
from ingest.engine import tracks
from ingest.engine.opening import claimed, open_engine
from ingest.engine.work import Engine, Loop
from ingest.heartbeat import heartbeat
from ingest.leftovers import sweeping
from ingest.metrics import Metrics
from ingest.parsing import ParserPool
from ingest.pipeline import Pipeline
from ingest.receipts.role import answering
from ingest.retention.role import purging
from ingest.roles.folder import open_folders
from ingest.roles.opening import make_pool, open_intake, open_ledger, open_scans
from ingest.sandbox.options import key_of
from ingest.sources.folder import FolderSource, watching
from ingest.store.documents import DocumentStore
from ingest.store.engine import now
from ingest.store.ledger import Ledger
from ingest.store.rows import Bill, Step
from ingest.store.sharing import open_sharing

DELIVERIES_AT_ONCE = 16
READ_AHEAD = 2
"""Bills given to the reading for each parser child: more would only wait there, out of the order of priorities."""
LEAST_DRAIN_SECONDS = 0.5
FINISHED = {Step.DELIVERED, Step.SPLIT, Step.REFUSED}

log = structlog.get_logger()


@asynccontextmanager
async def worker_role(settings: Settings, *, watch: bool = True) -> AsyncIterator[str]:
    """Pipeline, deliveries, receipts and watched folders; yields the folders."""
    async with AsyncExitStack() as stack:
        name = stack.enter_context(claimed(settings.ledger_url, settings.data_dir))
        await stack.enter_async_context(sweeping(settings))
        ledger = await stack.enter_async_context(open_ledger(settings, "worker"))
        pool = await stack.enter_async_context(make_pool(settings))
        scans = await stack.enter_async_context(open_scans(settings))
        await pool.start()
        session = await stack.enter_async_context(open_session())
        await ledger.start_accounts()
        metrics = Metrics()
        answers = await stack.enter_async_context(answering(settings, ledger, metrics, now))
        sharing = open_sharing(settings)
        documents = DocumentStore(settings.documents_dir, shared=sharing)
        lease = dt.timedelta(seconds=settings.limits.lease_seconds)
        engine = await stack.enter_async_context(open_engine(ledger, lease))
        work = _loops(engine, settings, ledger, documents, pool, scans, session, metrics)
        loops = (*work, *engine.alone(answers), *engine.upkeep())
        await _say_whose_bills_wait(settings, ledger)

        def woken() -> None:
            for loop in loops:
                loop.wake()

        await stack.enter_async_context(wakeup.listening(settings.data_dir, woken))
        intake = await stack.enter_async_context(open_intake(settings, ledger, pool, woken, metrics, sharing))
        folders: Sequence[FolderSource] = ()
        if watch and settings.folder.in_worker:
            folders = await stack.enter_async_context(open_folders(settings, ledger, intake))
        await stack.enter_async_context(
            heartbeat(settings.data_dir, name, metrics, lambda: {f.account: f.not_ready for f in folders})
        )
        await stack.enter_async_context(purging(settings, ledger, now))
        async with _running(loops, settings), watching(folders):
            yield ", ".join(str(folder.inbox) for folder in folders)


@asynccontextmanager
async def _running(loops: Sequence[Loop], settings: Settings) -> AsyncIterator[None]:
    """All loops of the worker. Stopping: nothing new, then the running steps, then what they left to deliver."""
    async with asyncio.TaskGroup() as tasks:
        for loop in loops:
            tasks.create_task(loop.run(), name=loop.name)
        try:
            yield
        finally:
            deadline = asyncio.get_running_loop().time() + settings.drain_seconds
            for loop in loops:
                await loop.stop(max(LEAST_DRAIN_SECONDS, deadline - asyncio.get_running_loop().time()))


def _loops(
    engine: Engine,
    settings: Settings,
    ledger: Ledger,
    documents: DocumentStore,
    pool: ParserPool,
    scans: ParserPool | None,
    session: aiohttp.ClientSession,
    metrics: Metrics,
) -> Sequence[Loop]:
    """What reads, what reads scans, what talks to the API, what delivers, in the order in which they hand bills on."""
    deliverer = Deliverer(ledger, settings, session, now, metrics=metrics)
    deliveries = engine.loop(tracks.deliveries(ledger, settings.accounts, deliverer.deliver, DELIVERIES_AT_ONCE))
    clients = _clients(settings, session, metrics, ledger)
    pipeline = Pipeline(
        ledger=ledger,
        documents=documents,
        pool=pool,
        clients=clients,
        settings=settings,
        clock=now,
        wake_delivery=deliveries.wake,
        metrics=metrics,
        scans=scans,
    )
    own = {name: most for name, account in settings.accounts.items() if (most := account.bills_in_work)}
    calls = {name: clients[name].pace.fits(account.bills_at_the_api) for name, account in settings.accounts.items()}
    gates = {name: AccountGate(client.breaker, client.pace) for name, client in clients.items()}
    api = engine.loop(tracks.api(ledger, calls, pipeline.advance, settings.limits.bills_in_work, gates))

    next_ones = [api]

    async def read(bill: Bill) -> None:
        await pipeline.advance(bill)
        for loop in next_ones:
            loop.wake()

    ahead = READ_AHEAD * settings.limits.parser_children
    reading = tracks.reading(ledger, settings.accounts, read, ahead, own, scans_too=scans is None)
    if scans is not None:
        scanning = READ_AHEAD * max(1, settings.ocr.children)
        next_ones.insert(0, engine.loop(tracks.scans(ledger, settings.accounts, read, scanning, own)))
    return engine.loop(reading), *next_ones, deliveries


async def _say_whose_bills_wait(settings: Settings, ledger: Ledger) -> None:
    counts = await ledger.counts()
    for account in {account for account, step in counts if step not in FINISHED} - set(settings.accounts):
        log.warning("the bills of an account that is no longer configured wait until it is again", account=account)


def _clients(
    settings: Settings, session: aiohttp.ClientSession, metrics: Metrics, ledger: Ledger
) -> dict[str, BayouClient]:
    return {
        name: BayouClient(
            session,
            base_url=settings.api_url(name),
            api_key=key_of(name, account),
            max_in_flight=account.max_calls_in_flight,
            on_drift=metrics.drift,
            breaker=Breaker(name, tell=metrics.api_down.labels(name).set),
            pace=Pace(ledger.paces.of(name), account.call_rate),
        )
        for name, account in settings.accounts.items()
    }
