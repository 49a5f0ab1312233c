"""The engine's part of ``pipeline.py``: the ledger and the engine, with steps that do nothing but wait.

``python benchmarks/pipeline_engine.py SETTINGS BILLS POSTGRES`` takes as many bills through the changes that the
pipeline makes of each: read, about to be uploaded, uploaded, asked four times, reconciled, two results handed out. A
call takes 50 ms. Nothing is called, read, merged or written into files: what is left is who wakes a bill, and how its
change is kept. As nothing is read, as many bills are at that step at the same time as at the API: with the few that a
worker reads at a time, one or two for each processor, that step would set the pace. Prints bills a second, and for each
bill the milliseconds of processor time of this process and of PostgreSQL (the process id of its server; 0 for none).
"""

import asyncio
import datetime as dt
import json
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pipeline_rows as rows
from pipeline_service import AT_ONCE, whole_cpu

from ingest import logs
from ingest.config import load
from ingest.engine import tracks
from ingest.engine.opening import open_engine
from ingest.engine.work import Loop
from ingest.roles.worker import DELIVERIES_AT_ONCE
from ingest.sandbox.bills import outcome
from ingest.short_turns import spare_what_is_there
from ingest.store.engine import now
from ingest.store.ledger import Ledger
from ingest.store.rows import FILE, Bill, NewDelivery, Priority, Step
from parsers import read

SAMPLE = Path(__file__).parents[1] / "samples" / "ppl_electric" / "2024-06_home.pdf"
ACCOUNT = "engine"
CALL_SECONDS, PAUSE = 0.05, dt.timedelta(seconds=0.2)
UNPARSED = 3


class Steps:
    """The changes of ``ingest.pipeline`` and ``ingest.api_steps``, without what they are made of."""

    def __init__(self, ledger: Ledger, local: dict[str, Any], record: dict[str, Any], answer: dict[str, Any]) -> None:
        self._ledger = ledger
        self._local = local
        self._record = record
        self._answer = answer
        self._asked: Counter[str] = Counter()
        self.loops: list[Loop] = []

    async def advance(self, bill: Bill) -> None:
        """As ``Pipeline.advance``."""
        steps = {
            Step.RECEIVED: self._parse,
            Step.PARSED: self._upload,
            Step.POLLING: self._poll,
            Step.RESOLVED: self._end,
        }
        at = now()
        while bill.step in steps and bill.is_due(at):
            bill = await steps[bill.step](bill)
            at = bill.updated_at
            if bill.step is Step.PARSED:
                break
        for loop in self.loops:
            loop.wake()

    async def _parse(self, bill: Bill) -> Bill:
        values = {"step": Step.PARSED, "local": self._local, "record": self._record, "wake_at": now()}
        data = {"document": "bill", "parser": "ppl_electric", "detail": ""}
        return await self._ledger.change(bill, "parsed", values=values, data=data, send=[_result("new_unparsed_bill")])

    async def _upload(self, bill: Bill) -> Bill:
        intent = {"step": Step.UPLOADING, "attempts": 0, "wake_at": now()}
        bill = await self._ledger.change(bill, "uploading", values=intent)
        await asyncio.sleep(CALL_SECONDS)
        at = now()
        values = {"step": Step.POLLING, "bayou_id": bill.id, "uploaded_at": at, "wake_at": at + PAUSE, "attempts": 0}
        return await self._ledger.change(bill, "uploaded", values={**values, "detail": None})

    async def _poll(self, bill: Bill) -> Bill:
        await asyncio.sleep(CALL_SECONDS)
        self._asked[bill.id] += 1
        if self._asked[bill.id] <= UNPARSED:
            values = {"api_status": "unparsed", "attempts": 0, "detail": None, "wake_at": now() + PAUSE}
            return await self._ledger.change(bill, "polled", values=values)
        values = {"step": Step.RESOLVED, "wake_at": now(), "attempts": 0, "reason": None, "detail": None}
        values |= {"api": self._answer, "api_status": "parsed"}
        return await self._ledger.change(bill, "answered", values=values)

    async def _end(self, bill: Bill) -> Bill:
        await self._ledger.was_concluded(bill.id)
        values = {"step": Step.RECONCILED, "record": self._record, "wake_at": None}
        data = {"reasons": [], "sources": {"from_both": 20, "from_local": 5}}
        return await self._ledger.change(
            bill, "reconciled", values=values, data=data, send=[_result("new_bill", final=True)]
        )


def _result(event: str, *, final: bool = False) -> NewDelivery:
    return NewDelivery(event=event, target=FILE, payload={}, final=final)


async def measure(settings_file: Path, number: int, postgres: int = 0) -> dict[str, float]:
    """What is printed. A tenth as many go before, for warming up."""
    settings = load(settings_file)
    local = read(SAMPLE).to_json()
    answer = outcome(read(SAMPLE), not_supported=(), locked=())
    async with await Ledger.open(settings.ledger_url) as ledger:
        record = rows.record_of(local)
        steps = Steps(ledger, local, record, dict(answer))
        async with open_engine(ledger, dt.timedelta(seconds=settings.limits.lease_seconds)) as engine:
            accounts = {ACCOUNT: AT_ONCE}
            steps.loops += [
                engine.loop(tracks.reading(ledger, accounts, steps.advance, AT_ONCE)),
                engine.loop(tracks.api(ledger, accounts, steps.advance, settings.limits.bills_in_work)),
                engine.loop(tracks.deliveries(ledger, accounts, ledger.delivered, DELIVERIES_AT_ONCE)),
            ]
            every = (*steps.loops, *engine.upkeep())
            async with asyncio.TaskGroup() as tasks:
                for loop in every:
                    tasks.create_task(loop.run())
                delivered = await rows.number_at(ledger, ACCOUNT, Step.DELIVERED)
                first = max(1, number // 10)
                await _bring_in(settings.ledger_url, local, first)
                await _all_through(ledger, steps, delivered + first)
                await _bring_in(settings.ledger_url, local, number)
                spare_what_is_there()
                before, began = (_cpu(), _cpu_of(postgres)), time.perf_counter()
                await _all_through(ledger, steps, delivered + first + number)
                used, seconds = (_cpu() - before[0], _cpu_of(postgres) - before[1]), time.perf_counter() - began
                for loop in every:
                    await loop.stop(5)
    mine, of_postgres = (1000 * each / number for each in used)
    return {"engine_rate": number / seconds, "engine": mine, "engine_postgres": of_postgres}


async def _bring_in(url: str, local: dict[str, Any], number: int) -> None:
    """That many bills, due now: what it takes to write them is part of the intake."""
    writer = rows.Writer(url)
    await writer.write([rows.read_already(ACCOUNT, rows.new_hash(), local, Priority.BATCH) for _ in range(number)])
    await writer.close()


async def _all_through(ledger: Ledger, steps: Steps, number: int) -> None:
    """Until that many are delivered, in all."""
    for loop in steps.loops:
        loop.wake()
    while await rows.number_at(ledger, ACCOUNT, Step.DELIVERED) < number:  # noqa: ASYNC110 - rows tell nobody
        await asyncio.sleep(0.5)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _cpu_of(server: int) -> float:
    return whole_cpu(server) if server else 0.0


if __name__ == "__main__":
    logs.configure("console", "warning", role="benchmark")
    print(json.dumps(asyncio.run(measure(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))))
