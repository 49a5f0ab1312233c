"""Documents on disk: durable before anybody is told so, and nothing left behind by a killed process."""

import errno
import hashlib
import os
from pathlib import Path

import pytest

from ingest.errors import StorageFull
from ingest.store.documents import DocumentStore, write_durably

BILL = b"%PDF-1.7 invented"
SHA256 = hashlib.sha256(BILL).hexdigest()


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What reaches the disk, in its order."""
    paths: list[Path] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        paths.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return paths


def test_a_document_is_durable_with_its_folders(tmp_path: Path, synced: list[Path]) -> None:
    store = DocumentStore(tmp_path / "documents")
    assert store.put_now(BILL) == SHA256
    place = store.path(SHA256)
    assert place.read_bytes() == BILL
    assert synced[0] == tmp_path
    assert synced[1].name.startswith("incoming-")
    assert synced[2:] == [store.folder, place.parent]


def test_what_another_process_made_just_now_is_made_durable_again(tmp_path: Path, synced: list[Path]) -> None:
    """It may be killed, or the power lost, between its rename and its fsync."""
    store = DocumentStore(tmp_path / "documents")
    place = store.path(SHA256)
    place.parent.mkdir(parents=True)
    place.write_bytes(BILL)
    store.put_now(BILL)
    assert {tmp_path, store.folder, place.parent} <= set(synced)
    assert synced[-1] == place.parent
    assert [path.name for path in store.folder.iterdir()] == [SHA256[:2]]


def test_the_folders_of_the_store_are_made_durable_once(tmp_path: Path, synced: list[Path]) -> None:
    store = DocumentStore(tmp_path / "documents")
    store.put_now(BILL)
    synced.clear()
    store.put_now(BILL)
    assert len(synced) == 2, "the content and its folder"
    assert synced[-1] == store.path(SHA256).parent


def test_a_file_of_the_stores_own_folder_keeps_its_name_until_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the folder is relative and the file is not: as data_dir is by default, and what mkstemp names."""
    monkeypatch.chdir(tmp_path)
    store = DocumentStore(Path("messages"), suffix=".eml")
    file = tmp_path / "messages" / "incoming-00000000.part"
    file.parent.mkdir()
    file.write_bytes(b"a message")
    sha256 = hashlib.sha256(b"a message").hexdigest()
    written = store.adopt(file, sha256)
    assert (written.temporary, file.read_bytes()) == (file, b"a message")
    written.keep()
    assert store.path(sha256).read_bytes() == b"a message"
    assert not file.exists()


def test_a_file_of_ours_is_renamed_and_not_copied(tmp_path: Path, synced: list[Path]) -> None:
    file = tmp_path / "opened" / "1.pdf"
    file.parent.mkdir()
    file.write_bytes(BILL)
    inode = file.stat().st_ino
    store = DocumentStore(tmp_path / "documents")
    written = store.adopt(file, SHA256)
    assert not store.exists(SHA256), "it comes into the store only when it is kept"
    written.keep()
    written.drop()
    place = store.path(SHA256)
    assert (place.read_bytes(), place.stat().st_ino) == (BILL, inode)
    assert not file.exists()
    assert synced == [tmp_path, store.folder, place.parent]


def test_a_file_of_another_file_system_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def apart(self: Path, target: Path) -> Path:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    file = tmp_path / "1.pdf"
    file.write_bytes(BILL)
    store = DocumentStore(tmp_path / "documents")
    monkeypatch.setattr(Path, "rename", apart)
    store.adopt(file, SHA256).keep()
    assert store.path(SHA256).read_bytes() == BILL


def test_what_a_full_disk_did_not_adopt_does_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    store = DocumentStore(tmp_path / "documents")
    file = tmp_path / "documents" / "incoming-00000000.part"
    file.parent.mkdir()
    file.write_bytes(BILL)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        store.adopt(file, SHA256)
    assert not file.exists()


def test_folders_above_a_file_are_durable(tmp_path: Path, synced: list[Path]) -> None:
    write_durably(tmp_path / "a" / "b" / "bill.json", b"{}")
    assert synced[:2] == [tmp_path, tmp_path / "a"]
    assert synced[-1] == tmp_path / "a" / "b"
