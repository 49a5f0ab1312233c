"""Results on disk: records, what stands beside processed files, refused files moved aside; after any interruption."""

import asyncio
import datetime as dt
import errno
import hashlib
import json
import os
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from ingest.config import Account, Settings
from ingest.delivery import places
from ingest.delivery.deliverer import Deliverer
from ingest.reasons import Reason
from ingest.sources.inbox import MARKER
from ingest.store.ids import new_id
from ingest.store.ledger import Ledger
from ingest.store.rows import Arrival, Bill, Delivery, NewArrival, NewDelivery, Outcome, Priority, Step

PDF = b"%PDF-1.7 a bill of nobody"
RECORD = {"id": "x", "status": "unlocked", "account_number": "4711-0815", "total_amount": 12000, "city": "Großau"}
DETAIL = "It is a reminder."


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.at


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass
class World:
    ledger: Ledger
    settings: Settings
    deliverer: Deliverer
    clock: Clock

    @property
    def inbox(self) -> Path:
        inbox = self.settings.inbox("acme")
        assert inbox
        return inbox

    async def drop(self, name: str, content: bytes = PDF, *, there: bool = True) -> Arrival:
        """A file as the folder source takes it: offered with its place, then moved there."""
        place = self.inbox / "processed" / name
        new = NewArrival(
            account="acme", source="folder", name=Path(name).name, priority=Priority.FOLDER, sha256=sha(content),
            place=str(place),
        )  # fmt: skip
        [came] = await self.ledger.receive([new])
        if there:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        return came

    async def bill(self, came: Arrival) -> Bill:
        bill = await self.ledger.bill(came.bill_id or "")
        assert bill
        return bill

    async def reconciled(self, bill: Bill, **more: Any) -> Bill:
        record = RECORD | {"id": bill.id} | more
        values = {"step": Step.RECONCILED, "local": {"document": "bill"}, "record": record, "wake_at": None}
        send = [NewDelivery(event="new_bill", target="file", payload={}, final=True)]
        return await self.ledger.change(bill, "reconciled", values=values, send=send)

    async def refused(self, bill: Bill) -> Bill:
        values = {"step": Step.REFUSED, "reason": Reason.NOT_A_BILL, "detail": DETAIL, "wake_at": None}
        send = [NewDelivery(event="document_refused", target="file", payload={})]
        return await self.ledger.change(bill, "refused", values=values, send=send)

    async def split(self, bill: Bill, number: int) -> list[Bill]:
        """The document becomes so many bills, of two pages each."""
        children = [
            replace(
                bill, id=new_id("bill"), parent_id=bill.id, sha256=sha(b"%d" % n), step=Step.PARSED,
                first_page=2 * n + 1, last_page=2 * n + 2,
            )
            for n in range(number)
        ]  # fmt: skip
        values = {"step": Step.SPLIT, "wake_at": None, "local": {"document": "bill", "bills": number}}
        send = [NewDelivery(event="document_split", target="file", payload={})]
        await self.ledger.change(bill, "split", values=values, split=children, send=send)
        return children

    async def attempt(self) -> list[Delivery]:
        due, _ = await self.ledger.due_deliveries((), 1000)
        await asyncio.gather(*(self.deliverer.deliver(delivery) for delivery in due))
        return due

    async def waits(self, bill: Bill) -> str:
        """Why the only delivery of the bill has not succeeded."""
        [delivery] = await self.ledger.deliveries(bill.id)
        assert delivery.delivered_at is None
        assert delivery.last_error
        return delivery.last_error

    def files(self) -> set[str]:
        return {str(path.relative_to(self.inbox)) for path in self.inbox.rglob("[!.]*") if not path.is_dir()}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    clock = Clock()
    settings = Settings(data_dir=tmp_path / "data", accounts={"acme": Account()})
    async with await Ledger.open(settings.ledger_url, clock) as ledger, aiohttp.ClientSession() as session:
        world = World(ledger, settings, Deliverer(ledger, settings, session, clock), clock)
        world.inbox.mkdir()
        (world.inbox / MARKER).touch()
        yield world


def read(place: Path) -> Any:
    return json.loads(place.read_text(encoding="utf-8"))


# -- records and what stands beside processed files


