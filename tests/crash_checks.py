"""What must be true when everything has come to rest: each sentence that ``problems`` gives is one that is not."""

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from crash_bills import Document
from crash_ledger import Row, State
from crash_service import ACCOUNT, Service

from ingest.store.rows import Step

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
        if not any((folder / name).exists() for folder in service.stores):
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


def slowest(state: State, kind: str) -> float:
    """Seconds from a bill's arrival to its first event of a kind, of the one that took longest."""
    took = [
        next((event.at for event in state.events[bill.id] if event.kind == kind), bill.received_at) - bill.received_at
        for bill in state.bills
    ]
    return round(max(took, default=dt.timedelta(0)).total_seconds(), 1)
