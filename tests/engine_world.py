"""Bills at any step, and loops that run them, for the tests of what wakes and runs bills."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ingest.engine.work import Loop
from ingest.store.documents import DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.rows import NewArrival, Priority, Step, WholeBill

RUN_SECONDS = 60


@asynccontextmanager
async def running(*loops: Loop, drain_seconds: float = 1) -> AsyncIterator[None]:
    """The loops, as the worker runs them; at the end they are stopped."""
    async with asyncio.timeout(RUN_SECONDS), asyncio.TaskGroup() as tasks:
        for loop in loops:
            tasks.create_task(loop.run())
        try:
            yield
        finally:
            await asyncio.gather(*(loop.stop(drain_seconds) for loop in loops))


async def receive(ledger: Ledger, number: int, account: str = "acme", priority: Priority = Priority.SMTP) -> list[str]:
    """Ids of new bills; documents of theirs there are none."""
    new = [
        NewArrival(account=account, source="smtp", name="b.pdf", priority=priority, sha256=f"{account}{priority}{n}")
        for n in range(number)
    ]
    return [arrival.bill_id or "" for arrival in await ledger.receive(new)]


async def at_step(ledger: Ledger, bill_id: str, step: Step, **values: Any) -> WholeBill:
    """The bill, brought to that step."""
    bill = await ledger.bill(bill_id)
    assert bill
    return await ledger.change(bill, "moved", values={"step": step, **values})


async def receive_parsed(ledger: Ledger, store: DocumentStore, number: int, priority: Priority) -> None:
    """Bills of acme with their documents, whose next step is the upload."""
    for place in range(number):
        sha256 = await store.put(f"%PDF-1.4 {place}".encode())
        new = NewArrival(account="acme", source="smtp", name="b.pdf", priority=priority, sha256=sha256)
        [came] = await ledger.receive([new])
        local = {"document": "unknown_utility", "bills": []}
        await at_step(ledger, came.bill_id or "", Step.PARSED, local=local, wake_at=ledger.clock())
