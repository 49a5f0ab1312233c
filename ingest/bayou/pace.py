"""When the next call of an account may go out: so many a second and none while the API asks to wait, for all workers.

The account has one row in the ledger, which says when its next call may go out (GCRA without a burst: calls are evenly
spaced). A reservation moves that time forward by as many calls as wait here at this moment, so that its cost is shared:
at most one update of one row for a call, and the fewer the more calls there are. Each caller sleeps until its own time.

Nobody stands in line for long. Only so many bills are at the API as get their turns soon (``fits``); the others wait
in the ledger in the order of their priority, and none of them is woken in vain. A turn that is further
away than ``FAR_SECONDS`` is not taken at all: the caller hears how long to wait, and until then no bill of the account
is fetched.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from typing import Protocol

from ingest.bayou.errors import Throttled

FAR_SECONDS = 5.0
AHEAD_SECONDS = 0.2
"""A reservation goes no further beyond what waits than this. What is reserved and not called for is lost."""
LATE_SECONDS = 0.25
"""A turn that was missed by more (the process was held up) is lost: many such would go out as one burst."""
LISTEN_SECONDS = 1.0
"""Without a limit of its own an account asks so often whether another worker was told to wait."""


class Slots(Protocol):
    """What all workers share. Seconds are from now on."""

    async def reserve(self, number: int, spacing: float, far: float) -> tuple[bool, float]:
        """Takes the next ``number`` turns, ``spacing`` seconds apart, unless the first is further away than ``far``:
        whether they were taken, and in how many seconds the first one is."""

    async def push(self, seconds: float) -> None:
        """No turn before that."""

    async def rest(self) -> float:
        """In how many seconds the next turn is; 0 for now."""


class Pace:
    """Of one account. Without ``slots`` it is known to this process alone; without ``per_second`` only pauses hold."""

    def __init__(
        self, slots: Slots | None = None, per_second: float | None = None, *, clock: Callable[[], float] | None = None
    ) -> None:
        self._slots = slots
        self._spacing = 1.0 / per_second if per_second and slots else None
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._taking = asyncio.Lock()
        self._ready: deque[float] = deque()
        self._asking = 0
        self._called = 0
        self._paused_until = 0.0
        self._full_until = 0.0
        self._listened = -math.inf

    def fits(self, most: int) -> int:
        """How many calls may be under way, of ``most``: no more than get their turns soon."""
        return most if self._spacing is None else min(most, max(1, int(FAR_SECONDS / self._spacing)))

    def closed(self) -> float:
        """Seconds for which there is nothing to be had."""
        return max(0.0, self._paused_until - self._clock(), self._full_until - self._clock())

    async def turn(self) -> None:
        """Returns when a call may go out. Raises Throttled, which says how long to wait, where that is far away."""
        self._refuse_while_paused()
        if self._spacing is None:
            await self._listen()
        else:
            await asyncio.sleep(await self._next(self._spacing) - self._clock())
        self._refuse_while_paused()  # it was told so meanwhile

    async def told_to_wait(self, seconds: float) -> None:
        """The API said so to one call: it holds for all calls of all workers."""
        self._pause(seconds)
        if self._slots is not None:
            await self._slots.push(seconds)

    async def _next(self, spacing: float) -> float:
        self._asking += 1
        try:
            async with self._taking:
                while True:
                    while self._ready:
                        if (turn := self._ready.popleft()) > self._clock() - LATE_SECONDS:
                            self._called += 1
                            return turn
                    self._refuse_while_paused()
                    if (rest := self._full_until - self._clock()) > 0:
                        raise Throttled("waits for its turn: the account's calls a second are spoken for", rest)
                    await self._reserve(spacing)
        finally:
            self._asking -= 1

    async def _reserve(self, spacing: float) -> None:
        """For all who wait here, or more where the last ones were all called for, but only what is near."""
        assert self._slots is not None  # noqa: S101 - there is no spacing without
        wanted = max(self._asking, min(2 * self._called, math.ceil(AHEAD_SECONDS / spacing)))
        number, self._called = min(wanted, max(1, int(FAR_SECONDS / spacing))), 0
        taken, seconds = await self._slots.reserve(number, spacing, FAR_SECONDS)
        if not taken:
            self._full_until = self._clock() + seconds
            return
        first = self._clock() + seconds
        self._ready.extend(first + spacing * place for place in range(number))

    async def _listen(self) -> None:
        if self._slots is None or self._clock() < self._listened + LISTEN_SECONDS:
            return
        self._listened = self._clock()
        if (seconds := await self._slots.rest()) > 0:
            self._pause(seconds)

    def _pause(self, seconds: float) -> None:
        self._paused_until = max(self._paused_until, self._clock() + seconds)
        self._ready.clear()

    def _refuse_while_paused(self) -> None:
        if (rest := self._paused_until - self._clock()) > 0:
            raise Throttled("waits, as the API asked a call before it to", rest)
