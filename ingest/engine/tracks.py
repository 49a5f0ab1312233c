"""Tracks for bills: our own reading, that of scans, and what waits for the API. None of them holds up another.

On each track an account has only as many bills under way as it may have (at the API as many as it may have calls in
flight), so that one account's heap, or an API that hangs, takes no place from the others. One whose API is down has
none there, but for a probe now and then, and one that may not call for now has none either. On PostgreSQL the number
holds for all workers together.
"""

import datetime as dt
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from ingest.bayou.gate import Gate
from ingest.engine.jobs import (
    DELIVERIES,
    READING,
    SCANS,
    api_queue,
    job_of_bill,
    job_of_delivery,
    reading_queue,
    scans_queue,
    webhooks_queue,
)
from ingest.engine.wakeups import Span
from ingest.engine.work import Work
from ingest.store.ledger import Ledger
from ingest.store.rows import FILE, NEEDS_API, Bill, Delivery, Step

LOCAL: tuple[Step, ...] = (Step.RECEIVED, Step.RESOLVED)
SCANNED: tuple[Step, ...] = (Step.SCANNED,)
UNLIMITED: Mapping[str, int] = MappingProxyType({})


def reading(
    ledger: Ledger,
    accounts: Collection[str],
    step: Callable[[Bill], Awaitable[None]],
    limit: int,
    most: Mapping[str, int] = UNLIMITED,
    *,
    scans_too: bool = False,
) -> Work[Bill]:
    """What needs nobody but us; ``most`` bills at the same time of an account that is named there.

    ``scans_too``: a worker without OCR reads the text alone of what others left for it.
    """
    queues = {READING: 0} | {reading_queue(account): most.get(account, 0) for account in accounts}
    steps = LOCAL
    if scans_too:
        queues |= _scans_queues(accounts, most)
        steps += SCANNED
    return _bills("reading", ledger, steps, queues, _numbers(accounts, limit, most), step, limit)


def scans(
    ledger: Ledger,
    accounts: Collection[str],
    step: Callable[[Bill], Awaitable[None]],
    limit: int,
    most: Mapping[str, int] = UNLIMITED,
) -> Work[Bill]:
    """What the OCR is to read, likewise."""
    return _bills("OCR", ledger, SCANNED, _scans_queues(accounts, most), _numbers(accounts, limit, most), step, limit)


def _scans_queues(accounts: Collection[str], most: Mapping[str, int]) -> dict[str, int]:
    return {SCANS: 0} | {scans_queue(account): most.get(account, 0) for account in accounts}


def _numbers(accounts: Collection[str], limit: int, most: Mapping[str, int]) -> dict[str, int]:
    """Bills under way of each account; one without a number of its own may have them all."""
    return {account: most.get(account, limit) for account in accounts}


def api(
    ledger: Ledger,
    most: Mapping[str, int],
    step: Callable[[Bill], Awaitable[None]],
    limit: int,
    gates: Mapping[str, Gate] | None = None,
) -> Work[Bill]:
    """What talks to the API; ``most`` bills of each account at the same time, none while its gate is closed."""
    queues = {api_queue(account): number for account, number in most.items()}
    work = _bills("API", ledger, NEEDS_API, queues, most, step, limit, gates)
    known = {api_queue(account): gate for account, gate in (gates or {}).items()}
    return replace(work, is_open=lambda queue: queue not in known or known[queue].places(1) > 0)


