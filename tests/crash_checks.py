"""What must be true when everything has come to rest: each sentence that ``problems`` gives is one that is not."""

import datetime as dt
import fcntl
import json
import stat
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from crash_bills import Document
from crash_service import ACCOUNT, Service
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from ingest import config
from ingest.leftovers import sweep_all
from ingest.store.rows import Step
from ingest.store.schema import arrivals, bills, deliveries, events, messages, parts
from ingest.store.urls import is_postgresql

Row = Any
ENDS = {Step.DELIVERED, Step.SPLIT, Step.REFUSED}
ANYWHERE = set(Step)
LEGAL: dict[str, tuple[set[Step], Step | None]] = {
    "scanned": ({Step.RECEIVED}, Step.SCANNED),
    "parsed": ({Step.RECEIVED, Step.SCANNED}, Step.PARSED),
    "refused": ({Step.RECEIVED, Step.SCANNED}, Step.REFUSED),
    "split": ({Step.RECEIVED, Step.SCANNED}, Step.SPLIT),
    "uploading": ({Step.PARSED}, Step.UPLOADING),
    "uploaded": ({Step.UPLOADING}, Step.POLLING),
    "adopted": ({Step.UPLOADING}, Step.POLLING),
    "rejected": ({Step.UPLOADING}, Step.RESOLVED),
    "not_ours": ({Step.UPLOADING}, Step.RESOLVED),
    "timed_out": ({Step.PARSED, Step.UPLOADING, Step.POLLING}, Step.RESOLVED),
    "polled": ({Step.POLLING}, Step.POLLING),
    "vanished": ({Step.POLLING}, Step.RESOLVED),
    "answered": ({Step.POLLING}, Step.RESOLVED),
    "changed": ({Step.RECONCILED, Step.DELIVERED}, Step.RESOLVED),
    "reconciled": ({Step.RESOLVED}, Step.RECONCILED),
    "delivered": ({Step.RECONCILED}, Step.DELIVERED),
    "tried_again": ({Step.RECONCILED, Step.DELIVERED}, Step.PARSED),
    "postponed": (ANYWHERE, None),
    "woken": (ANYWHERE, None),
    "unchanged": (ANYWHERE, None),
}
"""From which steps an event may come, and to which it leads; None: the bill stays where it is."""


@dataclass(frozen=True, slots=True)
class State:
    """All rows of the ledger."""

    bills: list[Row]
    events: dict[str, list[Row]]
    arrivals: list[Row]
    deliveries: list[Row]
    parts: dict[str, list[str]]
    messages: list[Row]

    @property
    def by_id(self) -> dict[str, Row]:
        return {bill.id: bill for bill in self.bills}


async def progress(url: str) -> tuple[int, Counter[str], int]:
    """Something that grows as long as there is progress, the bills by step, and deliveries that wait."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        steps = await connection.execute(sa.select(bills.c.step, sa.func.count()).group_by(bills.c.step))
        waiting = await connection.execute(sa.select(sa.func.count()).where(deliveries.c.delivered_at.is_(None)))
        newest = await connection.execute(sa.select(sa.func.max(events.c.id)))
        found = newest.scalar() or 0, Counter(dict(map(tuple, steps))), int(waiting.scalar() or 0)
    await engine.dispose()
    return found


async def read_state(url: str) -> State:
    """In one go, when nothing runs any more."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:

        async def rows(table: sa.Table, *order: sa.Column[Any]) -> list[Row]:
            return list((await connection.execute(sa.select(table).order_by(*order))).all())

        of_bill: dict[str, list[Row]] = defaultdict(list)
        for event in await rows(events, events.c.id):
            of_bill[event.bill_id].append(event)
        children: dict[str, list[str]] = defaultdict(list)
        for part in await rows(parts, parts.c.parent_id, parts.c.position):
            children[part.parent_id].append(part.bill_id)
        state = State(
            await rows(bills), of_bill, await rows(arrivals), await rows(deliveries), children, await rows(messages)
        )
    await engine.dispose()
    return state


# -- nothing is lost


def lost(state: State, documents: Sequence[Document]) -> Iterator[str]:
    """Documents that the service said it took, and that did not become delivered bills."""
    by_hash = {bill.sha256: bill for bill in state.bills}
    known = state.by_id
    for document in documents:
        if not document.taken:
            continue
        bill = by_hash.get(document.sha256)
        ways = " and ".join(sorted(document.taken))
        if bill is None:
            yield f"{document.name}, taken by {ways}, is not in the ledger"
            continue
        if document.bills > 1 and bill.step == Step.SPLIT and len(state.parts[bill.id]) != document.bills:
            yield f"{bill.id} ({document.name}) was split into {len(state.parts[bill.id])} of {document.bills} bills"
        for one in [known[child] for child in state.parts[bill.id]] if bill.step == Step.SPLIT else [bill]:
            if one.step != Step.DELIVERED:
                yield f"{one.id} ({document.name}), taken by {ways}, stands at {one.step}: {one.detail}"


