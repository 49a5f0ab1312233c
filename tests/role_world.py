"""Roles as processes of their own, from settings written to a file; and an API that notes each call at the wire."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

STOP_SECONDS = 40


class Running:
    """One role's process."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text()

    async def ready(self) -> None:
        """Returns when it works."""
        await self.said('"ready"')

    async def said(self, words: str) -> None:
        """Returns when its log has these words."""
        async with asyncio.timeout(STOP_SECONDS):
            while words not in self.log:
                assert self.process.returncode is None, self.log
                await asyncio.sleep(0.02)

    def stop(self) -> None:
        """As an operator does."""
        self.process.send_signal(signal.SIGTERM)

    async def ended(self) -> int:
        """Its exit code."""
        return await asyncio.wait_for(self.process.wait(), STOP_SECONDS)


@asynccontextmanager
async def role(folder: Path, name: str, what: str, settings: dict[str, Any]) -> "AsyncIterator[Running]":
    """``bill-ingest serve --role``; at its end it must stop as it is told to, unless the test ended it."""
    file = folder / f"{name}.toml"
    file.write_text(toml(settings))
    with (folder / f"{name}.log").open("a") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ingest", "serve", "--config", file, "--role", what, cwd=folder,
            stdout=log, stderr=log,
        )  # fmt: skip
    running = Running(process, folder / f"{name}.log")
    try:
        yield running
    finally:
        if process.returncode is None:
            running.stop()
            assert await running.ended() == 0, running.log


def toml(settings: dict[str, Any]) -> str:
    """Settings as a file: plain values, and sections by their dotted names."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items() if not isinstance(value, dict)]
    tables = [(key, value) for key, value in settings.items() if isinstance(value, dict)]
    return "\n".join([*lines, *(f"[{key}]\n{toml(value)}" for key, value in tables)])


@dataclass
class NotingApi:
    """Takes every upload and answers every question, ``unparsed`` for the first ``polls`` times."""

    seconds: float = 0.0
    polls: int = 1
    refuse: Callable[[int], web.Response | None] = lambda _: None
    """Told the number of the call; its answer instead of the usual one."""
    calls: list[float] = field(default_factory=list)
    """When each call came, in the time of the event loop."""
    uploads: list[str] = field(default_factory=list)
    """External ids, in the order of their coming."""
    most: int = 0
    """Calls at the same time."""
    _under_way: int = 0
    _asked: dict[str, int] = field(default_factory=dict)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._note])
        app.router.add_post("/api/v2/bills", self._upload)
        app.router.add_get("/api/v2/bills/{id}", self._answer)
        return app

    @web.middleware
    async def _note(self, request: web.Request, handler: Any) -> Any:
        self.calls.append(asyncio.get_running_loop().time())
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        try:
            refused = self.refuse(len(self.calls))
            if refused is not None:
                return refused
            await asyncio.sleep(self.seconds)
            return await handler(request)
        finally:
            self._under_way -= 1

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        name = str(form["external_id"])
        self.uploads.append(name)
        return web.json_response({"id": len(self.uploads), "external_id": name})

    async def _answer(self, request: web.Request) -> web.Response:
        asked = request.match_info["id"]
        if asked.startswith("external_id:"):
            name = asked.removeprefix("external_id:")
            if name not in self.uploads:
                words = {"error_type": "invalid_input", "error_code": "bill_id_invalid", "error_message": "none"}
                return web.json_response(words, status=404)
            asked = str(self.uploads.index(name) + 1)
        self._asked[asked] = self._asked.get(asked, 0) + 1
        status = "unlocked" if self._asked[asked] > self.polls else "unparsed"
        name = self.uploads[int(asked) - 1]
        return web.json_response({"id": int(asked), "external_id": name, "status": status})
