"""The API of the crash harness: the real sandbox, which nobody kills, behind a proxy that cuts connections."""

import asyncio
import contextlib
import ctypes
import json
import os
import random
import signal
import subprocess
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from program import command

KEY = "crash-harness"
CHUNK = 65_536
PR_SET_PDEATHSIG = 1
UNWANTED = "PYTHONDONTWRITEBYTECODE"
SANDBOX = """
data_dir = "{folder}"
[accounts.acme]
environment = "sandbox"
api_key = "{key}"
[sandbox]
port = 0
delay_seconds = 0.3
[limits]
parser_children = 1
[ocr]
children = 0
"""


class Witness:
    """The sandbox. What it was sent is on its disk before it answers."""

    def __init__(self, url: str, process: "subprocess.Popen[str]") -> None:
        self.url = url
        self.pid = process.pid

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        assert parts.hostname and parts.port
        return parts.hostname, parts.port

    def uploads(self) -> dict[str, Any]:
        """Every upload that it took, and how often it answered each call how."""
        host, port = self.address
        key = b64encode(f"{KEY}:".encode()).decode()
        request = Request(f"http://{host}:{port}/_control/uploads", headers={"Authorization": f"Basic {key}"})
        with urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


@contextlib.contextmanager
def witness(folder: Path) -> Iterator[Witness]:
    """A running sandbox."""
    folder.mkdir()
    settings = folder / "settings.toml"
    settings.write_text(SANDBOX.format(folder=folder / "data", key=KEY))
    with (folder / "log").open("wb") as log:
        words = command("serve", "--role", "sandbox", "--json", "--config", settings)
        with subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder, env=plain_environment()
        ) as process:
            assert process.stdout
            line = process.stdout.readline()
            assert line, (folder / "log").read_text()
            try:
                yield Witness(json.loads(line)["ready"]["sandbox"], process)
            finally:
                process.terminate()
                process.wait(timeout=60)


class Proxy:
    """Between service and API: cuts connections before, in the middle of, and after a request; or all of them."""

    def __init__(self, rng: random.Random, upstream: tuple[str, int], share: float) -> None:
        """``share`` of the pieces of requests are cut."""
        self.cuts: Counter[str] = Counter()
        self.share = share
        self.down = False
        self.port = 0
        self._rng = rng
        self._upstream = upstream
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listens on ``port``."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        assert self._server
        self._server.close()
        self.cut_all()

    def cut_all(self) -> None:
        """Every connection there is."""
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.down:
            self.cuts["refused"] += 1
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            above_reader, above_writer = await asyncio.open_connection(*self._upstream)
            connection = _Connection(self, reader, writer, above_reader, above_writer)
            await connection.run()
        finally:
            self._open.discard(writer)

    def fate(self) -> str | None:
        """Of a piece of a request: None lets it through."""
        if self._rng.random() >= self.share:
            return None
        return self._rng.choice(["before", "middle", "after"])


class _Connection:
    """Client and API, until one of them or fate ends it."""

    def __init__(
        self,
        proxy: Proxy,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        above_reader: asyncio.StreamReader,
        above_writer: asyncio.StreamWriter,
    ) -> None:
        self._proxy = proxy
        self._reader, self._writer = reader, writer
        self._above_reader, self._above_writer = above_reader, above_writer
        self._answer_is_lost = False

    async def run(self) -> None:
        with contextlib.suppress(ConnectionError):
            done, pending = await asyncio.wait(
                [asyncio.create_task(self._up()), asyncio.create_task(self._down())],
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in pending:
                task.cancel()
            await asyncio.gather(*done, *pending, return_exceptions=True)
        for writer in (self._writer, self._above_writer):
            writer.transport.abort()

    async def _up(self) -> None:
        while chunk := await self._reader.read(CHUNK):
            fate = None if self._answer_is_lost else self._proxy.fate()
            if fate is not None:
                self._proxy.cuts[fate] += 1
            if fate == "before":
                return
            self._above_writer.write(chunk if fate != "middle" else chunk[: len(chunk) // 2])
            await self._above_writer.drain()
            if fate == "middle":
                return
            self._answer_is_lost |= fate == "after"

    async def _down(self) -> None:
        """An answer that begins to come says that the API has done what it was asked for."""
        while chunk := await self._above_reader.read(CHUNK):
            if self._answer_is_lost:
                return
            self._writer.write(chunk)
            await self._writer.drain()


def end_with_parent() -> None:
    """When the harness is killed, what it started goes as well."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def api_url(port: int) -> str:
    return f"http://127.0.0.1:{port}/api/v2"


def plain_environment() -> dict[str, str]:
    """Ours, without settings of the service, and without what makes each process compile what it imports anew."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("BILL_INGEST_", UNWANTED))}
