"""What a purge takes, what it leaves, and that neither a crash nor a document that comes in again breaks it."""

import asyncio
import datetime as dt
import hashlib
import json
import random
import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pipeline_world import Clock
from source_world import eventually

from ingest.config import Account, Settings
from ingest.errors import StaleVersion, Unavailable
from ingest.retention.files import FileRemover
from ingest.retention.purger import Outcome, Purger
from ingest.retention.role import by_age, purging
from ingest.sandbox.app import workspace
from ingest.sandbox.state import NewBill, State
from ingest.sources.inbox import MARKER
from ingest.store.documents import ORIGINALS, DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import NewMessage
from ingest.store.purge_rows import RemovalKind, Selection
from ingest.store.rows import Bill, NewArrival, NewDelivery, Priority, Step
from ingest.store.rows import Outcome as Became
from ingest.store.schema import arrivals, bills, deliveries, events, messages, parts, purges, removals

ALL = Selection(account="acme", rule="command: --account")


@dataclass
class Archive:
    """A ledger with the files that belong to it."""

    settings: Settings
    ledger: Ledger
    clock: Clock
    purger: Purger

    @property
    def documents(self) -> DocumentStore:
        return DocumentStore(self.settings.documents_dir)

    @property
    def originals(self) -> DocumentStore:
        return DocumentStore(self.settings.documents_dir.with_name(ORIGINALS), suffix="")

    @property
    def mails(self) -> DocumentStore:
        return DocumentStore(self.settings.data_dir / "messages", ".eml")

    def later(self, **age: float) -> None:
        self.clock.ahead += dt.timedelta(**age)

    async def arrive(self, *contents: bytes, mail: bytes | None = None, **values: Any) -> list[Bill]:
        """Documents with their files, in one mail or alone; ``original`` is what the PDF was made of."""
        original = values.pop("original", None)
        new = {"account": "acme", "source": "folder", "name": "pat.pdf", "priority": Priority.FOLDER, **values}
        offered = []
        for content in contents:
            pdf = await self.documents.put(content)
            first = await self.originals.put(original) if original else pdf
            offered.append(NewArrival(**new, sha256=first, pdf_sha256=pdf if original else None))
        message = None
        if mail is not None:
            sha256 = await self.mails.put(mail)
            message = NewMessage(account=new["account"], sha256=sha256, envelope_from="pat@acme.example", subject="Hi")
        came = await self.ledger.receive(offered, message, self.still_there)
        return [await self.bill(arrival.bill_id or "") for arrival in came]

    def still_there(self, kind: RemovalKind, sha256: str) -> bool:
        """As the intake looks."""
        return (self.documents if kind is RemovalKind.DOCUMENT else self.originals).exists(sha256)

    async def finish(self, bill: Bill, step: Step = Step.DELIVERED, split: Sequence[Bill] = ()) -> Bill:
        """Its record is written, its delivery sent."""
        record = {"utility": "power", "account_number": "123456789", "reasons": []}
        send = [NewDelivery(event="new_bill", target="file", payload={"object": record})]
        values = {"step": step, "wake_at": None, "record": record}
        done = await self.ledger.change(bill, "done", values=values, split=split, send=send)
        self.record(bill).parent.mkdir(parents=True, exist_ok=True)
        self.record(bill).write_text(json.dumps(record))
        for delivery in await self.ledger.deliveries(bill.id):
            await self.ledger.delivered(delivery)
        return await self.bill(done.id)

    async def finished(self, content: bytes, **values: Any) -> Bill:
        [bill] = await self.arrive(content, **values)
        return await self.finish(bill)

    def record(self, bill: Bill) -> Path:
        return self.settings.output_dir / bill.account / f"{bill.id}.json"

    async def bill(self, bill_id: str) -> Bill:
        found = await self.ledger.bill(bill_id)
        assert found, bill_id
        return found

    async def gone(self, bill: Bill) -> bool:
        return await self.ledger.bill(bill.id) is None

    async def purge(self, selection: Selection = ALL, **values: Any) -> Outcome:
        return await self.purger.purge(replace(selection, **values))

    async def rows(self, table: sa.Table) -> Sequence[Any]:
        async with self.ledger.engine.connect() as connection:
            return (await connection.execute(sa.select(table))).all()


