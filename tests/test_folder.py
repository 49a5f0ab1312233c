"""The watched folder: real files, real events, a real ledger; and everything that goes wrong with shares and disks."""

import asyncio
import contextlib
import errno
import os
import sqlite3
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
import structlog
from source_world import Door, eventually, opened_door, pdf

from ingest.config import Folder
from ingest.offers import Offer
from ingest.parsing import ParserPool
from ingest.reasons import Reason
from ingest.sources import folder, following
from ingest.sources.folder import FolderSource
from ingest.sources.inbox import MARKER
from ingest.store import engine
from ingest.store.rows import Outcome

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUICK = Folder(stable_seconds=0.05, rescan_seconds=0.3, poll_seconds=0.1)
POLLING = QUICK.model_copy(update={"force_polling": True})
ONLY_EVENTS = QUICK.model_copy(update={"rescan_seconds": 3600.0})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[ParserPool]:
    async with ParserPool(size=1) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def door(tmp_path: Path, pool: ParserPool) -> AsyncIterator[Door]:
    async with opened_door(tmp_path / "data", pool) as opened:
        yield opened


@pytest.fixture
def inbox(door: Door) -> Path:
    place = door.data_dir / "inbox"
    place.mkdir()
    return place


@asynccontextmanager
async def watched(
    door: Door, inbox: Path, settings: Folder = QUICK, *, ready: bool = True
) -> AsyncIterator[FolderSource]:
    source = FolderSource("acme", inbox, settings, door.intake, door.data_dir)
    running = asyncio.create_task(source.run())
    try:
        if ready:
            await eventually(lambda: source.not_ready is None, "the inbox is ready")
        yield source
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def lies(place: Path) -> Callable[[], bool]:
    return lambda: place.exists() and not list(place.parent.glob(".*.part"))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def drop(place: Path, content: bytes) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


# -- the plain way


@pytest.mark.parametrize("settings", [QUICK, POLLING, ONLY_EVENTS], ids=["both", "polling", "events"])
async def test_a_dropped_file_is_taken_and_moved(door: Door, inbox: Path, settings: Folder) -> None:
    async with watched(door, inbox, settings):
        drop(inbox / "bill.pdf", pdf("one"))
        await eventually(lies(inbox / "processed/bill.pdf"))
    [arrival] = await door.arrivals()
    assert (arrival.source, arrival.account, arrival.name) == ("folder", "acme", "bill.pdf")
    assert (arrival.outcome, arrival.customer) == (Outcome.ACCEPTED, None)
    assert arrival.place == str(inbox / "processed/bill.pdf")
    assert arrival.sha256
    assert door.documents.path(arrival.sha256).read_bytes() == (inbox / "processed/bill.pdf").read_bytes()
    assert not (inbox / "bill.pdf").exists()


@pytest.mark.parametrize("settings", [ONLY_EVENTS, POLLING], ids=["events", "polling"])
async def test_files_that_are_there_at_the_start_are_taken(door: Door, inbox: Path, settings: Folder) -> None:
    for number in range(12):
        drop(inbox / f"{number}.pdf", pdf(f"number {number}"))
    async with watched(door, inbox, settings) as source:
        await eventually(lambda: len(list((inbox / "processed").glob("*.pdf"))) == 12)
        await eventually(lambda: source.waiting == 0)
    assert len(await door.arrivals()) == 12


async def test_the_first_folder_is_the_customer(door: Door, inbox: Path) -> None:
    async with watched(door, inbox):
        drop(inbox / "C-1/bill.pdf", pdf("one"))
        drop(inbox / "C-2/2026/march/bill.PDF", pdf("two"))
        await eventually(lies(inbox / "processed/C-1/bill.pdf"))
        await eventually(lies(inbox / "processed/C-2/2026/march/bill.PDF"))
    assert {a.customer: a.place for a in await door.arrivals()} == {
        "C-1": str(inbox / "processed/C-1/bill.pdf"),
        "C-2": str(inbox / "processed/C-2/2026/march/bill.PDF"),
    }


