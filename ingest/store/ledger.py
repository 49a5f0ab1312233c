"""The ledger: what came in, where each bill stands, and everything that ever changed.

Every method is one transaction. A change of a bill names the version that it was decided on; when another writer was
faster it raises StaleVersion and nothing is changed. Errors of the database come as LedgerBusy or StorageFull.
"""

import datetime as dt
import itertools
from collections.abc import Callable, Collection, Sequence
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest.engine.jobs import carried, job_of_bill
from ingest.engine.reading import GroupReader
from ingest.engine.wakeups import Wakeups
from ingest.store import ending, transactions
from ingest.store.changes import Change, write_changes
from ingest.store.closing import Success, close_deliveries
from ingest.store.digests import Digests
from ingest.store.due import due_deliveries
from ingest.store.due_bills import due_bills
from ingest.store.engine import make_engine, now
from ingest.store.lists import as_list
from ingest.store.mail_rows import NewMessage
from ingest.store.messages import add_message
from ingest.store.migrate import migrate
from ingest.store.paces import Paces
from ingest.store.place import make_folder_of
from ingest.store.purges import Purges
from ingest.store.queries import (
    BILL,
    CONCLUDED,
    CONTENTS_OF,
    DELIVERIES,
    FIRST_ARRIVAL,
    NEWEST_ARRIVALS,
    NEWEST_ARRIVALS_OF,
    PARENTS,
    WHOLE,
)
from ingest.store.reader import Reader
from ingest.store.receipts import Receipts
from ingest.store.removals import Removals, StillThere, take_back
from ingest.store.rows import (
    CONTENTS,
    NEEDS_API,
    AnyBill,
    Arrival,
    Bill,
    Delivery,
    Event,
    NewArrival,
    NewDelivery,
    Step,
    WholeBill,
    moved_on,
    to_arrival,
    to_bill,
    to_delivery,
    to_event,
    to_whole_bill,
)
from ingest.store.schema import arrivals, bills, deliveries, events, parts, stopped_accounts
from ingest.store.text import storable
from ingest.store.undecoded import changed
from ingest.store.writer import GroupWriter
from ingest.store.written import Keepable

T = TypeVar("T")

MOST_IDS = 500
"""In one query: databases limit the number of parameters."""