@pytest.fixture
async def archive(tmp_path: Path, url: str) -> AsyncIterator[Archive]:
    settings = Settings(
        data_dir=tmp_path / "data",
        database_url=url,
        accounts={
            "acme": Account(keep_days=400, inbox=tmp_path / "share", purge_inbox=False),
            "other": Account(),
        },
    )
    clock = Clock()
    async with await Ledger.open(settings.ledger_url, clock) as ledger:
        yield Archive(settings, ledger, clock, Purger(ledger, FileRemover(ledger, settings)))


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "ledger.sqlite3" not in path.name)


# -- what goes


async def test_everything_about_a_bill_goes_but_its_audit_row(archive: Archive) -> None:
    [bill] = await archive.arrive(
        b"%PDF-", mail=b"Subject: bill", original=b"photo", name="Pat Doe.pdf", customer="C-77"
    )
    bill = await archive.finish(bill)
    outcome = await archive.purge()
    assert (outcome.purged.bills, outcome.purged.documents) == (1, 1)
    for table in (bills, arrivals, deliveries, events, parts, messages):
        assert not await archive.rows(table), table.name
    assert files_below(archive.settings.data_dir) == []
    [row] = await archive.rows(purges)
    assert (row.kind, row.account, row.bill_id, row.sha256) == ("bill", "acme", bill.id, bill.sha256)
    assert (row.received_at, row.step, row.rule) == (bill.received_at, "delivered", "command: --account")
    assert row.counts == {"events": 2, "deliveries": 1, "arrivals": 1}
    assert "Pat" not in str(row) and "C-77" not in str(row)


async def test_nothing_of_it_can_be_read_in_the_ledgers_files(archive: Archive) -> None:
    """Those of SQLite: PostgreSQL writes over what was deleted when it vacuums."""
    file = sa.make_url(archive.settings.ledger_url)
    if file.get_backend_name() != "sqlite":
        pytest.skip("it has no file to look into")
    bill = await archive.finished(b"%PDF-", name="Wilhelmina Testington.pdf")
    await archive.purge()
    assert await archive.gone(bill)
    async with archive.ledger.engine.connect() as connection:
        reading = await connection.execution_options(reading=True)
        await reading.rollback()
    with sqlite3.connect(file.database or "") as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    assert b"Testington" not in await asyncio.to_thread(Path(file.database or "").read_bytes)


async def test_a_document_goes_with_the_bills_it_was_split_into_and_not_without_them(archive: Archive) -> None:
    [whole] = await archive.arrive(b"%PDF- whole")
    children = [
        replace(whole, id=f"bill_{n}", sha256=await archive.documents.put(b"%%PDF- part %d" % n), parent_id=whole.id)
        for n in (1, 2)
    ]
    await archive.finish(whole, Step.SPLIT, split=children)
    first = await archive.finish(await archive.bill("bill_1"))
    assert (await archive.purge(bill_ids=(first.id,))).plan.under_way == 3
    await archive.finish(await archive.bill("bill_2"))
    outcome = await archive.purge(bill_ids=(first.id,))
    assert (outcome.purged.bills, outcome.purged.documents) == (3, 1)
    assert files_below(archive.settings.data_dir) == []
    assert sorted(row.kind for row in await archive.rows(purges)) == ["bill", "bill", "document of several bills"]


async def test_a_file_that_another_account_has_as_well_stays_until_the_last_one_goes(archive: Archive) -> None:
    mine = await archive.finished(b"%PDF- same", mail=b"one mail to both")
    theirs = await archive.finished(b"%PDF- same", account="other", mail=b"one mail to both")
    await archive.purge()
    assert await archive.gone(mine)
    assert archive.documents.exists(theirs.sha256)
    assert archive.mails.exists(hashlib.sha256(b"one mail to both").hexdigest())
    await archive.purge(account="other")
    assert files_below(archive.settings.data_dir) == []


async def test_of_a_mail_with_several_bills_the_text_goes_with_the_first_and_the_row_with_the_last(
    archive: Archive,
) -> None:
    one, two = await archive.arrive(b"%PDF- 1", b"%PDF- 2", mail=b"two bills")
    one, two = await archive.finish(one), await archive.finish(two)
    await archive.purge(bill_ids=(one.id,))
    assert not archive.mails.exists(hashlib.sha256(b"two bills").hexdigest())
    [mail] = await archive.rows(messages)
    assert mail.sha256 == ""
    assert archive.documents.exists(two.sha256)
    await archive.purge(bill_ids=(two.id,))
    assert not await archive.rows(messages)


