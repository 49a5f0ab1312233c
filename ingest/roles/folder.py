"""The watched folders by themselves: for a machine that has the shares, and nothing else to do."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from ingest import wakeup
from ingest.config import Settings
from ingest.heartbeat import heartbeat, own_name
from ingest.intake import Intake
from ingest.leftovers import sweeping
from ingest.metrics import Metrics
from ingest.roles.opening import make_pool, open_intake, open_ledger
from ingest.sources.folder import FolderSource, watching
from ingest.store.ledger import Ledger
from ingest.store.watching import open_locks
from ingest.web.readiness import FOLDER, MOST_PROCESSES


@asynccontextmanager
async def folder_role(settings: Settings) -> AsyncIterator[str]:
    """Watches every account's folder; yields the folders."""
    metrics = Metrics()
    with own_name(settings.data_dir, FOLDER, MOST_PROCESSES) as name:
        async with (
            sweeping(settings),
            open_ledger(settings, "folder") as ledger,
            make_pool(settings, size=1) as pool,
            open_intake(settings, ledger, pool, lambda: wakeup.wake(settings.data_dir), metrics) as intake,
            open_folders(settings, ledger, intake) as folders,
            heartbeat(settings.data_dir, name, metrics, lambda: {f.account: f.not_ready for f in folders}),
            watching(folders),
        ):
            yield ", ".join(str(folder.inbox) for folder in folders)


@asynccontextmanager
async def open_folders(settings: Settings, ledger: Ledger, intake: Intake) -> AsyncIterator[Sequence[FolderSource]]:
    """The folders of all accounts that have one."""
    inboxes = {name: settings.inbox(name) for name in settings.accounts}
    async with open_locks(ledger.engine, settings.data_dir) as locks:
        yield [
            FolderSource(name, inbox, settings.folder, intake, settings.data_dir, locks)
            for name, inbox in inboxes.items()
            if inbox
        ]
