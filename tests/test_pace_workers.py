"""Calls a second and calls in flight as the API sees them: a worker on SQLite, two of them on PostgreSQL."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web
from engine_world import receive_parsed
from role_world import NotingApi, role

from ingest.sandbox.app import serving
from ingest.store.documents import DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.rows import Priority, Step
from ingest.store.urls import is_postgresql

RATE, IN_FLIGHT, BILLS = 25, 3, 16
JITTER = 0.2
"""Seconds between a call's turn and its arrival, by which two calls may differ on a busy machine."""
TOLD_AT, WISH = 20, 2
ALREADY_OUT = 0.5
"""Seconds after the 429 within which calls may still come whose turn was taken before."""


async def test_the_api_sees_no_more_calls_than_it_may(url: str, tmp_path: Path) -> None:
    def refuse(number: int) -> web.Response | None:
        return web.Response(status=429, headers={"Retry-After": str(WISH)}) if number == TOLD_AT else None

    api = NotingApi(seconds=0.05, polls=1, refuse=refuse)
    async with serving(api.app()) as base, await Ledger.open(url) as ledger:
        await receive_parsed(ledger, DocumentStore(tmp_path / "data" / "documents"), BILLS, Priority.BATCH)
        settings = {
            "data_dir": str(tmp_path / "data"),
            "log_format": "json",
            "limits": {"parser_children": 1},
            "ocr": {"children": 0},
            "polling": {"first_seconds": 0.1},
            "accounts.acme": {
                "domains": ["acme.example"], "api_key": "k", "environment": "sandbox", "base_url": base,
                "calls_per_second": RATE, "max_calls_in_flight": IN_FLIGHT,
            },
        }  # fmt: skip
        if is_postgresql(url):
            settings["database_url"] = url.replace("+asyncpg", "")
        async with AsyncExitStack() as workers:
            for name in ("one", "two") if is_postgresql(url) else ("one",):
                await workers.enter_async_context(role(tmp_path, name, "worker", settings))
            async with asyncio.timeout(60):
                while (await ledger.counts()).keys() != {("acme", Step.DELIVERED)}:  # noqa: ASYNC110 - other processes set no event
                    await asyncio.sleep(0.1)
        kinds = [event.kind for bill in await ledger.bills() for event in await ledger.events(bill.id)]
    assert sorted(api.uploads) == sorted(set(api.uploads))
    assert len(api.uploads) == BILLS
    assert api.most <= IN_FLIGHT
    for seconds in (0.5, 1.0):
        assert most_in(api.calls, seconds) <= RATE * (seconds + JITTER) + 1
    told = api.calls[TOLD_AT - 1]
    assert not [call for call in api.calls if told + ALREADY_OUT < call < told + WISH - 0.1]
    assert "postponed" not in kinds, "no bill is to blame"


def most_in(times: list[float], seconds: float) -> int:
    return max(sum(1 for time in times[start:] if time < times[start] + seconds) for start in range(len(times)))