async def test_a_record_becomes_a_file_and_its_bill_is_delivered(world: World) -> None:
    new = NewArrival(account="acme", source="smtp", name="b.pdf", priority=Priority.SMTP, sha256=sha(PDF))
    [came] = await world.ledger.receive([new])
    bill = await world.reconciled(await world.bill(came))
    await world.attempt()
    place = world.settings.output_dir / "acme" / f"{bill.id}.json"
    assert read(place) == bill.record
    assert "Großau" in place.read_text(encoding="utf-8")
    assert (await world.bill(came)).step is Step.DELIVERED
    assert list(place.parent.iterdir()) == [place]


async def test_the_results_of_a_file_stand_beside_it_in_one_form(world: World) -> None:
    came = await world.drop("C-17/march.pdf")
    bill = await world.reconciled(await world.bill(came))
    again = await world.drop("copy.pdf")
    await world.attempt()
    await world.attempt()
    processed = world.inbox / "processed"
    assert read(processed / "C-17/march.pdf.json") == {
        "file": "march.pdf", "arrival": came.id, "outcome": "accepted", "reason": None, "document": "bill",
        "bills": [bill.record], "pending": 0, "refused": [],
    }  # fmt: skip
    assert read(processed / "copy.pdf.json") == {
        "file": "copy.pdf", "arrival": again.id, "outcome": "duplicate", "reason": "duplicate", "document": "bill",
        "bills": [bill.record], "pending": 0, "refused": [],
    }  # fmt: skip


async def test_a_later_record_replaces_the_earlier_one(world: World) -> None:
    came = await world.drop("a.pdf")
    bill = await world.reconciled(await world.bill(came), status="unparsed")
    await world.attempt()
    await world.reconciled(await world.bill(came), status="unlocked")
    await world.attempt()
    [shown] = read(world.inbox / "processed/a.pdf.json")["bills"]
    assert shown["status"] == read(world.settings.output_dir / "acme" / f"{bill.id}.json")["status"] == "unlocked"


async def test_a_document_of_many_bills_shows_those_there_are_so_far(world: World) -> None:
    came = await world.drop("batch.pdf")
    one, two, three = await world.split(await world.bill(came), 3)
    place = world.inbox / "processed/batch.pdf.json"
    await world.attempt()
    assert (read(place)["bills"], read(place)["pending"]) == ([], 3)
    await world.reconciled(three)
    await world.refused(two)
    await world.attempt()
    assert [bill["id"] for bill in read(place)["bills"]] == [three.id]
    assert read(place)["pending"] == 1
    assert read(place)["refused"] == [{"pages": [3, 4], "reason": "not_a_bill", "detail": DETAIL}]
    await world.reconciled(one)
    await world.attempt()
    assert [bill["id"] for bill in read(place)["bills"]] == [one.id, three.id]
    assert read(place)["pending"] == 0
    assert world.files() == {"processed/batch.pdf", "processed/batch.pdf.json"}


async def test_bills_of_one_document_that_finish_together_are_all_beside_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = await world.split(await world.bill(await world.drop("batch.pdf")), 2)
    await world.attempt()
    slow, go = threading.Event(), threading.Event()

    def fsync(descriptor: int) -> None:
        if not slow.is_set() and "processed" in Path(f"/proc/self/fd/{descriptor}").readlink().parts:
            slow.set()
            assert go.wait(10)

    await world.reconciled(one)
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", fsync)
        first = asyncio.create_task(world.attempt())
        assert await asyncio.to_thread(slow.wait, 10)
        await world.reconciled(two)
        [due] = [delivery for delivery in await world.ledger.deliveries(two.id) if delivery.next_at]
        second = asyncio.create_task(world.deliverer.deliver(due))
        await asyncio.wait([second], timeout=0.3)  # it would be done by now if it did not wait for the first
        go.set()
        await asyncio.gather(first, second)
    shown = read(world.inbox / "processed/batch.pdf.json")
    assert [bill["id"] for bill in shown["bills"]] == [one.id, two.id]


# -- files that are not where they should be


async def test_a_file_on_its_way_is_waited_for(world: World) -> None:
    came = await world.drop("a.pdf", there=False)
    bill = await world.reconciled(await world.bill(came))
    await world.attempt()
    assert "not there yet" in await world.waits(bill)
    assert (world.settings.output_dir / "acme" / f"{bill.id}.json").exists(), "the record itself does not wait"
    place = world.inbox / "processed/a.pdf"
    place.parent.mkdir()
    place.write_bytes(PDF)
    world.clock.at += dt.timedelta(seconds=0.2)
    await world.attempt()
    assert read(place.with_name("a.pdf.json"))["arrival"] == came.id
    assert (await world.bill(came)).step is Step.DELIVERED


