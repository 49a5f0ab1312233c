"""The pace of an account's calls, shared by all workers: one row, moved forward by whoever takes turns.

A part of ``Ledger``. On SQLite it is one more statement in a grouped commit. On PostgreSQL it is a transaction of its
own, one statement long, so that two workers do not wait for each other's commits, and it does not wait for the disk:
what a crash of the server undoes is a moment's turns.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest.store.engine import ledger_errors
from ingest.store.writer import GroupWriter

MICRO = 1_000_000

# All workers go by PostgreSQL's own clock. A row that is too far ahead is not moved, and nothing is returned.
_WORDS = {
    "sqlite": {"present": ":present", "later": "max", "quietly": "", "alone": ""},
    "postgresql": {
        "present": "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)",
        "later": "greatest",
        "quietly": "WITH quietly AS (SELECT set_config('synchronous_commit', 'off', true))",
        "alone": "FROM quietly",
    },
}
_TAKE = """{quietly}
INSERT INTO call_paces (account, next_at) SELECT :account, {present} + :span {alone} WHERE true
ON CONFLICT (account) DO UPDATE SET next_at = {later}(call_paces.next_at, {present}) + :span
WHERE call_paces.next_at <= {present} + :far
RETURNING next_at - :span - {present}"""
_PUSH = """
INSERT INTO call_paces (account, next_at) VALUES (:account, {present} + :span)
ON CONFLICT (account) DO UPDATE SET next_at = excluded.next_at WHERE call_paces.next_at < excluded.next_at"""
_REST = "SELECT next_at - {present} FROM call_paces WHERE account = :account"


class Paces:
    """Rows of ``call_paces``."""

    def __init__(self, engine: AsyncEngine, writer: GroupWriter, clock: Callable[[], dt.datetime]) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        words = _WORDS[engine.dialect.name]
        self._take, self._push, self._rest = (sa.text(text.format(**words)) for text in (_TAKE, _PUSH, _REST))

    def of(self, account: str) -> "AccountSlots":
        """What workers share for this account."""
        return AccountSlots(self, account)

    async def take(self, account: str, number: int, spacing: float, far: float) -> tuple[bool, float]:
        """See ``ingest.bayou.pace.Slots.reserve``."""
        values = {"account": account, "span": round(number * spacing * MICRO), "far": round(far * MICRO)}
        found = await self._run(self._take, values)
        if found is not None:
            return True, max(0.0, found / MICRO)
        return False, await self.rest(account)

    async def push(self, account: str, seconds: float) -> None:
        """No turn for so many seconds."""
        await self._run(self._push, {"account": account, "span": round(seconds * MICRO)}, answers=False)

    async def rest(self, account: str) -> float:
        """Seconds until the next turn; 0 for now."""
        return max(0.0, (await self._run(self._rest, {"account": account}, writes=False) or 0) / MICRO)

    async def _run(
        self, statement: sa.TextClause, values: dict[str, Any], *, answers: bool = True, writes: bool = True
    ) -> int | None:
        alone: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"}
        sqlite = self._engine.dialect.name == "sqlite"
        if sqlite:
            alone = {"reading": True}
            values = {**values, "present": round(self._clock().timestamp() * MICRO)}

        def work(connection: sa.Connection) -> int | None:
            done = connection.execute(statement, values)
            return done.scalar_one_or_none() if answers else None

        if sqlite and writes:
            return await self._writer.write(work)
        with ledger_errors():
            async with self._engine.connect() as connection:
                return await (await connection.execution_options(**alone)).run_sync(work)


class AccountSlots:
    """Of one account, as ``ingest.bayou.pace`` wants them."""

    def __init__(self, paces: Paces, account: str) -> None:
        self._paces = paces
        self._account = account

    async def reserve(self, number: int, spacing: float, far: float) -> tuple[bool, float]:
        """Takes turns."""
        return await self._paces.take(self._account, number, spacing, far)

    async def push(self, seconds: float) -> None:
        """No turn before that."""
        await self._paces.push(self._account, seconds)

    async def rest(self) -> float:
        """Seconds until the next turn."""
        return await self._paces.rest(self._account)
