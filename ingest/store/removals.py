"""Files that are to be removed since their rows are gone. A part of ``Ledger``.

A crash at any point leaves either the row here, so that the next run goes on, or nothing to do. A document may come in
again while it is being removed: whoever writes that he has it (``take_back``) stops the removal or is sent away.
"""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import Any

import sqlalchemy as sa

from ingest.errors import Unavailable
from ingest.store.mail_rows import NewMessage
from ingest.store.purge_rows import SHARED, Removal, RemovalKind, RemovalState
from ingest.store.receipts import Read
from ingest.store.rows import NewArrival
from ingest.store.schema import arrivals, bills, messages, removals
from ingest.store.writer import GroupWriter

REMEMBERED = dt.timedelta(days=1)
"""How long a document that was removed is known to have been: longer than anybody takes to bring one in."""
AGAIN = dt.timedelta(hours=1)
"""When it is tried again to remove what could not be removed."""
LOCK = 5_190_514_067
"""Of PostgreSQL's advisory locks, the one that is shared by all who bring documents in. Any number does."""

_NEEDED_BY = {
    RemovalKind.DOCUMENT: bills.c.sha256,
    RemovalKind.ORIGINAL: arrivals.c.sha256,
    RemovalKind.MESSAGE: messages.c.sha256,
}
_NAMED = sa.select(removals).where(removals.c.name.in_(sa.bindparam("names", expanding=True)))

StillThere = Callable[[RemovalKind, str], bool]


class Removals:
    """What is to be removed. Every method is one transaction."""

    def __init__(self, read: Read, writer: GroupWriter, clock: Callable[[], dt.datetime]) -> None:
        self._read = read
        self._writer = writer
        self._clock = clock

    async def begin(self, limit: int) -> list[Removal]:
        """Removals that are due and that nobody else needs; from now on the same documents are not taken.

        Those of a process that ended on the way are among them. What is needed again is forgotten, and so is what was
        removed long enough ago.
        """
        at = self._clock()

        def work(connection: sa.Connection) -> list[Removal]:
            _alone(connection)
            query = sa.select(removals).where(removals.c.due_at <= at).order_by(removals.c.id).limit(limit)
            found = [to_removal(row) for row in connection.execute(query.with_for_update(skip_locked=True))]
            old = [each.id for each in found if each.state is RemovalState.REMOVED]
            needed = [each.id for each in found if each.state is RemovalState.WAITING and _is_needed(connection, each)]
            left = [each for each in found if each.id not in {*old, *needed}]
            connection.execute(removals.delete().where(removals.c.id.in_([*old, *needed])))
            _set(connection, left, state=RemovalState.REMOVING, due_at=at + AGAIN)
            return left

        # most of the time there is nothing, and a look costs less than a transaction
        return await self._writer.write(work) if await self._any_due(at) else []

    async def _any_due(self, at: dt.datetime) -> bool:
        return bool(await self._read(sa.select(removals.c.id).where(removals.c.due_at <= at).limit(1)))

    async def is_needed(self, kind: RemovalKind, name: str) -> bool:
        """Whether the ledger has a row with this document, original or message."""
        column = _NEEDED_BY[kind]
        return bool(await self._read(sa.select(sa.literal(1)).where(column == name).limit(1)))

    async def done(self, removed: Collection[Removal]) -> None:
        """They are gone from the disk."""
        at = self._clock()
        shared = [each for each in removed if each.kind in SHARED]
        others = [each.id for each in removed if each.kind not in SHARED]

        def work(connection: sa.Connection) -> None:
            _set(connection, shared, state=RemovalState.REMOVED, due_at=at + REMEMBERED, problem=None)
            connection.execute(removals.delete().where(removals.c.id.in_(others)))

        await self._writer.write(work)

    async def not_done(self, removal: Removal, problem: str) -> None:
        """It could not be removed; it waits for the next time."""

        def work(connection: sa.Connection) -> None:
            _set(connection, [removal], state=RemovalState.WAITING, due_at=self._clock() + AGAIN, problem=problem)

        await self._writer.write(work)

    async def hurry(self, account: str) -> None:
        """What could not be removed of an account before is tried at once."""
        at = self._clock()

        def work(connection: sa.Connection) -> None:
            failed = (removals.c.account == account, removals.c.problem.is_not(None))
            waiting = removals.c.state == RemovalState.WAITING
            connection.execute(removals.update().where(*failed, waiting).values(due_at=at))

        await self._writer.write(work)

    async def left(self, account: str | None = None) -> Sequence[sa.Row[Any]]:
        """Kind, problem and number of what is still to be removed."""
        waiting = removals.c.state != RemovalState.REMOVED
        query = sa.select(removals.c.kind, removals.c.problem, sa.func.count().label("number")).where(waiting)
        if account is not None:
            query = query.where(removals.c.account == account)
        return await self._read(query.group_by(removals.c.kind, removals.c.problem))


def take_back(
    connection: sa.Connection,
    offered: Collection[NewArrival],
    message: NewMessage | None,
    still_there: StillThere | None = None,
) -> None:
    """Inside the transaction that brings documents in: none of them is removed any more.

    Raises Unavailable when one of them is being removed or was removed since it was put there. ``still_there`` looks
    whether it is in its place after all; without it, what was removed lately is not believed to be.
    """
    _together(connection)
    names = [name for new in offered for name in (new.sha256, new.pdf_sha256) if name]
    if message is not None:
        names.append(message.sha256)
    found = [to_removal(row) for row in connection.execute(_NAMED, {"names": names})] if names else []
    for removal in found:
        if removal.state is RemovalState.REMOVING or not _is_there(removal, still_there):
            raise Unavailable("the same document is just being purged; offer it again in a moment")
    waiting = [each.id for each in found if each.state is RemovalState.WAITING and each.kind in SHARED]
    if waiting:
        connection.execute(removals.delete().where(removals.c.id.in_(waiting)))


def _is_there(removal: Removal, still_there: StillThere | None) -> bool:
    if removal.state is not RemovalState.REMOVED or removal.kind is RemovalKind.MESSAGE:
        return True  # the text of a mail is put in its place after this
    return still_there is not None and still_there(removal.kind, removal.name)


def to_removal(row: Any) -> Removal:
    """A row of ``removals`` as it is used."""
    values = dict(row._mapping)  # noqa: SLF001 - the public name of SQLAlchemy rows begins with an underscore
    return Removal(**{**values, "kind": RemovalKind(values["kind"]), "state": RemovalState(values["state"])})


def _is_needed(connection: sa.Connection, removal: Removal) -> bool:
    column = _NEEDED_BY.get(removal.kind)
    if column is None:
        return False
    return connection.execute(sa.select(sa.literal(1)).where(column == removal.name).limit(1)).first() is not None


def _set(connection: sa.Connection, chosen: Collection[Removal], **values: Any) -> None:
    if chosen:
        connection.execute(removals.update().where(removals.c.id.in_([each.id for each in chosen])).values(**values))


def _alone(connection: sa.Connection) -> None:
    """Waits for those who are writing that they have a document. SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def _together(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({LOCK})")
