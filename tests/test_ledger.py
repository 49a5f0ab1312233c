"""The ledger: arrivals, duplicates, fenced changes, deliveries in order, and its errors."""

import asyncio
import datetime as dt
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.errors import ConfigError, LedgerBusy, StaleVersion, Unavailable
from ingest.reasons import Reason
from ingest.store import engine, migrate
from ingest.store.ids import new_id
from ingest.store.ledger import Ledger
from ingest.store.rows import Bill, NewArrival, NewDelivery, Outcome, Priority, Step, WholeBill

SHA = "ab" * 32


def arrival(**values: object) -> NewArrival:
    plain = {"account": "acme", "source": "smtp", "name": "bill.pdf", "priority": Priority.SMTP, "sha256": SHA}
    return NewArrival(**{**plain, **values})  # type: ignore[arg-type]


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ledger(url: str, clock: Clock) -> AsyncIterator[Ledger]:
    async with await Ledger.open(url, clock) as opened:
        yield opened


async def one(ledger: Ledger, **values: object) -> Bill:
    [came] = await ledger.receive([arrival(**values)])
    assert came.bill_id
    bill = await ledger.bill(came.bill_id)
    assert bill
    return bill


async def test_a_document_opens_a_bill_with_its_event(ledger: Ledger, clock: Clock) -> None:
    bill = await one(ledger, customer="C1", message={"from": "a@example.com"})
    assert (bill.step, bill.version, bill.wake_at, bill.customer) == (Step.RECEIVED, 1, clock.at, "C1")
    [event] = await ledger.events(bill.id)
    assert (event.kind, event.version) == ("received", 1)
    [came] = await ledger.arrivals(bill_id=bill.id)
    assert came.message == {"from": "a@example.com"}


async def test_the_same_bytes_twice_are_a_duplicate_that_points_to_the_first(ledger: Ledger) -> None:
    first, second, other = await ledger.receive([arrival(), arrival(name="again.pdf"), arrival(account="other")])
    assert (second.outcome, second.reason, second.bill_id) == (Outcome.DUPLICATE, Reason.DUPLICATE, first.bill_id)
    assert other.outcome is Outcome.ACCEPTED, "accounts know nothing of each other"


async def test_the_same_bytes_at_the_same_time_become_one_bill(ledger: Ledger) -> None:
    came = await asyncio.gather(*(ledger.receive([arrival(name=f"{n}.pdf")]) for n in range(20)))
    assert [a.outcome for [a] in came].count(Outcome.ACCEPTED) == 1
    assert len({a.bill_id for [a] in came}) == 1


async def test_a_refused_document_is_found_again_with_its_reason(ledger: Ledger) -> None:
    [came] = await ledger.receive([arrival(reason=Reason.NOT_A_PDF, sha256=None, detail="It is a picture.")])
    [found] = await ledger.arrivals(ids=[came.id])
    assert (found.outcome, found.reason, found.detail) == (Outcome.REFUSED, Reason.NOT_A_PDF, "It is a picture.")
    assert await ledger.bills() == []


async def test_a_change_on_an_old_version_changes_nothing(ledger: Ledger) -> None:
    bill = await one(ledger)
    await ledger.change(bill, "parsed", values={"step": Step.PARSED})
    with pytest.raises(StaleVersion):
        await ledger.change(bill, "refused", values={"step": Step.REFUSED})
    after = await ledger.bill(bill.id)
    assert after
    assert (after.step, after.version) == (Step.PARSED, 2)
    assert [event.kind for event in await ledger.events(bill.id)] == ["received", "parsed"]


async def test_due_bills_come_by_priority_and_tell_when_the_next_is_due(ledger: Ledger, clock: Clock) -> None:
    batch = await one(ledger, priority=Priority.BATCH, sha256="1" * 64)
    mail = await one(ledger, sha256="2" * 64)
    later = await one(ledger, sha256="3" * 64)
    await ledger.change(later, "waits", values={"wake_at": clock.at + dt.timedelta(minutes=5)})
    due, upcoming = await ledger.due_bills((), 10)
    assert [bill.id for bill in due] == [mail.id, batch.id]
    assert upcoming == clock.at + dt.timedelta(minutes=5)
    due, _ = await ledger.due_bills({mail.id}, 10)
    assert [bill.id for bill in due] == [batch.id]


async def test_a_stopped_account_waits_only_where_the_api_is_needed(ledger: Ledger) -> None:
    parsed = await one(ledger, sha256="1" * 64)
    uploading = await one(ledger, sha256="2" * 64)
    await ledger.change(uploading, "uploading", values={"step": Step.UPLOADING})
    await ledger.stop_account("acme", "401 from the API")
    assert [bill.id for bill in (await ledger.due_bills((), 10))[0]] == [parsed.id]
    assert await ledger.stopped_accounts() == {"acme": "401 from the API"}
    await ledger.start_accounts()
    assert len((await ledger.due_bills((), 10))[0]) == 2


