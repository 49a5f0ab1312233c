"""Two real workers, one PostgreSQL, one API: every bill goes up once and comes out once."""

import asyncio
from collections import Counter
from pathlib import Path

from aiohttp import web
from postgres_world import database
from program import SAMPLES
from role_world import role

from ingest.parsing import ParserPool
from ingest.sandbox.app import make_app, serving
from ingest.sandbox.keys import ENGINE
from ingest.sandbox.options import Options
from ingest.store.documents import DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.rows import NewArrival, Priority, Step

DONE = {Step.DELIVERED, Step.SPLIT, Step.REFUSED}
BILLS = 6
MORE = 12
"""Sent one by one, until both workers had their share."""
SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LQ=="
BATCH = SAMPLES / "national_grid_new_york" / "2025-06_batch_of_three.pdf"


def documents() -> list[Path]:
    """One of each of many companies, and three in one."""
    companies = [folder for folder in sorted(SAMPLES.glob("[a-z]*")) if list(folder.glob("*.pdf"))]
    wanted = [min(folder.glob("*.pdf")) for folder in companies if folder != BATCH.parent]
    return [*wanted[: BILLS + MORE], BATCH]


async def test_two_workers_deliver_every_bill_once(tmp_path: Path) -> None:
    hooks: list[tuple[str, str, str]] = []

    async def take(request: web.Request) -> web.Response:
        event = await request.json()
        hooks.append((request.headers["webhook-id"], event["event"], event["object"]["id"]))
        return web.Response(status=204)

    receiver = web.Application()
    receiver.router.add_post("/hook", take)
    with database() as url:
        async with ParserPool(size=1) as pool:
            app = make_app(pool=pool, options=Options(keys=frozenset({"k"}), delay_seconds=0.2))
            async with serving(app) as api, serving(receiver) as hook, await Ledger.open(url) as ledger:
                settings = {
                    "data_dir": str(tmp_path / "data"),
                    "database_url": url.replace("+asyncpg", ""),
                    "log_format": "json",
                    "limits": {"parser_children": 1},
                    "polling": {"first_seconds": 0.1},
                    "accounts.acme": {
                        "domains": ["acme.example"], "api_key": "k", "base_url": api,
                        "webhook_urls": [hook.removesuffix("/api/v2") + "/hook"], "webhook_secret": SECRET,
                    },
                    "accounts.other": {"domains": ["other.example"], "api_key": "k", "base_url": api},
                }  # fmt: skip
                store = DocumentStore(tmp_path / "data" / "documents")
                new = [
                    NewArrival(
                        account="acme", source="smtp", name=path.name, priority=Priority.SMTP,
                        sha256=await store.put(path),
                    )
                    for path in documents()
                ]  # fmt: skip
                more, new = new[:MORE], new[MORE:]
                async with (
                    role(tmp_path, "one", "worker", settings) as one,
                    role(tmp_path, "two", "worker", settings) as two,
                ):
                    await asyncio.gather(one.ready(), two.ready())
                    await ledger.receive(new)
                    await _all_done(ledger)
                    while not all("bill done" in each.log for each in (one, two)):
                        assert more, "one of them has done nothing"
                        await ledger.receive([more.pop()])
                        await _all_done(ledger)
                bills = await ledger.bills()
                went_up = [bill for bill in bills if bill.step is Step.DELIVERED]
                assert len(went_up) >= BILLS + 3
                engine = app[ENGINE]
                assert len(await engine.ask(engine.state.bills)) == len(went_up)
                for bill in bills:
                    events = await ledger.events(bill.id)
                    assert [event.version for event in events] == list(range(1, bill.version + 1))
                    assert max(Counter(e.kind for e in events if e.kind != "polled").values()) == 1
    assert len({message for message, _, _ in hooks}) == len(hooks), "no webhook came twice"
    told = Counter((event, bill) for _, event, bill in hooks)
    assert told == Counter((e, bill.id) for bill in went_up for e in ("new_unparsed_bill", "new_bill"))


async def _all_done(ledger: Ledger) -> None:
    async with asyncio.timeout(120):
        while not await _is_done(ledger):  # noqa: ASYNC110 - other processes set no event
            await asyncio.sleep(0.1)


async def _is_done(ledger: Ledger) -> bool:
    return {bill.step for bill in await ledger.bills()} <= DONE and not await ledger.waiting_deliveries()
