"""Several processes on the same inbox: one of them watches it, and another one goes on when that is gone."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from postgres_world import ledger_url
from source_world import eventually, pdf

from ingest.config import Folder, Limits
from ingest.intake import Intake
from ingest.parsing import ParserPool
from ingest.sources.folder import FolderSource, watching
from ingest.sources.inbox import MARKER, Inbox
from ingest.store.documents import DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.rows import Outcome
from ingest.store.watching import open_locks

WAIT_MS = 30_000
QUICK = Folder(stable_seconds=0.05, poll_seconds=0.1, rescan_seconds=0.2, force_polling=True)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with ledger_url(request.param, tmp_path_factory.mktemp("ledger")) as chosen:
        yield chosen


@pytest.fixture
async def pool() -> AsyncIterator[ParserPool]:
    async with ParserPool(size=1) as opened:
        yield opened


@asynccontextmanager
async def machine(
    url: str, data_dir: Path, inbox: Path, pool: ParserPool
) -> AsyncIterator[tuple[FolderSource, Ledger]]:
    """A folder role with a ledger of its own connections."""
    async with AsyncExitStack() as stack:
        ledger = await stack.enter_async_context(await Ledger.open(url))
        intake = Intake(ledger, DocumentStore(data_dir / "documents"), pool, Limits())
        stack.push_async_callback(intake.finish)
        locks = await stack.enter_async_context(open_locks(ledger.engine, data_dir.parent))
        source = FolderSource("acme", inbox, QUICK, intake, data_dir, locks)
        await stack.enter_async_context(watching([source]))
        yield source, ledger


async def accepted(ledger: Ledger) -> list[str]:
    return sorted(arrival.name for arrival in await ledger.arrivals() if arrival.outcome is Outcome.ACCEPTED)


def drop(inbox: Path, *names: str) -> None:
    for name in names:
        (inbox / f".{name}").write_bytes(pdf(name))
        (inbox / f".{name}").rename(inbox / name)


async def test_one_watches_and_another_goes_on(url: str, tmp_path: Path, pool: ParserPool) -> None:
    inbox = tmp_path / "share"
    inbox.mkdir()
    async with AsyncExitStack() as both:
        first = await both.enter_async_context(AsyncExitStack())
        watcher, _ = await first.enter_async_context(machine(url, tmp_path / "a", inbox, pool))
        drop(inbox, "1.pdf")
        await eventually(lambda: not list(inbox.glob("*.pdf")))
        second, ledger = await both.enter_async_context(machine(url, tmp_path / "b", inbox, pool))
        drop(inbox, "2.pdf", "3.pdf")
        await eventually(lambda: not list(inbox.glob("*.pdf")))
        await eventually(lambda: second._presence.standing_by)
        assert not watcher._presence.standing_by
        await first.aclose()
        drop(inbox, "4.pdf")
        await eventually(lambda: not list(inbox.glob("*.pdf")))
        arrivals = await ledger.arrivals()
    assert sorted(arrival.name for arrival in arrivals) == ["1.pdf", "2.pdf", "3.pdf", "4.pdf"]
    assert {arrival.outcome for arrival in arrivals} == {Outcome.ACCEPTED}, "none was taken twice"


async def test_a_watcher_that_lost_the_database_lost_the_folder(tmp_path: Path) -> None:
    with ledger_url("postgresql", tmp_path) as url:
        async with (
            await Ledger.open(url) as one,
            await Ledger.open(url) as other,
            open_locks(one.engine, tmp_path) as ours,
            open_locks(other.engine, tmp_path) as theirs,
        ):
            assert await ours.is_ours("x")
            assert await ours.is_ours("x")
            assert not await theirs.is_ours("x")
            assert await theirs.is_ours("another folder")
            # Waits for the end of each: one that still lived could take over, and then lose it again.
            cut = f"SELECT pg_terminate_backend(pid, {WAIT_MS}) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            ours_alone = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            async with one.engine.connect() as connection:
                found = await connection.execute(sa.text(f"{cut} AND {ours_alone}"))
                assert set(found.scalars()) == {True}
            async with asyncio.timeout(WAIT_MS / 1000):
                while not await take_over(theirs):  # noqa: ASYNC110 - the database tells nobody
                    await asyncio.sleep(0.02)
            assert not await take_over(ours)
            assert await theirs.is_ours("x")


async def take_over(locks: object) -> bool:
    from ingest.errors import Unavailable

    try:
        return bool(await locks.is_ours("x"))  # type: ignore[attr-defined]
    except Unavailable:
        return False


def test_two_folders_of_the_same_path_on_two_machines_are_two(tmp_path: Path) -> None:
    names = []
    for machine in ("a", "b"):
        folder = tmp_path / machine
        inbox = Inbox(folder, create=True, memory=tmp_path / f"{machine}.memory")
        inbox.check()
        names.append(inbox.name())
        assert Inbox(folder, create=True, memory=tmp_path / "other").name() == inbox.name()
    assert names[0] != names[1]
    (tmp_path / "a" / MARKER).write_text("as it was before")
    assert Inbox(tmp_path / "a", create=True, memory=tmp_path / "a.memory").name() is None
