"""Several processes write to one PostgreSQL at the same time; and what its errors become."""

import asyncio
import contextlib
import datetime as dt
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from postgres_world import Server, create_database, database

from ingest.config import load
from ingest.errors import ConfigError, LedgerBusy, StaleVersion, StorageFull
from ingest.store import engine, urls
from ingest.store.ledger import Ledger
from ingest.store.rows import NewArrival, NewDelivery, Outcome, Priority, Step
from ingest.store.schema import bills

DOCUMENTS = 40
RECEIVER = f"""
import asyncio, json, random, sys
from ingest.store.ledger import Ledger
from ingest.store.rows import NewArrival, Priority

async def main():
    async with await Ledger.open(sys.argv[1]) as ledger:
        print("ready", flush=True)
        sys.stdin.readline()
        numbers = list(range({DOCUMENTS}))
        random.Random(int(sys.argv[2])).shuffle(numbers)
        new = [NewArrival(account="acme", source="smtp", name="b.pdf", priority=Priority.SMTP, sha256=f"{{n:064x}}")
               for n in numbers]
        pairs = [new[n:n + 2] for n in range(0, len(new), 2)]
        came = await asyncio.gather(*(ledger.receive(pair) for pair in pairs))
        print(json.dumps([arrival.outcome for pair in came for arrival in pair]))

asyncio.run(main())
"""


@pytest.fixture
def url() -> Iterator[str]:
    with database() as made:
        yield made


def arrival(number: int = 1) -> NewArrival:
    return NewArrival(
        account="acme", source="smtp", name="b.pdf", priority=Priority.SMTP, sha256=f"{number:064x}"
    )  # fmt: skip


@contextlib.contextmanager
def receivers(url: str, number: int) -> "Iterator[list[subprocess.Popen[str]]]":
    """Processes that open the ledger, all at once, and wait for a line."""
    with contextlib.ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", RECEIVER, url, str(seed)],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1],
                )
            )
            for seed in range(number)
        ]  # fmt: skip
        for process in processes:
            stack.callback(process.kill)
        yield processes


def test_processes_that_receive_the_same_documents_at_once_open_each_bill_once(url: str) -> None:
    """They also migrate the empty database at once, and meet the documents in different orders."""
    with receivers(url, 3) as processes:
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        outcomes: Counter[str] = Counter()
        for process in processes:
            said, _ = process.communicate(timeout=60)
            assert process.returncode == 0
            outcomes.update(json.loads(said))
    assert outcomes == {Outcome.ACCEPTED: DOCUMENTS, Outcome.DUPLICATE: 2 * DOCUMENTS}


async def test_of_two_processes_that_change_a_bill_one_finds_that_it_was_late(url: str) -> None:
    async with await Ledger.open(url) as mine, await Ledger.open(url) as theirs:
        [came] = await mine.receive([arrival()])
        bill = await mine.bill(came.bill_id or "")
        assert bill
        done = await asyncio.gather(
            *(ledger.change(bill, "parsed", values={"step": Step.PARSED}) for ledger in (mine, theirs)),
            return_exceptions=True,
        )
        assert sorted(type(one).__name__ for one in done) == ["StaleVersion", "WholeBill"]
        assert isinstance(next(one for one in done if isinstance(one, Exception)), StaleVersion)
        assert [event.version for event in await mine.events(bill.id)] == [1, 2]


async def test_webhooks_that_wake_a_bill_while_it_changes_give_each_change_its_own_version(url: str) -> None:
    async with await Ledger.open(url) as mine, await Ledger.open(url) as theirs:
        [came] = await mine.receive([arrival()])
        bill = await mine.bill(came.bill_id or "")
        assert bill
        bill = await mine.change(bill, "uploaded", values={"step": Step.POLLING, "bayou_id": "7"})

        async def change() -> None:
            nonlocal bill
            for _ in range(20):
                try:
                    bill = await mine.change(bill, "polled", values={"attempts": 0})
                except StaleVersion:
                    bill = await mine.bill(bill.id)
                assert bill

        async def wake() -> None:
            for _ in range(20):
                await theirs.wake("acme", bayou_id="7", steps=[Step.POLLING])

        await asyncio.gather(change(), wake())
        versions = [event.version for event in await mine.events(bill.id)]
        assert versions == list(range(1, len(versions) + 1))


async def test_two_processes_that_close_the_last_two_deliveries_leave_the_bill_delivered(url: str) -> None:
    async with await Ledger.open(url) as mine, await Ledger.open(url) as theirs:
        for number in range(10):
            [came] = await mine.receive([arrival(number)])
            bill = await mine.bill(came.bill_id or "")
            assert bill
            send = [NewDelivery(event="new_bill", target=f"http://{n}", payload={}, final=True) for n in "ab"]
            values = {"step": Step.RECONCILED, "wake_at": None}
            await mine.change(bill, "reconciled", values=values, send=send)
            first, second = await mine.deliveries(bill.id)
            await asyncio.gather(mine.delivered(first), theirs.delivered(second), theirs.delivered(first))
            after = await mine.bill(bill.id)
            assert after
            assert after.step is Step.DELIVERED
            assert [event.kind for event in await mine.events(bill.id)].count("delivered") == 1


