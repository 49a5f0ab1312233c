"""Who watches a folder: one process at a time, on whichever machine, so that no file is taken twice.

A lock says so that ends with its process: of the database where several machines share one, else a file's.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ingest.store.disk import disk_errors
from ingest.store.engine import ledger_errors


class FileLocks:
    """For processes of one machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, int] = {}

    async def is_ours(self, name: str) -> bool:
        """Whether this process has the lock of that name, or could take it now. Raises Unavailable."""
        return name in self._held or await asyncio.to_thread(self._take, name)

    def _take(self, name: str) -> bool:
        with disk_errors():
            self._folder.mkdir(parents=True, exist_ok=True)
            file = os.open(self._folder / f"{_digest(name).hex()}.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._held[name] = file
        return True

    async def close(self) -> None:
        """Gives all of them up."""
        for file in self._held.values():
            os.close(file)
        self._held.clear()


class DatabaseLocks:
    """For all machines: advisory locks of PostgreSQL, which end with the connection that took them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self._held: set[str] = set()
        self._asking = asyncio.Lock()

    async def is_ours(self, name: str) -> bool:
        """Whether this process has the lock of that name, or could take it now. Raises LedgerBusy.

        Asked again and again: a connection that was lost has lost its locks.
        """
        async with self._asking:
            try:
                with ledger_errors():
                    return await self._ask(name)
            except BaseException:
                await self._drop()
                raise

    async def _ask(self, name: str) -> bool:
        if self._connection is None:
            self._connection = await self._engine.connect()
            await self._connection.execution_options(isolation_level="AUTOCOMMIT")
        if name in self._held:
            await self._connection.execute(sa.select(1))
            return True
        key = int.from_bytes(_digest(name)[:8], signed=True)
        taken = bool(await self._connection.scalar(sa.select(sa.func.pg_try_advisory_lock(key))))
        if taken:
            self._held.add(name)
        return taken

    async def close(self) -> None:
        """Gives all of them up."""
        async with self._asking:
            await self._drop()

    async def _drop(self) -> None:
        """The connection must not go back to the pool: the locks would stay with it."""
        connection, self._connection = self._connection, None
        self._held.clear()
        if connection is not None:
            with contextlib.suppress(sa.exc.SQLAlchemyError, OSError):
                await connection.invalidate()
                await connection.close()


Locks = FileLocks | DatabaseLocks


@asynccontextmanager
async def open_locks(engine: AsyncEngine, data_dir: Path) -> AsyncIterator[Locks]:
    """Those that hold for everybody who uses this ledger."""
    async with AsyncExitStack() as stack:
        shared = engine.dialect.name == "postgresql"
        locks: Locks = DatabaseLocks(engine) if shared else FileLocks(data_dir / "inboxes")
        stack.push_async_callback(locks.close)
        yield locks


def _digest(name: str) -> bytes:
    return hashlib.sha256(f"inbox {name}".encode()).digest()
