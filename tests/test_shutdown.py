"""SIGTERM with work in flight: every role ends in order and in time, and nothing waits for a lease to run out."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiohttp import web
from engine_world import receive_parsed
from role_world import NotingApi, Running, role
from source_world import eventually, pdf

from ingest.sandbox.app import serving
from ingest.store.documents import DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.rows import Outcome, Priority, Step
from ingest.store.urls import is_postgresql

DRAIN = 2
BILLS = 10


def settings(tmp_path: Path, **more: Any) -> dict[str, Any]:
    return {
        "data_dir": str(tmp_path / "data"),
        "log_format": "json",
        "drain_seconds": DRAIN,
        "limits": {"parser_children": 1},
        "ocr": {"children": 0},
        "accounts.acme": {"domains": ["acme.example"], "recipients": ["bills@in.example"]},
        **more,
    }


def place(running: Running) -> str:
    lines = [json.loads(line) for line in running.log.splitlines() if '"ready"' in line]
    return str(lines[-1]["place"])


async def stops(running: Running) -> float:
    """How long it takes; it must end as it should."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    running.stop()
    assert await running.ended() == 0, running.log
    return loop.time() - began


async def leased(ledger: Ledger) -> int:
    """Jobs that no worker could take before a lease has run out."""
    if not is_postgresql(ledger.engine.url.drivername):
        return 0
    async with ledger.engine.connect() as connection:
        query = sa.text("SELECT count(*) FROM pgqueuer WHERE status = 'picked'")
        return int((await connection.execute(query)).scalar_one())


async def unwoken(ledger: Ledger) -> set[str]:
    """Bills with something left to do that no job would wake."""
    if not is_postgresql(ledger.engine.url.drivername):
        return set()
    async with ledger.engine.connect() as connection:
        query = sa.text("SELECT split_part(dedupe_key, ' ', 1) FROM pgqueuer WHERE status = 'queued'")
        queued = set((await connection.execute(query)).scalars())
    return {bill.id for bill in await ledger.bills() if bill.wake_at is not None} - queued


class HangingApi(NotingApi):
    """Answers until it has so many uploads, then hangs until it is told to go on."""

    def __init__(self, uploads: int) -> None:
        super().__init__(seconds=0.2, polls=0)
        self.hang_after(uploads)

    def hang_after(self, uploads: int) -> None:
        """From there on; what hangs already does so for ever."""
        self._enough = uploads
        self.hanging = 0
        self.go_on = asyncio.Event()

    @web.middleware
    async def _note(self, request: web.Request, handler: Any) -> Any:
        if len(self.uploads) >= self._enough:
            self.hanging += 1
            await self.go_on.wait()
        return await super()._note(request, handler)


async def test_workers_that_are_restarted_in_turn_leave_nothing_behind(url: str, tmp_path: Path) -> None:
    """Also where the API hangs, so that steps cannot end before the deadline."""
    api = HangingApi(3)
    two = is_postgresql(url)
    async with serving(api.app()) as base, await Ledger.open(url) as ledger, AsyncExitStack() as stack:
        await receive_parsed(ledger, DocumentStore(tmp_path / "data" / "documents"), BILLS, Priority.SMTP)
        acme = {"domains": ["acme.example"], "api_key": "k", "environment": "sandbox", "base_url": base}
        chosen = settings(tmp_path, **{"accounts.acme": {**acme, "max_calls_in_flight": 4}})
        chosen["polling"] = {"first_seconds": 0.1}
        if two:
            chosen["database_url"] = url.replace("+asyncpg", "")

        async def start(name: str) -> Running:
            worker = await stack.enter_async_context(role(tmp_path, name, "worker", chosen))
            await worker.ready()  # before that it ends at once when it is told to, and not in order
            return worker

        workers = [await start("one"), *([await start("two")] if two else [])]
        await eventually(lambda: api.hanging >= 2)
        for worker in workers:
            assert await stops(worker) < DRAIN + 12
        assert await leased(ledger) == 0
        assert await unwoken(ledger) == set(), "each of them can be taken at once"
        api.hang_after(len(api.uploads) + 2)
        first = await start("three")
        if two:  # a second one comes while the first works, and the first is restarted
            await eventually(lambda: api.hanging >= 1)
            await start("four")
            api.go_on.set()
            assert await stops(first) < DRAIN + 12
        api.go_on.set()
        async with asyncio.timeout(60):
            while (await ledger.counts()).keys() != {("acme", Step.DELIVERED)}:  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.1)
        kinds = [event.kind for bill in await ledger.bills() for event in await ledger.events(bill.id)]
    assert len(api.uploads) == len(set(api.uploads)) == BILLS
    assert "postponed" not in kinds