async def test_one_file_on_its_way_does_not_keep_another_waiting(world: World) -> None:
    came = await world.drop("a.pdf", there=False)
    await world.drop("b.pdf")
    await world.reconciled(await world.bill(came))
    await world.attempt()
    assert world.files() == {"processed/b.pdf", "processed/b.pdf.json"}


@pytest.mark.parametrize("step", ["reconciled", "refused"])
async def test_a_file_that_somebody_took_away_holds_nothing_up(world: World, step: str) -> None:
    came = await world.drop("C-17/a.pdf", there=False)
    bill = await getattr(world, step)(await world.bill(came))
    for _ in range(8):
        await world.attempt()
        world.clock.at += dt.timedelta(seconds=30)
    [delivery] = await world.ledger.deliveries(bill.id)
    assert delivery.delivered_at
    assert world.files() == set()
    assert not (world.inbox / "processed").exists(), "what people cleared away is not made again"


async def test_a_strangers_file_of_the_same_name_is_left_alone(world: World) -> None:
    came = await world.drop("a.pdf")
    (world.inbox / "processed/a.pdf").write_bytes(b"something else")
    await world.refused(await world.bill(came))
    await world.attempt()
    assert world.files() == {"processed/a.pdf"}
    assert await world.ledger.waiting_deliveries() == 0


async def test_a_name_used_again_shows_the_newer_document(world: World) -> None:
    old = await world.drop("a.pdf")
    await world.reconciled(await world.bill(old))
    await world.attempt()
    new = await world.drop("a.pdf", b"%PDF another bill")
    await world.reconciled(await world.bill(new))
    await world.attempt()
    await world.reconciled(await world.bill(old), status="paid")
    await world.attempt()
    assert read(world.inbox / "processed/a.pdf.json")["arrival"] == new.id


async def test_an_unmounted_share_is_waited_for(world: World) -> None:
    came = await world.drop("a.pdf")
    bill = await world.reconciled(await world.bill(came))
    away = world.inbox.rename(world.inbox.with_name("away"))
    world.inbox.mkdir()
    world.clock.at += dt.timedelta(days=3)
    for _ in range(12):
        await world.attempt()
        world.clock.at += dt.timedelta(minutes=5)
    assert "inbox is not there" in await world.waits(bill)
    world.inbox.rmdir()  # nothing was written under the mount point
    away.rename(world.inbox)
    await world.attempt()
    assert "processed/a.pdf.json" in world.files()


@pytest.mark.parametrize("kind", ["fifo", "link", "folder"])
async def test_what_is_no_plain_file_is_not_opened(world: World, kind: str, tmp_path: Path) -> None:
    came = await world.drop("a.pdf")
    place = world.inbox / "processed/a.pdf"
    place.rename(tmp_path / "secret.pdf")
    {"fifo": os.mkfifo, "link": lambda p: p.symlink_to(tmp_path / "secret.pdf"), "folder": os.mkdir}[kind](place)
    await world.reconciled(await world.bill(came))
    await world.attempt()
    assert not place.with_name("a.pdf.json").exists()
    assert await world.ledger.waiting_deliveries() == 0


async def test_a_full_disk_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    bill = await world.reconciled(await world.bill(await world.drop("a.pdf")))
    with monkeypatch.context() as disk, capture_logs() as logs:
        disk.setattr(os, "fsync", full)
        await world.attempt()
    assert "no space left" in await world.waits(bill)
    assert "4711-0815" not in repr(logs)
    assert not list(world.settings.output_dir.rglob("*.*")), "no half file is left"
    world.clock.at += dt.timedelta(seconds=0.2)
    await world.attempt()
    assert await world.ledger.waiting_deliveries() == 0


# -- refused documents


async def test_a_refused_file_moves_aside_with_the_reason_in_plain_words(world: World) -> None:
    came = await world.drop("C-17/letter.pdf")
    (world.inbox / "processed/C-17/letter.pdf.json").write_text("{}")
    bill = await world.refused(await world.bill(came))
    await world.attempt()
    assert world.files() == {"rejected/C-17/letter.pdf", "rejected/C-17/letter.pdf.txt"}
    text = (world.inbox / "rejected/C-17/letter.pdf.txt").read_text(encoding="utf-8")
    assert Reason.NOT_A_BILL.sentence in text
    assert Reason.NOT_A_BILL.next_step in text
    assert DETAIL in text
    [after] = await world.ledger.arrivals(bill_id=bill.id)
    assert after.place == str(world.inbox / "rejected/C-17/letter.pdf")
    assert not (world.settings.output_dir / "acme").exists(), "there is no record of what is no bill"