async def test_results_beside_a_file_go_and_the_file_itself_only_where_the_account_says_so(archive: Archive) -> None:
    share = archive.settings.inbox("acme")
    assert share
    place = share / "processed" / "pat.pdf"
    place.parent.mkdir(parents=True)
    (share / MARKER).touch()
    place.write_bytes(b"%PDF- 1")
    bill = await archive.finished(b"%PDF- 1", place=str(place))
    [came] = await archive.ledger.arrivals(bill_id=bill.id)
    sidecar = place.with_name("pat.pdf.json")
    sidecar.write_text(json.dumps({"arrival": "somebody else's"}))
    await archive.purge()
    assert place.exists() and sidecar.exists()
    account = archive.settings.accounts["acme"].model_copy(update={"purge_inbox": True})
    archive.settings.accounts["acme"] = account
    bill = await archive.finished(b"%PDF- 1", place=str(place))
    [came] = await archive.ledger.arrivals(bill_id=bill.id)
    sidecar.write_text(json.dumps({"arrival": came.id}))
    await archive.purge()
    assert not place.exists() and not sidecar.exists()


async def test_a_share_that_is_away_keeps_only_its_own_file_waiting(archive: Archive) -> None:
    share = archive.settings.inbox("acme")
    assert share
    place = share / "processed" / "pat.pdf"
    bill = await archive.finished(b"%PDF- 1", place=str(place))
    [came] = await archive.ledger.arrivals(bill_id=bill.id)
    await archive.purge()
    assert not archive.documents.exists(bill.sha256)
    [left] = await archive.ledger.removals.left("acme")
    assert (left.kind, left.number) == ("sidecar", 1)
    assert "mount its share" in left.problem
    place.parent.mkdir(parents=True)
    (share / MARKER).touch()
    place.with_name("pat.pdf.json").write_text(json.dumps({"arrival": came.id}))
    assert await archive.purger.remove_files() == 0, "it is tried again an hour later"
    await archive.ledger.removals.hurry("acme")
    assert await archive.purger.remove_files() == 1
    assert not place.with_name("pat.pdf.json").exists()
    assert await archive.ledger.removals.left("acme") == []


async def test_the_sandboxs_own_copy_goes_and_that_of_another_account_stays(archive: Archive) -> None:
    bill = await archive.finished(b"%PDF- 1")
    folder = archive.settings.data_dir / "sandbox"
    (folder / "pdfs").mkdir(parents=True)
    pdf = folder / "pdfs" / f"{bill.sha256}.pdf"
    pdf.write_bytes(b"%PDF- 1")
    state = State(folder / "sandbox.sqlite3")
    for name in ("acme", "other"):
        owner = workspace(f"sandbox-{name}")
        customer = state.customer(owner, "C-77", create=True)
        state.add(
            NewBill(
                workspace=owner,
                external_id=f"bill-ingest-{bill.sha256[:40]}",
                customer_id=customer,
                sha256=bill.sha256,
                size=7,
                filename="pat.pdf",
                origin="",
                uploaded_at=0,
                ready_at=0,
            )
        )
    await archive.purge()
    assert [one.workspace for one in state.bills()] == [workspace("sandbox-other")]
    assert state.customer(workspace("sandbox-acme"), "C-77", create=False) is None
    assert pdf.exists()
    await archive.finished(b"%PDF- 1", account="other")
    await archive.purge(account="other")
    assert state.bills() == [] and not pdf.exists()
    state.close()


# -- what is chosen


async def test_by_age_only_what_is_finished_and_did_not_come_again(archive: Archive) -> None:
    old = await archive.finished(b"%PDF- old")
    [stuck] = await archive.arrive(b"%PDF- stuck")
    again = await archive.finished(b"%PDF- again")
    undelivered = await archive.finished(b"%PDF- undelivered")
    send = [NewDelivery(event="updated_bill", target="https://away.example/", payload={})]
    await archive.ledger.change(undelivered, "changed", values={}, send=send)
    archive.later(days=300)
    await archive.arrive(b"%PDF- again")
    archive.later(days=101)
    young = await archive.finished(b"%PDF- young")
    [selection] = by_age(archive.settings, archive.clock())
    outcome = await archive.purge(selection)
    assert outcome.plan.under_way == 2 and outcome.plan.came_again == 1 and outcome.purged.bills == 1
    assert await archive.gone(old)
    for bill in (stuck, again, undelivered, young):
        assert not await archive.gone(bill)
        assert archive.documents.exists(bill.sha256)
    [row] = await archive.rows(purges)
    assert row.rule == "keep_days = 400"


