"""PostgreSQL's own disk is full: nothing that was confirmed is lost, and all goes on when there is room again."""

import os
import subprocess
from collections.abc import Iterator

import pytest
from crash_disk import SmallDisk
from postgres_world import NOBODY, Server, create_database

from ingest.errors import StorageFull
from ingest.store.ledger import Ledger
from ingest.store.rows import NewArrival, Outcome, Priority

MEGABYTES = 160
MOST = 20_000
"""Documents; far fewer than that fill the pages that PostgreSQL has already."""


@pytest.fixture
def small() -> Iterator[tuple[Server, SmallDisk]]:
    """A server whose data lie on a disk of their own."""
    if os.geteuid():
        pytest.skip("to mount a small disk needs root")
    server = Server.create({"max_wal_size": "32MB", "min_wal_size": "32MB"})
    data, before = server.folder / "data", server.folder / "before"
    try:
        server.stop()
        data.rename(before)
        data.mkdir()
        options = f"size={MEGABYTES}m,mode=0700,uid={NOBODY},gid={NOBODY}"
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", data], capture_output=True, check=False)
        if mount.returncode:
            pytest.skip("mounting is not allowed here")
        try:
            subprocess.run(["cp", "--archive", f"{before}/.", data], check=True)
            server.start()
            yield server, SmallDisk(data)
            server.stop()
        finally:
            subprocess.run(["umount", "--lazy", data], check=True)
    finally:
        server.remove()


def document(number: int) -> NewArrival:
    return NewArrival(account="acme", source="smtp", name="b.pdf", priority=Priority.SMTP, sha256=f"{number:064x}")


async def test_what_was_confirmed_is_there_afterwards(small: tuple[Server, SmallDisk]) -> None:
    server, disk = small
    confirmed: list[int] = []
    async with await Ledger.open(create_database(server.url)) as ledger:
        await ledger.receive([document(0)])
        disk.fill()
        with pytest.raises(StorageFull, match="no space left for the ledger"):
            for number in range(1, MOST):
                await ledger.receive([document(number)])
                confirmed.append(number)
        refused = len(confirmed) + 1
        with pytest.raises(StorageFull):
            await ledger.receive([document(refused)])
        assert len(await ledger.bills(limit=MOST)) == refused, "what is there can be read"
        disk.free()
        [came] = await ledger.receive([document(refused)])
        assert came.outcome is Outcome.ACCEPTED, "nothing of it was kept before"
        hashes = {bill.sha256 for bill in await ledger.bills(limit=MOST)}
    assert hashes == {document(number).sha256 for number in (0, *confirmed, refused)}
