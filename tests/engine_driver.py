"""A worker process for the tests of engines: ``engine_driver.py JSON`` runs steps on the bills of a ledger.

The JSON has ``url``, ``lease`` and ``look`` (seconds), and ``step_seconds``. A step of a bill ends with the bill at
``delivered``; its event carries the process's id. Lines on stdout: ``ready``, and ``began ID`` for each step.
"""

import asyncio
import datetime as dt
import json
import os
import sys
from contextlib import AsyncExitStack
from typing import Any

from ingest import logs
from ingest.engine import tracks
from ingest.engine.embedded import Embedded
from ingest.engine.on_postgres import OnPostgres
from ingest.store.ledger import Ledger
from ingest.store.rows import Bill, Step
from ingest.store.urls import is_postgresql


async def main(wanted: dict[str, Any]) -> None:
    async with AsyncExitStack() as stack:
        ledger = await stack.enter_async_context(await Ledger.open(wanted["url"]))

        async def step(bill: Bill) -> None:
            print(f"began {bill.id}", flush=True)  # noqa: T201 - read by the test
            await asyncio.sleep(wanted["step_seconds"])
            done = {"step": Step.DELIVERED, "wake_at": None}
            await ledger.change(bill, "done", values=done, data={"by": os.getpid()})

        work = tracks.reading(ledger, ["acme"], step, 8)
        if is_postgresql(wanted["url"]):
            times = {name: dt.timedelta(seconds=wanted[name]) for name in ("lease", "look")}
            engine: Any = await stack.enter_async_context(OnPostgres.open(ledger, **times))
        else:
            engine = Embedded(ledger.clock)
        loop = engine.loop(work)
        print("ready", flush=True)  # noqa: T201
        await loop.run()


if __name__ == "__main__":
    logs.configure("json", "warning", role="engine")
    asyncio.run(main(json.loads(sys.argv[1])))