async def test_deliveries_keep_their_order_for_each_target(ledger: Ledger, clock: Clock) -> None:
    bill = await one(ledger)
    first = NewDelivery(event="new_unparsed_bill", target="http://a", payload={"n": 1})
    last = NewDelivery(event="new_bill", target="http://a", payload={"n": 2}, final=True)
    file = NewDelivery(event="new_bill", target="file", payload={}, final=True)
    bill = await ledger.change(bill, "parsed", values={"step": Step.PARSED}, send=[first])
    bill = await ledger.change(bill, "reconciled", values={"step": Step.RECONCILED}, send=[last, file])
    due, _ = await ledger.due_deliveries((), 10)
    assert sorted((d.target, d.event) for d in due) == [("file", "new_bill"), ("http://a", "new_unparsed_bill")]
    await ledger.not_delivered(due[0], "503", clock.at + dt.timedelta(seconds=5))
    assert len((await ledger.due_deliveries((), 10))[0]) == 1
    clock.at += dt.timedelta(seconds=5)
    while due := (await ledger.due_deliveries((), 10))[0]:
        for delivery in due:
            await ledger.delivered(delivery)
    after = await ledger.bill(bill.id)
    assert after
    assert after.step is Step.DELIVERED
    assert [d.payload for d in await ledger.deliveries(bill.id) if d.target != "file"] == [{"n": 1}, {"n": 2}]


async def test_a_document_that_the_api_refused_starts_again_when_it_is_offered_again(ledger: Ledger) -> None:
    bill = await one(ledger)
    await ledger.change(bill, "x", values={"step": Step.DELIVERED, "reason": Reason.CUSTOMER_ID_INVALID})
    [came] = await ledger.receive([arrival(customer="C2")])
    after = await ledger.bill(bill.id)
    assert after
    assert (came.outcome, after.step, after.customer, after.reason) == (Outcome.ACCEPTED, Step.PARSED, "C2", None)


async def test_children_are_opened_once(ledger: Ledger) -> None:
    bill = await one(ledger)
    child = replace(bill, id=new_id("bill"), parent_id=bill.id, sha256="c" * 64, first_page=1, last_page=2)
    twin = replace(child, id=new_id("bill"))
    await ledger.change(bill, "split", values={"step": Step.SPLIT, "wake_at": None}, split=[child, twin])
    assert [c.id for c in await ledger.children(bill.id)] == [child.id, child.id]
    again = await one(ledger, sha256="d" * 64)
    await ledger.change(again, "split", values={"step": Step.SPLIT, "wake_at": None}, split=[twin])
    assert [c.id for c in await ledger.children(again.id)] == [child.id], "known bytes are linked, not opened anew"
    assert await ledger.parents(child.id) == [bill.id, bill.id, again.id]


async def test_wake_makes_a_waiting_bill_due(ledger: Ledger, clock: Clock) -> None:
    bill = await one(ledger)
    later = {"step": Step.POLLING, "bayou_id": "7", "wake_at": clock.at + dt.timedelta(hours=1)}
    await ledger.change(bill, "uploaded", values=later)
    assert await ledger.wake("other", bayou_id="7", steps=[Step.POLLING]) == 0
    assert await ledger.wake("acme", bayou_id="7", steps=[Step.POLLING]) == 1
    [due], _ = await ledger.due_bills((), 10)
    assert (due.id, due.version) == (bill.id, 3), "a poll that runs meanwhile does not undo it"