async def test_events_tell_of_folders_that_come_later(door: Door, inbox: Path, tmp_path: Path) -> None:
    """One is made and filled, one is moved in full, one is filled later, one is replaced by another of its name."""
    drop(tmp_path / "outside/bill.pdf", pdf("moved in"))
    async with watched(door, inbox, ONLY_EVENTS) as source:
        drop(inbox / "made/bill.pdf", pdf("made"))
        (tmp_path / "outside").rename(inbox / "moved")
        await eventually(lies(inbox / "processed/made/bill.pdf"))
        await eventually(lies(inbox / "processed/moved/bill.pdf"))
        (inbox / "later").mkdir()
        await eventually(lambda: inbox / "later" in source._following.folders)
        drop(inbox / "later/bill.pdf", pdf("later"))
        await eventually(lies(inbox / "processed/later/bill.pdf"))
        following = source._following._task
        (inbox / "made").rmdir()
        (inbox / "made").mkdir()
        await eventually(lambda: source._following._task not in (None, following))
        drop(inbox / "made/again.pdf", pdf("again"))
        await eventually(lies(inbox / "processed/made/again.pdf"))


async def test_a_pdf_without_its_suffix_is_taken(door: Door, inbox: Path) -> None:
    async with watched(door, inbox):
        drop(inbox / "statement", pdf("one"))
        drop(inbox / "ViewBill.aspx", pdf("two"))
        await eventually(lies(inbox / "processed/statement"))
        await eventually(lies(inbox / "processed/ViewBill.aspx"))


async def test_the_same_name_again_never_overwrites(door: Door, inbox: Path) -> None:
    async with watched(door, inbox):
        for number in range(3):
            drop(inbox / "bill.pdf", pdf(f"number {number}"))
            await eventually(lambda: not (inbox / "bill.pdf").exists())
    names = ["bill.pdf", "bill (2).pdf", "bill (3).pdf"]
    assert [(inbox / "processed" / name).read_bytes() for name in names] == [pdf(f"number {n}") for n in range(3)]
    assert [a.place for a in await door.arrivals()] == [str(inbox / "processed" / name) for name in names]


async def test_names_in_any_script_and_of_any_length(door: Door, inbox: Path) -> None:
    latin_1 = os.fsdecode("Rechnung für März.pdf".encode("latin-1"))
    long = "é" * 125 + ".pdf"
    drop(inbox / "電気料金/請求書 二〇二六年.pdf", pdf("one"))
    drop(inbox / latin_1, pdf("two"))
    drop(inbox / long, pdf("three"))
    drop(inbox / "two\nlines.pdf", pdf("four"))
    drop(inbox / "Mu\u0308ller/bill.pdf", pdf("five"))
    async with watched(door, inbox) as source:
        await eventually(lambda: source.waiting == 0 and len(list((inbox / "processed").rglob("*.pdf"))) == 5)
    arrivals = {a.name: a for a in await door.arrivals()}
    assert arrivals["請求書 二〇二六年.pdf"].customer == "電気料金"
    assert arrivals["bill.pdf"].customer == "M\u00fcller"
    assert {"Rechnung f\ufffdr M\ufffdrz.pdf", "two\ufffdlines.pdf", long} <= arrivals.keys()
    for arrival in arrivals.values():
        assert drop(Path(f"{arrival.place}.json"), b"there is room for the result's name")
    assert len({path.name for path in (inbox / "processed").rglob("*")}) == 12


async def test_a_name_that_is_no_unicode_does_not_end_the_events(door: Door, inbox: Path) -> None:
    async with watched(door, inbox, ONLY_EVENTS):
        drop(inbox / os.fsdecode(b"\xff.pdf"), pdf("one"))
        await eventually(lies(inbox / "processed/\ufffd.pdf"))
        drop(inbox / "bill.pdf", pdf("two"))
        await eventually(lies(inbox / "processed/bill.pdf"))


# -- what is not for us


