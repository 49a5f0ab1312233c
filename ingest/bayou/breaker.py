"""Whether an account's API is there at all: while it is down nobody calls it but one probe at a time.

After some failures in a row the account's API counts as down. Its bills then wait where they are: no attempt of theirs
is counted and none is postponed one by one. A single bill is let through as a probe, after pauses that grow; when one
succeeds, places open one after the other, so that what has waited does not come as a burst.

All of it is in the memory of one worker; another one finds out by itself. After a start nothing is known: there is one
place until the first call has succeeded.
"""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from ingest.bayou.backoff import backoff
from ingest.bayou.errors import BayouError, TemporaryFailure, Throttled, UploadUnknown

FAILURES = 5
"""In a row, on all of the account's calls, until its API counts as down."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds between two probes."""
LONGEST_WISH = 300.0
"""The most of a ``Retry-After`` that is believed."""
LONGEST_HOLD = 600.0
"""The longest that a bill is put off which was fetched although the API is down."""

log = structlog.get_logger()


class Breaker:
    """Of one account. ``tell`` hears of each change: True when the API went down."""

    def __init__(
        self,
        account: str = "",
        *,
        tell: Callable[[bool], None] = lambda _: None,
        clock: Callable[[], float] | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self._account = account
        self._tell = tell
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._random = rng or random.SystemRandom()
        self._failures = 0
        self._opened = 1
        self._down_since: float | None = None
        self._probes = 0
        self._probing = False
        self._next_probe = 0.0

    @property
    def is_down(self) -> bool:
        """Whether nothing but a probe may go out."""
        return self._down_since is not None

    @property
    def is_to_blame(self) -> bool:
        """Whether the last failure is rather the API's than the call's: it was not the first one in a row."""
        return self.is_down or self._failures > 1

    def places(self, most: int) -> int:
        """How many bills may be under way at the API, of ``most``."""
        if self.is_down:
            return 1 if self.rest() == 0 else 0
        return min(most, self._opened)

    def rest(self) -> float:
        """Seconds until a call may go out."""
        return max(0.0, self._next_probe - self._clock()) if self.is_down else 0.0

    def hold(self) -> float:
        """Seconds for which to put off a bill that cannot be called for now, spread. They grow with the time it is
        down, and are longer than the rest: the next probe shall be another bill, as it may be the bill that fails."""
        if self._down_since is None:
            return backoff(max(1, self._failures), base=2.0, cap=LONGEST_PAUSE, rng=self._random)
        seconds = max(self.rest() + 1.0, (self._clock() - self._down_since) / 2)
        return min(LONGEST_HOLD, seconds * self._random.uniform(1.0, 2.0))

    @contextmanager
    def admission(self) -> Iterator[bool]:
        """Whether a step may call now; a step that may although the API is down is the probe."""
        if not self.is_down:
            yield True
            return
        if self._probing or self.rest() > 0:
            yield False
            return
        self._probing = True
        try:
            yield True
        finally:
            self._probing = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Around one call, whose end says how the API is. One that is cancelled, or cannot be made, says nothing."""
        try:
            yield
        except (TemporaryFailure, UploadUnknown) as error:
            if not isinstance(error, Throttled) or error.retry_after is None:  # the client itself waits as it is asked
                self._failed(error)
            raise
        except BayouError:
            self._answered()
            raise
        else:
            self._answered()

    def _failed(self, error: TemporaryFailure | UploadUnknown) -> None:
        self._failures += 1
        if self._down_since is None:
            if self._failures < FAILURES:
                return
            self._down_since = self._clock()
            self._probes = 0
            log.warning(
                "the API does not answer: the account's bills wait, their local records are delivered",
                account=self._account, failures=self._failures, error=str(error),
            )  # fmt: skip
            self._tell(True)
        elif not self._probing:
            return  # it was on its way already when the API went down
        limit = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._probes, 16))
        wish = min(error.retry_after or 0.0, LONGEST_WISH)
        self._probes += 1
        self._next_probe = self._clock() + max(wish, limit * self._random.uniform(0.75, 1.0))

    def _answered(self) -> None:
        self._failures = 0
        if self._down_since is None:
            self._opened += 1
            return
        log.info(
            "the API answers again; the account's bills go on",
            account=self._account, down_seconds=round(self._clock() - self._down_since, 1), probes=self._probes,
        )  # fmt: skip
        self._down_since = None
        self._opened = 1
        self._tell(False)
