"""A worker that kills itself: ``crash_driver.py SETTINGS (before|after) N``, or ``SETTINGS count 0``.

Runs the real worker role until every bill is delivered, and sends itself SIGKILL before or after its N-th commit.
With ``count`` it lives and prints the number of commits at its end.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy.engine import default

from ingest import config, logs, worker
from ingest.store.ledger import Ledger
from ingest.store.rows import Step

DONE = {Step.DELIVERED, Step.SPLIT, Step.REFUSED}
commits = 0


def count_and_kill(when: str, number: int) -> None:
    original = default.DefaultDialect.do_commit

    def do_commit(self: Any, connection: Any) -> None:
        global commits  # noqa: PLW0603 - one process, one count
        commits += 1
        if when == "before" and commits == number:
            os.kill(os.getpid(), signal.SIGKILL)
        original(self, connection)
        if when == "after" and commits == number:
            os.kill(os.getpid(), signal.SIGKILL)

    default.DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]


async def until_delivered(settings: config.Settings) -> None:
    inbox = settings.inbox("acme")
    assert inbox
    async with asyncio.timeout(60), worker.worker_role(settings), await Ledger.open(settings.ledger_url) as ledger:
        while True:
            bills = await ledger.bills()
            waiting = await ledger.waiting_deliveries()
            if bills and not waiting and {bill.step for bill in bills} <= DONE and not list(inbox.glob("*.pdf")):
                return
            await asyncio.sleep(0.02)


if __name__ == "__main__":
    settings_file, when, number = sys.argv[1:]
    logs.configure("json", "warning", role="crash")
    count_and_kill(when, int(number))
    asyncio.run(until_delivered(config.load(Path(settings_file))))
    print(commits)  # noqa: T201 - read by the test
