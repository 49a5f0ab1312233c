"""Documents on several machines: written where they come in, uploaded afterwards, fetched where they are needed."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError
from shared_world import Server, age, machine

from ingest.config import Settings, Store
from ingest.errors import NotReady, Unavailable
from ingest.store.cache import IN_USE_SECONDS, Cache
from ingest.store.documents import DocumentStore
from ingest.store.object_storage import ObjectStorage
from ingest.store.remote import SharedFolder, open_remote
from ingest.store.sharing import Sharing
from ingest.store.uploading import FORGOTTEN_SECONDS, Uploader, uploading

BILL = b"%PDF-1.7 invented"
SHA256 = hashlib.sha256(BILL).hexdigest()
KEY = f"documents/{SHA256[:2]}/{SHA256}.pdf"


async def in_ledger(_kind: str, _sha256: str) -> bool:
    return True


async def not_in_ledger(_kind: str, _sha256: str) -> bool:
    return False


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server().start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(params=["folder", "s3"])
def chosen(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        (tmp_path / "share").mkdir()
        return Store(url=f"file://{tmp_path / 'share'}")
    running: Server = request.getfixturevalue("server")
    return running.store(running.new_bucket())


def sharing_of(data_dir: Path, chosen: Store) -> Sharing:
    remote = open_remote(chosen)
    assert remote
    return Sharing(data_dir, remote)


def documents_of(sharing: Sharing) -> DocumentStore:
    return DocumentStore(sharing.data_dir / "documents", shared=sharing)


async def uploaded(sharing: Sharing) -> bool:
    return await Uploader(sharing, in_ledger).upload()


async def test_what_one_machine_takes_another_reads(chosen: Store, tmp_path: Path) -> None:
    here, there = (sharing_of(machine(tmp_path, name), chosen) for name in ("smtp", "worker"))
    await documents_of(here).put(BILL)
    with pytest.raises(NotReady, match="not in the document store yet"):
        await documents_of(there).at_hand(SHA256)
    assert here.outbox.holds(KEY)
    assert await uploaded(here)
    assert not here.outbox.holds(KEY)
    assert (await documents_of(there).at_hand(SHA256)).read_bytes() == BILL
    assert not list(there.data_dir.rglob("*.part"))


async def test_a_document_of_several_parts_comes_whole(chosen: Store, tmp_path: Path) -> None:
    large = b"%PDF-1.7" + os.urandom(12 * 1024 * 1024)
    here, there = (sharing_of(machine(tmp_path, name), chosen) for name in ("smtp", "worker"))
    sha256 = await documents_of(here).put(large)
    assert await uploaded(here)
    assert (await documents_of(there).at_hand(sha256)).read_bytes() == large


async def test_a_deleted_document_is_gone_everywhere_and_not_uploaded_any_more(chosen: Store, tmp_path: Path) -> None:
    sharing = sharing_of(machine(tmp_path, "worker"), chosen)
    documents = documents_of(sharing)
    await documents.put(BILL)
    assert await uploaded(sharing)
    await documents.put(BILL)
    await documents.delete(SHA256)
    await documents.delete(SHA256)
    assert await uploaded(sharing)
    assert not await sharing.remote.exists(KEY)
    assert not documents.exists(SHA256)


async def test_the_same_document_again_is_uploaded_again(chosen: Store, tmp_path: Path) -> None:
    """Another machine may have purged it meanwhile."""
    sharing = sharing_of(machine(tmp_path, "smtp"), chosen)
    await documents_of(sharing).put(BILL)
    assert await uploaded(sharing)
    await sharing.remote.delete(KEY)
    await documents_of(sharing).put(BILL)
    assert await uploaded(sharing)
    assert await sharing.remote.exists(KEY)


async def test_other_bytes_than_the_name_says_are_not_believed(chosen: Store, tmp_path: Path) -> None:
    sharing = sharing_of(machine(tmp_path, "worker"), chosen)
    wrong = tmp_path / "wrong.pdf"
    wrong.write_bytes(b"%PDF-1.7 other")
    await sharing.remote.put(KEY, wrong)
    if isinstance(sharing.remote, SharedFolder):  # which names a file by its content
        place = tmp_path / "share" / KEY
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(wrong.read_bytes())
    with pytest.raises(Unavailable, match="other bytes"):
        await documents_of(sharing).at_hand(SHA256)
    assert not documents_of(sharing).exists(SHA256)


KILLED = """
import os, signal, sys
from pathlib import Path
from ingest.config import Store
from ingest.store.documents import DocumentStore
from ingest.store.sharing import Sharing
from ingest.store.remote import open_remote
sharing = Sharing(Path(sys.argv[1]), open_remote(Store(url=sys.argv[2])))
DocumentStore(sharing.data_dir / "documents", shared=sharing).put_now(b"%PDF-1.7 invented")
os.kill(os.getpid(), signal.SIGKILL)
"""


async def test_after_a_crash_the_next_process_uploads(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    data = machine(tmp_path, "smtp")
    ended = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", KILLED, data, str(share)], check=False, timeout=60
    )
    assert ended.returncode == -signal.SIGKILL
    sharing = sharing_of(data, Store(url=str(share)))
    assert sharing.outbox.holds(KEY)
    assert await uploaded(sharing)
    assert await sharing.remote.exists(KEY)


async def test_a_role_uploads_at_once_and_the_rest_at_its_end(chosen: Store, tmp_path: Path) -> None:
    sharing = sharing_of(machine(tmp_path, "smtp"), chosen)
    async with uploading(sharing, in_ledger, 5.0):
        await documents_of(sharing).put(BILL)
        async with asyncio.timeout(10):
            while sharing.outbox.holds(KEY):  # noqa: ASYNC110 - a file on the disk tells nobody
                await asyncio.sleep(0.02)
        last = await documents_of(sharing).put(b"%PDF-1.7 the last")
    assert await sharing.remote.exists(f"documents/{last[:2]}/{last}.pdf")


async def test_the_end_of_a_role_waits_for_the_upload_that_is_under_way(tmp_path: Path) -> None:
    """Cancelled, its thread would go on with the copy, while the last round makes another one."""
    share = tmp_path / "share"
    share.mkdir()
    sharing = sharing_of(machine(tmp_path, "smtp"), Store(url=str(share)))
    slow = SlowFolder(share)
    sharing.remote = slow
    async with uploading(sharing, in_ledger, 10.0):
        await documents_of(sharing).put(BILL)
        assert await asyncio.to_thread(slow.begun.wait, 10)
        asyncio.get_running_loop().call_later(0.1, slow.go_on.set)
    assert slow.copies == 1
    assert [file.suffix for file in share.rglob("*") if file.is_file()] == [".pdf"]
    assert not sharing.outbox.holds(KEY)


class SlowFolder(SharedFolder):
    """A share on which a copy takes as long as the test wants."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.begun, self.go_on, self.copies = threading.Event(), threading.Event(), 0

    def _put(self, key: str, file: Path) -> None:
        self.copies += 1
        self.begun.set()
        assert self.go_on.wait(10)
        super()._put(key, file)


