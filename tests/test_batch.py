"""Batch import: manifests, folders, archives of every kind, interruptions, and the report."""

import asyncio
import csv
import io
import json
import os
import sqlite3
import stat
import struct
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from source_world import Door, eventually, opened_door, pdf

from ingest.errors import ConfigError, LedgerBusy, Refused, StorageFull
from ingest.offers import Offer
from ingest.parsing import ParserPool
from ingest.reasons import Reason
from ingest.sources.archive import ArchiveLimits, ArchiveReader, Zipped, list_archive
from ingest.sources.batch import (
    BatchItem,
    BatchOutcome,
    BatchRow,
    check_report_place,
    collect,
    import_items,
    write_report,
)
from ingest.sources.items import row
from ingest.store import engine

in_one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[ParserPool]:
    async with ParserPool(size=1) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def door(tmp_path: Path, pool: ParserPool) -> AsyncIterator[Door]:
    async with opened_door(tmp_path / "data", pool) as opened:
        yield opened


def put(place: Path, content: bytes | str) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return place


def zipped(place: Path, content: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(place, "w", method) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return place


def problems(items: list[BatchItem]) -> dict[str, Reason | None]:
    return {item.path: item.problem for item in items}


# -- manifests


def manifest(folder: Path, text: str | bytes) -> Path:
    return put(folder / "manifest.csv", text)


def test_a_manifest_gives_customers_and_ids(tmp_path: Path) -> None:
    put(tmp_path / "bills/a.pdf", pdf("a"))
    other = put(tmp_path / "elsewhere/b.pdf", pdf("b"))
    file = manifest(
        tmp_path, f'path,customer,external_id\nbills/a.pdf,C-1,"INV ""1"""\n\n{other},,\nbills/none.pdf,C-2,\n'
    )
    items = collect([], file, "default").items
    assert [(i.path, i.name, i.customer, i.external_id) for i in items] == [
        ("bills/a.pdf", "a.pdf", "C-1", 'INV "1"'),
        (str(other), "b.pdf", "default", None),
        ("bills/none.pdf", "none.pdf", "C-2", None),
    ]
    assert [i.problem for i in items] == [None, None, Reason.FILE_MISSING]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffpath,customer\na.pdf,Jürgen\n",
        "path,customer\r\na.pdf,Jürgen\r\n",
        "customer, Path \nJürgen,a.pdf",
        "customer,path\n\nJürgen , a.pdf \n,\n",
    ],
    ids=["byte-order-mark", "windows", "other-order", "blanks"],
)
def test_manifests_as_programs_write_them(tmp_path: Path, text: str) -> None:
    put(tmp_path / "a.pdf", pdf("a"))
    [item] = collect([], manifest(tmp_path, text)).items
    assert (item.path, item.customer, item.problem) == ("a.pdf", "Jürgen", None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,kunde\na.pdf,C-1\n", "no column 'kunde'; allowed are path, customer, external_id"),
        ("path;customer\na.pdf;C-1\n", "no column 'path;customer'; allowed are path, customer, external_id"),
        ("customer\nC-1\n", "'path' among them"),
        ("", "'path' among them"),
        ("path,path\na,b\n", "named twice"),
        ("path,customer\n,C-1\n", "line 2: the path is empty"),
        ("path,customer\na.pdf,C-1,more\n", "line 2: 3 cells in 2 columns"),
        ('path\n"a.pdf\n', "not a CSV file"),
        ("path\na\0.pdf\n", "not a CSV file"),
        (b"path\n\xff.pdf\n", "not UTF-8"),
        ("path,customer\na.pdf,C-1\n./a.pdf,C-2\n", "lines 2 and 3: './a.pdf' is given two values of customer"),
        ("path,external_id\na.pdf,1\na.pdf,2\n", "lines 2 and 3: 'a.pdf' is given two values of external_id"),
        ("path,external_id\nfolder,1\n", "line 2: an external_id names one document"),
        ("path,external_id\nbills.zip,1\n", "line 2: an external_id names one document"),
    ],
)
def test_a_wrong_manifest_is_refused_before_anything_is_imported(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match=message):
        collect([], manifest(tmp_path, text))


def test_a_manifest_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read the manifest"):
        collect([], tmp_path / "none.csv")