async def test_junk_and_our_own_files_are_left_alone(door: Door, inbox: Path) -> None:
    junk = [
        ".hidden.pdf", "~$bill.pdf", "bill.pdf.part", "bill.pdf.crdownload", "x.tmp", "Thumbs.db", ".DS_Store",
        "desktop.ini", "bill.pdf.json", "bill.pdf.txt", ".sync/bill.pdf", "@eaDir/bill.pdf", "$RECYCLE.BIN/bill.pdf",
        "processed/old.pdf", "rejected/old.pdf", "processed/C-1/old.pdf",
    ]  # fmt: skip
    for name in junk:
        drop(inbox / name, pdf("junk"))
    async with watched(door, inbox) as source:
        drop(inbox / "Processed/x.pdf", pdf("junk"))
        drop(inbox / "bill.pdf", pdf("one"))
        await eventually(lies(inbox / "processed/bill.pdf"))
        await eventually(lambda: source.waiting == 0)
        assert source.problems == {}
    assert [a.name for a in await door.arrivals()] == ["bill.pdf"]
    assert all((inbox / name).exists() for name in junk)


async def test_links_and_pipes_are_left_alone_and_said(door: Door, inbox: Path, tmp_path: Path) -> None:
    secret = drop(tmp_path / "elsewhere/secret.pdf", pdf("secret"))
    (inbox / "link.pdf").symlink_to(secret)
    (inbox / "folder").symlink_to(secret.parent)
    os.mkfifo(inbox / "pipe.pdf")
    with structlog.testing.capture_logs() as logs:
        async with watched(door, inbox) as source:
            drop(inbox / "bill.pdf", pdf("one"))
            await eventually(lies(inbox / "processed/bill.pdf"))
            drop(secret.parent / "new.pdf", pdf("new"))
            drop(inbox / "bill.pdf", pdf("two"))
            await eventually(lies(inbox / "processed/bill (2).pdf"))
            assert set(source.problems) == {"link.pdf", "folder", "pipe.pdf"}
            assert "links are not followed" in source.problems["folder"]
    assert len(await door.arrivals()) == 2
    assert secret.exists()
    assert len([line for line in logs if line["event"] == "left in the inbox"]) == 3, "each is said once"


async def test_links_are_not_even_watched(door: Door, inbox: Path, tmp_path: Path) -> None:
    """A link to ``/`` would otherwise be one watch for each folder of the machine."""
    for number in range(60):
        (tmp_path / f"elsewhere/{number}").mkdir(parents=True)
    before = watches()
    (inbox / "folder").symlink_to(tmp_path / "elsewhere")
    async with watched(door, inbox) as source:
        await eventually(lambda: source._following.folders and watches() > before)
        assert watches() - before < 60


def watches() -> int:
    """Of this process, as the kernel counts them."""
    found = 0
    for info in Path("/proc/self/fdinfo").iterdir():
        with contextlib.suppress(OSError):
            found += sum(line.startswith("inotify") for line in info.read_text().splitlines())
    return found


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("picture.jpg", b"\xff\xd8\xff\xe0" * 50 + b"\xff\xd9", Reason.DAMAGED),
        ("bill.pdf", b"<html>log in first</html>", Reason.NOT_A_PDF),
        ("bill.pdf", b"", Reason.EMPTY),
        ("bill.pdf", b"\0" * 5000, Reason.NOT_A_PDF),
        ("bill.pdf", b"%PDF-1.7\nthen nothing that makes sense", Reason.DAMAGED),
        ("bill.pdf", pdf("many", pages=21), Reason.TOO_MANY_PAGES),
        ("bills.zip", b"PK\x03\x04" + bytes(26) + pdf("in an archive"), Reason.NOT_A_PDF),
    ],
    ids=["picture", "web-page", "empty", "reserved-space", "damaged", "many-pages", "archive"],
)
async def test_what_is_refused_lies_beside_the_reason(
    door: Door, inbox: Path, name: str, content: bytes, reason: Reason
) -> None:
    async with watched(door, inbox):
        drop(inbox / "C-1" / name, content)
        await eventually(lies(inbox / "rejected/C-1" / name))
    note = (inbox / f"rejected/C-1/{name}.txt").read_text()
    assert name in note
    assert reason.sentence in note
    assert reason.next_step in note
    assert (inbox / "rejected/C-1" / name).read_bytes() == content
    [arrival] = await door.arrivals()
    assert (arrival.outcome, arrival.reason, arrival.place) == (Outcome.REFUSED, reason, None)
    assert arrival.detail is None or arrival.detail in note
    assert not (inbox / "C-1" / name).exists()