def undelivered(state: State, records: Path) -> Iterator[str]:
    """Records that are not in the output folder as the ledger has them, and deliveries that are open."""
    for bill in state.bills:
        if bill.step != Step.DELIVERED:
            continue
        file = records / ACCOUNT / f"{bill.id}.json"
        if not file.exists():
            yield f"{bill.id} is delivered, and its record is not in {file.parent}"
        elif json.loads(file.read_text()) != bill.record:
            yield f"{bill.id}: the record in {file.parent} is not the ledger's"
    for delivery in state.deliveries:
        if delivery.delivered_at is None:
            yield f"{delivery.bill_id}: {delivery.event} to {delivery.target} is open: {delivery.last_error}"


def without_sidecar(state: State, inbox: Path) -> Iterator[str]:
    """Files that were taken from the folder without all of their results beside them."""
    for file in sorted((inbox / "processed").rglob("*.pdf")):
        beside = file.with_name(f"{file.name}.json")
        if not beside.exists():
            yield f"{file.name} was taken from the folder, and nothing lies beside it"
            continue
        said = json.loads(beside.read_text())
        if said["pending"] or not said["bills"]:
            yield f"{file.name}: {said['pending']} of its bills are pending beside it"
        for record in said["bills"]:
            if record != state.by_id[record["id"]].record:
                yield f"{record['id']}: what stands beside {file.name} is not its record"


def messages_gone(state: State, service: Service) -> Iterator[str]:
    """Mails whose text is not kept."""
    for message in state.messages:
        name = f"messages/{message.sha256[:2]}/{message.sha256}.eml"
        if not any((folder / name).exists() for folder in _stores(service)):
            yield f"the mail {message.message_id} of {message.id} is not kept"


# -- nothing is sent twice


def uploads(state: State, taken: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What the sandbox has against what the ledger says of it."""
    ids: dict[str, list[int]] = defaultdict(list)
    for upload in taken:
        ids[upload["sha256"]].append(upload["id"])
    for sha256, found in ids.items():
        if len(found) > 1:
            yield f"uploaded twice: {sha256} is {found} at the API"
    known = {bill.sha256: bill for bill in state.bills}
    for sha256 in ids.keys() - known.keys():
        yield f"the API has {ids[sha256]} ({sha256}), and the ledger does not"
    for bill in state.bills:
        if bill.step == Step.DELIVERED and [bill.bayou_id] != [str(one) for one in ids[bill.sha256]]:
            yield f"{bill.id} is {bill.bayou_id} in the ledger and {ids[bill.sha256]} at the API"


# -- no record contradicts its events


def contradictions(state: State) -> Iterator[str]:
    """Bills whose row is not what their events made of it, or whose events cannot follow each other."""
    for bill in state.bills:
        history = state.events[bill.id]
        if not history:
            yield f"{bill.id} has no events"
            continue
        yield from (f"{bill.id}: {problem}" for problem in _illegal(history))
        last = history[-1]
        if (last.step, last.version) != (bill.step, bill.version):
            yield f"{bill.id} is {bill.step} {bill.version}, its last event says {last.step} {last.version}"
        yield from (f"{bill.id}: {problem}" for problem in _against_record(bill, history))


def _illegal(history: Sequence[Row]) -> Iterator[str]:
    first = history[0]
    if first.kind not in ("received", "split_off") or first.version != 1 or first.step != Step.RECEIVED:
        yield f"it begins with {first.kind} {first.step} {first.version}"
    for before, after in pairwise(history):
        sources, target = LEGAL.get(after.kind, (set[Step](), None))
        if Step(before.step) not in sources or after.step != (target or before.step):
            yield f"{after.kind} leads from {before.step} to {after.step}"
        if after.version != before.version + 1:
            yield f"{after.kind} is version {after.version} after {before.version}"
    kinds = Counter(event.kind for event in history)
    if kinds["uploaded"] + kinds["adopted"] > 1 or kinds["delivered"] > 1 + kinds["changed"]:
        yield f"it happened twice: {dict(kinds)}"


def _against_record(bill: Row, history: Sequence[Row]) -> Iterator[str]:
    """The record was made by the last ``reconciled``, from what the events before it brought."""
    if bill.step != Step.DELIVERED:
        return
    said = [event for event in history if event.kind == "reconciled"][-1].data
    if said["reasons"] != bill.record["reasons"]:
        yield f"reasons {bill.record['reasons']} in the record, {said['reasons']} in its event"
    numbers = {event.data["bayou_id"] for event in history if event.kind in ("uploaded", "adopted")}
    if numbers != {bill.record["bayou_id"]} or bill.record["document"]["sha256"] != bill.sha256:
        yield f"the record is of {bill.record['bayou_id']}, the upload of {numbers}"


# -- nothing is left behind


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
    for store in _stores(service):
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


def _stores(service: Service) -> list[Path]:
    return [*service.machines, *([service.shared] if service.shared else [])]


def slowest(state: State) -> float:
    """Seconds from a bill's arrival to its delivery, of the one that took longest."""
    ends = {event.bill_id: event.at for history in state.events.values() for event in history}
    took = [ends[bill.id] - bill.received_at for bill in state.bills if bill.step == Step.DELIVERED]
    return max(took, default=dt.timedelta(0)).total_seconds()