async def test_a_customer_goes_whatever_name_the_document_came_under_first(archive: Archive) -> None:
    mine = await archive.finished(b"%PDF- 1", customer="C-1")
    shared = await archive.finished(b"%PDF- 2", customer="C-2")
    await archive.arrive(b"%PDF- 2", customer="C-1")
    theirs = await archive.finished(b"%PDF- 3", customer="C-2")
    plan = await archive.purger.plan(replace(ALL, customer="C-1"))
    assert (plan.bills, plan.of_others) == (2, 1)
    await archive.purge(customer="C-1")
    assert [await archive.gone(bill) for bill in (mine, shared, theirs)] == [True, True, False]


async def test_documents_that_were_refused_at_the_door_go_as_well(archive: Archive) -> None:
    from ingest.reasons import Reason

    new = NewArrival(
        account="acme", source="smtp", name="pat.txt", priority=Priority.SMTP, reason=Reason.NOT_A_PDF, customer="C-1"
    )
    await archive.ledger.receive([new] * 250)
    assert (await archive.purge(customer="C-2")).purged.refused == 0
    assert (await archive.purge(customer="C-1")).purged.refused == 250
    assert await archive.rows(arrivals) == []
    assert sum(row.counts["arrivals"] for row in await archive.rows(purges)) == 250