def deliveries(
    ledger: Ledger, accounts: Collection[str], step: Callable[[Delivery], Awaitable[None]], limit: int
) -> Work[Delivery]:
    """Results on their way out: no more than half of them at the same time are webhooks of one account, so that slow
    receivers hold up nobody else's."""
    most = max(1, limit // 2)
    track = DeliveryTrack(ledger, step, most)
    return Work(
        name="delivery",
        limit=limit,
        queues={DELIVERIES: 0, **{webhooks_queue(account): most for account in accounts}},
        due=track.due,
        read=ledger.wakeups.delivery,
        job=job_of_delivery,
        lost=ledger.wakeups.lost_deliveries,
        step=track.step,
    )


def _bills(
    name: str,
    ledger: Ledger,
    steps: Collection[Step],
    queues: Mapping[str, int],
    most: Mapping[str, int],
    step: Callable[[Bill], Awaitable[None]],
    limit: int,
    gates: Mapping[str, Gate] | None = None,
) -> Work[Bill]:
    track = BillTrack(ledger, steps, step, most, gates)

    async def read(key: str) -> Bill | None:
        return await ledger.wakeups.bill(key, most)

    async def lost(number: int, span: Span) -> list[Bill]:
        return await ledger.wakeups.lost_bills(number, span, steps=steps, accounts=most)

    return Work(
        name=name, limit=limit, queues=queues, due=track.due, read=read, job=job_of_bill, lost=lost, step=track.step,
        hold=ledger.hold,
    )  # fmt: skip


class BillTrack:
    """Bills at some steps; ``most`` is the number of them under way for each account."""

    def __init__(
        self,
        ledger: Ledger,
        steps: Collection[Step],
        step: Callable[[Bill], Awaitable[None]],
        most: Mapping[str, int],
        gates: Mapping[str, Gate] | None = None,
    ) -> None:
        self._ledger = ledger
        self._steps = steps
        self._step = step
        self._most = most
        self._gates = gates or {}
        self._under_way: Counter[str] = Counter()

    async def due(self, busy: Collection[str], limit: int) -> tuple[list[Bill], dt.datetime | None]:
        """For a Scheduler. An account that has its number is not looked at, however much of it is due."""
        chosen: list[Bill] = []
        planned = Counter(self._under_way)
        allowed = {name: self._allowed(name, most) for name, most in self._most.items()}
        while True:
            free = {name: most - planned[name] for name, most in allowed.items() if planned[name] < most}
            places = min(limit - len(chosen), sum(free.values()))
            known = {*busy, *(bill.id for bill in chosen)}
            found, upcoming = await self._ledger.due_bills(known, places, steps=self._steps, accounts=free)
            before = len(chosen)
            for bill in found:
                if planned[bill.account] < allowed[bill.account]:
                    planned[bill.account] += 1
                    chosen.append(bill)
            if len(chosen) - before == len(found):
                return chosen, self._or_next_opening(upcoming)

    def _allowed(self, account: str, most: int) -> int:
        gate = self._gates.get(account)
        return gate.places(most) if gate else most

    def _or_next_opening(self, upcoming: dt.datetime | None) -> dt.datetime | None:
        rests = [rest for gate in self._gates.values() if (rest := gate.rest())]
        openings = [self._ledger.clock() + dt.timedelta(seconds=rest) for rest in rests]
        return min((*openings, *([upcoming] if upcoming else [])), default=None)

    async def step(self, bill: Bill) -> None:
        """For a Scheduler: the bill's step, which counts as under way."""
        self._under_way[bill.account] += 1
        try:
            await self._step(bill)
        finally:
            self._under_way[bill.account] -= 1


class DeliveryTrack:
    """Deliveries; ``most`` is the number of webhooks under way for each account."""

    def __init__(self, ledger: Ledger, step: Callable[[Delivery], Awaitable[None]], most: int) -> None:
        self._ledger = ledger
        self._step = step
        self._most = most
        self._under_way: Counter[str] = Counter()

    async def due(self, busy: Collection[str], limit: int) -> tuple[list[Delivery], dt.datetime | None]:
        """For a Scheduler."""
        chosen: list[Delivery] = []
        planned = Counter(self._under_way)
        while True:
            full = [account for account, number in planned.items() if number >= self._most]
            known = {*busy, *(delivery.id for delivery in chosen)}
            found, upcoming = await self._ledger.due_deliveries(known, limit - len(chosen), no_webhooks_of=full)
            before = len(chosen)
            for delivery in found:
                if delivery.target == FILE or planned[delivery.account] < self._most:
                    planned[delivery.account] += delivery.target != FILE
                    chosen.append(delivery)
            if len(chosen) - before == len(found):
                return chosen, upcoming

    async def step(self, delivery: Delivery) -> None:
        """For a Scheduler: one attempt; a webhook counts as under way."""
        webhook = delivery.target != FILE
        self._under_way[delivery.account] += webhook
        try:
            await self._step(delivery)
        finally:
            self._under_way[delivery.account] -= webhook
