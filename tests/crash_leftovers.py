"""What a service that has stopped, and has nothing to do, must not leave behind."""

import fcntl
import stat
from collections.abc import Iterator
from pathlib import Path

from crash_ledger import State
from crash_service import Service
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from ingest import config
from ingest.leftovers import sweep_all
from ingest.store.urls import is_postgresql


async def left_behind(state: State, service: Service) -> tuple[int, list[str]]:
    """How many half-written files the product's own sweep took away, and what there is that should not be."""
    swept = 0
    for machine in service.machines:
        before = len(list(_temporary(machine)) + list(_temporary(service.disk / "inbox")))
        settings = config.load(service.settings).model_copy(update={"data_dir": machine})
        await sweep_all(settings, -1.0)
        swept += before - len(list(_temporary(machine)) + list(_temporary(service.disk / "inbox")))
    return swept, [*_remains(service), *_unknown_files(state, service)]


async def left_in_database(url: str) -> list[str]:
    """On PostgreSQL: sessions, locks and jobs of a service that has stopped and has nothing to do."""
    if not is_postgresql(url):
        return []
    questions = {
        "sessions": "SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()",
        "advisory locks": "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
        "jobs": "SELECT count(*) FROM pgqueuer",
    }
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        found = {what: (await connection.exec_driver_sql(question)).scalar() for what, question in questions.items()}
    await engine.dispose()
    return [f"{number} {what} are left in the database" for what, number in found.items() if number]


def _temporary(folder: Path) -> Iterator[Path]:
    for pattern in ("*.part", "opened-*", ".upload-*"):
        yield from folder.rglob(pattern)


def _remains(service: Service) -> Iterator[str]:
    for process in service.processes():
        yield f"the process {process.pid} ({process.kind}) still runs"
    for file in service.temporary.rglob("*"):
        yield f"{file} is left in the temporary folder"
    for file in _temporary(service.disk):
        yield f"{file.relative_to(service.disk)} is left"
    yield from _held(service)


def _held(service: Service) -> Iterator[str]:
    for file in service.disk.rglob("*"):
        if stat.S_ISSOCK(file.stat().st_mode):
            yield f"the socket {file.relative_to(service.disk)} is left"
        if file.name.endswith((".sqlite3-wal", ".sqlite3-journal")) and file.stat().st_size:
            yield f"{file.relative_to(service.disk)} is left: the ledger was not closed"
        if file.suffix == ".lock" and not _is_free(file):
            yield f"the lock {file.relative_to(service.disk)} is held"
    for machine in service.machines:
        for mark in [mark for mark in (machine / "outbox").rglob("*") if mark.is_file()]:
            yield f"{mark.relative_to(machine)} is still to be uploaded"


def _unknown_files(state: State, service: Service) -> Iterator[str]:
    """Documents and mails that no row names."""
    documents = {bill.sha256 for bill in state.bills} | {arrival.sha256 for arrival in state.arrivals}
    mails = {message.sha256 for message in state.messages}
    for store in service.stores:
        for kind, named in (("documents", documents), ("messages", mails)):
            for file in (store / kind).rglob("*"):
                if file.is_file() and file.stem not in named:
                    yield f"{file.relative_to(service.disk)} is in no row of the ledger"


def _is_free(lock: Path) -> bool:
    with lock.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