async def test_an_outage_delays_nothing_here_and_is_made_up_for(server: Server, tmp_path: Path) -> None:
    down = Server()
    chosen = down.store("bills", timeout_seconds=1)
    sharing = sharing_of(machine(tmp_path, "smtp"), chosen)
    begun = time.monotonic()
    await documents_of(sharing).put(BILL)
    assert time.monotonic() - begun < 1
    assert not await uploaded(sharing)
    assert sharing.outbox.holds(KEY)
    with pytest.raises(Unavailable, match="does not answer"):
        await sharing.remote.exists(KEY)
    try:
        down.start().make_bucket("bills")
        assert await uploaded(sharing)
        assert await sharing.remote.exists(KEY)
    finally:
        down.stop()


async def test_a_server_that_says_nothing_is_given_up(server: Server, tmp_path: Path) -> None:
    chosen = server.store(server.new_bucket(), timeout_seconds=0.5)
    sharing = sharing_of(machine(tmp_path, "worker"), chosen)
    await documents_of(sharing).put(BILL)
    server.hold_up()
    try:
        async with asyncio.timeout(30):
            assert not await uploaded(sharing)
            with pytest.raises(Unavailable):
                await sharing.delete(KEY)
    finally:
        server.go_on()
    await documents_of(sharing).put(BILL)
    assert await uploaded(sharing)