async def test_more_than_a_page_goes_and_the_plan_says_so_before(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.store.families.PAGE", 10)
    [first, *_] = found = await archive.arrive(*(b"%%PDF- %d" % n for n in range(45)))
    for bill in found:
        await archive.ledger.change(bill, "refused", values={"step": Step.REFUSED, "wake_at": None})
    plan = await archive.purger.plan(ALL)
    assert (plan.bills, plan.documents, len(plan.examples)) == (45, 45, 5)
    assert plan.oldest == first.received_at
    assert (await archive.purge()).purged.bills == 45
    assert await archive.rows(bills) == [] and files_below(archive.settings.data_dir) == []


async def test_unfinished_bills_go_when_that_is_said_and_their_steps_find_nothing_to_change(archive: Archive) -> None:
    [bill] = await archive.arrive(b"%PDF- 1")
    assert (await archive.purge()).purged.bills == 0
    outcome = await archive.purge(unfinished=True)
    assert outcome.purged.bills == 1
    with pytest.raises(StaleVersion):
        await archive.ledger.change(bill, "parsed", values={"step": Step.PARSED})
    # a delivery that had begun before may write its record after the purge
    archive.record(bill).parent.mkdir(parents=True)
    archive.record(bill).write_text("{}")
    assert await archive.purger.remove_files() == 0
    archive.later(minutes=11)
    assert await archive.purger.remove_files() == 2
    assert not archive.record(bill).exists()


# -- others at work


async def test_what_changes_between_the_look_and_the_purge_stays(archive: Archive) -> None:
    changed, came, sent, tied, same = [await archive.finished(b"%%PDF- %d" % n) for n in range(5)]
    families = await archive.ledger.purges.families(ALL).page()
    assert families
    await archive.ledger.change(changed, "woken", values={})
    await archive.arrive(b"%PDF- 1")
    await archive.ledger.change(sent, "again", values={}, send=[NewDelivery(event="e", target="file", payload={})])
    [whole] = await archive.arrive(b"%PDF- whole")
    await archive.ledger.change(whole, "split", values={"step": Step.SPLIT}, split=[replace(tied, id="unused")])
    purged = await archive.ledger.purges.purge(families, ALL)
    assert (purged.bills, purged.skipped) == (1, 4)
    assert [await archive.gone(bill) for bill in (changed, came, sent, tied, same)] == [False] * 4 + [True]


async def test_a_purge_that_was_killed_between_rows_and_files_is_finished_by_the_next(archive: Archive) -> None:
    bill = await archive.finished(b"%PDF- 1")
    families = await archive.ledger.purges.families(ALL).page()
    await archive.ledger.purges.purge(families or [], ALL)
    assert archive.documents.exists(bill.sha256)
    assert len(await archive.ledger.removals.begin(50)) == 3  # and here it is killed once more
    assert await archive.purger.remove_files() == 0
    archive.later(hours=1.1)
    assert await archive.purger.remove_files() == 3
    assert files_below(archive.settings.data_dir) == []


async def test_a_document_that_comes_again_before_its_file_went_keeps_it(archive: Archive) -> None:
    await archive.finished(b"%PDF- 1")
    families = await archive.ledger.purges.families(ALL).page()
    await archive.ledger.purges.purge(families or [], ALL)
    [new] = await archive.arrive(b"%PDF- 1")
    await archive.purger.remove_files()
    assert archive.documents.exists(new.sha256)
    assert new.step is Step.RECEIVED


async def test_a_document_that_comes_again_while_its_file_goes_is_not_taken(archive: Archive) -> None:
    """Whoever brings it saw the file in the store just before, and put nothing there himself."""
    bill = await archive.finished(b"%PDF- 1")
    families = await archive.ledger.purges.families(ALL).page()
    await archive.ledger.purges.purge(families or [], ALL)
    begun = await archive.ledger.removals.begin(50)
    new = NewArrival(account="acme", source="smtp", name="a", priority=Priority.SMTP, sha256=bill.sha256)
    with pytest.raises(Unavailable, match="being purged"):
        await archive.ledger.receive([new])
    await archive.documents.delete(bill.sha256)
    await archive.ledger.removals.done(begun)

    with pytest.raises(Unavailable, match="being purged"):
        await archive.ledger.receive([new], None, archive.still_there)
    await archive.documents.put(b"%PDF- 1")
    [came] = await archive.ledger.receive([new], None, archive.still_there)
    assert came.outcome is Became.ACCEPTED
    await archive.purger.remove_files()
    assert archive.documents.exists(bill.sha256)
    archive.later(days=1.1)
    await archive.purger.remove_files()
    assert await archive.rows(removals) == [] and archive.documents.exists(bill.sha256)


async def test_documents_that_come_in_all_the_while_are_never_without_their_file(archive: Archive) -> None:
    """The same documents come again and again while they are purged again and again."""
    stopped = False
    new = NewArrival(account="acme", source="smtp", name="a", priority=Priority.SMTP)

    async def bring(content: bytes) -> int:
        """What was in the store already is looked at with some time before its record, as when many come at once.

        The pauses differ, and some are long: what comes again without a pause is never purged, as it is not old.
        """
        lost = 0
        while not stopped:
            sha256 = await archive.documents.put(content)
            await asyncio.sleep(random.uniform(0.001, 0.1))
            try:
                [came] = await archive.ledger.receive([replace(new, sha256=sha256)], None, archive.still_there)
            except Unavailable:
                continue
            if came.outcome is Became.ACCEPTED:  # until it is finished here, it cannot be purged
                lost += not archive.documents.exists(sha256)
                bill = await archive.bill(came.bill_id or "")
                await archive.ledger.change(bill, "done", values={"step": Step.REFUSED, "wake_at": None})
        return lost

    bringing = [asyncio.create_task(bring(b"%%PDF- %d" % number)) for number in range(6)]
    purged = 0
    async with asyncio.timeout(60):
        while purged < 24:
            purged += (await archive.purge()).purged.bills
    stopped = True
    assert sum(await asyncio.gather(*bringing)) == 0


# -- the worker


async def test_the_worker_purges_by_age_on_its_own(archive: Archive) -> None:
    old = await archive.finished(b"%PDF- 1")
    kept = await archive.finished(b"%PDF- 1", account="other")
    archive.later(days=401)
    async with purging(archive.settings, archive.ledger, archive.clock):
        await eventually(lambda: not archive.record(old).exists())
    assert await archive.gone(old) and not await archive.gone(kept)


async def test_the_worker_stops_in_the_middle_of_a_purge(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    found = await archive.arrive(*(b"%%PDF- %d" % n for n in range(40)))
    for bill in found:
        await archive.ledger.change(bill, "refused", values={"step": Step.REFUSED, "wake_at": None})
    archive.later(days=401)
    monkeypatch.setattr("ingest.store.families.PAGE", 5)
    first = archive.documents.path(found[0].sha256)
    async with purging(archive.settings, archive.ledger, archive.clock):
        await eventually(lambda: not first.exists())
    archive.later(hours=2)
    async with purging(archive.settings, archive.ledger, archive.clock):
        await eventually(lambda: not files_below(archive.settings.documents_dir))
    await eventually(lambda: not files_below(archive.settings.data_dir))
