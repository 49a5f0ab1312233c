"""What is due on SQLite: found through its indexes, in order, and by one loop only."""

import asyncio
import datetime as dt
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ingest.engine.embedded import Embedded
from ingest.engine.work import Work
from ingest.errors import LedgerBusy
from ingest.store.due_bills import due_bills
from ingest.store.engine import now
from ingest.store.ledger import Ledger
from ingest.store.rows import NEEDS_API, Bill, NewArrival, Priority, Step


def document(sha256: str, account: str, priority: Priority) -> NewArrival:
    return NewArrival(account=account, source="batch", name="bill.pdf", priority=priority, sha256=sha256)


async def test_a_look_reads_no_bill_that_it_does_not_give(tmp_path: Path) -> None:
    async with await Ledger.open(f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite3") as ledger:
        plans: list[str] = []

        def look(connection: sa.Connection) -> None:
            asked: list[tuple[str, Any]] = []
            sa.event.listen(connection, "before_cursor_execute", lambda *seen: asked.append((seen[2], seen[3])))
            due_bills(connection, now(), (), 10, tuple(Step), ["acme"])
            for statement, values in [(text, values) for text, values in asked if "FROM bills" in text]:
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                plans.extend(row[3] for row in rows)

        await ledger._reader.read(look)
        of_bills = [plan for plan in plans if " bills" in plan]
        assert {plan.split(" INDEX ")[1].split()[0] for plan in of_bills} == {
            "ix_bills_due_here",
            "ix_bills_due_at_the_api",
        }
        assert all(plan.startswith("SEARCH") for plan in of_bills)


async def test_an_import_does_not_stand_before_another_accounts_mail(tmp_path: Path) -> None:
    async with await Ledger.open(f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite3") as ledger:
        many = [document(f"{number:064}", "acme", Priority.BATCH) for number in range(50)]
        await ledger.receive(many)
        [mail] = await ledger.receive([document("f" * 64, "other", Priority.SMTP)])

        found, upcoming = await ledger.due_bills((), 3, accounts=["acme", "other"])
        assert found[0].id == mail.bill_id
        assert (len(found), upcoming) == (3, None)

        for bill in await ledger.bills():
            await ledger.change(bill, "parsed", values={"step": Step.PARSED})
        found, _ = await ledger.due_bills((), 3, steps=NEEDS_API, accounts=["acme", "other"])
        assert found[0].id == mail.bill_id


async def test_two_loops_do_not_run_the_same_bill(tmp_path: Path) -> None:
    """A step goes on to what another loop is there for: that one must not begin on it as well."""
    async with await Ledger.open(f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite3") as ledger:
        [arrival] = await ledger.receive([document("a" * 64, "acme", Priority.BATCH)])
        looked, done = asyncio.Event(), asyncio.Event()
        seen: list[Collection[str]] = []

        async def first(bill: Bill) -> None:
            second_loop.wake()
            await looked.wait()
            await ledger.change(bill, "done", values={"step": Step.DELIVERED, "wake_at": None})
            done.set()

        async def due(busy: Collection[str], limit: int) -> tuple[list[Bill], dt.datetime | None]:
            found, upcoming = await ledger.due_bills(
                (), limit, accounts=["acme"]
            )  # as one that looked before the claim
            seen.append(busy)
            if busy:
                looked.set()
            return found, upcoming

        async def second(_: Bill) -> None:
            pytest.fail("it runs already")

        engine = Embedded(ledger.clock)
        first_loop = engine.loop(_work(ledger, ledger.due_bills, first))
        second_loop = engine.loop(_work(ledger, due, second))
        async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
            tasks.create_task(first_loop.run())
            await asyncio.sleep(0)
            tasks.create_task(second_loop.run())
            await done.wait()
            await first_loop.stop(1)
            await second_loop.stop(1)
        assert [arrival.bill_id] in seen


def _work(ledger: Ledger, due: Any, step: Any) -> Work[Bill]:
    async def nothing(_: Any) -> Any:
        raise LedgerBusy("only PostgreSQL asks")

    return Work(
        name="test", limit=4, queues={}, due=due, read=nothing, job=lambda _: None, lost=nothing, step=step,
        hold=ledger.hold,
    )  # fmt: skip