class Ledger:
    """An open ledger. Use ``async with await Ledger.open(url) as ledger``."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], dt.datetime] = now) -> None:
        self.engine = engine
        self.clock = clock
        self._writer = GroupWriter(engine)
        self._reader = Reader(engine)
        self._rows = self._reader.rows
        self._concluded = GroupReader(self._read_concluded)
        self._contents = GroupReader(self._read_contents)
        self.wakeups = Wakeups(self._rows, self._writer, clock)
        self.receipts = Receipts(self._rows, self._writer, clock)
        self.digests = Digests(self._rows, self._writer, clock)
        self.purges = Purges(self._rows, self._writer, clock)
        self.removals = Removals(self._rows, self._writer, clock)
        self.paces = Paces(engine, self._writer, clock)

    @classmethod
    async def open(cls, url: str, clock: Callable[[], dt.datetime] = now) -> "Ledger":
        """Brings the schema up to date (creating the file and its folder) and connects."""
        make_folder_of(url)
        await migrate(url)
        return cls(make_engine(url), clock)

    async def __aenter__(self) -> Self:
        self._writer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._writer.stop()
        await self._reader.stop()
        await self.engine.dispose()

    # -- documents come in

    async def receive(
        self,
        offered: Sequence[NewArrival],
        message: NewMessage | None = None,
        still_there: StillThere | None = None,
        files: Sequence[Keepable] = (),
    ) -> list[Arrival]:
        """Opens a bill for each new document; the same bytes again become a duplicate. All or nothing.

        ``files`` are theirs, which are kept. ``message`` is the mail that brought them; its row is written with
        them unless each of them is refused.
        ``still_there`` looks whether a document is in its place; it is asked about those that were purged lately.
        Raises Unavailable when one is being purged at this moment.
        """
        at = self.clock()
        taken = any(arrival.reason is None for arrival in offered)

        def work(connection: sa.Connection) -> list[Arrival]:
            if taken:
                take_back(connection, offered, message, still_there)
            message_id = add_message(connection, message, at) if message and taken else None
            return [transactions.receive(connection, arrival, at, message_id) for arrival in offered]

        return await self._writer.write(work, files)

    async def arrivals(
        self,
        *,
        account: str | None = None,
        bill_id: str | None = None,
        ids: Collection[str] | None = None,
        limit: int = 1000,
    ) -> list[Arrival]:
        """Newest first: those of one account, of one bill, with these ids, or all."""
        query = NEWEST_ARRIVALS if bill_id is None else NEWEST_ARRIVALS_OF
        if account is not None:
            query = query.where(arrivals.c.account == account)
        if ids is not None:
            query = query.where(arrivals.c.id.in_(ids))
        values = {"most": limit} | ({} if bill_id is None else {"of": bill_id})
        return [to_arrival(row) for row in await self._rows(query, values)]

    async def first_arrival(self, bill_id: str) -> Arrival | None:
        """The one that opened the bill; of a bill that was cut out of a document, that of the document."""
        rows = await self._rows(FIRST_ARRIVAL, {"of": bill_id})
        return to_arrival(rows[0]) if rows else None

    async def all_arrivals(self, bill: Bill) -> list[Arrival]:
        """Newest first: of the bill itself, and of every document that it was found in."""
        found = [await self.arrivals(bill_id=one) for one in (bill.id, *await self.parents(bill.id))]
        return sorted(itertools.chain(*found), key=lambda arrival: (arrival.received_at, arrival.id), reverse=True)

    async def move_arrival(self, arrival_id: str, place: str) -> None:
        """Notes where an arrival's file lies now."""

        def work(connection: sa.Connection) -> None:
            connection.execute(arrivals.update().where(arrivals.c.id == arrival_id).values(place=place))

        await self._writer.write(work)

    # -- bills

    async def bill(self, bill_id: str) -> WholeBill | None:
        """One bill, or None."""
        rows = await self._rows(BILL, {"of": bill_id})
        return to_whole_bill(rows[0]) if rows else None

    async def whole(self, bill: Bill) -> WholeBill:
        """The bill with what is known of it by now. Where that is newer than the bill, a change of it is too late."""
        return WholeBill.of(bill, **(await self._contents.get(bill.id) or {}))

    async def bills(self, *, account: str | None = None, step: Step | None = None, limit: int = 100) -> list[WholeBill]:
        """Newest first."""
        query = WHOLE.order_by(bills.c.received_at.desc(), bills.c.id.desc()).limit(limit)
        if account is not None:
            query = query.where(bills.c.account == account)
        if step is not None:
            query = query.where(bills.c.step == step)
        return [to_whole_bill(row) for row in await self._rows(query)]

    async def children(self, bill_id: str) -> list[WholeBill]:
        """The bills that a document was split into, in the order of their pages."""
        query = (
            WHOLE.join(parts, parts.c.bill_id == bills.c.id)
            .where(parts.c.parent_id == bill_id)
            .order_by(parts.c.position)
        )
        return [to_whole_bill(row) for row in await self._rows(query)]

    async def parents(self, bill_id: str) -> list[str]:
        """The documents that this bill was found in, besides coming alone."""
        return [row.parent_id for row in await self._rows(PARENTS, {"of": bill_id})]

    async def steps(self, bill_ids: Collection[str]) -> dict[str, Step]:
        """Where each of these bills stands."""
        found: dict[str, Step] = {}
        ids = list(bill_ids)
        for start in range(0, len(ids), MOST_IDS):
            some = ids[start : start + MOST_IDS]
            rows = await self._rows(sa.select(bills.c.id, bills.c.step).where(bills.c.id.in_(some)))
            found |= {row.id: Step(row.step) for row in rows}
        return found

    async def events(self, bill_id: str) -> list[Event]:
        """Everything that happened to a bill, in order."""
        query = sa.select(events).where(events.c.bill_id == bill_id).order_by(events.c.id)
        return [to_event(row) for row in await self._rows(query)]

    async def counts(self) -> dict[tuple[str, str], int]:
        """Number of bills by account and step."""
        query = sa.select(bills.c.account, bills.c.step, sa.func.count()).group_by(bills.c.account, bills.c.step)
        return {(account, step): number for account, step, number in map(tuple, await self._rows(query))}

    async def due_bills(
        self,
        busy: Collection[str],
        limit: int,
        *,
        steps: Collection[Step] = tuple(Step),
        accounts: Collection[str] | None = None,
    ) -> tuple[list[Bill], dt.datetime | None]:
        """Bills whose next step is due, most urgent first, without those in ``busy``; and, where these are all that are
        due, when the next one will be.

        Only those at ``steps`` and of ``accounts`` (None: all). Bills of a stopped account wait, except for the steps
        that need no API.
        """
        at = self.clock()
        return await self._reader.read(lambda connection: due_bills(connection, at, busy, limit, steps, accounts))

    async def standing_since(
        self, account: str, steps: Collection[Step], before: dt.datetime, limit: int
    ) -> list[Bill]:
        """Bills of an account that are due and stand at one of these steps since before that time."""
        same = (bills.c.account == account, bills.c.step.in_(steps), bills.c.step_at < before)
        query = sa.select(bills).where(*same, bills.c.wake_at <= self.clock()).order_by(bills.c.id).limit(limit)
        return [to_bill(row) for row in await self._rows(query)]

    async def oldest_due(self) -> dt.datetime | None:
        """Since when the next step of some bill could have run; None when nothing waits for us."""
        query = sa.select(sa.func.min(bills.c.wake_at)).where(bills.c.wake_at <= self.clock(), _runnable())
        return await self._moment(query)

    async def change(
        self,
        bill: AnyBill,
        kind: str,
        *,
        values: dict[str, Any],
        data: dict[str, Any] | None = None,
        send: Sequence[NewDelivery] = (),
        split: Sequence[WholeBill] = (),
    ) -> AnyBill:
        """Changes a bill, writes the event, and queues deliveries and children, all in one transaction.

        A bill that carries its job (``jobs.carrying``) and is due at once gets none: its next step is to follow.

        ``data`` is what the event keeps (default: the values). Raises StaleVersion when the bill changed meanwhile.
        """
        at = self.clock()
        entered = {"step_at": at} if values.get("step", bill.step) != bill.step else {}
        new = {**values, **entered, "version": bill.version + 1, "updated_at": at}
        running, after = carried(bill.id), moved_on(bill, new)
        goes_on = after.is_due(at)
        job = job_of_bill(after) if running is None or not goes_on else None
        kept = transactions.plain(values if data is None else data)
        change = Change(
            before=bill, after=after, values=new, kind=kind, data=kept, at=at, send=send, split=split, job=job
        )
        await self._writer.write_alike(write_changes, change)
        if running is not None:
            running.owing = job_of_bill(after) if goes_on else None
        return after

    async def hold(self, bill: Bill, seconds: float) -> None:
        """Puts the next try of a step off that failed for no reason of the bill's, unless the bill moved on."""
        until = self.clock() + dt.timedelta(seconds=seconds)

        def work(connection: sa.Connection) -> bool:
            same = (bills.c.id == bill.id, bills.c.version == bill.version)
            return connection.execute(bills.update().where(*same).values(wake_at=until)).rowcount == 1

        running = carried(bill.id)
        if await self._writer.write(work) and running is not None:
            running.owing = job_of_bill(changed(bill, wake_at=until))

    async def wake(self, account: str, *, bayou_id: str, steps: Collection[Step]) -> int:
        """Makes the next step of a bill due at once; the number of bills woken."""
        at = self.clock()

        def work(connection: sa.Connection) -> int:
            same = (bills.c.account == account, bills.c.bayou_id == bayou_id, bills.c.step.in_(steps))
            found = connection.execute(sa.select(bills).where(*same).with_for_update()).all()
            for row in found:
                transactions.wake(connection, to_bill(row), at)
            return len(found)

        return await self._writer.write(work)

    # -- deliveries

    async def due_deliveries(
        self, busy: Collection[str], limit: int, *, no_webhooks_of: Collection[str] = ()
    ) -> tuple[list[Delivery], dt.datetime | None]:
        """Deliveries that are due, most urgent and oldest first, one at a time for each bill and target, in their
        order; and when the next one will be. Webhooks of the accounts ``no_webhooks_of`` are left out."""
        at = self.clock()
        return await self._reader.read(lambda connection: due_deliveries(connection, at, busy, limit, no_webhooks_of))

    async def deliveries(self, bill_id: str) -> list[Delivery]:
        """All deliveries of a bill, in their order."""
        return [to_delivery(row) for row in await self._rows(DELIVERIES, {"of": bill_id})]

    async def was_concluded(self, bill_id: str) -> bool:
        """Whether a final result of the bill was handed out, or is to be."""
        return await self._concluded.get(bill_id) is not None

    async def delivered(self, delivery: Delivery) -> None:
        """Notes a success; when it was the last final one, the bill is delivered."""
        await self._writer.write_alike(close_deliveries, Success(delivery, self.clock()))

    async def not_delivered(self, delivery: Delivery, error: str, next_at: dt.datetime) -> None:
        """Notes a failed attempt and when to try again, unless somebody else has come further meanwhile."""
        at, made = self.clock(), delivery.attempts + 1
        open_still = (deliveries.c.delivered_at.is_(None), deliveries.c.attempts <= made)

        def work(connection: sa.Connection) -> None:
            connection.execute(
                deliveries.update()
                .where(deliveries.c.id == delivery.id, *open_still)
                .values(attempts=made, next_at=next_at, last_error=storable(error[:500]))
            )
            ending.add_turn(connection, delivery.bill_id, delivery.target, at)

        await self._writer.write(work)

    async def waiting_deliveries(self) -> int:
        """Number of deliveries that have not succeeded yet."""
        query = sa.select(sa.func.count()).where(deliveries.c.delivered_at.is_(None))
        return int((await self._rows(query))[0][0])

    # -- accounts that the API refuses

    async def stop_account(self, account: str, detail: str) -> None:
        """No upload and no question for this account until it is started again."""
        at = self.clock()

        def work(connection: sa.Connection) -> None:
            connection.execute(stopped_accounts.delete().where(stopped_accounts.c.account == account))
            connection.execute(stopped_accounts.insert().values(account=account, stopped_at=at, detail=detail[:500]))

        await self._writer.write(work)

    async def start_accounts(self) -> None:
        """Every stopped account is tried again (at the worker's start: its key may have been corrected)."""

        def work(connection: sa.Connection) -> None:
            connection.execute(stopped_accounts.delete())

        await self._writer.write(work)

    async def stopped_accounts(self) -> dict[str, str]:
        """Account to detail."""
        return {row.account: row.detail for row in await self._rows(sa.select(stopped_accounts))}

    async def in_transaction(self, work: Callable[[sa.Connection], T]) -> T:
        """For what has no method of its own here; see ``GroupWriter.write``."""
        return await self._writer.write(work)

    # -- inside

    async def _read_contents(self, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        rows = await self._rows(CONTENTS_OF, {"bills": as_list(keys)})
        return {row.bill_id: {name: getattr(row, name) for name in CONTENTS} for row in rows}

    async def _read_concluded(self, keys: Sequence[str]) -> dict[str, str]:
        return {row.bill_id: row.bill_id for row in await self._rows(CONCLUDED, {"bills": as_list(keys)})}

    async def _moment(self, query: sa.Select[Any]) -> dt.datetime | None:
        moment: dt.datetime | None = (await self._rows(query))[0][0]
        return moment


def _runnable() -> sa.ColumnElement[bool]:
    """Bills whose account the API has not refused, and steps that need no API."""
    stopped = sa.select(stopped_accounts.c.account)
    return sa.or_(bills.c.step.not_in(NEEDS_API), bills.c.account.not_in(stopped))
