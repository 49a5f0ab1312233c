"""Killed before and after each commit, started again: every bill delivered, and the API has seen each exactly once."""

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from pipeline_world import BATCH, POWER
from standardwebhooks import Webhook

from ingest.parsing import ParserPool
from ingest.sandbox.app import make_app, serving, workspace
from ingest.sandbox.keys import ENGINE
from ingest.sandbox.options import Options
from ingest.sandbox.state import StoredBill

DRIVER = Path(__file__).parent / "crash_driver.py"
SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LQ=="
KILLED = -9
KEYS = frozenset({"whole", "batch", *(f"{when}-{n}" for when in ("before", "after") for n in range(100))})
"""Each life has a key of its own, and with it bills of its own."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Outside:
    """What stands outside the crashing process and remembers: the API, and a receiver of webhooks."""

    def __init__(self, api: str, hooks: str, app: web.Application, received: list[tuple[str, str, str]]) -> None:
        self.api = api
        self.hooks = hooks
        self._app = app
        self.received = received

    async def uploads(self, folder: Path) -> list[StoredBill]:
        """Those of one life's key."""
        engine = self._app[ENGINE]
        bills: list[StoredBill] = await engine.ask(engine.state.bills)
        return [bill for bill in bills if bill.workspace == workspace(folder.name)]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def outside() -> AsyncIterator[Outside]:
    received: list[tuple[str, str, str]] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        event = Webhook(SECRET).verify(body, dict(request.headers))
        received.append((request.headers["webhook-id"], event["event"], event["object"]["id"]))
        return web.Response(status=204)

    receiver = web.Application()
    receiver.router.add_post("/hook", take)
    async with ParserPool(size=1) as pool:
        app = make_app(pool=pool, options=Options(keys=KEYS, delay_seconds=0))
        async with serving(app) as api, serving(receiver) as hooks:
            yield Outside(api, hooks.removesuffix("/api/v2") + "/hook", app, received)


def prepare(folder: Path, outside: Outside, *bills: Path) -> Path:
    inbox = folder / "inbox"
    inbox.mkdir(parents=True)
    for bill in bills:
        shutil.copy(bill, inbox)
    settings = folder / "settings.toml"
    settings.write_text(
        f"""
        data_dir = "{folder / "data"}"
        [accounts.acme]
        base_url = "{outside.api}"
        api_key = "{folder.name}"
        inbox = "{inbox}"
        webhook_urls = ["{outside.hooks}"]
        webhook_secret = "{SECRET}"
        [folder]
        stable_seconds = 0.05
        rescan_seconds = 1
        [polling]
        first_seconds = 0.05
        [limits]
        parser_children = 1
        """
    )
    return settings


class Driver:
    """The process that forks the lives."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def life(self, settings: Path, when: str, number: int = 0) -> tuple[int, int]:
        """Exit code and number of commits (when it lived to its end)."""
        assert self._process.stdin
        assert self._process.stdout
        line = {"settings": str(settings), "when": when, "number": number}
        self._process.stdin.write(json.dumps(line).encode() + b"\n")
        ended = json.loads(await self._process.stdout.readline())
        assert ended["code"] in (0, KILLED)
        return ended["code"], ended["commits"]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def driver() -> AsyncIterator[Driver]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(DRIVER), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    yield Driver(process)
    assert process.stdin
    process.stdin.close()
    assert await process.wait() == 0


def everything_delivered(folder: Path, outside: Outside, number: int) -> None:
    """The records by the ledger's folder, the sidecars by the inbox's, the webhooks by their receiver."""
    records = [json.loads(path.read_text()) for path in (folder / "data/records/acme").glob("*.json")]
    final = [record for record in records if record["status"] == "unlocked"]
    assert len(final) == number
    assert not list((folder / "inbox").glob("*.pdf"))
    for pdf in (folder / "inbox/processed").glob("*.pdf"):
        sidecar = json.loads(pdf.with_name(pdf.name + ".json").read_text())
        assert sidecar["bills"], sidecar
    ids = {record["id"] for record in final}
    for event in ("new_unparsed_bill", "new_bill"):
        mine = [(message, bill) for message, kind, bill in outside.received if kind == event and bill in ids]
        assert {bill for _, bill in mine} == ids
        message_ids = {message for message, _ in mine}
        assert len(message_ids) == number, "a repeated webhook carries the same id"


@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_at_every_commit_of_one_bill(outside: Outside, driver: Driver, tmp_path: Path, when: str) -> None:
    _, commits = await driver.life(prepare(tmp_path / "whole", outside, POWER), "never")
    assert commits > 10
    for number in range(1, commits + 1):
        folder = tmp_path / f"{when}-{number}"
        settings = prepare(folder, outside, POWER)
        await driver.life(settings, when, number)
        code, _ = await driver.life(settings, "never")
        assert code == 0
        assert len(await outside.uploads(folder)) == 1, f"killed {when} commit {number}"
        everything_delivered(folder, outside, 1)


async def test_killed_again_and_again_with_three_bills(outside: Outside, driver: Driver, tmp_path: Path) -> None:
    """One life after the other ends at its seventh commit, until one gets to the end."""
    folder = tmp_path / "batch"
    settings = prepare(folder, outside, BATCH)
    for _ in range(60):
        code, _ = await driver.life(settings, "after", 7)
        if code == 0:
            break
    assert code == 0
    uploads = await outside.uploads(folder)
    assert len({upload.sha256 for upload in uploads}) == len(uploads) == 3
    records = [json.loads(path.read_text()) for path in (folder / "data/records/acme").glob("*.json")]
    assert {record["status"] for record in records} == {"unlocked"}
    assert len(records) == 3
