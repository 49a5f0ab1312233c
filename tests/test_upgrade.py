"""Two versions of the program on one ledger: the next version is this one with one more migration."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest.errors import ConfigError, NotReady
from ingest.store import migrate
from ingest.store.engine import now
from ingest.store.ledger import Ledger
from ingest.store.programs import noted
from ingest.store.rows import NewArrival, Priority, Step
from ingest.store.schema import programs

NEXT = "0999"
MIGRATION = '''"""The next version."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, oldest = "{next}", "{head}", "{oldest}"
def upgrade() -> None:
    op.add_column("bills", sa.Column("brand_new", sa.Text()))
'''
Upgrade = Callable[[str], None]


@pytest.fixture
def become(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Upgrade:
    """Makes this process the next version, whose migration lets programs from ``oldest`` on go on; or "this" again."""
    head, own = migrate.HEAD, migrate.MIGRATIONS

    def change(oldest: str) -> None:
        if oldest == "this":
            monkeypatch.setattr(migrate, "MIGRATIONS", own)
            monkeypatch.setattr(migrate, "HEAD", head)
            return
        folder = tmp_path / "next"
        shutil.copytree(own, folder, dirs_exist_ok=True)
        text = MIGRATION.format(next=NEXT, head=head, oldest=oldest)
        (folder / "versions" / f"{NEXT}_next.py").write_text(text)
        monkeypatch.setattr(migrate, "MIGRATIONS", folder)
        monkeypatch.setattr(migrate, "HEAD", NEXT)

    return change


async def revision(ledger: Ledger) -> str:
    async with ledger.engine.connect() as connection:
        return str((await connection.execute(sa.text("SELECT version_num FROM alembic_version"))).scalar())


async def works(ledger: Ledger, name: str) -> bool:
    """Whether a bill goes its way."""
    new = NewArrival(account="acme", source="smtp", name="b.pdf", priority=Priority.SMTP, sha256=name)
    [came] = await ledger.receive([new])
    bill = await ledger.bill(came.bill_id or "")
    assert bill
    return (await ledger.change(bill, "moved", values={"step": Step.PARSED})).version == 2


async def test_what_only_adds_goes_in_under_a_running_program(url: str, become: Upgrade) -> None:
    async with await Ledger.open(url) as old, noted(old, "worker", tick=0.05):
        assert await works(old, "before")
        become(migrate.HEAD)
        await migrate.migrate(url)
        assert await revision(old) == NEXT
        await asyncio.sleep(0.2)  # it looks several times, and goes on
        assert await works(old, "after")
        become("this")
        async with await Ledger.open(url) as late, noted(late, "worker"):
            assert await works(late, "started afterwards")
            assert await revision(late) == NEXT


async def test_what_takes_away_waits_for_the_older_programs(url: str, become: Upgrade) -> None:
    async with await Ledger.open(url) as old:
        async with noted(old, "worker"):
            become(NEXT)
            with pytest.raises(NotReady, match=r"worker on .*process \d+.*Stop them, then start this one again"):
                await migrate.migrate(url)
            assert await works(old, "nothing was changed")
        await migrate.migrate(url)
        become("this")
        with pytest.raises(ConfigError, match=f"revision {NEXT}, which this version .* run the newer version"):
            await migrate.migrate(url)
        with pytest.raises(ConfigError, match="install the version that the others have"):
            async with noted(old, "worker"):
                raise AssertionError("it must not begin")


async def test_a_program_that_was_thought_dead_ends_when_it_comes_back(url: str, become: Upgrade) -> None:
    """Its clock stands still: whatever it says, it was last seen long ago."""
    long_ago, begun = now() - 2 * migrate.LIVES, asyncio.Event()

    async def asleep(ledger: Ledger) -> None:
        async with noted(ledger, "worker", tick=0.05):
            begun.set()
            await asyncio.Event().wait()

    async with await Ledger.open(url, lambda: long_ago) as old, asyncio.timeout(60):
        program = asyncio.create_task(asleep(old))
        await begun.wait()
        become(NEXT)
        await migrate.migrate(url)
        with pytest.raises(ConfigError, match="can no longer be used by this version"):
            await program


async def test_two_that_start_at_the_same_time_upgrade_it_once(url: str, become: Upgrade) -> None:
    async with await Ledger.open(url) as old:
        become(migrate.HEAD)
        await asyncio.gather(*(migrate.migrate(url) for _ in range(4)))
        assert await revision(old) == NEXT


async def test_what_ends_in_order_is_forgotten(url: str) -> None:
    async with await Ledger.open(url) as ledger:
        async with noted(ledger, "smtp"), noted(ledger, "worker"):
            assert await count(ledger) == 2
        assert await count(ledger) == 0


async def count(ledger: Ledger) -> int:
    return await ledger.in_transaction(
        lambda connection: connection.execute(sa.select(sa.func.count()).select_from(programs)).scalar_one()
    )


def test_every_migration_says_which_programs_can_go_on() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    scripts = {script.revision: script for script in ScriptDirectory.from_config(config).walk_revisions()}
    said = {revision: getattr(script.module, "oldest", None) for revision, script in scripts.items()}
    assert [revision for revision, oldest in said.items() if revision > "0003" and oldest not in scripts] == []
