"""What lies in a data folder moves to PostgreSQL and to the shared store: all of it, once, and said where it is now."""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from postgres_world import database

from ingest.commands import migrate_store
from ingest.config import Settings
from ingest.errors import ConfigError, NotReady, Unavailable
from ingest.metrics import Metrics
from ingest.sole_worker import sole_worker
from ingest.store import moving
from ingest.store.documents import DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.moving import move_ledger
from ingest.store.rows import NewArrival, NewDelivery, Priority, Step
from ingest.store.schema import OF_PROGRAMS, metadata
from ingest.web.readiness import write_heartbeat

MOMENT = dt.datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=dt.UTC)


def arrival(number: int) -> NewArrival:
    sha256 = hashlib.sha256(b"%d" % number).hexdigest()
    return NewArrival(
        account="acme", source="smtp", name=f"bill ü {number}.pdf", priority=Priority.SMTP, sha256=sha256,
        message={"from": "ann@acme.example", "verdict": {"by": ["dkim"]}},
    )  # fmt: skip


async def fill(ledger: Ledger, number: int) -> None:
    """Rows in every kind of column: texts, times, numbers, nested values, ids that the database gives out."""
    for start in range(number):
        [came] = await ledger.receive([arrival(start)])
        bill = await ledger.bill(came.bill_id or "")
        assert bill
        record = {"amount": "12.34", "nested": [1.5, None, {"b": "\u20ac", "a": True}]}
        values = {"step": Step.PARSED, "local": record, "record": record, "wake_at": MOMENT}
        sending = [NewDelivery(event="new_bill", target="file", payload=record, final=False)]
        await ledger.change(bill, "parsed", values=values, data={"n": start}, send=sending)
    await ledger.stop_account("acme", "key refused")


@pytest.fixture
def target() -> Iterator[str]:
    with database() as url:
        yield url


@pytest.fixture
def settings(tmp_path: Path, target: str) -> Settings:
    (tmp_path / "share").mkdir()
    return Settings(data_dir=tmp_path / "data", database_url=target, store={"url": str(tmp_path / "share")})


def source_of(settings: Settings) -> str:
    return f"sqlite+aiosqlite:///{settings.data_dir / 'ledger.sqlite3'}"


async def test_a_ledger_moves_with_all_that_it_says(settings: Settings) -> None:
    async with await Ledger.open(source_of(settings)) as before:
        await fill(before, 30)
        bills = await before.bills()
        events = {bill.id: await before.events(bill.id) for bill in bills}
    assert await migrate_store.run(settings, ledger=True, documents=False, as_json=True) == 0
    async with await Ledger.open(settings.ledger_url) as after:
        assert await after.bills() == bills
        assert {bill.id: await after.events(bill.id) for bill in bills} == events
        assert await after.stopped_accounts() == {"acme": "key refused"}
        [came] = await after.receive([arrival(1000)])
        assert len(await after.events(came.bill_id or "")) == 1, "numbers go on behind those that are there"
    with pytest.raises(ConfigError, match="moved to PostgreSQL"):
        await Ledger.open(source_of(settings))


async def test_a_document_moves_before_the_bills_cut_out_of_it(settings: Settings) -> None:
    """Their ids may sort before its own."""
    async with await Ledger.open(source_of(settings)) as before:
        [came] = await before.receive([arrival(0)])
        whole = await before.bill(came.bill_id or "")
        assert whole
        child = replace(whole, id="bill_000", sha256="c" * 64, parent_id=whole.id, step=Step.RECEIVED)
        await before.change(whole, "split", values={"step": Step.SPLIT, "wake_at": None}, split=[child])
    await move_ledger(settings.data_dir / "ledger.sqlite3", settings.ledger_url)
    async with await Ledger.open(settings.ledger_url) as after:
        assert [one.parent_id for one in await after.children(whole.id)] == [whole.id]


async def test_into_a_database_that_is_not_empty_nothing_is_moved(settings: Settings) -> None:
    async with await Ledger.open(source_of(settings)) as before:
        await fill(before, 2)
    async with await Ledger.open(settings.ledger_url) as there:
        await there.receive([arrival(7)])
    with pytest.raises(ConfigError, match="not empty"):
        await migrate_store.run(settings, ledger=True, documents=False, as_json=True)
    async with await Ledger.open(source_of(settings)) as before:
        assert len(await before.bills()) == 2