async def test_a_locked_sqlite_is_said_to_be_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    async with await Ledger.open(f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite3") as impatient:
        other = sqlite3.connect(tmp_path / "ledger.sqlite3", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LedgerBusy, match="locked"):
            await impatient.receive([arrival()])
        other.execute("ROLLBACK")
        other.close()
        assert (await impatient.receive([arrival()]))[0].outcome is Outcome.ACCEPTED


async def test_one_failing_write_does_not_undo_its_neighbours(ledger: Ledger) -> None:
    bill = await one(ledger)
    results = await asyncio.gather(
        ledger.change(bill, "parsed", values={"step": Step.PARSED}),
        ledger.change(bill, "parsed", values={"step": Step.PARSED}),
        ledger.receive([arrival(sha256="9" * 64)]),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [WholeBill, StaleVersion, list]


async def test_the_newest_migration_is_the_head_and_makes_the_tables_of_the_schema(tmp_path: Path) -> None:
    import sqlalchemy as sa
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from ingest.store.schema import metadata

    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.HEAD
    await migrate.migrate(f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite3")
    sync = sa.create_engine(f"sqlite:///{tmp_path}/ledger.sqlite3")
    with sync.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    sync.dispose()
    assert differences == []


async def test_a_ledger_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite3"
    await migrate.migrate(url)
    with sqlite3.connect(tmp_path / "ledger.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("UPDATE schema_rules SET oldest = '9999'")
    connection.close()
    with pytest.raises(ConfigError, match="newer version"):
        await Ledger.open(url)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.parametrize("size", [60, 900, 1500, 2500])
async def test_what_a_full_disk_did_not_take_is_not_said_to_be_taken(small_disk: Path, size: int) -> None:
    def arrivals(number: int, kilobytes: int) -> NewArrival:
        return arrival(sha256=f"{number:064x}", message={"subject": "y" * 1024 * kilobytes})

    told: list[str | None] = []
    async with await Ledger.open(f"sqlite+aiosqlite:///{small_disk}/ledger.sqlite3") as ledger:
        for turn in range(3):
            results = await asyncio.gather(
                ledger.receive([arrivals(10 * turn + 1, 1)]),
                ledger.receive([arrivals(10 * turn + 2, size), arrivals(10 * turn + 3, size)]),
                ledger.receive([arrivals(10 * turn + 4, 1)]),
                return_exceptions=True,
            )
            assert all(isinstance(result, list | Unavailable) for result in results), results
            told += [result[0].bill_id for result in results if isinstance(result, list)]
    with sqlite3.connect(small_disk / "ledger.sqlite3") as connection:
        there = {row[0] for row in connection.execute("SELECT id FROM bills")}
    connection.close()
    assert set(told) <= there


async def test_a_held_bill_waits_unless_it_moved_on(ledger: Ledger, clock: Clock) -> None:
    bill = await one(ledger)
    await ledger.hold(bill, 60)
    due, upcoming = await ledger.due_bills((), 10)
    assert (due, upcoming) == ([], clock.at + dt.timedelta(seconds=60))
    moved = await ledger.change(bill, "parsed", values={"step": Step.PARSED, "wake_at": clock.at})
    await ledger.hold(bill, 60)
    assert [b.id for b in (await ledger.due_bills((), 10))[0]] == [moved.id]


async def test_due_bills_of_some_steps_and_accounts(ledger: Ledger) -> None:
    mine, theirs = await one(ledger), await one(ledger, account="other")
    assert [b.id for b in (await ledger.due_bills((), 10, accounts=["acme"]))[0]] == [mine.id]
    assert (await ledger.due_bills((), 10, accounts=[]))[0] == []
    await ledger.change(theirs, "parsed", values={"step": Step.PARSED})
    assert [b.id for b in (await ledger.due_bills((), 10, steps=[Step.PARSED]))[0]] == [theirs.id]


async def test_a_wake_up_while_a_delivery_is_open_is_not_lost(ledger: Ledger, clock: Clock) -> None:
    bill = await one(ledger)
    final = NewDelivery(event="new_bill", target="http://a", payload={}, final=True)
    values = {"step": Step.RECONCILED, "bayou_id": "7", "wake_at": None}
    await ledger.change(bill, "reconciled", values=values, send=[final])
    assert await ledger.wake("acme", bayou_id="7", steps=[Step.RECONCILED]) == 1
    [delivery], _ = await ledger.due_deliveries((), 1)
    await ledger.delivered(delivery)
    after = await ledger.bill(bill.id)
    assert after
    assert (after.step, after.wake_at) == (Step.DELIVERED, clock.at)


async def test_text_that_no_database_takes_is_cleaned_and_keeps_nobody_out(ledger: Ledger, clock: Clock) -> None:
    """A mail may name its attachment ``a%00b.pdf``; a mail that can never be taken would come again for days."""
    [refused] = await ledger.receive([arrival(name="a\0b\udc80.pdf", reason=Reason.EMPTY, detail="x\0", sha256=None)])
    assert (refused.name, refused.detail) == ("ab?.pdf", "x")
    bill = await one(ledger, name="c\0d.pdf", message={"subject": "e\0f"})
    assert bill.name == "cd.pdf"
    sent = NewDelivery(event="refused", target="file", payload={})
    await ledger.change(bill, "refused", values={"step": Step.REFUSED, "wake_at": None}, send=[sent])
    [delivery], _ = await ledger.due_deliveries((), 10)
    await ledger.not_delivered(delivery, "503 a\0b", clock.at)
    assert [each.last_error for each in await ledger.deliveries(bill.id)] == ["503 ab"]
    assert {each.name for each in await ledger.arrivals()} == {"ab?.pdf", "cd.pdf"}