@asynccontextmanager
async def one(tmp_path: Path, what: str, **more: Any) -> AsyncIterator[Running]:
    async with role(tmp_path, what, what, settings(tmp_path, **more)) as running:
        await running.ready()
        yield running


async def test_a_message_on_its_way_in_is_taken(tmp_path: Path) -> None:
    account = {
        "domains": ["acme.example"], "recipients": ["bills@in.example"], "sender_check": "envelope",
        "peers": ["127.0.0.0/8"],
    }  # fmt: skip
    async with one(tmp_path, "smtp", smtp={"port": 0}, **{"accounts.acme": account}) as listener:
        host, port = place(listener).rsplit(":", 1)
        reader, writer = await asyncio.open_connection(host, int(port))

        async def say(text: str, expected: bytes) -> None:
            writer.write(text.encode())
            while (line := await reader.readline())[3:4] == b"-":
                pass
            assert line.startswith(expected), line

        await say("", b"220")
        await say("EHLO there\r\n", b"250")
        await say("MAIL FROM:<a@acme.example>\r\n", b"250")
        await say("RCPT TO:<bills@in.example>\r\n", b"250")
        await say("DATA\r\n", b"354")
        writer.write(b"From: a@acme.example\r\nTo: bills@in.example\r\nMIME-Version: 1.0\r\n")
        writer.write(b"Content-Type: application/pdf; name=b.pdf\r\nContent-Transfer-Encoding: 8bit\r\n\r\n")
        await writer.drain()
        listener.stop()
        await listener.said('"stopping"')
        writer.write(pdf("a bill").replace(b"\n", b"\r\n"))
        await say("\r\n.\r\n", b"250")
        writer.close()
        assert await listener.ended() == 0, listener.log
    async with await Ledger.open(f"sqlite+aiosqlite:///{tmp_path}/data/ledger.sqlite3") as ledger:
        assert [arrival.outcome for arrival in await ledger.arrivals()] == [Outcome.ACCEPTED]


async def test_files_are_taken_whole_or_stay_where_they_are(tmp_path: Path) -> None:
    """New ones come for as long as the role lives."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    dropped: list[str] = []

    async def drop() -> None:
        while True:
            dropped.append(f"{len(dropped)}.pdf")
            (inbox / dropped[-1]).write_bytes(pdf(dropped[-1]))
            await asyncio.sleep(0.02)

    more = {"folder": {"inbox": str(inbox), "stable_seconds": 0.05, "poll_seconds": 0.1, "force_polling": True}}
    async with one(tmp_path, "folder", **more) as running:
        dropping = asyncio.create_task(drop())
        await eventually(lambda: len(list(inbox.glob("processed/*.pdf"))) >= 3)
        assert await stops(running) < DRAIN + 12
        dropping.cancel()
    left, taken = list(inbox.glob("*.pdf")), list(inbox.glob("processed/*.pdf"))
    assert left
    assert sorted(path.name for path in (*left, *taken)) == sorted(dropped)
    async with await Ledger.open(f"sqlite+aiosqlite:///{tmp_path}/data/ledger.sqlite3") as ledger:
        arrivals = await ledger.arrivals()
    assert sorted(arrival.name for arrival in arrivals) == sorted(path.name for path in taken)


async def test_half_a_request_holds_nobody_up(tmp_path: Path) -> None:
    async with one(tmp_path, "web", web={"port": 0}) as running:
        host, port = place(running).removeprefix("http://").rsplit(":", 1)
        connections = [await asyncio.open_connection(host, int(port)) for _ in range(3)]
        for _, writer in connections:
            writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\n")
        reader, writer = connections[0]
        writer.write(b"\r\n")
        assert b" 200 " in await reader.readline()
        assert await stops(running) < DRAIN + 12
        for _, writer in connections:
            writer.close()