async def test_refused_files_of_one_name_keep_their_own_reasons(door: Door, inbox: Path) -> None:
    async with watched(door, inbox):
        drop(inbox / "notes", b"no bill")
        await eventually(lies(inbox / "rejected/notes"))
        drop(inbox / "notes.txt", b"no bill either")
        await eventually(lambda: not (inbox / "notes.txt").exists())
        drop(inbox / "notes", b"and again")
        await eventually(lambda: not (inbox / "notes").exists())
    assert names(inbox / "rejected") == {
        "notes", "notes.txt", "notes (2).txt", "notes (2).txt.txt", "notes (3)", "notes (3).txt"
    }  # fmt: skip


# -- files that are being written


def seen_size(source: FolderSource, path: Path) -> int | None:
    waiting = source._waiting._waiting.get(path)
    return waiting.sighting.fingerprint.size if waiting else None


@pytest.mark.parametrize("settings", [ONLY_EVENTS, POLLING], ids=["events", "polling"])
async def test_a_growing_file_is_taken_when_it_is_whole(
    door: Door, inbox: Path, settings: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "UNFINISHED_FACTOR", 100)
    whole = pdf("a bill of many pages", pages=15)
    patient = settings.model_copy(update={"stable_seconds": 0.4})
    async with watched(door, inbox, patient) as source:
        with (inbox / "bill.pdf").open("wb") as writer:
            for start in range(0, len(whole), len(whole) // 8):
                writer.write(whole[start : start + len(whole) // 8])
                writer.flush()
                await eventually(lambda: seen_size(source, inbox / "bill.pdf") == writer.tell())
        await eventually(lies(inbox / "processed/bill.pdf"))
    assert (inbox / "processed/bill.pdf").read_bytes() == whole
    assert [a.outcome for a in await door.arrivals()] == [Outcome.ACCEPTED]


async def test_a_writer_that_pauses_gets_more_time(door: Door, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without its end has stood still for long enough and is still not refused as damaged."""
    monkeypatch.setattr(folder, "UNFINISHED_FACTOR", 1000)
    whole = pdf("in two parts")
    drop(inbox / "unfinished.pdf", whole[:-20])
    async with watched(door, inbox) as source:
        for number in range(3):
            drop(inbox / f"{number}.pdf", pdf(f"number {number}"))
            await eventually(lies(inbox / f"processed/{number}.pdf"))
        await eventually(lambda: source.waiting == 1)
        with (inbox / "unfinished.pdf").open("ab") as writer:
            writer.write(whole[-20:])
        await eventually(lies(inbox / "processed/unfinished.pdf"))
    assert {a.outcome for a in await door.arrivals()} == {Outcome.ACCEPTED}


async def test_a_file_that_is_replaced_during_its_intake_is_taken_again(door: Door, inbox: Path) -> None:
    def replace_it(_: Offer) -> None:
        door.intake.after = None
        drop(inbox / "bill.pdf", pdf("the second version"))

    door.intake.after = replace_it
    drop(inbox / "bill.pdf", pdf("the first"))
    async with watched(door, inbox, ONLY_EVENTS):
        await eventually(lambda: not (inbox / "bill.pdf").exists())
    first, second = await door.arrivals()
    assert (first.outcome, second.outcome) == (Outcome.ACCEPTED, Outcome.ACCEPTED)
    assert first.sha256 != second.sha256
    assert second.place == str(inbox / "processed/bill.pdf")
    assert (inbox / "processed/bill.pdf").read_bytes() == pdf("the second version")
    assert names(inbox / "processed") == {"bill.pdf"}


async def test_a_file_that_is_taken_away_is_forgotten(door: Door, inbox: Path) -> None:
    patient = QUICK.model_copy(update={"stable_seconds": 0.5})
    async with watched(door, inbox, patient) as source:
        drop(inbox / "bill.pdf", pdf("one"))
        await eventually(lambda: source.waiting == 1)
        (inbox / "bill.pdf").unlink()
        await eventually(lambda: source.waiting == 0)
        assert source.problems == {}
    assert await door.arrivals() == []


async def test_a_file_that_goes_away_during_its_intake_stops_nobody(door: Door, inbox: Path) -> None:
    async def take_it_away(offer: Offer) -> None:
        if offer.name == "gone.pdf":
            (inbox / "gone.pdf").unlink(missing_ok=True)

    door.intake.before = take_it_away
    drop(inbox / "gone.pdf", pdf("gone"))
    drop(inbox / "stays.pdf", pdf("stays"))
    with structlog.testing.capture_logs() as logs:
        async with watched(door, inbox) as source:
            await eventually(lies(inbox / "processed/stays.pdf"))
            await eventually(lambda: source.waiting == 0)
            assert (source.not_ready, source.problems) == (None, {})
    assert {line["log_level"] for line in logs} == {"info"}, "nothing to warn of"
    assert [a.name for a in await door.arrivals()] == ["stays.pdf"]


# -- interruptions


async def test_taken_but_not_moved_before_a_crash(door: Door, inbox: Path) -> None:
    """The process died between the receipt and the move: the file is still there, and its record exists."""
    place = inbox / "processed/bill.pdf"
    file = drop(inbox / "bill.pdf", pdf("one"))
    [receipt] = await door.intake.take(
        [Offer(account="acme", source="folder", name="bill.pdf", content=file, place=str(place))]
    )
    async with watched(door, inbox):
        await eventually(lies(place))
    first, again = await door.arrivals()
    assert (again.outcome, again.bill_id, again.place) == (Outcome.DUPLICATE, receipt.bill_id, first.place)
    assert len(await door.ledger.bills()) == 1


async def test_stopping_finishes_what_is_in_the_middle_of_its_intake(door: Door, inbox: Path) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hold(_: Offer) -> None:
        begun.set()
        await go_on.wait()

    door.intake.before = hold
    drop(inbox / "bill.pdf", pdf("one"))
    source = FolderSource("acme", inbox, QUICK, door.intake, door.data_dir)
    running = asyncio.create_task(source.run())
    await begun.wait()
    drop(inbox / "later.pdf", pdf("later"))
    running.cancel()
    await asyncio.wait([running], timeout=0.1)
    assert not running.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (inbox / "processed/bill.pdf").exists()
    assert (inbox / "later.pdf").exists(), "nothing new is begun"


async def test_a_file_that_cannot_be_moved_is_offered_only_once(
    door: Door, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[object] = []
    real = os.link

    def link(source: Path, target: Path, **options: bool) -> None:
        if len(refused) < 3:
            refused.append(target)
            raise PermissionError(errno.EACCES, "Permission denied", str(source))
        real(source, target, **options)

    monkeypatch.setattr(os, "link", link)
    drop(inbox / "bill.pdf", pdf("one"))
    async with watched(door, inbox) as source:
        await eventually(lambda: source.problems == {"bill.pdf": "Permission denied"})
        await eventually(lies(inbox / "processed/bill.pdf"))
        await eventually(lambda: source.problems == {})
    assert len(await door.arrivals()) == 1
    assert refused == [refused[0]] * 3


async def test_a_crash_in_the_middle_of_the_move(door: Door, inbox: Path) -> None:
    """The file has both of its names."""
    place = inbox / "processed/bill.pdf"
    file = drop(inbox / "bill.pdf", pdf("one"))
    await door.intake.take([Offer(account="acme", source="folder", name="bill.pdf", content=file, place=str(place))])
    place.parent.mkdir()
    place.hardlink_to(file)
    async with watched(door, inbox):
        await eventually(lambda: not file.exists())
    assert names(inbox / "processed") == {"bill.pdf"}


@pytest.fixture(params=["links", "no-links"])
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With hard links, and without (shares, or files of another user)."""

    def link(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    if request.param == "no-links":
        monkeypatch.setattr(os, "link", link)


@pytest.mark.usefixtures("file_system")
async def test_what_somebody_puts_at_the_chosen_place_is_not_overwritten(door: Door, inbox: Path) -> None:
    def be_first(offer: Offer) -> None:
        door.intake.after = None
        drop(Path(offer.place or ""), b"somebody else's")

    door.intake.after = be_first
    drop(inbox / "bill.pdf", pdf("one"))
    async with watched(door, inbox):
        await eventually(lies(inbox / "processed/bill (2).pdf"))
    assert (inbox / "processed/bill.pdf").read_bytes() == b"somebody else's"
    assert (await door.arrivals())[-1].place == str(inbox / "processed/bill (2).pdf")


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second device")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


async def test_processed_files_may_go_to_another_disk(door: Door, inbox: Path, other_disk: Path) -> None:
    (inbox / "processed").symlink_to(other_disk)
    drop(inbox / "bill.pdf", pdf("one"))
    async with watched(door, inbox):
        await eventually(lambda: not (inbox / "bill.pdf").exists())
    assert (inbox / "processed/bill.pdf").read_bytes() == pdf("one")
    assert names(other_disk) == {"bill.pdf"}, "no half copies stay"


# -- the inbox is not there


async def test_an_inbox_of_ours_is_made(door: Door) -> None:
    async with watched(door, door.data_dir / "inbox"):
        drop(door.data_dir / "inbox/bill.pdf", pdf("one"))
        await eventually(lies(door.data_dir / "inbox/processed/bill.pdf"))


async def test_a_configured_inbox_that_is_missing_is_not_made(door: Door, tmp_path: Path) -> None:
    inbox = tmp_path / "share/inbox"
    async with watched(door, inbox, ready=False) as source:
        await eventually(lambda: f"{inbox} is not there" in (source.not_ready or ""))
        assert not inbox.exists()
        inbox.mkdir(parents=True)
        await eventually(lambda: source.not_ready is None)
        drop(inbox / "bill.pdf", pdf("one"))
        await eventually(lies(inbox / "processed/bill.pdf"))


async def test_an_inbox_that_is_no_folder_is_said_to_be_none(door: Door, tmp_path: Path) -> None:
    drop(tmp_path / "inbox", b"a file")
    async with watched(door, tmp_path / "inbox", ready=False) as source:
        await eventually(lambda: "is not a folder" in (source.not_ready or ""))


@pytest.mark.parametrize("settings", [ONLY_EVENTS, POLLING], ids=["events", "polling"])
async def test_an_inbox_that_vanishes_is_not_ready_until_it_is_back(
    door: Door, tmp_path: Path, settings: Folder
) -> None:
    inbox, away = tmp_path / "share", tmp_path / "away"
    inbox.mkdir()
    with structlog.testing.capture_logs() as logs:
        async with watched(door, inbox, settings) as source:
            inbox.rename(away)
            await eventually(lambda: source.not_ready is not None)
            drop(away / "bill.pdf", pdf("one"))
            away.rename(inbox)
            await eventually(lambda: source.not_ready is None)
            await eventually(lies(inbox / "processed/bill.pdf"))
            drop(inbox / "next.pdf", pdf("two"))
            await eventually(lies(inbox / "processed/next.pdf"))
    said = [line["event"] for line in logs if line["event"].startswith("the inbox is")]
    assert said == ["the inbox is ready", "the inbox is not ready", "the inbox is ready"]


async def test_the_bare_mount_point_of_a_lost_share_is_not_an_empty_inbox(door: Door, tmp_path: Path) -> None:
    inbox, away = tmp_path / "share", tmp_path / "away"
    inbox.mkdir()
    async with watched(door, inbox) as source:
        inbox.rename(away)
        inbox.mkdir()
        await eventually(lambda: "is its share mounted?" in (source.not_ready or ""))
        assert not list(inbox.iterdir()), "nothing is written there"
    async with watched(door, inbox, ready=False) as restarted:
        await eventually(lambda: "is its share mounted?" in (restarted.not_ready or ""))
        inbox.rmdir()
        away.rename(inbox)
        await eventually(lambda: restarted.not_ready is None)
    inbox.rename(away)
    drop(inbox / "bill.pdf", pdf("one"))
    async with watched(door, inbox):
        await eventually(lies(inbox / "processed/bill.pdf"), "a folder with bills in it is no bare mount point")


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Mounts something on a folder of its own, which is returned."""
    point = tmp_path / "mount point"
    point.mkdir()

    def mount(*arguments: str) -> Path:
        command = ["mount", *arguments, str(point)]
        if subprocess.run(command, check=False, capture_output=True).returncode != 0:
            pytest.skip("may not mount here")
        return point

    yield mount
    while point.is_mount():
        subprocess.run(["umount", "--lazy", str(point)], check=True)


async def unmount(point: Path) -> None:
    """As an operator would: again, while somebody looks through it just then."""
    command = ["umount", str(point)]
    await eventually(lambda: subprocess.run(command, check=False).returncode == 0, "it could not be unmounted")


@pytest.mark.parametrize("settings", [ONLY_EVENTS, POLLING], ids=["events", "polling"])
async def test_a_share_that_is_really_unmounted(
    door: Door, tmp_path: Path, settings: Folder, mounted: Callable[..., Path]
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    inbox = mounted("--bind", str(disk))
    async with watched(door, inbox, settings) as source:
        drop(inbox / "bill.pdf", pdf("one"))
        await eventually(lies(inbox / "processed/bill.pdf"))
        await unmount(inbox)
        await eventually(lambda: "is its share mounted?" in (source.not_ready or ""))
        drop(disk / "next.pdf", pdf("two"))
        mounted("--bind", str(disk))
        await eventually(lies(inbox / "processed/next.pdf"))
        assert source.not_ready is None
    await unmount(inbox)
    assert names(inbox) == set(), "nothing was written to the bare mount point"


async def test_a_marker_that_was_tidied_away_is_made_again(door: Door, inbox: Path) -> None:
    async with watched(door, inbox) as source:
        (inbox / MARKER).unlink()
        await eventually((inbox / MARKER).exists)
        assert source.not_ready is None


async def test_an_unmounted_share_is_not_made_anew_beneath(door: Door, tmp_path: Path) -> None:
    """It goes while a file is at the intake: nothing is written to the mount point, and later all goes on."""
    inbox, away = tmp_path / "share", tmp_path / "away"
    drop(inbox / "C-1/bill.pdf", pdf("one"))

    def unmount(_: Offer) -> None:
        door.intake.after = None
        inbox.rename(away)

    door.intake.after = unmount
    async with watched(door, inbox, ready=False) as source:
        await eventually(lambda: "is not there" in (source.not_ready or ""))
        assert not inbox.exists()
        away.rename(inbox)
        await eventually(lies(inbox / "processed/C-1/bill.pdf"))
    assert [a.outcome for a in await door.arrivals()] == [Outcome.ACCEPTED, Outcome.DUPLICATE]


async def test_without_events_it_polls(door: Door, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def awatch(*_: object, **__: object) -> AsyncIterator[object]:
        raise OSError(errno.ENOSPC, "inotify watch limit reached")
        yield

    monkeypatch.setattr(following, "awatch", awatch)
    with structlog.testing.capture_logs() as logs:
        async with watched(door, inbox, ONLY_EVENTS.model_copy(update={"stable_seconds": 0.05})):
            await eventually(lambda: any("inotify watch limit" in str(line.get("reason")) for line in logs))
            drop(inbox / "bill.pdf", pdf("one"))
            await eventually(lies(inbox / "processed/bill.pdf"))


# -- trouble behind the intake, and with single files


async def test_a_full_disk_keeps_the_file_and_is_said_once(
    door: Door, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, real = [True], os.fsync
    attempts: list[int] = []

    def fsync(descriptor: int) -> None:
        if full and "/documents/" in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            attempts.append(descriptor)
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    dropped = [drop(inbox / f"{number}.pdf", pdf(f"number {number}")) for number in range(6)]
    with structlog.testing.capture_logs() as logs:
        async with watched(door, inbox) as source:
            await eventually(lambda: len(attempts) > 6)
            assert Reason.STORAGE_FULL.sentence in (source.not_ready or "")
            assert all(map(os.path.exists, dropped))
            full.clear()
            await eventually(lambda: len(list((inbox / "processed").glob("*.pdf"))) == 6)
            await eventually(lambda: source.not_ready is None)
    said = [(line["event"], line.get("reason")) for line in logs]
    assert said.count(("files stay in the inbox for now", "storage_full")) == 1
    assert {a.outcome for a in await door.arrivals()} == {Outcome.ACCEPTED}


async def test_a_disk_that_is_really_full(pool: ParserPool, tmp_path: Path, mounted: Callable[..., Path]) -> None:
    disk = mounted("-t", "tmpfs", "-o", "size=1m", "tmpfs")
    async with opened_door(tmp_path / "data", pool, disk / "documents") as door:
        filler = disk / "filler"
        with contextlib.suppress(OSError), filler.open("wb") as writer:
            while writer.write(bytes(4096)):
                writer.flush()
        inbox = tmp_path / "data/inbox"
        dropped = drop(inbox / "bill.pdf", pdf("one"))
        async with watched(door, inbox, ready=False) as source:
            await eventually(lambda: Reason.STORAGE_FULL.sentence in (source.not_ready or ""))
            assert dropped.read_bytes() == pdf("one")
            filler.unlink()
            await eventually(lies(inbox / "processed/bill.pdf"))
        assert [a.outcome for a in await door.arrivals()] == [Outcome.ACCEPTED]


async def test_a_locked_database_keeps_the_file(door: Door, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    await door.ledger.engine.dispose()  # connections are made anew, impatient ones
    other = sqlite3.connect(door.data_dir / "ledger.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    drop(inbox / "bill.pdf", pdf("one"))
    async with watched(door, inbox) as source:
        await eventually(lambda: "locked" in (source.not_ready or ""))
        assert (inbox / "bill.pdf").exists()
        other.execute("ROLLBACK")
        other.close()
        await eventually(lies(inbox / "processed/bill.pdf"))
    assert len(await door.arrivals()) == 1


async def test_a_file_that_may_not_be_read_stops_nobody(
    door: Door, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbidden, real = [True], os.open

    def open_(path: object, *args: object, **options: object) -> int:
        if forbidden and str(path).endswith("inbox/secret.pdf"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", open_)
    drop(inbox / "secret.pdf", pdf("secret"))
    with structlog.testing.capture_logs() as logs:
        async with watched(door, inbox) as source:
            await eventually(lambda: source.problems == {"secret.pdf": "Permission denied"})
            drop(inbox / "bill.pdf", pdf("one"))
            await eventually(lies(inbox / "processed/bill.pdf"))
            assert source.not_ready is None
            forbidden.clear()
            await eventually(lies(inbox / "processed/secret.pdf"))
            await eventually(lambda: source.problems == {})
    assert len([line for line in logs if line["event"] == "a file cannot be taken"]) == 1


async def test_a_fault_of_ours_with_one_file_stops_nobody(door: Door, inbox: Path) -> None:
    async def fail(offer: Offer) -> None:
        if offer.name == "poison.pdf":
            raise ZeroDivisionError

    door.intake.before = fail
    drop(inbox / "poison.pdf", pdf("poison"))
    drop(inbox / "bill.pdf", pdf("one"))
    with structlog.testing.capture_logs() as logs:
        async with watched(door, inbox) as source:
            await eventually(lies(inbox / "processed/bill.pdf"))
            await eventually(lambda: source.problems == {"poison.pdf": "unexpected ZeroDivisionError"})
            assert (inbox / "poison.pdf").exists()
    assert any(line.get("exc_info") for line in logs), "the traceback is in the log"


async def test_the_same_bill_by_two_folders_and_mail_at_once(door: Door, inbox: Path) -> None:
    content = pdf("the same")
    drop(inbox / "C-1/bill.pdf", content)
    drop(inbox / "C-2/bill.pdf", content)
    async with watched(door, inbox):
        await door.intake.take([Offer(account="acme", source="smtp", name="mail.pdf", content=content)])
        await eventually(lies(inbox / "processed/C-1/bill.pdf"))
        await eventually(lies(inbox / "processed/C-2/bill.pdf"))
    arrivals = await door.arrivals()
    assert sorted(a.outcome for a in arrivals) == [Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert len({a.bill_id for a in arrivals}) == 1
