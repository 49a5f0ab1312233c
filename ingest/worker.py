"""The composition root: what each role is made of, how it starts, and how it stops.

Every role is an async context that is up while it lasts and yields what to tell people (addresses, folders).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from typing import Any

import aiohttp
import structlog

from ingest import wakeup
from ingest.bayou.client import BayouClient
from ingest.bayou.transport import open_session
from ingest.config import Account, Settings
from ingest.delivery.deliverer import Deliverer
from ingest.heartbeat import heartbeat
from ingest.intake import Intake
from ingest.leftovers import sweeping
from ingest.listening import port_errors, serving
from ingest.metrics import Metrics
from ingest.ocr import Readers, make_ocr_pool
from ingest.parsing import ParserPool
from ingest.passwords import Passwords
from ingest.pipeline import Pipeline
from ingest.receipts.role import answering
from ingest.sandbox.app import API
from ingest.sandbox.app import make_app as make_sandbox_app
from ingest.sandbox.options import DEFAULT_KEY, Options
from ingest.scheduler import Scheduler
from ingest.sole_worker import sole_worker
from ingest.sources.folder import FolderSource
from ingest.sources.smtp import SmtpListener
from ingest.store.documents import DocumentStore, disk_errors
from ingest.store.engine import now
from ingest.store.ledger import Ledger
from ingest.store.place import prepare_place
from ingest.store.rows import Bill, Delivery, Step
from ingest.tracks import LOCAL, SCANS, ApiTrack, LocalTrack
from ingest.web.app import make_app as make_web_app

DELIVERIES_AT_ONCE = 16
READ_AHEAD = 2
"""Bills given to the reading for each parser child: more would only wait there, out of the order of priorities."""
LEAST_DRAIN_SECONDS = 0.5
FINISHED = {Step.DELIVERED, Step.SPLIT, Step.REFUSED}

log = structlog.get_logger()


def make_pool(settings: Settings, *, size: int | None = None) -> ParserPool:
    """The supervised children that read documents."""
    limits = settings.limits
    return ParserPool(
        size=size or limits.parser_children, memory_mb=limits.parser_memory_mb, wall_seconds=limits.parser_seconds
    )


@asynccontextmanager
async def open_scans(settings: Settings, *, size: int | None = None) -> AsyncIterator[ParserPool | None]:
    """The children for scans, which start with the first of them; None where there are none."""
    pool = make_ocr_pool(settings.ocr, size=size)
    async with pool or nullcontext():
        yield pool


@asynccontextmanager
async def open_ledger(settings: Settings) -> AsyncIterator[Ledger]:
    """The ledger, brought up to date. SQLite on a network file system is refused: its locks do not hold there."""
    prepare_place(settings.ledger_url, settings.data_dir)
    async with await Ledger.open(settings.ledger_url) as ledger:
        yield ledger


@asynccontextmanager
async def open_intake(
    settings: Settings,
    ledger: Ledger,
    pool: ParserPool,
    wake_worker: Callable[[], None],
    metrics: Metrics | None = None,
) -> AsyncIterator[Intake]:
    """The one door, which finishes what it began before it closes."""
    documents = DocumentStore(settings.documents_dir)
    passwords = {name: Passwords(account.passwords) for name, account in settings.accounts.items()}
    intake = Intake(ledger, documents, pool, settings.limits, wake_worker, metrics, passwords)
    try:
        yield intake
    finally:
        await intake.finish()


@asynccontextmanager
async def smtp_role(settings: Settings) -> AsyncIterator[str]:
    """The mail listener; yields where to send mail."""
    metrics = Metrics()
    async with (
        open_ledger(settings) as ledger,
        make_pool(settings, size=1) as pool,
        open_intake(settings, ledger, pool, lambda: wakeup.wake(settings.data_dir), metrics) as intake,
        heartbeat(settings.data_dir, "smtp", metrics),
    ):
        await pool.start()
        listener = SmtpListener(settings, intake)
        with port_errors("smtp", settings.smtp.host, settings.smtp.port):
            host, port = await listener.start()
        try:
            yield f"{host}:{port}"
        finally:
            await listener.stop(settings.drain_seconds)


@asynccontextmanager
async def worker_role(settings: Settings, *, watch: bool = True) -> AsyncIterator[str]:
    """Pipeline, deliveries, receipts and watched folders; yields the folders."""
    async with AsyncExitStack() as stack:
        stack.enter_context(sole_worker(settings.data_dir))
        await stack.enter_async_context(sweeping(settings))
        ledger = await stack.enter_async_context(open_ledger(settings))
        pool = await stack.enter_async_context(make_pool(settings))
        scans = await stack.enter_async_context(open_scans(settings))
        await pool.start()
        session = await stack.enter_async_context(open_session())
        await ledger.start_accounts()
        metrics = Metrics()
        answers = await stack.enter_async_context(answering(settings, ledger, metrics, now))
        loops = (*_schedulers(settings, ledger, pool, scans, session, metrics), *answers)
        await _say_whose_bills_wait(settings, ledger)

        def woken() -> None:
            for loop in loops:
                loop.wake()

        await stack.enter_async_context(wakeup.listening(settings.data_dir, woken))
        intake = await stack.enter_async_context(open_intake(settings, ledger, pool, woken, metrics))
        folders = _folders(settings, intake) if watch else []
        await stack.enter_async_context(
            heartbeat(settings.data_dir, "worker", metrics, lambda: {f.account: f.not_ready for f in folders})
        )
        async with _running(loops, folders, settings):
            yield ", ".join(str(folder.inbox) for folder in folders)


@asynccontextmanager
async def _running(
    loops: Sequence[Scheduler[Any]], folders: list[FolderSource], settings: Settings
) -> AsyncIterator[None]:
    """All loops of the worker. Stopping: nothing new, then the running steps, then what they left to deliver."""
    async with asyncio.TaskGroup() as tasks:
        sources = [tasks.create_task(folder.run(), name=f"folder {folder.inbox}") for folder in folders]
        for loop in loops:
            tasks.create_task(loop.run(), name=loop.name)
        try:
            yield
        finally:
            for source in sources:
                source.cancel()
            await asyncio.gather(*sources, return_exceptions=True)
            deadline = asyncio.get_running_loop().time() + settings.drain_seconds
            for loop in loops:
                await loop.stop(max(LEAST_DRAIN_SECONDS, deadline - asyncio.get_running_loop().time()))


def _schedulers(
    settings: Settings,
    ledger: Ledger,
    pool: ParserPool,
    scans: ParserPool | None,
    session: aiohttp.ClientSession,
    metrics: Metrics,
) -> tuple[Scheduler[Bill], Scheduler[Bill], Scheduler[Bill], Scheduler[Delivery]]:
    """What reads, what reads scans, what talks to the API, what delivers, in the order in which they hand bills on."""
    deliverer = Deliverer(ledger, settings, session, now, metrics=metrics)
    deliveries = Scheduler("delivery", ledger.due_deliveries, deliverer.deliver, limit=DELIVERIES_AT_ONCE, clock=now)
    pipeline = Pipeline(
        ledger=ledger,
        documents=DocumentStore(settings.documents_dir),
        pool=pool,
        clients=_clients(settings, session, metrics),
        settings=settings,
        clock=now,
        wake_delivery=deliveries.wake,
        metrics=metrics,
        scans=scans,
    )
    most = {name: account.max_calls_in_flight for name, account in settings.accounts.items()}
    calls = ApiTrack(ledger, pipeline.advance, most)
    api = Scheduler("API", calls.due, calls.step, limit=settings.limits.bills_in_work, clock=now, hold=ledger.hold)

    async def read(bill: Bill) -> None:
        await pipeline.advance(bill)
        ocr.wake()
        api.wake()

    def local(name: str, steps: Collection[Step], children: int) -> Scheduler[Bill]:
        track = LocalTrack(ledger, settings.accounts, steps)
        return Scheduler(name, track.due, read, limit=READ_AHEAD * children, clock=now, hold=ledger.hold)

    ocr = local("OCR", SCANS, max(1, settings.ocr.children))
    return local("reading", LOCAL, settings.limits.parser_children), ocr, api, deliveries


async def _say_whose_bills_wait(settings: Settings, ledger: Ledger) -> None:
    counts = await ledger.counts()
    for account in {account for account, step in counts if step not in FINISHED} - set(settings.accounts):
        log.warning("the bills of an account that is no longer configured wait until it is again", account=account)


def _clients(settings: Settings, session: aiohttp.ClientSession, metrics: Metrics) -> dict[str, BayouClient]:
    return {
        name: BayouClient(
            session,
            base_url=settings.api_url(name),
            api_key=_api_key(name, account),
            max_in_flight=account.max_calls_in_flight,
            on_drift=metrics.drift,
        )
        for name, account in settings.accounts.items()
    }


def _api_key(name: str, account: Account) -> str:
    """The account's own key, or the one under which the built-in sandbox keeps it apart from the others."""
    return account.api_key.get_secret_value() if account.api_key else f"{DEFAULT_KEY}-{name}"


