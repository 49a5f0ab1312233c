"""The database connection: SQLite in WAL mode with full durability, or whatever the URL names."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ingest.errors import LedgerBusy, StorageFull

BUSY_SECONDS = 5


def now() -> dt.datetime:
    """The present in UTC."""
    return dt.datetime.now(dt.UTC)


def make_engine(url: str) -> AsyncEngine:
    """An engine whose transactions take the write lock at their start, so that none fails half way."""
    engine = create_async_engine(url)
    if engine.dialect.name == "sqlite":
        _make_durable(engine.sync_engine)
    return engine


def make_thread_engine(url: sa.URL) -> sa.Engine:
    """The same for SQLite, for a thread that may block."""
    engine = sa.create_engine(url.set(drivername="sqlite"))
    _make_durable(engine)
    return engine


def _make_durable(engine: sa.Engine) -> None:
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    sa.event.listen(engine, "commit", _commit_sqlite)


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _commit_sqlite(connection: Connection) -> None:
    """In so many words: Python's ``commit()`` is silent where an error has rolled the transaction back already."""
    connection.exec_driver_sql("COMMIT")


@contextmanager
def ledger_errors() -> Iterator[None]:
    """The one door at which the database's errors become ours."""
    try:
        yield
    except sa.exc.OperationalError as error:
        message = str(error.orig)
        if "disk is full" in message:
            raise StorageFull("no space left for the ledger") from error
        raise LedgerBusy(f"the ledger answered: {message}") from error
    except (sa.exc.IntegrityError, sa.exc.ProgrammingError):
        raise  # mistakes of ours
    except (sa.exc.DBAPIError, sa.exc.TimeoutError, ConnectionError) as error:
        raise LedgerBusy(f"the ledger is out of reach: {error}") from error
