"""Bills in the ledger, written by the thousand, for ``pipeline.py``: waiting for the API, or read and due at once.

What is written is what the intake and the pipeline write: the arrival, the bill, its events and its job.
"""

import asyncio
import datetime as dt
import hashlib
import itertools
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from ingest.engine.jobs import job_of_bill, submit
from ingest.record import make_record
from ingest.store.contents import write_contents
from ingest.store.documents import DocumentStore
from ingest.store.engine import make_engine, make_thread_engine, now
from ingest.store.ids import new_id
from ingest.store.ledger import Ledger
from ingest.store.rows import STANDING, Arrival, Bill, NewArrival, Outcome, Priority, Step, WholeBill
from ingest.store.schema import arrivals, bills, events

AT_A_TIME = 500
WAIT = dt.timedelta(minutes=30)
_numbers = itertools.count()


def new_hash() -> str:
    """Of a document that nobody has seen."""
    return hashlib.sha256(f"{os.getpid()} {next(_numbers)} {secrets.token_hex(8)}".encode()).hexdigest()


def offered(account: str, sha256: str) -> NewArrival:
    """A document as a batch import hands it to the ledger."""
    return NewArrival(account=account, source="batch", name="bill.pdf", priority=Priority.BATCH, sha256=sha256)


def read_already(account: str, sha256: str, local: dict[str, Any], priority: Priority) -> WholeBill:
    """A bill whose reading stands in its row, as that of a part of a document does: no parser is asked for it."""
    at = now()
    return WholeBill(
        id=new_id("bill"), account=account, sha256=sha256, name="bill.pdf", source="batch", parent_id=None,
        first_page=None, last_page=None, customer=None, external_id=None, priority=priority, received_at=at,
        step=Step.RECEIVED, step_at=at, version=1, wake_at=at, attempts=0, updated_at=at, bayou_id=None,
        api_status=None, uploaded_at=None, local=local, reason=None, detail=None,
    )  # fmt: skip


def record_of(local: dict[str, Any]) -> dict[str, Any]:
    """What is made of a reading before the API answers."""
    return make_record(read_already("", "", local, Priority.BATCH))


def waiting(account: str, local: dict[str, Any], number: int) -> list[WholeBill]:
    """Uploaded; the next question to the API is in half an hour and more."""
    plain = read_already(account, "", local, Priority.BATCH)
    record, at = make_record(plain), now()
    return [
        replace(
            plain, id=new_id("bill"), sha256=new_hash(), step=Step.POLLING, version=4, uploaded_at=at, record=record,
            bayou_id=str(10**9 + next(_numbers)), api_status="unparsed",
            wake_at=at + WAIT * (1 + secrets.randbelow(1000) / 1000),
        )
        for _ in range(number)
    ]  # fmt: skip


class Writer:
    """A connection of its own beside the service's."""

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url)
        self._own = make_thread_engine(self._engine.url) if self._engine.dialect.name == "sqlite" else None

    async def close(self) -> None:
        """Ends its connections."""
        await self._engine.dispose()
        if self._own is not None:
            self._own.dispose()

    async def write(self, rows: Sequence[WholeBill]) -> None:
        """All of them in one transaction."""
        await self._run(lambda connection: _insert(connection, rows))

    async def set_read(self, account: str, local: dict[str, Any]) -> None:
        """Writes the reading beside every bill of the account that nobody has read: parsing is off."""
        unread = (bills.c.account == account, bills.c.step == Step.RECEIVED)

        def write(connection: sa.Connection) -> None:
            found = connection.execute(sa.select(bills.c.id).where(*unread)).scalars().all()
            write_contents(connection, [(bill_id, {"local": local}) for bill_id in found])

        await self._run(write)

    async def _run(self, work: Callable[[sa.Connection], Any]) -> None:
        if self._own is not None:
            await asyncio.to_thread(_in_one_transaction, self._own, work)
            return
        async with self._engine.begin() as asynchronous:
            await asynchronous.run_sync(work)


def _in_one_transaction(engine: sa.Engine, work: Callable[[sa.Connection], Any]) -> None:
    with engine.begin() as connection:
        work(connection)


def _insert(connection: sa.Connection, rows: Sequence[WholeBill]) -> None:
    connection.execute(bills.insert(), [{name: getattr(bill, name) for name in STANDING} for bill in rows])
    write_contents(connection, [(bill.id, {"local": bill.local, "record": bill.record}) for bill in rows])
    connection.execute(arrivals.insert(), [_arrival(bill) for bill in rows])
    connection.execute(events.insert(), [event for bill in rows for event in _events(bill)])
    submit(connection, [job for job in map(job_of_bill, rows) if job], now())


def _arrival(bill: Bill) -> dict[str, Any]:
    arrival = Arrival(
        id=new_id("arrival"), received_at=bill.received_at, account=bill.account, source=bill.source, name=bill.name,
        customer=None, external_id=None, message=None, sha256=bill.sha256, outcome=Outcome.ACCEPTED, reason=None,
        detail=None, bill_id=bill.id, place=None,
    )  # fmt: skip
    return {name: getattr(arrival, name) for name in arrival.__slots__}


def _events(bill: Bill) -> list[dict[str, Any]]:
    kinds = ["received", "parsed", "uploading", "uploaded"][: bill.version]
    return [
        {"bill_id": bill.id, "at": bill.received_at, "kind": kind, "step": bill.step, "version": number, "data": {}}
        for number, kind in enumerate(kinds, 1)
    ]


def provide(documents: DocumentStore, model: str, hashes: Sequence[str]) -> None:
    """A document under each name: the same file, under many names."""
    for sha256 in hashes:
        place = documents.path(sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(documents.path(model), place)


async def number_at(ledger: Ledger, account: str, step: Step) -> int:
    """How many bills of the account stand there; of the others no row is looked at."""
    query = sa.select(sa.func.count()).where(bills.c.account == account, bills.c.step == step)
    async with ledger.engine.connect() as connection:
        reading = await connection.execution_options(reading=True)
        return int((await reading.execute(query)).scalar_one())


async def seconds_to_deliver(ledger: Ledger, ids: Sequence[str]) -> list[float]:
    """Of each bill that is delivered, from its receipt to the end of its last delivery."""
    found: list[float] = []
    for start in range(0, len(ids), AT_A_TIME):
        query = (
            sa.select(bills.c.received_at, events.c.at)
            .join(events, events.c.bill_id == bills.c.id)
            .where(bills.c.id.in_(ids[start : start + AT_A_TIME]), events.c.kind == "delivered")
        )
        async with ledger.engine.connect() as connection:
            reading = await connection.execution_options(reading=True)
            found += [(at - received).total_seconds() for received, at in await reading.execute(query)]
    return found
