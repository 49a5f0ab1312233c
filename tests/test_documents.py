"""Documents on disk: durable before anybody is told so, and nothing left behind by a killed process."""

import hashlib
import os
from pathlib import Path

import pytest

from ingest.store.documents import DocumentStore

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