async def test_nothing_is_overwritten(world: World) -> None:
    rejected = world.inbox / "rejected"
    rejected.mkdir()
    (rejected / "a.pdf").write_bytes(b"of somebody")
    (rejected / "a (2).pdf").mkdir()
    (rejected / "a (3).pdf.txt").write_text("why another file is refused that is just on its way here")
    await world.refused(await world.bill(await world.drop("a.pdf")))
    await world.attempt()
    assert (rejected / "a.pdf").read_bytes() == b"of somebody"
    assert "on its way" in (rejected / "a (3).pdf.txt").read_text()
    ours = {"rejected/a (4).pdf", "rejected/a (4).pdf.txt"}
    assert world.files() == {"rejected/a.pdf", "rejected/a (3).pdf.txt"} | ours


async def test_the_same_refused_bytes_again_are_put_beside_the_first(world: World) -> None:
    bill = await world.refused(await world.bill(await world.drop("a.pdf")))
    await world.attempt()
    again = await world.drop("a.pdf")
    assert again.outcome is Outcome.DUPLICATE
    await world.attempt()
    assert world.files() == {
        "rejected/a.pdf", "rejected/a.pdf.txt", "rejected/a (2).pdf", "rejected/a (2).pdf.txt",
    }  # fmt: skip
    found = {arrival.place for arrival in await world.ledger.arrivals(bill_id=bill.id)}
    assert found == {str(world.inbox / "rejected/a.pdf"), str(world.inbox / "rejected/a (2).pdf")}


