"""Whether bills of an account may go to its API now: whether it is there, and whether it may be called."""

from typing import Protocol

from ingest.bayou.breaker import Breaker
from ingest.bayou.pace import Pace


class Gate(Protocol):
    """What is asked before bills are fetched."""

    def places(self, most: int) -> int:
        """How many bills may be under way at the API, of ``most``."""

    def rest(self) -> float:
        """Seconds until a call may go out; 0 for now."""


class AccountGate:
    """Closed while the API is down, and while it asks to wait."""

    def __init__(self, breaker: Breaker, pace: Pace) -> None:
        self._breaker = breaker
        self._pace = pace

    def places(self, most: int) -> int:
        """None while the pace is closed; else what the breaker says."""
        return 0 if self._pace.closed() else self._breaker.places(most)

    def rest(self) -> float:
        """The longer of both."""
        return max(self._breaker.rest(), self._pace.closed())
