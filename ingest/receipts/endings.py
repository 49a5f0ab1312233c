"""How attempts to send a mail of ours end, be it a receipt or a digest: noted in the ledger, counted, told."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, Protocol, TypeVar

import structlog

from ingest.metrics import Metrics
from ingest.receipts.schedule import next_try
from ingest.receipts.smarthost import AnswerLost, NotSent
from ingest.store.mail_rows import ReceiptState

CRASHED = "how its sending ended was not noted: the process ended, or the ledger could not be written"
WORTH_A_WARNING = (ReceiptState.FAILED, ReceiptState.UNCONFIRMED)

log = structlog.get_logger()


class Row(Protocol):
    """What the ledger holds of a mail that is to be sent."""

    @property
    def attempts(self) -> int:
        """Those that ended."""


T = TypeVar("T", bound=Row)
T_contra = TypeVar("T_contra", bound=Row, contravariant=True)


class Rows(Protocol[T_contra]):
    """The part of the ledger that holds them."""

    async def ended(self, row: T_contra, state: ReceiptState, reason: str | None = None, /) -> None:
        """Nothing more is done."""

    async def postponed(self, row: T_contra, error: str, until: dt.datetime, /) -> None:
        """Nothing was sent; it is tried again."""


class Endings(Generic[T]):
    """Of one ``kind`` of mail. ``about`` says in the log which one it is."""

    def __init__(
        self,
        kind: str,
        rows: Rows[T],
        about: Callable[[T], Mapping[str, object]],
        clock: Callable[[], dt.datetime],
        metrics: Metrics,
    ) -> None:
        self._kind = kind
        self._rows = rows
        self._about = about
        self._clock = clock
        self._metrics = metrics

    async def of(self, row: T, attempt: Awaitable[None]) -> None:
        """Waits for an attempt and notes how it ended. Raises LedgerBusy or StorageFull when that cannot be noted."""
        try:
            await attempt
        except AnswerLost as error:
            await self.end(row, ReceiptState.UNCONFIRMED, str(error))
        except NotSent as error:
            await self._not_sent(row, error)
        else:
            await self.end(row, ReceiptState.SENT)

    async def end(self, row: T, state: ReceiptState, reason: str | None = None) -> None:
        """It ended for good."""
        await self._rows.ended(row, state, reason)
        self._metrics.receipts.labels(self._kind, state.value).inc()
        say = log.warning if state in WORTH_A_WARNING else log.info
        say("a mail of ours is done", kind=self._kind, **self._about(row), state=state.value, reason=reason)

    async def _not_sent(self, row: T, error: NotSent) -> None:
        attempts = row.attempts + 1
        wait = None if error.permanent else next_try(attempts)
        if wait is None:
            await self.end(row, ReceiptState.FAILED, error.problem)
            return
        until = self._clock() + wait
        self._metrics.receipts.labels(self._kind, "postponed").inc()
        log.warning(
            "a mail of ours could not be sent; it is tried again",
            kind=self._kind, **self._about(row), problem=error.problem, attempts=attempts, next_at=until.isoformat(),
        )  # fmt: skip
        await self._rows.postponed(row, error.problem, until)