async def test_what_does_not_arrive_as_it_was_sent_undoes_all(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await Ledger.open(source_of(settings)) as before:
        await fill(before, 3)
    real = moving._streamed

    def lossy(table: sa.Table, connection: sa.Connection) -> Iterator[sa.Row[tuple[object, ...]]]:
        if table.name == "events":
            connection.execute(table.delete().where(table.c.id == 2))
        yield from real(table, connection)

    monkeypatch.setattr(moving, "_streamed", lossy)
    file = settings.data_dir / "ledger.sqlite3"
    with pytest.raises(Unavailable, match="'events' did not arrive"):
        await move_ledger(file, settings.ledger_url)
    monkeypatch.setattr(moving, "_streamed", real)
    assert (await move_ledger(file, settings.ledger_url))["bills"] == 3


async def test_every_table_has_a_sum(settings: Settings) -> None:
    async with await Ledger.open(source_of(settings)) as before:
        await fill(before, 1)
    rows = await move_ledger(settings.data_dir / "ledger.sqlite3", settings.ledger_url)
    assert rows.keys() == {table.name for table in metadata.sorted_tables if table.info != OF_PROGRAMS}


@pytest.mark.parametrize("role", ["worker", "smtp"])
async def test_while_the_service_runs_nothing_is_moved(settings: Settings, role: str) -> None:
    async with await Ledger.open(source_of(settings)):
        pass
    write_heartbeat(settings.data_dir, {}, Metrics(), role=role)
    with pytest.raises(NotReady, match="stop the service"):
        await migrate_store.run(settings, ledger=True, documents=False, as_json=True)


async def test_while_a_worker_holds_the_folder_nothing_is_moved(settings: Settings) -> None:
    async with await Ledger.open(source_of(settings)):
        pass
    with sole_worker(settings.data_dir), pytest.raises(NotReady, match="another worker"):
        await migrate_store.run(settings, ledger=True, documents=True, as_json=True)


async def test_documents_move_once_and_a_damaged_one_is_named(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    local = DocumentStore(settings.documents_dir)
    hashes = [await local.put(b"%%PDF-1.7 %d" % number) for number in range(20)]
    photo = await local.beside("originals", "").put(b"a photo")
    mail = await local.beside("messages", ".eml").put(b"a mail")
    broken = local.path(hashes[0])
    broken.write_bytes(b"%PDF-1.7 no more")
    assert await migrate_store.run(settings, ledger=False, documents=True, as_json=True) == 1
    first = json.loads(capsys.readouterr().out)["documents"]
    assert (first["uploaded"], first["there_already"]) == (21, 0)
    assert first["damaged"] == [str(broken.relative_to(settings.data_dir))]
    broken.write_bytes(b"%PDF-1.7 0")
    assert await migrate_store.run(settings, ledger=False, documents=True, as_json=True) == 0
    again = json.loads(capsys.readouterr().out)["documents"]
    assert (again["uploaded"], again["there_already"], again["damaged"]) == (1, 21, [])
    shared = DocumentStore(tmp_path / "share" / "documents")
    assert all(shared.exists(sha256) for sha256 in hashes)
    assert shared.beside("originals", "").exists(photo)
    assert shared.beside("messages", ".eml").exists(mail)


@pytest.mark.parametrize(
    ("values", "ledger", "says"),
    [
        ({"database_url": None}, True, "database_url: name the PostgreSQL"),
        ({}, True, "no ledger.sqlite3"),
        ({"store": {}}, False, "store.url"),
    ],
)
async def test_what_is_not_there_is_said(tmp_path: Path, values: dict[str, object], ledger: bool, says: str) -> None:
    plain: dict[str, object] = {"data_dir": tmp_path, "database_url": "postgresql://ann@127.0.0.1/bills"}
    with pytest.raises(ConfigError, match=re.escape(says)):
        await migrate_store.run(Settings(**{**plain, **values}), ledger=ledger, documents=not ledger, as_json=True)
