"""When a file may be taken, and how names are written down: the parts of the watched folder that need no folder."""

import errno
import os
from pathlib import Path, PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from source_world import pdf

from ingest.sources.inbox import Inbox
from ingest.sources.names import is_junk, is_junk_folder, printable, shortened
from ingest.sources.shelf import NUMBERED, Shelf
from ingest.sources.stability import Fingerprint, Sightings, examine

A, B = Path("a.pdf"), Path("b.pdf")
SMALL, LARGE = Fingerprint(1, 1, 10, 0), Fingerprint(1, 1, 20, 0)


def test_a_file_is_due_when_it_has_stood_still() -> None:
    sightings = Sightings(quiet_seconds=5)
    sightings.saw(A, SMALL, 100)
    sightings.saw(A, SMALL, 104)
    assert (sightings.take_due(104.9, 9), sightings.next_due()) == ([], 105)
    [due] = sightings.take_due(105, 9)
    assert (due.path, due.fingerprint, due.since) == (A, SMALL, 100)
    assert (len(sightings), sightings.next_due()) == (0, None)


def test_a_change_starts_the_quiet_time_anew() -> None:
    sightings = Sightings(quiet_seconds=5)
    sightings.saw(A, SMALL, 100)
    sightings.saw(A, LARGE, 103)
    assert sightings.take_due(107, 9) == []
    assert [due.fingerprint for due in sightings.take_due(108, 9)] == [LARGE]


def test_those_that_wait_longest_come_first_and_no_more_than_wanted() -> None:
    sightings = Sightings(quiet_seconds=1)
    sightings.saw(B, SMALL, 100)
    sightings.saw(A, SMALL, 101)
    assert [due.path for due in sightings.take_due(200, 0)] == []
    assert [due.path for due in sightings.take_due(200, 1)] == [B]
    assert [due.path for due in sightings.take_due(200, 5)] == [A]


def test_what_is_put_back_waits_even_when_it_is_seen_again() -> None:
    sightings = Sightings(quiet_seconds=1)
    sightings.saw(A, SMALL, 100)
    [due] = sightings.take_due(101, 9)
    sightings.put_back(due, 130)
    sightings.saw(A, SMALL, 110)
    assert sightings.take_due(129, 9) == []
    assert sightings.take_due(130, 9) == [due]


@pytest.mark.parametrize(
    ("content", "unfinished"),
    [
        (pdf("whole"), False),
        (pdf("whole")[:-10], True),
        (pdf("whole") + b"\n" * 500, False),
        (b"", True),
        (b"\0" * 4000, True),
        (b"\0" * 2000 + pdf("whole"), True),
        (b"a text", False),
    ],
)
def test_what_looks_unfinished(tmp_path: Path, content: bytes, unfinished: bool) -> None:
    file = tmp_path / "bill.pdf"
    file.write_bytes(content)
    assert examine(file) == (Fingerprint.of(file.stat()), unfinished)


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with pytest.raises(OSError, match="symbolic link"):
        examine(tmp_path / "link")
    with pytest.raises(OSError, match="directory"):
        examine(tmp_path)


@given(st.text(alphabet=st.characters(exclude_characters="/\0"), min_size=1))
def test_every_name_can_be_stored_and_has_room_for_suffixes(name: str) -> None:
    shown = shortened(printable(name))
    assert shown
    assert len(shown.encode()) <= 200
    assert not {"\n", "\r", "\x1b", "\x85"} & set(shown)
    assert printable(shown) == shown


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("bill.pdf", "bill.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("\u00e9" * 150 + ".pdf", "\u00e9" * 98 + ".pdf"),
        ("a." + "b" * 300, "a." + "b" * 198),
        ("y" * 300, "y" * 200),
    ],
)
def test_long_names_keep_their_suffix(name: str, short: str) -> None:
    assert shortened(name) == short


def test_junk_is_known_by_its_name() -> None:
    assert all(map(is_junk, [".x.pdf", "~$x.pdf", "x.PART", "thumbs.db", "Desktop.ini", "x.pdf~", ".~lock.x.pdf#"]))
    assert not any(map(is_junk, ["bill.pdf", "part.pdf", "bill", "temp", "download.pdf", "x.partly"]))
    assert all(map(is_junk_folder, [".git", "__MACOSX", "@eaDir", "System Volume Information"]))
    assert not is_junk_folder("C-1")


def test_a_shelf_gives_no_place_twice_and_takes_it_back(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "processed")
    first = shelf.reserve(PurePath("C-1/bill.pdf"))
    second = shelf.reserve(PurePath("C-1/Bill.PDF"))
    assert (first.name, second.name) == ("bill.pdf", "Bill (2).PDF"), "some file systems see one name there"
    shelf.release(first)
    assert shelf.reserve(PurePath("C-1/bill.pdf")) == first


def test_a_shelf_finds_a_name_among_very_many(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "processed")
    places = {shelf.reserve(PurePath("x" * 250 + ".pdf")) for _ in range(NUMBERED + 20)}
    assert len(places) == NUMBERED + 20
    assert max(len(place.name) for place in places) <= 200


def test_a_shelf_is_not_made_without_its_inbox(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Shelf(tmp_path / "unmounted", "processed").reserve(PurePath("bill.pdf"))
    assert not (tmp_path / "unmounted").exists()


def put(place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"x")
    return place


def test_hints_from_behind_links_and_from_our_own_folders_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere/x.pdf")
    inbox = Inbox(tmp_path / "inbox", create=True, memory=tmp_path / "memory")
    inbox.check()
    (inbox.path / "link").symlink_to(tmp_path / "elsewhere")
    hints = [
        put(inbox.path / "processed/x.pdf"), put(inbox.path / ".cache/x.pdf"),
        inbox.path / "link/x.pdf", tmp_path / "elsewhere/x.pdf", inbox.path / "gone.pdf",
    ]  # fmt: skip
    taken = put(inbox.path / "C-1/x.pdf")
    assert set(inbox.look_at([*hints, taken]).files) == {taken}


def test_a_hint_that_cannot_be_looked_at_keeps_nothing_else_waiting(tmp_path: Path) -> None:
    """Where a folder on the way answers with an error, be it for want of permission or for its name."""
    inbox = Inbox(tmp_path / "inbox", create=True, memory=tmp_path / "memory")
    inbox.check()
    bill = put(tmp_path / "inbox/bill.pdf")
    unreadable = tmp_path / "inbox" / ("x" * 300) / "other.pdf"
    listing = inbox.look_at([unreadable, bill, tmp_path / "outside.pdf"])
    assert set(listing.files) == {bill}
    assert listing.left == {unreadable: f"it cannot be read: {os.strerror(errno.ENAMETOOLONG)}"}
