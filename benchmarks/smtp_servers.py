"""The listeners that the mail benchmark measures, each in a process of its own.

``python benchmarks/smtp_servers.py stock|kept|whole FOLDER`` listens, prints its port, and answers each line on stdin
with a line of JSON: the longest stalls of its event loop since the line before. It ends with stdin. ``prepare
FOLDER`` makes the ledger, as the supervisor does before it starts a role.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

TICK_SECONDS = 0.005


class Stalls:
    """The longest time for which the event loop did not turn; and the same without what it waited for a processor.

    ``held`` is the listener's own: what the loop's thread computes, and its waiting for the interpreter's lock or the
    disk. The rest is the machine's, on which others, the sender among them, had the processors.
    """

    def __init__(self) -> None:
        self.worst = self.held = 0.0

    async def watch(self) -> None:
        """Looks again and again."""
        while True:
            clock, queued = time.perf_counter(), _queued()
            await asyncio.sleep(TICK_SECONDS)
            stall = time.perf_counter() - clock - TICK_SECONDS
            self.worst = max(self.worst, stall)
            self.held = max(self.held, stall - (_queued() - queued))

    def tell(self) -> str:
        """Milliseconds, and begins anew."""
        said = json.dumps({"stall": 1000 * self.worst, "held": 1000 * self.held})
        self.worst = self.held = 0.0
        return said


def _queued() -> float:
    """Seconds for which this thread was ready to run and had no processor, as Linux counts them."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


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


async def main() -> None:
    """Serves until stdin ends."""
    stalls = Stalls()
    loop = asyncio.get_running_loop()
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    async with serving(sys.argv[1]) as port:
        watching = asyncio.create_task(stalls.watch())
        print(port, flush=True)
        while await commands.readline():
            print(stalls.tell(), flush=True)
        watching.cancel()


def serving(kind: str) -> AbstractAsyncContextManager[int]:
    """Its port."""
    if kind == "stock":
        return stock()
    from ingest.footprint import without_rich

    without_rich()  # as every role does, before anything imports it
    import smtp_ours

    return {"kept": smtp_ours.kept, "whole": smtp_ours.whole}[kind](Path(sys.argv[2]))


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        import smtp_ours

        asyncio.run(smtp_ours.prepare(Path(sys.argv[2])))
    elif sys.argv[1] == "stock":
        asyncio.run(main())
    else:
        from ingest.short_turns import new_loop

        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(main())