async def test_a_bucket_that_is_not_there_is_said(server: Server, tmp_path: Path) -> None:
    storage = ObjectStorage(server.store("nowhere"))
    (tmp_path / "bill.pdf").write_bytes(BILL)
    with pytest.raises(NotReady, match="no such bucket"):
        await storage.put(KEY, tmp_path / "bill.pdf")
    with pytest.raises(NotReady, match="no such bucket"):
        await storage.get(KEY, tmp_path / "target")


async def test_a_share_that_is_not_mounted_is_never_made(tmp_path: Path) -> None:
    share = tmp_path / "share"
    sharing = sharing_of(machine(tmp_path, "smtp"), Store(url=str(share)))
    await documents_of(sharing).put(BILL)
    assert not await uploaded(sharing)
    assert not share.exists()
    share.mkdir()
    assert await uploaded(sharing)


async def test_what_never_came_into_the_ledger_is_not_uploaded(chosen: Store, tmp_path: Path) -> None:
    """Its process was killed before the commit, or it was purged before its upload."""
    sharing = sharing_of(machine(tmp_path, "smtp"), chosen)
    await documents_of(sharing).put(BILL)
    sharing.fresh.clear()
    age(sharing.data_dir / "outbox" / "documents" / f"{SHA256}.pdf", FORGOTTEN_SECONDS + 5)
    assert await Uploader(sharing, not_in_ledger).upload()
    assert not await sharing.remote.exists(KEY)
    assert not sharing.outbox.holds(KEY)


async def test_the_cache_lets_go_of_what_can_be_fetched_again_alone(chosen: Store, tmp_path: Path) -> None:
    sharing = sharing_of(machine(tmp_path, "smtp"), chosen)
    documents = documents_of(sharing)
    cache = Cache(sharing, chosen, in_ledger)
    await documents.put(BILL)
    age(documents.path(SHA256), 25 * 3600)
    assert await cache.shrink() == 0, "it is still to be uploaded"
    assert await uploaded(sharing)
    assert await cache.shrink() == 1
    assert not documents.exists(SHA256)
    assert (await documents.at_hand(SHA256)).read_bytes() == BILL
    age(documents.path(SHA256), 25 * 3600)
    await documents.at_hand(SHA256)
    assert await cache.shrink() == 0, "it was just asked for"
    age(documents.path(SHA256), 25 * 3600)
    await sharing.remote.delete(KEY)
    assert await cache.shrink() == 0, "the shared store does not have it"
    assert await Cache(sharing, chosen, not_in_ledger).shrink() == 1, "it was purged elsewhere"


async def test_the_cache_keeps_to_its_size(tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    chosen = Store(url=str(tmp_path / "share"), cache_mb=1)
    sharing = sharing_of(machine(tmp_path, "worker"), chosen)
    documents = documents_of(sharing)
    hashes = [await documents.put(os.urandom(400_000)) for _ in range(5)]
    assert await uploaded(sharing)
    for number, sha256 in enumerate(hashes):
        age(documents.path(sha256), IN_USE_SECONDS + 100 - number)
    assert await Cache(sharing, chosen, in_ledger).shrink() == 3
    assert [documents.exists(sha256) for sha256 in hashes] == [False, False, False, True, True]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"url": "ftp://somewhere/else"}, "begin it with"),
        ({"url": "s3:///prefix"}, "name a bucket"),
        ({"url": "share/bills"}, "absolute"),
        ({"url": "/mnt/share", "endpoint": "https://s3.example"}, "belong to s3"),
        ({"url": "s3://bills", "access_key_id": "key"}, "go together"),
        ({"url": "s3://bills", "endpoint": "http://s3.example"}, "allow_http"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(values: dict[str, str], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Store(**values)


def test_without_the_extra_object_storage_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.config.store.find_spec", lambda _: None)
    with pytest.raises(ValidationError, match=r"pip install 'bill-ingest\[s3\]'"):
        Settings(store={"url": "s3://bills"})
    assert Settings(store={"url": "/mnt/bills"}).store.url == "/mnt/bills"