async def test_who_was_thought_dead_does_not_open_a_closed_delivery_again(url: str) -> None:
    async with await Ledger.open(url) as ledger:
        [came] = await ledger.receive([arrival()])
        bill = await ledger.bill(came.bill_id or "")
        assert bill
        await ledger.change(bill, "x", values={}, send=[NewDelivery(event="new_bill", target="file", payload={})])
        [old] = await ledger.deliveries(bill.id)
        await ledger.delivered(old)
        await ledger.not_delivered(old, "late", ledger.clock() + dt.timedelta(hours=1))
        [now] = await ledger.deliveries(bill.id)
        assert (now.attempts, now.next_at, now.last_error) == (1, None, None)


async def test_writes_that_lock_each_other_out_are_begun_anew(url: str) -> None:
    async with await Ledger.open(url) as mine, await Ledger.open(url) as theirs:
        ids = [a.bill_id for a in await mine.receive([arrival(1), arrival(2)])]
        turns = 0

        def crossing(first: str | None, second: str | None) -> None:
            def work(connection: sa.Connection) -> None:
                nonlocal turns
                turns += 1
                for bill_id in (first, second):
                    more = {"attempts": bills.c.attempts + 1}
                    connection.execute(bills.update().where(bills.c.id == bill_id).values(more))
                    connection.execute(sa.select(sa.func.pg_sleep(0.2)))

            return work  # type: ignore[return-value]

        await asyncio.gather(mine._writer.write(crossing(*ids)), theirs._writer.write(crossing(*ids[::-1])))  # type: ignore[func-returns-value, arg-type]
        assert turns == 3, "one of the two was undone and done again"
        assert [bill.attempts for bill in await mine.bills()] == [2, 2]


async def test_a_locked_table_and_a_full_disk_are_said_as_they_are(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 1)
    async with await Ledger.open(url) as ledger:
        async with ledger.engine.begin() as other:
            await other.execute(sa.text("LOCK TABLE bills"))
            with pytest.raises(LedgerBusy, match="lock timeout"):
                await ledger.receive([arrival()])
        assert (await ledger.receive([arrival()]))[0].outcome is Outcome.ACCEPTED

        def full(connection: sa.Connection) -> None:
            connection.execute(sa.text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$"))

        with pytest.raises(StorageFull):
            await ledger._writer.write(full)
        with pytest.raises(sa.exc.ProgrammingError):
            await ledger._writer.write(lambda connection: connection.execute(sa.text("SELECT * FROM nothing")).all())


async def test_a_server_that_is_killed_is_busy_and_the_same_ledger_goes_on_afterwards() -> None:
    server = Server.create()
    try:
        url = create_database(server.url)
        async with await Ledger.open(url) as ledger:
            await ledger.receive([arrival(1)])
            await asyncio.to_thread(server.kill)
            with pytest.raises(LedgerBusy):
                await ledger.receive([arrival(2)])
            with pytest.raises(LedgerBusy):
                await ledger.bills()
            with pytest.raises(LedgerBusy):
                await Ledger.open(url)
            await asyncio.to_thread(server.start)
            assert (await ledger.receive([arrival(2)]))[0].outcome is Outcome.ACCEPTED
            assert len(await ledger.bills()) == 2
            await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start)
            assert len(await ledger.bills()) == 2, "a connection that was closed meanwhile is not used"
    finally:
        server.remove()


async def test_a_server_that_does_not_exist_is_out_of_reach() -> None:
    for place in ("127.0.0.1:1", "no-such-host.invalid"):
        with pytest.raises(LedgerBusy):
            await Ledger.open(f"postgresql+asyncpg://u@{place}/x")


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u:p%40ss@h:5/n", "postgresql+asyncpg://u:p%40ss@h:5/n"),
        ("postgres://u@h/n", "postgresql+asyncpg://u@h/n"),
        ("postgresql+psycopg://u@h/n", "postgresql+asyncpg://u@h/n"),
        ("sqlite:////var/x.sqlite3", "sqlite+aiosqlite:////var/x.sqlite3"),
    ],
)
def test_urls_are_taken_as_people_write_them(given: str, used: str) -> None:
    assert urls.ledger_url_of(given) == used


@pytest.mark.parametrize("wrong", ["mysql://u:hush@h/n", "hush", "postgresql://u:hush@h:port/n"])
def test_a_wrong_url_is_refused_without_showing_it(wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILL_INGEST_DATABASE_URL", wrong)
    with pytest.raises(ConfigError, match=r"database_url: .*postgresql://") as told:
        load()
    assert "hush" not in str(told.value)


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urls, "EXTRA", ("a_package_that_is_not_there",))
    with pytest.raises(ConfigError, match=r"bill-ingest\[postgres\]"):
        urls.ledger_url_of("postgresql://u@h/n")
