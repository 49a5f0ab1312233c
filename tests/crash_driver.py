"""Lives of a worker that kills itself. One JSON line in on stdin for each life, one out on stdout when it has ended.

``{"settings": FILE, "when": "before" | "after" | "never", "number": N}``: the real worker role runs until every bill is
delivered, and gets SIGKILL before or after its N-th commit. ``{"code": exit code, "commits": N}`` comes back.
Each life is a fork of this process, which has imported everything and runs nothing.
"""

import asyncio
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from ingest import config, logs
from ingest.roles import worker
from ingest.store import engine
from ingest.store.ledger import Ledger
from ingest.store.rows import Step

DONE = {Step.DELIVERED, Step.SPLIT, Step.REFUSED}


class Fate:
    """Counts commits and kills the process at one of them."""

    def __init__(self, when: str, number: int) -> None:
        self.when = when
        self.number = number
        self.commits = 0
        self._original = engine._commit_sqlite
        engine._commit_sqlite = self._commit

    def _commit(self, connection: Any) -> None:
        self.commits += 1
        self._kill_if("before")
        self._original(connection)
        self._kill_if("after")

    def _kill_if(self, moment: str) -> None:
        if self.when == moment and self.commits == self.number:
            os.kill(os.getpid(), signal.SIGKILL)


async def until_delivered(settings: config.Settings) -> None:
    """The end is looked for in the ledger, as whoever runs the service would."""
    async with asyncio.timeout(60), worker.worker_role(settings), await Ledger.open(settings.ledger_url) as ledger:
        while not await _all_done(ledger, settings.inbox("acme")):  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0.02)


async def _all_done(ledger: Ledger, inbox: Path | None) -> bool:
    steps = {bill.step for bill in await ledger.bills()}
    taken = inbox is not None and not await asyncio.to_thread(lambda: list(inbox.glob("*.pdf")))
    return bool(steps) and steps <= DONE and taken and not await ledger.waiting_deliveries()


def live(life: dict[str, Any], tell: int) -> None:
    """In the fork: one life, which ends the process."""
    try:
        fate = Fate(life["when"], life["number"])
        asyncio.run(until_delivered(config.load(Path(life["settings"]))))
        os.write(tell, str(fate.commits).encode())
    except BaseException:  # noqa: BLE001 - the fork must not go on with its parent's loop
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main() -> None:
    logs.configure("json", "warning", role="crash")
    for line in sys.stdin:
        hear, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            live(json.loads(line), tell)
        os.close(tell)
        with os.fdopen(hear) as said:
            commits = int(said.read() or 0)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        print(json.dumps({"code": code, "commits": commits}), flush=True)  # noqa: T201 - read by the test


if __name__ == "__main__":
    main()
