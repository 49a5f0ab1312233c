"""A whole pipeline for tests: real ledger, documents, parser children, client and sandbox; only the clock is ours."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from ingest.bayou.client import BayouClient
from ingest.config import Account, Settings
from ingest.intake import Intake, Receipt
from ingest.offers import Offer
from ingest.parsing import ParserPool
from ingest.pipeline import Pipeline
from ingest.sandbox.app import API, make_app, serving
from ingest.sandbox.options import Options
from ingest.store.documents import DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.rows import Bill, Step

SAMPLES = Path(__file__).parents[1] / "samples"
POWER = SAMPLES / "central_maine_power" / "2022-08_supplier.pdf"
BATCH = SAMPLES / "national_grid_new_york" / "2025-06_batch_of_three.pdf"
UNKNOWN = SAMPLES / "_unknown" / "letter.pdf"


class Clock:
    """Real time, plus what a test adds."""

    def __init__(self) -> None:
        self.ahead = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.ahead


@dataclass
class World:
    """Everything that a test wants to touch."""

    settings: Settings
    clock: Clock
    ledger: Ledger
    documents: DocumentStore
    intake: Intake
    pipeline: Pipeline
    session: aiohttp.ClientSession
    api: str
    clients: dict[str, BayouClient] = field(default_factory=dict)

    async def offer(self, content: bytes | Path, **values: Any) -> Receipt:
        name = content.name if isinstance(content, Path) else "bill.pdf"
        plain: dict[str, Any] = {"account": "acme", "source": "smtp", "name": name, "content": content}
        [receipt] = await self.intake.take([Offer(**{**plain, **values})])
        return receipt

    async def take(self, content: bytes | Path, **values: Any) -> Bill:
        receipt = await self.offer(content, **values)
        assert receipt.bill_id, receipt
        return await self.bill(receipt.bill_id)

    async def bill(self, bill_id: str) -> Bill:
        bill = await self.ledger.bill(bill_id)
        assert bill
        return bill

    async def run_due(self) -> int:
        """Advances every bill that is due; how many there were."""
        due, _ = await self.ledger.due_bills((), 100)
        for bill in due:
            await self.pipeline.advance(bill)
        return len(due)

    async def until(self, bill: Bill, *steps: Step, leap: float = 5.0) -> Bill:
        """Runs what is due, leaping over the waits, until the bill stands at one of ``steps``."""
        async with asyncio.timeout(30):
            while (bill := await self.bill(bill.id)).step not in steps:
                if await self.run_due() == 0:
                    self.clock.ahead += dt.timedelta(seconds=leap)
                await asyncio.sleep(0)
        return bill

    async def control(self, method: str, what: str, body: Any = None, key: str = "acme-key") -> Any:
        url = self.api.removesuffix(API) + f"/_control/{what}"
        headers = {"Authorization": aiohttp.encode_basic_auth(key, "")}
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def arm(self, **fault: Any) -> None:
        await self.control("POST", "faults", fault)

    async def uploads(self) -> list[dict[str, Any]]:
        listing = await self.control("GET", "uploads")
        found: list[dict[str, Any]] = listing["uploads"]
        return found

    async def kinds(self, bill: Bill) -> list[str]:
        return [event.kind for event in await self.ledger.events(bill.id)]


@asynccontextmanager
async def world(
    tmp_path: Path,
    pool: ParserPool,
    *,
    sandbox: Options | None = None,
    scans: ParserPool | None = None,
    **polling: Any,
) -> AsyncIterator[World]:
    """A world that lasts as long as the context."""
    keys = frozenset({"acme-key", "other-key"})
    options = sandbox or Options(keys=keys, delay_seconds=0)
    clock = Clock()
    async with serving(make_app(pool=pool, options=options)) as api, aiohttp.ClientSession() as session:
        settings = Settings(
            data_dir=tmp_path / "data",
            accounts={
                name: Account(domains=(f"{name}.example",), api_key=f"{name}-key", base_url=api)
                for name in ("acme", "other")
            },
            polling={"first_seconds": 0.05},
        )
        clients = {
            name: BayouClient(session, base_url=api, api_key=f"{name}-key", pause=lambda _: 0.01)
            for name in settings.accounts
        }
        documents = DocumentStore(settings.documents_dir)
        async with await Ledger.open(settings.ledger_url, clock) as ledger:
            pipeline = Pipeline(
                ledger=ledger, documents=documents, pool=pool, clients=clients, settings=settings, clock=clock,
                wake_delivery=lambda: None, scans=scans,
            )  # fmt: skip
            intake = Intake(ledger, documents, pool, settings.limits)
            yield World(settings, clock, ledger, documents, intake, pipeline, session, api, clients)
