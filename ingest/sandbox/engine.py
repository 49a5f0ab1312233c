"""What happens to an upload after it was taken: read by the parsers, held back for a while, announced.

Every bill is followed by a task of one group; whatever is unfinished when the sandbox stops is taken up at the next
start.
"""

import asyncio
import fnmatch
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

import aiohttp
import structlog

from ingest.errors import IngestError
from ingest.sandbox import bills
from ingest.sandbox.links import Links
from ingest.sandbox.options import Options
from ingest.sandbox.state import State, StoredBill
from ingest.sandbox.webhooks import Webhooks
from parsers.model import Document

P = ParamSpec("P")
T = TypeVar("T")
Job = Callable[[], Coroutine[Any, Any, None]]
LONGEST_PAUSE = 30.0
log = structlog.get_logger(__name__)


class Pool(Protocol):
    """Reads documents outside of this process (``ingest.parsing.ParserPool``)."""

    async def read(self, path: Path) -> Document:
        """Everything in the PDF."""


class Engine:
    """State, files, parsers and webhooks of one running sandbox."""

    def __init__(
        self, pool: Pool, options: Options, *, state: State, folder: Path, thread: ThreadPoolExecutor, hooks: Webhooks
    ) -> None:
        self.folder = folder
        self.links = Links(state.signing_key())
        self.canned: dict[str, Mapping[str, Any]] = dict(options.canned)
        self._pool = pool
        self._options = options
        self.state = state  # to be called through ``ask``
        self._thread = thread
        self._hooks = hooks
        self._jobs: asyncio.Queue[Job] = asyncio.Queue()

    @classmethod
    @asynccontextmanager
    async def running(cls, pool: Pool, options: Options) -> AsyncIterator["Engine"]:
        """An engine at work."""
        async with AsyncExitStack() as stack:
            home = options.data_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sandbox-")))
            folder = home / "pdfs"
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
            state = State(options.data_dir / "sandbox.sqlite3" if options.data_dir else None)
            stack.callback(state.close)
            thread = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="sandbox-state"))
            session = await stack.enter_async_context(aiohttp.ClientSession())
            hooks = Webhooks(session, options.webhook_urls, options.webhook_pauses)
            engine = cls(pool, options, state=state, folder=folder, thread=thread, hooks=hooks)
            for bill in await engine.ask(state.unfinished):
                engine.follow(bill)
            worker = asyncio.create_task(engine._work())
            try:
                yield engine
            finally:
                worker.cancel()
                with suppress(asyncio.CancelledError):
                    await worker

    async def _work(self) -> None:
        """Run what is queued until cancelled; what is unfinished then is in the state, for the next start."""
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(_apart(await self._jobs.get()))

    async def ask(self, method: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a method of ``state`` in its thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: method(*args, **kwargs))

    def follow(self, bill: StoredBill) -> None:
        """See a bill through to its announcement, in the background."""
        self._jobs.put_nowait(lambda: self._follow(bill))

    def object_of(self, bill: StoredBill) -> dict[str, Any]:
        """The bill object as the API shows it now."""
        read = bill.outcome if time.time() >= bill.ready_at else None
        identity = {
            "id": bill.id,
            "external_id": bill.external_id,
            "customer_id": bill.customer_id,
            "customer_external_id": bill.customer_external_id,
        }
        link = {"file_url": self.links.sign(bill.origin, bill.id, time.time())}
        return (read if read is not None else bills.unparsed()) | identity | link

    async def update(self, bill: StoredBill, changes: Mapping[str, Any]) -> StoredBill:
        """Change a bill's values, and tell so."""
        changed = await self.ask(self.state.set_outcome, bill.id, {**(bill.outcome or {}), **changes})
        self._jobs.put_nowait(lambda: self._hooks.send("updated_bill", self.object_of(changed)))
        return changed

    async def _follow(self, bill: StoredBill) -> None:
        if bill.outcome is None:
            seen_now = self.object_of(bill)
            self._jobs.put_nowait(lambda: self._hooks.send("new_unparsed_bill", seen_now))
            bill = await self.ask(self.state.set_outcome, bill.id, await self._outcome(bill))
        await asyncio.sleep(max(0.0, bill.ready_at - time.time()))
        bill = await self.ask(self.state.bill_of_anyone, bill.id)
        await self._hooks.send("new_bill", self.object_of(bill))
        await self.ask(self.state.set_announced, bill.id)

    async def _outcome(self, bill: StoredBill) -> dict[str, Any]:
        canned = self._canned(bill)
        if canned is not None:
            return bills.canned_outcome(canned)
        document = await self._read(self.folder / f"{bill.sha256}.pdf")
        return bills.outcome(document, not_supported=self._options.not_supported, locked=self._options.locked)

    def _canned(self, bill: StoredBill) -> Mapping[str, Any] | None:
        if bill.sha256 in self.canned:
            return self.canned[bill.sha256]
        return next((c for pattern, c in self.canned.items() if fnmatch.fnmatch(bill.filename, pattern)), None)

    async def _read(self, path: Path) -> Document:
        """The document, however long the pool is out of order: the bill stays unparsed meanwhile."""
        pause = 0.5
        while True:
            try:
                return await self._pool.read(path)
            except (IngestError, OSError) as error:
                log.warning("the parsers failed; the bill stays unparsed", error=str(error), again_in_seconds=pause)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)


async def _apart(job: Job) -> None:
    """Run a job so that its failure costs no other: a bill that fails here stays as it is until the next start."""
    try:
        await job()
    except Exception:  # a mistake of ours about one bill; the traceback is logged
        log.exception("the sandbox could not finish a bill")
