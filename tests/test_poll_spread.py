"""Bills that were uploaded together, and became overdue together while no worker ran, are asked about apart."""

import datetime as dt
from pathlib import Path

import pytest
from engine_world import receive_parsed
from pipeline_world import world

from ingest.parsing import ParserPool
from ingest.sandbox.options import Options
from ingest.store.rows import Priority, Step

pytestmark = pytest.mark.asyncio(loop_scope="module")

BILLS = 60
STOPPED = dt.timedelta(hours=1)
NEXT = STOPPED / 2
"""The pause after it: half of the bills' age."""


async def test_the_next_questions_are_spread(tmp_path: Path, pool: ParserPool) -> None:
    never = Options(keys=frozenset({"acme-key"}), delay_seconds=10**6)
    async with world(tmp_path, pool, sandbox=never) as acme:
        await receive_parsed(acme.ledger, acme.documents, BILLS, Priority.BATCH)
        assert await acme.run_due() == BILLS
        acme.clock.ahead += STOPPED
        assert await acme.run_due() == BILLS, "all of them are overdue at once"
        bills = await acme.ledger.bills(step=Step.POLLING)
        waits = sorted((bill.wake_at - bill.updated_at) / NEXT for bill in bills if bill.wake_at)
    assert len(waits) == BILLS
    assert 0.75 < waits[0] < 0.9
    assert 1.1 < waits[-1] < 1.25
    tenth = 0.04
    most = max(sum(start <= wait < start + tenth for wait in waits) for start in waits)
    assert most < BILLS / 2, "of all bills a tenth is expected in any tenth of that time"
