"""The listeners that the mail benchmark measures, each in a process of its own.

``python benchmarks/smtp_servers.py stock|ours FOLDER`` listens, prints its port, and answers each line on stdin with a
line of JSON: the longest stall of its event loop since the line before. It ends with stdin. ``prepare FOLDER`` makes
the ledger, as the supervisor does before it starts a role.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

TICK_SECONDS = 0.005


class Stalls:
    """The longest time for which the event loop did not turn, and how much of it the loop's own thread computed.

    The rest of a stall is waiting: for the interpreter's lock, or for a processor that other processes had.
    """

    def __init__(self) -> None:
        self.worst = self.computed = 0.0

    async def watch(self) -> None:
        """Looks again and again."""
        while True:
            clock, computed = time.perf_counter(), time.thread_time()
            await asyncio.sleep(TICK_SECONDS)
            self.worst = max(self.worst, time.perf_counter() - clock - TICK_SECONDS)
            self.computed = max(self.computed, time.thread_time() - computed)

    def tell(self) -> str:
        """Milliseconds, and begins anew."""
        said = json.dumps({"stall": 1000 * self.worst, "computed": 1000 * self.computed})
        self.worst = self.computed = 0.0
        return said


@asynccontextmanager
async def stock() -> AsyncIterator[int]:
    """aiosmtpd as it comes, with a handler that throws every message away."""
    from aiosmtpd.smtp import SMTP

    class Discard:
        async def handle_DATA(self, _server: object, _session: object, _envelope: object) -> str:  # noqa: N802
            return "250 OK"

    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Discard(), data_size_limit=64 * 1024 * 1024), "127.0.0.1", 0
    )
    yield server.sockets[0].getsockname()[1]
    server.close()


async def prepare(folder: Path) -> None:
    """Makes the tables."""
    from ingest.store.ledger import Ledger

    async with await Ledger.open(f"sqlite+aiosqlite:///{folder}/ledger.sqlite3"):
        pass


@asynccontextmanager
async def ours(folder: Path) -> AsyncIterator[int]:
    """The role as it runs in production, its limits out of the way; the account is the one of a fresh machine."""
    from ingest.footprint import without_rich

    without_rich()
    from ingest import logs
    from ingest.config.settings import EMBEDDED_ACCOUNT, Settings
    from ingest.roles import Role, context_of

    logs.configure("json", "info", role="smtp")
    plenty = 10**6
    caps = ("max_connections", "max_connections_per_peer", "max_messages_per_connection", "max_messages_per_minute")
    account = EMBEDDED_ACCOUNT.model_copy(update={"max_messages_per_minute": plenty})
    settings = Settings(data_dir=folder, accounts={"demo": account}, smtp={"port": 0} | dict.fromkeys(caps, plenty))
    async with context_of(Role.SMTP, settings) as place:
        yield int(place.rsplit(":", 1)[1])


async def main() -> None:
    """Serves until stdin ends."""
    stalls = Stalls()
    loop = asyncio.get_running_loop()
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    async with stock() if sys.argv[1] == "stock" else ours(Path(sys.argv[2])) as port:
        watching = asyncio.create_task(stalls.watch())
        print(port, flush=True)
        while await commands.readline():
            print(stalls.tell(), flush=True)
        watching.cancel()


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        asyncio.run(prepare(Path(sys.argv[2])))
    elif sys.argv[1] == "stock":
        asyncio.run(main())
    else:
        from ingest.short_turns import new_loop

        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(main())
