"""Calls a second of an account, shared by all workers: on both databases, and what a 429 does to all of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from ingest.bayou.breaker import Breaker
from ingest.bayou.errors import Throttled
from ingest.bayou.gate import AccountGate
from ingest.bayou.pace import FAR_SECONDS, LATE_SECONDS, Pace
from ingest.store.ledger import Ledger

JITTER = 0.15
"""Seconds that a busy machine may hold one of our processes up between its turn and the call."""


@asynccontextmanager
async def two(url: str) -> AsyncIterator[tuple[Ledger, Ledger]]:
    """As two processes have it open."""
    async with await Ledger.open(url) as one, await Ledger.open(url) as other:
        yield one, other


def most_in(times: list[float], seconds: float) -> int:
    """The largest number of calls in any window of that length."""
    times = sorted(times)
    return max(sum(1 for time in times[start:] if time < times[start] + seconds) for start in range(len(times)))


async def call(pace: Pace, number: int, seen: list[float]) -> None:
    for _ in range(number):
        await pace.turn()
        seen.append(asyncio.get_running_loop().time())


async def test_two_workers_together_keep_to_the_calls_a_second(url: str) -> None:
    seen: list[float] = []
    async with two(url) as ledgers, asyncio.timeout(20):
        paces = [Pace(ledger.paces.of("acme"), 40) for ledger in ledgers]
        await asyncio.gather(*(call(pace, 10, seen) for pace in paces for _ in range(4)))
    assert len(seen) == 80
    for seconds in (0.25, 0.5, 1.0):
        assert most_in(seen, seconds) <= 40 * (seconds + JITTER) + 1
    assert max(seen) - min(seen) < 2 * 79 / 40, "and they get what they may have"


async def test_accounts_do_not_share_their_calls(url: str) -> None:
    seen: list[float] = []
    async with two(url) as (ledger, _), asyncio.timeout(20):
        slow = Pace(ledger.paces.of("slow"), 0.5)
        await slow.turn()
        await call(Pace(ledger.paces.of("quick"), 100), 20, seen)
    assert max(seen) - min(seen) < 1.5


async def test_a_turn_that_is_far_away_is_not_taken(url: str) -> None:
    """Who comes hears how long to wait, nobody loses a turn by it, and no bill is fetched until then."""
    async with two(url) as ledgers:
        one, other = (Pace(ledger.paces.of("acme"), 0.05) for ledger in ledgers)
        await one.turn()
        for pace in (one, one, other):
            with pytest.raises(Throttled) as caught:
                await pace.turn()
            assert 20 >= (caught.value.retry_after or 0) > FAR_SECONDS
            gate = AccountGate(Breaker(), pace)
            assert (gate.places(8), gate.rest()) == (0, pytest.approx(caught.value.retry_after, abs=1))
        assert await ledgers[0].paces.of("acme").rest() <= 20


async def test_what_one_worker_is_told_holds_for_the_other(url: str) -> None:
    async with two(url) as ledgers:
        one, other = (Pace(ledger.paces.of("acme"), 50) for ledger in ledgers)
        await asyncio.gather(one.turn(), other.turn())
        await one.told_to_wait(60)
        for pace in (one, other):
            with pytest.raises(Throttled) as caught:
                for _ in range(20):  # what was reserved before may still go out
                    await pace.turn()
            assert 50 < (caught.value.retry_after or 0) <= 60
            assert pace.closed() > 50
        await Pace(ledgers[1].paces.of("somebody else"), 50).turn()


async def test_without_a_limit_nothing_is_written_and_a_pause_is_heard_of(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.bayou.pace.LISTEN_SECONDS", 0.0)
    async with two(url) as ledgers:
        one, other = (Pace(ledger.paces.of("acme")) for ledger in ledgers)
        for _ in range(5):
            await one.turn()
            await other.turn()
        assert await ledgers[0].paces.of("acme").rest() == 0
        await one.told_to_wait(30)
        with pytest.raises(Throttled, match="as the API asked"):
            await other.turn()


async def test_a_pause_is_never_shortened(url: str) -> None:
    async with two(url) as (ledger, _):
        slots = ledger.paces.of("acme")
        await slots.push(100)
        await slots.push(5)
        assert 95 < await slots.rest() <= 100
        assert await slots.reserve(1, 0.1, 5.0) == (False, pytest.approx(100, abs=3))


class Counting:
    """The ledger's own, with the number of reservations."""

    def __init__(self, ledger: Ledger) -> None:
        self._slots = ledger.paces.of("acme")
        self.reservations = 0

    async def reserve(self, number: int, spacing: float, far: float) -> tuple[bool, float]:
        self.reservations += 1
        return await self._slots.reserve(number, spacing, far)

    async def push(self, seconds: float) -> None:
        await self._slots.push(seconds)

    async def rest(self) -> float:
        return await self._slots.rest()


async def test_those_that_wait_share_a_reservation(url: str) -> None:
    seen: list[float] = []
    async with two(url) as (ledger, _):
        slots = Counting(ledger)
        pace = Pace(slots, 400)
        await asyncio.gather(*(call(pace, 25, seen) for _ in range(8)))
    assert len(seen) == 200
    assert slots.reservations <= 60


async def test_turns_that_were_missed_do_not_go_out_as_a_burst() -> None:
    """A process that was stopped for a while has turns of the past in its hands."""
    clock = 100.0

    class Slots:
        reserved = 0

        async def reserve(self, number: int, spacing: float, far: float) -> tuple[bool, float]:
            self.reserved += number
            return True, 0.0

        async def push(self, seconds: float) -> None:
            raise AssertionError(seconds)

        async def rest(self) -> float:
            raise AssertionError

    slots = Slots()
    pace = Pace(slots, 1000, clock=lambda: clock)
    for _ in range(10):
        await pace.turn()
    before = slots.reserved
    assert before > 10, "some are in hand"
    clock += LATE_SECONDS + 1
    await pace.turn()
    assert slots.reserved > before
