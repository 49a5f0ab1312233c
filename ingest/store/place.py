"""Where the ledger lies: its folder is there before it, and is none in which it would lose data."""

from pathlib import Path

import sqlalchemy as sa

from ingest.errors import ConfigError
from ingest.filesystem import is_network
from ingest.store.disk import disk_errors


def prepare_place(ledger_url: str, data_dir: Path) -> None:
    """Makes the data folder, unless SQLite would lie on a network file system: its locks do not hold there.

    Raises ConfigError then, and StorageFull or Unavailable when the disk does not take the folder.
    """
    if ledger_url.startswith("sqlite") and is_network(data_dir):
        raise ConfigError(
            f"data_dir: {data_dir} is on a network file system, where SQLite loses data; "
            "name a local folder, or set database_url"
        )
    with disk_errors():
        data_dir.mkdir(parents=True, exist_ok=True)


def make_folder_of(ledger_url: str) -> None:
    """Makes the folder of SQLite's file. Raises StorageFull or Unavailable when the disk does not take it."""
    if ledger_url.startswith("sqlite"):
        with disk_errors():
            Path(sa.make_url(ledger_url).database or ".").parent.mkdir(parents=True, exist_ok=True)