async def test_a_refused_file_outside_of_processed_stays_where_it_is(world: World, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere/a.pdf"
    outside.parent.mkdir()
    outside.write_bytes(PDF)
    new = NewArrival(
        account="acme", source="batch", name="a.pdf", priority=Priority.BATCH, sha256=sha(PDF), place=str(outside)
    )
    [came] = await world.ledger.receive([new])
    await world.refused(await world.bill(came))
    await world.attempt()
    assert {path.name for path in outside.parent.iterdir()} == {"a.pdf", "a.pdf.txt"}


def linked(processed: Path, rejected: Path) -> None:
    os.link(processed, rejected)


def moved(processed: Path, rejected: Path) -> None:
    processed.rename(rejected)


def moved_to_another_name(processed: Path, rejected: Path) -> None:
    rejected.write_bytes(b"of somebody")
    processed.rename(rejected.with_name("a (2).pdf"))


def explained(processed: Path, rejected: Path) -> None:
    moved(processed, rejected)
    rejected.with_name("a.pdf.txt").write_text("half a sente")


def cleared(processed: Path, rejected: Path) -> None:
    explained(processed, rejected)
    processed.with_name("a.pdf.json").unlink()


@pytest.mark.parametrize("interrupted", [linked, moved, moved_to_another_name, explained, cleared])
async def test_a_crash_while_it_moves_aside_ends_the_same_way(world: World, interrupted: Any) -> None:
    came = await world.drop("a.pdf")
    processed, rejected = world.inbox / "processed/a.pdf", world.inbox / "rejected/a.pdf"
    processed.with_name("a.pdf.json").write_text("{}")
    bill = await world.refused(await world.bill(came))
    rejected.parent.mkdir()
    interrupted(processed, rejected)
    await world.attempt()
    [after] = await world.ledger.arrivals(bill_id=bill.id)
    assert after.place
    aside = Path(after.place)
    assert places.holds(aside, sha(PDF))
    assert Reason.NOT_A_BILL.sentence in aside.with_name(aside.name + ".txt").read_text(encoding="utf-8")
    theirs = {"rejected/a.pdf"} if interrupted is moved_to_another_name else set()
    assert world.files() == theirs | {f"rejected/{aside.name}", f"rejected/{aside.name}.txt"}


async def test_after_a_crash_a_new_file_of_that_name_keeps_its_result(world: World) -> None:
    came = await world.drop("a.pdf")
    await world.refused(await world.bill(came))
    rejected = world.inbox / "rejected/a.pdf"
    rejected.parent.mkdir()
    moved(world.inbox / "processed/a.pdf", rejected)
    new = await world.drop("a.pdf", b"%PDF a real bill")
    (world.inbox / "processed/a.pdf.json").write_text("{}")
    await world.attempt()
    assert world.files() == {
        "processed/a.pdf", "processed/a.pdf.json", "rejected/a.pdf", "rejected/a.pdf.txt",
    }  # fmt: skip
    assert (world.inbox / "processed/a.pdf").read_bytes() == b"%PDF a real bill"
    assert (await world.bill(new)).step is Step.RECEIVED


async def test_a_second_file_that_is_gone_is_not_taken_for_the_first(world: World) -> None:
    bill = await world.refused(await world.bill(await world.drop("a.pdf")))
    await world.attempt()
    again = await world.drop("a.pdf", there=False)
    world.clock.at += dt.timedelta(hours=1)
    await world.attempt()
    assert await world.ledger.waiting_deliveries() == 0
    [newest, _] = await world.ledger.arrivals(bill_id=bill.id)
    assert (newest.id, newest.place) == (again.id, str(world.inbox / "processed/a.pdf"))


async def test_two_arrivals_for_one_place_move_together(world: World) -> None:
    """The source crashed between its receipt and the move: the same file came in twice for the same place."""
    came = await world.drop("a.pdf", there=False)
    bill = await world.bill(came)
    await world.drop("a.pdf")
    await world.refused(bill)
    await world.attempt()
    assert world.files() == {"rejected/a.pdf", "rejected/a.pdf.txt"}
    assert {arrival.place for arrival in await world.ledger.arrivals(bill_id=bill.id)} == {
        str(world.inbox / "rejected/a.pdf")
    }


async def test_two_arrivals_for_one_place_show_the_first(world: World) -> None:
    came = await world.drop("a.pdf", there=False)
    bill = await world.bill(came)
    world.clock.at += dt.timedelta(seconds=1)
    await world.drop("a.pdf")
    await world.reconciled(bill)
    await world.attempt()
    assert read(world.inbox / "processed/a.pdf.json")["arrival"] == came.id


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOTSUP])
def test_a_file_system_without_links_overwrites_nothing_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", refuse)
    place, wanted = tmp_path / "a.pdf", tmp_path / "rejected/a.pdf"
    place.write_bytes(PDF)
    wanted.parent.mkdir()
    wanted.write_bytes(b"of somebody")
    aside = places.move_aside(place, wanted, ".txt")
    assert aside.name == "a (2).pdf"
    assert (aside.read_bytes(), wanted.read_bytes(), place.exists()) == (PDF, b"of somebody", False)


# -- names


async def test_the_longest_names_get_their_files_too(world: World) -> None:
    name = "請" * 83 + ".pdf"
    assert len(os.fsencode(name)) == 253
    came = await world.drop(name)
    letter = await world.drop("письмо" * 20 + "x.pdf", b"%PDF letter")
    await world.reconciled(await world.bill(came))
    await world.refused(await world.bill(letter))
    (world.inbox / "rejected").mkdir()
    (world.inbox / "rejected" / letter.name).write_bytes(b"of somebody")
    await world.attempt()
    assert await world.ledger.waiting_deliveries() == 0
    [beside] = (world.inbox / "processed").glob("*.json")
    assert read(beside)["file"] == name


names = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1).filter(
    lambda name: len(os.fsencode(name)) <= 255 and name not in (".", "..")
)


@given(names, names)
def test_a_sidecars_name_fits_stays_in_its_folder_and_is_its_own(one: str, other: str) -> None:
    folder = Path("/inbox/processed")
    made = places.beside(folder / one, ".json")
    assert made.parent == folder
    assert made.name.endswith(".json")
    assert len(os.fsencode(made.name)) <= 255
    assert (made == places.beside(folder / other, ".json")) == (one == other)


@given(st.lists(names, min_size=1, max_size=4))
def test_a_place_moves_to_the_same_path_of_the_other_folder(parts: list[str]) -> None:
    inbox = Path("/data/processed/inbox")
    place = inbox.joinpath("processed", *parts)
    aside = places.other_folder(place, inbox, "processed", "rejected")
    assert aside == inbox.joinpath("rejected", *parts)
    assert places.other_folder(aside, inbox, "processed", "rejected") is None