def test_the_line_of_a_file_goes_before_that_of_its_folder(tmp_path: Path) -> None:
    for name in "abc":
        put(tmp_path / f"bills/{name}.pdf", pdf(name))
    put(tmp_path / "more/d.pdf", pdf("d"))
    file = manifest(tmp_path, "path,customer\nbills,C-all\nbills/b.pdf,C-b\n")
    items = collect([tmp_path / "bills", tmp_path / "more", tmp_path / "more/d.pdf"], file, "rest").items
    assert {i.name: i.customer for i in items} == {"a.pdf": "C-all", "b.pdf": "C-b", "c.pdf": "C-all", "d.pdf": "rest"}
    assert len(items) == 4, "each file once, whatever names it"


def test_the_same_line_twice_is_two_rows(tmp_path: Path) -> None:
    put(tmp_path / "a.pdf", pdf("a"))
    assert len(collect([], manifest(tmp_path, "path,customer\na.pdf,C-1\na.pdf,C-1\n")).items) == 2


@given(st.text() | st.lists(st.lists(st.text(max_size=8), max_size=4), max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_any_text_is_a_manifest_or_a_clear_error(tmp_path: Path, text: str | list[list[str]]) -> None:
    if isinstance(text, list):
        buffer = io.StringIO()
        csv.writer(buffer).writerows([["path", "customer"], *text])
        text = buffer.getvalue()
    with suppress(ConfigError):
        collect([], manifest(tmp_path, text.encode("utf-8", "surrogatepass")))


# -- files and folders


def test_a_folder_gives_its_pdfs_and_counts_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "bills"
    put(folder / "b/two.PDF", pdf("two"))
    put(folder / "a/one", pdf("one"))
    put(folder / "a/broken.pdf", b"no pdf")
    put(folder / "sheet.xlsx", b"PK\x03\x04" + bytes(40) + b"%PDF-")
    put(folder / ".DS_Store", b"x")
    put(folder / "a/~$one.pdf", pdf("junk"))
    put(folder / ".git/three.pdf", pdf("junk"))
    (folder / "around").symlink_to(folder)
    collected = collect([folder], customer="C-1")
    assert [i.path for i in collected.items] == [
        str(folder / "a/broken.pdf"), str(folder / "a/one"), str(folder / "b/two.PDF")
    ]  # fmt: skip
    assert {i.customer for i in collected.items} == {"C-1"}
    assert collected.skipped == {"no document": 1, "junk": 2}


def test_what_is_named_is_never_passed_over(tmp_path: Path) -> None:
    named = [put(tmp_path / "notes.txt", b"text"), tmp_path / "none.pdf", tmp_path / ("x" * 300)]
    os.mkfifo(tmp_path / "pipe.pdf")
    assert [i.problem for i in collect([*named, tmp_path / "pipe.pdf"]).items] == [
        None, Reason.FILE_MISSING, Reason.FILE_UNREADABLE, Reason.FILE_UNREADABLE
    ]  # fmt: skip


def test_a_folder_that_may_not_be_read_is_an_item(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "bills/a.pdf", pdf("a"))
    put(tmp_path / "bills/closed/b.pdf", pdf("b"))
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    first, second = collect([tmp_path / "bills"]).items
    assert first.problem is None
    assert (second.path, second.problem) == (str(tmp_path / "bills/closed"), Reason.FILE_UNREADABLE)


# -- archives


def test_an_archive_gives_its_pdfs(tmp_path: Path) -> None:
    place = zipped(
        tmp_path / "bills.zip",
        {
            "2026/one.pdf": pdf("one"), "two": pdf("two"), "readme.txt": b"text", "__MACOSX/._one.pdf": b"junk",
            "empty.pdf": b"", "../../etc/cron.d/three.pdf": pdf("three"), "C:\\bills\\four.pdf": pdf("four"),
            "inner.zip": b"PK\x03\x04", "2026/": b"",
        },
    )  # fmt: skip
    collected = collect([place], customer="C-1")
    assert {i.path.removeprefix(str(place)): i.name for i in collected.items} == {
        "!/2026/one.pdf": "one.pdf",
        "!/two": "two",
        "!/empty.pdf": "empty.pdf",
        "!/../../etc/cron.d/three.pdf": "three.pdf",
        "!/C:/bills/four.pdf": "four.pdf",
        "!/inner.zip": "inner.zip",
    }
    assert collected.skipped == {"no document": 1, "junk": 1}
    assert [i.name for i in collected.items if i.problem] == ["inner.zip"]
    with ArchiveReader() as reader:
        content = {i.name: reader.read(i.content) for i in collected.items if isinstance(i.content, Zipped)}
    assert content["four.pdf"] == pdf("four")
    assert not [path for path in tmp_path.rglob("*") if path != place], "nothing is unpacked"


def changed_directory(place: Path, *, offset: int, value: bytes, local_offset: int) -> Path:
    """Overwrites a field of the only entry in its two headers."""
    data = bytearray(place.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    data[central + offset : central + offset + len(value)] = value
    data[local_offset : local_offset + len(value)] = value
    place.write_bytes(data)
    return place


def refusal(place: Path, limits: ArchiveLimits | None = None) -> tuple[Reason, str]:
    """Of the archive, or of its only document."""
    [item] = collect([place], limits=limits).items
    if isinstance(item.content, Zipped):
        with ArchiveReader() as reader, pytest.raises(Refused) as refused:
            reader.read(item.content)
        return refused.value.reason, refused.value.detail
    assert item.problem
    return item.problem, item.detail


def one_bill(tmp_path: Path) -> Path:
    return zipped(tmp_path / "bills.zip", {"bill.pdf": pdf("one")})


def test_an_encrypted_entry_is_its_own_refusal(tmp_path: Path) -> None:
    place = changed_directory(one_bill(tmp_path), offset=8, value=b"\x01\x00", local_offset=6)
    reason, detail = refusal(place)
    assert reason is Reason.PASSWORD_REQUIRED
    assert "archive" in detail


def test_an_unknown_packing_method(tmp_path: Path) -> None:
    place = changed_directory(one_bill(tmp_path), offset=10, value=struct.pack("<H", 9), local_offset=8)
    reason, detail = refusal(place)
    assert reason is Reason.DAMAGED
    assert "unpack the archive first" in detail


def test_a_link_in_an_archive_is_not_followed(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("link.pdf")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "bills.zip", "w") as archive:
        archive.writestr(entry, "/etc/secret.pdf")
    assert refusal(tmp_path / "bills.zip") == (Reason.NOT_A_PDF, "It is a link.")


def test_documents_of_several_archives_are_not_mixed_up(tmp_path: Path) -> None:
    for number in range(2):
        zipped(tmp_path / f"bills/{number}.zip", {"bill.pdf": pdf(f"number {number}")})
    first, second = collect([tmp_path / "bills"]).items
    with ArchiveReader() as reader:
        for item, words in [(first, "number 0"), (second, "number 1"), (first, "number 0")]:
            assert isinstance(item.content, Zipped)
            assert reader.read(item.content) == pdf(words)


def test_damaged_archives(tmp_path: Path) -> None:
    whole = one_bill(tmp_path).read_bytes()
    truncated = put(tmp_path / "truncated.zip", whole[:-30])
    assert refusal(truncated) == (Reason.DAMAGED, "The archive is damaged: File is not a zip file.")
    broken = bytearray(whole)
    broken[60:90] = bytes(30)
    assert refusal(put(tmp_path / "broken.zip", bytes(broken)))[0] is Reason.DAMAGED
    wrong_sum = changed_directory(one_bill(tmp_path), offset=16, value=b"\x01\x02\x03\x04", local_offset=14)
    assert refusal(wrong_sum)[0] is Reason.DAMAGED
    assert refusal(put(tmp_path / "empty.zip", b""))[0] is Reason.DAMAGED


def test_bombs_are_refused_by_what_they_declare(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "bomb.zip", {"bill.pdf": b"%PDF-" + bytes(20_000_000)})
    assert refusal(bomb) == (Reason.TOO_LARGE, "It unpacks to suspiciously many times its packed size.")
    large = zipped(tmp_path / "large.zip", {"bill.pdf": b"%PDF-" + os.urandom(3000)})
    assert "2000 are allowed" in refusal(large, ArchiveLimits(document_bytes=2000))[1]
    many = zipped(tmp_path / "many.zip", {f"{n}.pdf": b"%PDF-" for n in range(6)})
    assert "more than 5 files" in refusal(many, ArchiveLimits(entries=5))[1]
    total = zipped(tmp_path / "total.zip", {"a.pdf": os.urandom(700), "b.pdf": os.urandom(700)})
    assert "more than 1000 bytes" in refusal(total, ArchiveLimits(total_bytes=1000))[1]


def test_an_entry_that_is_larger_than_it_says_is_not_read_beyond(tmp_path: Path) -> None:
    place = changed_directory(
        zipped(tmp_path / "liar.zip", {"bill.pdf": b"%PDF-" + bytes(5_000_000)}),
        offset=24, value=struct.pack("<I", 900), local_offset=22,
    )  # fmt: skip
    assert refusal(place)[0] is Reason.DAMAGED


def test_a_huge_directory_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = one_bill(tmp_path)
    data = bytearray(place.read_bytes())
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<I", 500_000_000)
    place.write_bytes(data)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "more than 10000 files" in refusal(place)[1]


@pytest.fixture(scope="module")
def good_archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return zipped(
        tmp_path_factory.mktemp("zip") / "good.zip", {"a/one.pdf": pdf("one"), "two": b"%PDF-", "three.txt": b"x"}
    ).read_bytes()


@given(changes=st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), min_size=1, max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_whatever_is_wrong_with_an_archive_is_a_refusal(
    tmp_path: Path, good_archive: bytes, changes: list[tuple[float, int]]
) -> None:
    data = bytearray(good_archive)
    for where, value in changes:
        data[int(where * len(data))] = value
    place = put(tmp_path / "fuzzed.zip", bytes(data))
    with suppress(Refused):
        for _, document in list_archive(place, ArchiveLimits()).documents:
            if isinstance(document, Zipped):
                with ArchiveReader() as reader, suppress(Refused):
                    reader.read(document)


# -- import


@in_one_loop
async def test_an_import_gives_a_row_for_each_document(door: Door, tmp_path: Path) -> None:
    put(tmp_path / "bills/one.pdf", pdf("one"))
    put(tmp_path / "bills/same.pdf", pdf("one"))
    put(tmp_path / "bills/broken.pdf", b"no pdf")
    zipped(tmp_path / "bills/more.zip", {"two.pdf": pdf("two"), "empty.pdf": b""})
    file = manifest(tmp_path, "path,customer,external_id\nbills/one.pdf,C-1,INV-1\nbills/none.pdf,C-2,\n")
    collected = collect([tmp_path / "bills"], file, "C-all")
    told: list[BatchRow] = []
    rows = await import_items(collected.items, door.intake, account="acme", on_progress=told.append, concurrency=1)
    assert told == rows
    assert [(r.path.rpartition("/")[2], r.customer, r.external_id, r.outcome, r.reason) for r in rows] == [
        ("one.pdf", "C-1", "INV-1", "accepted", None),
        ("none.pdf", "C-2", None, "missing", "file_missing"),
        ("broken.pdf", "C-all", None, "refused", "not_a_pdf"),
        ("two.pdf", "C-all", None, "accepted", None),
        ("empty.pdf", "C-all", None, "refused", "empty"),
        ("same.pdf", "C-all", None, "duplicate", "duplicate"),
    ]
    by_name = {r.path.rpartition("/")[2]: r for r in rows}
    assert by_name["same.pdf"].bill_id == by_name["one.pdf"].bill_id
    assert by_name["broken.pdf"].sentence == Reason.NOT_A_PDF.sentence
    assert by_name["none.pdf"].next_step == Reason.FILE_MISSING.next_step
    arrivals = {a.id: a for a in await door.arrivals()}
    first = arrivals[by_name["one.pdf"].arrival_id or ""]
    assert (first.source, first.customer, first.external_id, first.place) == ("batch", "C-1", "INV-1", None)
    assert (tmp_path / "bills/one.pdf").exists(), "an import moves nothing"


@in_one_loop
@pytest.mark.parametrize("concurrency", [1, 5])
async def test_an_import_again_gives_duplicates_of_the_first(door: Door, tmp_path: Path, concurrency: int) -> None:
    for number in range(8):
        put(tmp_path / f"bills/{number}.pdf", pdf(f"number {number}"))
    zipped(tmp_path / "bills/more.zip", {f"{number}.pdf": pdf(f"zipped {number}") for number in range(8)})
    items = collect([tmp_path / "bills"]).items
    first = await import_items(items, door.intake, account="acme", concurrency=concurrency)
    again = await import_items(items, door.intake, account="acme", concurrency=concurrency)
    assert [r.path for r in first] == [r.path for r in again] == [i.path for i in items]
    assert {r.outcome for r in first} == {BatchOutcome.ACCEPTED}
    assert {r.outcome for r in again} == {BatchOutcome.DUPLICATE}
    assert [r.bill_id for r in first] == [r.bill_id for r in again]
    assert len(await door.ledger.bills()) == 16


@in_one_loop
async def test_never_more_documents_in_memory_than_hands(door: Door, tmp_path: Path) -> None:
    place = zipped(tmp_path / "bills.zip", {f"{number}.pdf": pdf(f"number {number}") for number in range(12)})
    held, most = 0, 0

    async def count(offer: Offer) -> None:
        nonlocal held, most
        assert isinstance(offer.content, bytes)
        held += 1
        most = max(most, held)

    def release(_: Offer) -> None:
        nonlocal held
        held -= 1

    door.intake.before, door.intake.after = count, release
    rows = await import_items(collect([place]).items, door.intake, account="acme", concurrency=3)
    assert len(rows) == 12
    assert most == 3


@in_one_loop
async def test_files_that_go_away_after_they_were_found(door: Door, tmp_path: Path) -> None:
    place = zipped(tmp_path / "bills/more.zip", {"two.pdf": pdf("two")})
    single = put(tmp_path / "bills/one.pdf", pdf("one"))
    items = collect([tmp_path / "bills"]).items
    place.unlink()
    single.unlink()
    rows = await import_items(items, door.intake, account="acme")
    assert [r.outcome for r in rows] == [BatchOutcome.MISSING, BatchOutcome.MISSING]


@in_one_loop
async def test_an_interrupted_import_finishes_what_it_began(door: Door, tmp_path: Path) -> None:
    for number in range(9):
        put(tmp_path / f"bills/{number}.pdf", pdf(f"number {number}"))
    go_on, told, begun = asyncio.Event(), list[BatchRow](), list[str]()

    async def hold(offer: Offer) -> None:
        begun.append(offer.name)
        await go_on.wait()

    door.intake.before = hold
    items = collect([tmp_path / "bills"]).items
    importing = asyncio.create_task(
        import_items(items, door.intake, account="acme", on_progress=told.append, concurrency=2)
    )
    await eventually(lambda: len(begun) == 2)
    importing.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await importing
    assert [r.outcome for r in told] == [BatchOutcome.ACCEPTED] * 2
    door.intake.before = None
    rows = await import_items(items, door.intake, account="acme")
    assert [r.outcome for r in rows].count(BatchOutcome.DUPLICATE) == 2
    assert len(await door.ledger.bills()) == 9


@in_one_loop
async def test_a_fault_of_ours_ends_the_import_and_is_seen(door: Door, tmp_path: Path) -> None:
    for number in range(6):
        put(tmp_path / f"bills/{number}.pdf", pdf(f"number {number}"))

    async def fail(_: Offer) -> None:
        raise ZeroDivisionError

    door.intake.before = fail
    with pytest.raises(ZeroDivisionError):
        await import_items(collect([tmp_path / "bills"]).items, door.intake, account="acme")


@pytest.fixture
def locked(door: Door, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """The ledger, locked by another program; everybody is impatient."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    other = sqlite3.connect(door.data_dir / "ledger.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    yield other
    other.close()


@in_one_loop
async def test_what_cannot_be_stored_for_long_is_said_to_be_unavailable(
    door: Door, tmp_path: Path, locked: sqlite3.Connection
) -> None:
    await door.ledger.engine.dispose()
    for number in range(5):
        put(tmp_path / f"bills/{number}.pdf", pdf(f"number {number}"))
    items = collect([tmp_path / "bills"]).items
    rows = await import_items(items, door.intake, account="acme", patience_seconds=0.2, concurrency=2)
    assert {(r.outcome, r.reason) for r in rows} == {(BatchOutcome.UNAVAILABLE, "unavailable")}
    assert all("locked" in (r.detail or "") for r in rows)
    locked.execute("ROLLBACK")
    rows = await import_items(items, door.intake, account="acme")
    assert {r.outcome for r in rows} == {BatchOutcome.ACCEPTED}


@in_one_loop
async def test_what_cannot_be_stored_for_a_moment_is_tried_again(
    door: Door, tmp_path: Path, locked: sqlite3.Connection
) -> None:
    await door.ledger.engine.dispose()
    attempts = []

    async def release(_: Offer) -> None:
        attempts.append(1)
        if len(attempts) == 2:
            locked.execute("ROLLBACK")

    door.intake.before = release
    [done] = await import_items(
        collect([put(tmp_path / "one.pdf", pdf("one"))]).items, door.intake, account="acme", patience_seconds=30
    )
    assert (done.outcome, len(attempts)) == (BatchOutcome.ACCEPTED, 2)


@in_one_loop
async def test_patience_begins_anew_with_each_success(door: Door, tmp_path: Path) -> None:
    """Each of three documents has to wait once, together longer than the patience."""
    for number in range(3):
        put(tmp_path / f"bills/{number}.pdf", pdf(f"number {number}"))
    failed = set[str]()

    async def fail_once(offer: Offer) -> None:
        if offer.name not in failed:
            failed.add(offer.name)
            raise LedgerBusy("the ledger answered: database is locked")

    door.intake.before = fail_once
    rows = await import_items(
        collect([tmp_path / "bills"]).items, door.intake, account="acme", concurrency=1, patience_seconds=0.7
    )
    assert [r.outcome for r in rows] == [BatchOutcome.ACCEPTED] * 3


@in_one_loop
async def test_an_import_that_waits_can_be_interrupted(door: Door, tmp_path: Path, locked: sqlite3.Connection) -> None:
    await door.ledger.engine.dispose()
    attempts: list[Offer] = []

    async def count(offer: Offer) -> None:
        attempts.append(offer)

    door.intake.before = count
    items = collect([put(tmp_path / "one.pdf", pdf("one"))]).items
    importing = asyncio.create_task(import_items(items, door.intake, account="acme", patience_seconds=3600))
    await eventually(lambda: attempts)
    importing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await importing
    assert locked.in_transaction


# -- the report


def a_row(path: str, outcome: BatchOutcome = BatchOutcome.ACCEPTED, reason: Reason | None = None) -> BatchRow:
    return row(BatchItem(path=path, name=path, customer="C-1", external_id="Ä,1"), outcome, reason, "so it is")


ROWS = [a_row("a.pdf"), a_row("b.pdf", BatchOutcome.REFUSED, Reason.NOT_A_PDF)]


def test_the_report_as_csv(tmp_path: Path) -> None:
    write_report(ROWS, tmp_path / "report.csv")
    first, second = csv.DictReader((tmp_path / "report.csv").read_text(encoding="utf-8").splitlines())
    assert (first["path"], first["external_id"], first["reason"]) == ("a.pdf", "Ä,1", "")
    assert (second["outcome"], second["sentence"]) == ("refused", Reason.NOT_A_PDF.sentence)
    assert list(first) == [
        "path", "customer", "external_id", "outcome", "reason", "sentence", "next_step", "detail", "arrival_id",
        "bill_id", "step", "utility", "status", "amount_due", "reasons", "bills",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["report.jsonl", "report.JSON"])
def test_the_report_as_json_lines(tmp_path: Path, name: str) -> None:
    write_report(ROWS, tmp_path / name)
    first, second = map(json.loads, (tmp_path / name).read_text(encoding="utf-8").splitlines())
    assert (first["external_id"], first["reason"], second["reason"]) == ("Ä,1", None, "not_a_pdf")


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, asyncio.CancelledError, RuntimeError])
def test_an_interrupted_report_has_what_was_done(tmp_path: Path, interruption: type[BaseException]) -> None:
    def rows() -> Iterator[BatchRow]:
        yield ROWS[0]
        raise interruption

    with pytest.raises(interruption):
        write_report(rows(), tmp_path / "report.csv")
    [done] = csv.DictReader((tmp_path / "report.csv").read_text().splitlines())
    assert done["path"] == "a.pdf"
    assert [path.name for path in tmp_path.iterdir()] == ["report.csv"]


def test_an_earlier_report_stands_when_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "report.csv", "the earlier one")

    def fsync(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(StorageFull):
        write_report(ROWS, tmp_path / "report.csv")
    assert (tmp_path / "report.csv").read_text() == "the earlier one"
    assert [path.name for path in tmp_path.iterdir()] == ["report.csv"]


def test_a_name_is_no_formula_in_a_spreadsheet(tmp_path: Path) -> None:
    write_report([a_row("=cmd|' /C calc'!A0.pdf")], tmp_path / "report.csv")
    [read] = csv.DictReader((tmp_path / "report.csv").read_text().splitlines())
    assert read["path"] == "'=cmd|' /C calc'!A0.pdf"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    place = Path(f"/proc/self/fd/{writing}")
    check_report_place(place)
    write_report(ROWS, place)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert len(pipe.read().splitlines()) == 3


def test_a_place_for_the_report_is_checked_before_the_import(tmp_path: Path) -> None:
    check_report_place(tmp_path / "report.csv")
    for wrong in (tmp_path, tmp_path / "none/report.csv"):
        with pytest.raises(ConfigError, match="--report: cannot write"):
            check_report_place(wrong)
