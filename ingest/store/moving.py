"""A ledger from SQLite to PostgreSQL: all of it in one transaction, compared row by row before it is committed.

The SQLite file is locked for writing meanwhile, and afterwards says of itself that it was moved.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingest.errors import ConfigError, Unavailable
from ingest.store.engine import ledger_errors, make_engine, make_thread_engine
from ingest.store.migrate import LOCK, MOVED, migrate
from ingest.store.schema import OF_PROGRAMS, bills, metadata
from ingest.store.undecoded import decoded

ROWS_AT_ONCE = 500
MODULUS = 2**256

Progress = Callable[[str, int], None]
"""Told the table and how many rows of it are there."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Of a table's rows in whatever order: databases sort texts differently."""

    rows: int = 0
    digest: int = 0

    def with_row(self, row: sa.Row[Any]) -> "Sum":
        text = json.dumps(_values(row), sort_keys=True, default=str)
        digest = int.from_bytes(hashlib.sha256(text.encode()).digest())
        return Sum(self.rows + 1, (self.digest + digest) % MODULUS)


async def move_ledger(file: Path, target_url: str, progress: Progress = lambda _table, _rows: None) -> dict[str, int]:
    """The number of rows of each table. All or nothing: a run that is cut off is begun again.

    Raises ConfigError when the target is not empty or the file was moved before, Unavailable when either database does
    not answer or what arrived is not what was sent.
    """
    source_url = f"sqlite+aiosqlite:///{file}"
    await migrate(source_url)
    await migrate(target_url)
    source, target = make_thread_engine(sa.make_url(source_url)), make_engine(target_url)
    try:
        with ledger_errors(), source.begin() as reading:
            async with target.begin() as writing:
                moved = await writing.run_sync(_move, reading, progress)
            reading.execute(sa.text("UPDATE alembic_version SET version_num = :moved"), {"moved": MOVED})
    finally:
        source.dispose()
        await target.dispose()
    return moved


def _move(target: sa.Connection, source: sa.Connection, progress: Progress) -> dict[str, int]:
    target.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    tables = [table for table in metadata.sorted_tables if table.info != OF_PROGRAMS]
    for table in tables:
        if target.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise ConfigError(
                f"database_url: its table {table.name!r} is not empty; a ledger is moved into an empty database only"
            )
    return {table.name: _move_table(table, target, source, progress).rows for table in tables}


def _move_table(table: sa.Table, target: sa.Connection, source: sa.Connection, progress: Progress) -> Sum:
    sent = Sum()
    for rows in source.execute(_all(table)).partitions(ROWS_AT_ONCE):
        target.execute(table.insert(), [_values(row) for row in rows])
        for row in rows:
            sent = sent.with_row(row)
        progress(table.name, sent.rows)
    _go_on_counting(table, target)
    arrived = Sum()
    for row in _streamed(table, target):
        arrived = arrived.with_row(row)
    if arrived != sent:
        raise Unavailable(
            f"the table {table.name!r} did not arrive as it was sent ({sent.rows} rows, {arrived.rows} arrived); "
            "nothing was moved"
        )
    return sent


def _values(row: sa.Row[Any]) -> dict[str, Any]:
    """Databases write the same JSON differently, so it is compared, and sent, as what it says."""
    return {name: decoded(value) for name, value in row._mapping.items()}  # noqa: SLF001 - SQLAlchemy's public name


def _all(table: sa.Table) -> sa.Select[Any]:
    """A document before the bills that were cut out of it."""
    query = sa.select(table)
    return query.order_by(bills.c.parent_id.is_not(None)) if table is bills else query


def _streamed(table: sa.Table, connection: sa.Connection) -> Iterator[sa.Row[Any]]:
    options = {"stream_results": True, "max_row_buffer": ROWS_AT_ONCE}
    yield from connection.execute(sa.select(table), execution_options=options)


def _go_on_counting(table: sa.Table, connection: sa.Connection) -> None:
    """Numbers that PostgreSQL gives out begin behind those that are there."""
    column = table.autoincrement_column
    if column is None:
        return
    highest = connection.execute(sa.select(sa.func.max(column))).scalar()
    if highest is not None:
        sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(sa.select(sa.func.setval(sequence, highest)))