def _folders(settings: Settings, intake: Intake) -> list[FolderSource]:
    inboxes = {name: settings.inbox(name) for name in settings.accounts}
    return [
        FolderSource(name, inbox, settings.folder, intake, settings.data_dir)
        for name, inbox in inboxes.items()
        if inbox
    ]


@asynccontextmanager
async def web_role(settings: Settings) -> AsyncIterator[str]:
    """The HTTP port; yields its URL."""
    async with open_ledger(settings) as ledger:
        app = make_web_app(ledger, settings, lambda: wakeup.wake(settings.data_dir))
        async with serving("web", app, settings.web.host, settings.web.port) as url:
            yield url


@asynccontextmanager
async def sandbox_role(settings: Settings) -> AsyncIterator[str]:
    """The built-in API on the local parsers; yields its base URL."""
    chosen, folder = settings.sandbox, settings.data_dir / "sandbox"
    accounts = settings.accounts.items()
    keys = {_api_key(name, account) for name, account in accounts if account.environment == "sandbox"}
    options = Options(
        keys=frozenset({DEFAULT_KEY, *keys}),
        data_dir=folder,
        delay_seconds=chosen.delay_seconds,
        not_supported=frozenset(chosen.not_supported),
        max_document_bytes=settings.limits.max_document_bytes,
    )
    with disk_errors():
        folder.mkdir(parents=True, exist_ok=True)
    async with (
        make_pool(settings, size=1) as pool,
        open_scans(settings, size=1) as scans,
    ):
        sandbox = make_sandbox_app(pool=Readers(pool, scans), options=options)
        async with serving("sandbox", sandbox, chosen.host, chosen.port) as url:
            yield url + API
