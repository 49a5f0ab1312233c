"""Documents on disk: durable before anybody is told so, and nothing left behind by a killed process."""

import errno
import hashlib
import os
from pathlib import Path

import pytest

from ingest.errors import StorageFull, Unavailable
from ingest.store.disk import write_durably
from ingest.store.documents import DocumentStore
from ingest.store.written import keep, keep_all

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
    keep(written)
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
    keep(written)
    written.drop()
    place = store.path(SHA256)
    assert (place.read_bytes(), place.stat().st_ino) == (BILL, inode)
    assert not file.exists()
    assert synced == [tmp_path, store.folder, place.parent]


def test_a_file_of_another_file_system_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def apart(self: Path, target: Path) -> Path:
        if self == file:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return real(self, target)

    file = tmp_path / "1.pdf"
    file.write_bytes(BILL)
    store = DocumentStore(tmp_path / "documents")
    real = Path.replace
    monkeypatch.setattr(Path, "replace", apart)
    keep(store.adopt(file, SHA256))
    assert store.path(SHA256).read_bytes() == BILL
    assert not file.exists()


def test_what_a_full_disk_did_not_keep_does_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    store = DocumentStore(tmp_path / "documents")
    file = tmp_path / "documents" / "incoming-00000000.part"
    file.parent.mkdir()
    file.write_bytes(BILL)
    monkeypatch.setattr(os, "fsync", full)
    written = store.adopt(file, SHA256)
    with pytest.raises(StorageFull):
        keep(written)
    written.drop()
    assert not file.exists()


def test_folders_above_a_file_are_durable(tmp_path: Path, synced: list[Path]) -> None:
    write_durably(tmp_path / "a" / "b" / "bill.json", b"{}")
    assert synced[:2] == [tmp_path, tmp_path / "a"]
    assert synced[-1] == tmp_path / "a" / "b"


def test_files_that_are_kept_together_cost_one_fsync_for_each_folder(tmp_path: Path, synced: list[Path]) -> None:
    store = DocumentStore(tmp_path / "documents")
    names = [f"{number:02x}".rjust(64, "0") for number in range(20)]
    files = [store.adopt(_file(tmp_path, name), name) for name in names]
    assert keep_all([files[:5], [], files[5:]]) == [None, None, None]
    assert all(store.exists(name) for name in names)
    assert synced.count(store.path(names[0]).parent) == 1


def test_a_file_that_cannot_be_kept_costs_only_its_own_group(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path / "documents")
    good, other, missing = ("a" * 64, "b" * 64, "c" * 64)
    files = [store.adopt(_file(tmp_path, good), good), store.adopt(_file(tmp_path, other), other)]
    gone = store.adopt(tmp_path / "gone", missing)
    first, second = keep_all([[files[0]], [files[1], gone]])
    assert first is None
    assert isinstance(second, Unavailable)
    assert (files[0].kept, files[1].kept, gone.kept) == (True, False, False)


def _file(folder: Path, name: str) -> Path:
    file = folder / f"{name}.part"
    file.write_text(name)
    return file
