"""The database connection: SQLite in WAL mode with full durability, or PostgreSQL; and the errors of both."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ingest.errors import LedgerBusy, StorageFull
from ingest.store.undecoded import Undecoded, encoded
from ingest.store.urls import is_postgresql

BUSY_SECONDS = 5
ANSWER_SECONDS = 30
"""A PostgreSQL that takes longer for one statement is out of reach. Nothing that we ask takes a second."""
IDLE_SECONDS = 20
"""A process that stops in the middle of a transaction holds its rows no longer: less than a worker's lease."""
CONNECTIONS = 8
"""Of one process to PostgreSQL, at most and only while they are wanted."""
NO_SPACE = "53100"
"""SQLSTATE disk_full."""


def now() -> dt.datetime:
    """The present in UTC."""
    return dt.datetime.now(dt.UTC)


def make_engine(url: str) -> AsyncEngine:
    """An engine. On SQLite transactions take the write lock at their start, so that none fails half way."""
    if not is_postgresql(url):
        engine = create_async_engine(url, json_serializer=encoded)
        _make_durable(engine.sync_engine)
        return engine
    # no overflow: those connections would be opened and closed for each query
    engine = create_async_engine(
        url, pool_size=CONNECTIONS, max_overflow=0, pool_timeout=BUSY_SECONDS, connect_args=connection_options(),
        json_serializer=encoded, json_deserializer=Undecoded,  # the driver would decode all of it
    )  # fmt: skip
    sa.event.listen(engine.sync_engine, "checkout", _still_open)
    return engine


def connection_options() -> dict[str, Any]:
    """How asyncpg connects: nothing waits for ever, neither we for the server nor others for a process that stopped."""
    settings = {
        "application_name": "bill-ingest",
        "jit": "off",  # what is asked here is small: to compile it takes longer than to run it
        "lock_timeout": f"{BUSY_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
    }
    return {"timeout": BUSY_SECONDS, "command_timeout": ANSWER_SECONDS, "server_settings": settings}


def make_thread_engine(url: sa.URL) -> sa.Engine:
    """The same for SQLite, for a thread that may block."""
    engine = sa.create_engine(url.set(drivername="sqlite"), json_serializer=encoded)
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


def _still_open(connection: Any, _record: Any, _proxy: Any) -> None:
    """A connection that PostgreSQL closed while it lay in the pool is known to be closed: another one is made."""
    if connection.driver_connection.is_closed():
        raise sa.exc.DisconnectionError


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
    except (sa.exc.IntegrityError, sa.exc.ProgrammingError, sa.exc.DataError):
        raise  # mistakes of ours
    except sa.exc.DBAPIError as error:
        raise _of_postgresql(error.orig or error) from error
    except (sa.exc.TimeoutError, OSError) as error:  # a refused connection, a timeout, a name that is not known
        raise LedgerBusy(f"the ledger is out of reach: {error!r}") from error
    except Exception as error:
        if not type(error).__module__.startswith("asyncpg."):
            raise
        raise _of_postgresql(error) from error  # while connecting: SQLAlchemy passes them on as they are


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's code for what went wrong, where there is one."""
    code: str | None = getattr(error, "sqlstate", None)
    return code


def _of_postgresql(error: BaseException) -> LedgerBusy | StorageFull:
    if sqlstate(error) == NO_SPACE:
        return StorageFull("no space left for the ledger")
    text = str(error).partition("\n")[0].rpartition(">: ")[2]  # the driver names its class before the message
    return LedgerBusy(f"the ledger answered: {text}")
