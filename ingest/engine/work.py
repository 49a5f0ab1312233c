"""The port between what a worker does and the engine that says when."""

import datetime as dt
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from ingest.engine.jobs import Job
from ingest.engine.wakeups import Span


class Item(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """Its key in the ledger."""


T = TypeVar("T", bound=Item)
Due = Callable[[Collection[str], int], Awaitable[tuple[list[T], dt.datetime | None]]]

HOLD_SECONDS = (0.5, 2.0, 10.0, 60.0)
"""After an error that the step itself did not expect: how long the same item is left alone, by number of errors."""
BETWEEN_LOOKS = 0.05
"""Seconds. Steps that end together are followed up with one look at what is due; after a rest one looks at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Generic[T]):
    """One kind of row, and the step that is run on each of them when it is due."""

    name: str
    limit: int
    """Steps that run at the same time in this worker."""
    queues: Mapping[str, int]
    """Where its jobs are, and how many of each run at the same time in all workers together; 0: any number."""
    due: Due[T]
    """Rows that are due without those that are busy, most urgent first, at most so many; and when the next one is."""
    read: Callable[[str], Awaitable[T | None]]
    """The row as it is now; None when it is gone or must not be run at present (``lost`` finds it later)."""
    job: Callable[[T], Job | None]
    lost: Callable[[int, Span], Awaitable[list[T]]]
    """Rows, at most so many, that are due then and could be run, and that no job would wake."""
    step: Callable[[T], Awaitable[None]]
    hold: Callable[[T, float], Awaitable[None]] | None = None
    """Puts an item off durably, so that many failing ones do not stand before the others."""
    is_open: Callable[[str], bool] = lambda _: True
    """Whether jobs of this queue may be taken now."""


class Loop(Protocol):
    """Runs work until it is stopped."""

    name: str

    def wake(self) -> None:
        """Something may be due now."""

    async def run(self) -> None:
        """Until ``stop``."""

    async def stop(self, deadline: float) -> None:
        """Starts nothing more; running steps have ``deadline`` seconds, what is left stays in the ledger."""


class Engine(Protocol):
    """Makes loops of work."""

    def loop(self, work: Work[Any]) -> Loop:
        """Runs the work wherever it is due."""

    def alone(self, loops: Sequence[Loop]) -> Sequence[Loop]:
        """The same loops, running in one worker at a time."""

    def upkeep(self) -> Sequence[Loop]:
        """What the engine itself needs to run beside its loops."""
