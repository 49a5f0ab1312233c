"""Brings the schema forward. ``HEAD`` is the newest revision under ``migrations/versions``."""

import datetime as dt
from pathlib import Path

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from ingest.errors import ConfigError, NotReady
from ingest.store import queue_tables
from ingest.store.engine import ledger_errors, make_engine, now
from ingest.store.schema import programs, schema_rules

HEAD = "0007"
MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 7_265_107_001
"""PostgreSQL's advisory lock for the schema: several machines may start at the same time."""
WAIT_SECONDS = 25
"""For another one that migrates; then LedgerBusy, and whoever starts tries again."""

LIVES = dt.timedelta(minutes=1)
"""A program that was seen so lately is taken to run."""

MOVED = "moved to PostgreSQL"
"""What stands in place of the revision of a SQLite ledger that was moved."""

log = structlog.get_logger()


async def migrate(url: str) -> None:
    """Upgrades the database to ``HEAD`` in one transaction; does nothing when it is there.

    A ledger that a newer version upgraded is left as it is, where that said that older programs can go on with it.
    Raises ConfigError when they cannot, or when it was moved; NotReady while programs run that could not go on;
    LedgerBusy or StorageFull when it cannot be had.
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
        return None
    if present == MOVED:
        raise ConfigError("this ledger was moved to PostgreSQL: set database_url, or name another data_dir")
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = {script.revision: script for script in ScriptDirectory.from_config(config).walk_revisions()}
    if present is not None and present not in scripts:
        return _see_whether_older_programs_may(connection, present)
    ahead = [script for revision, script in scripts.items() if present is None or revision > present]
    oldest = max(getattr(script.module, "oldest", script.revision) for script in ahead)
    if present is not None:
        _refuse_while_older_ones_run(connection, oldest)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.execute(schema_rules.delete().where(schema_rules.c.oldest < oldest))
    if connection.execute(sa.select(schema_rules)).first() is None:
        connection.execute(schema_rules.insert().values(oldest=oldest))
    return None


def _see_whether_older_programs_may(connection: Connection, present: str) -> None:
    """A newer version has been here; what it made of the ledger may be fit for this one as well."""
    found = sa.inspect(connection).has_table(schema_rules.name)
    oldest = connection.execute(sa.select(sa.func.max(schema_rules.c.oldest))).scalar() if found else None
    if oldest is None or oldest > HEAD:
        raise ConfigError(
            f"the ledger is at revision {present}, which this version ({HEAD}) does not know: run the newer version of "
            "bill-ingest that made it, or restore a backup"
        )
    log.warning("a newer version upgraded the ledger; this one goes on with it", revision=present, own=HEAD)


def _refuse_while_older_ones_run(connection: Connection, oldest: str) -> None:
    """What takes something away waits until nobody needs it any more."""
    if not sa.inspect(connection).has_table(programs.name):
        return
    too_old = sa.and_(programs.c.revision < oldest, programs.c.seen_at > now() - LIVES)
    left = connection.execute(sa.select(programs).where(too_old).order_by(programs.c.place)).all()
    if left:
        who = ", ".join(f"{row.role} on {row.place}, version {row.version}" for row in left)
        raise NotReady(
            f"the ledger cannot be upgraded to revision {HEAD} while programs of an older version run on it, which "
            f"could not go on: {who}. Stop them, then start this one again"
        )


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).first()
    return str(found[0]) if found else None
