"""Brings the schema forward. ``HEAD`` is the newest revision under ``migrations/versions``."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.errors import ConfigError
from ingest.store import queue_tables
from ingest.store.engine import ledger_errors, make_engine

HEAD = "0005"
MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 7_265_107_001
"""PostgreSQL's advisory lock for the schema: several machines may start at the same time."""
WAIT_SECONDS = 25
"""For another one that migrates; then LedgerBusy, and whoever starts tries again."""

MOVED = "moved to PostgreSQL"
"""What stands in place of the revision of a SQLite ledger that was moved."""


async def migrate(url: str) -> None:
    """Upgrades the database to ``HEAD`` in one transaction; does nothing when it is there.

    Raises ConfigError when the database was made by a newer version of the program or was moved, LedgerBusy or
    StorageFull when it cannot be had.
    """
    engine = make_engine(url)
    try:
        with ledger_errors():
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        queue_tables.install(connection)
    present = _revision(connection)
    if present == HEAD:
        return
    if present == MOVED:
        raise ConfigError("this ledger was moved to PostgreSQL: set database_url, or name another data_dir")
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if present is not None and present not in known:
        raise ConfigError(
            f"the ledger is at revision {present}, which this version does not know: run the newer version of "
            "bill-ingest that made it, or restore a backup"
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).first()
    return str(found[0]) if found else None
