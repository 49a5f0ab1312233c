"""The wait of an import for its bills, which ends also when nothing more can come of it."""

import asyncio
import itertools
from collections.abc import Callable, Iterable
from typing import Literal

from rich.progress import Progress

from ingest.reasons import Reason
from ingest.store.ledger import Ledger
from ingest.store.rows import FILE, Step

Until = Literal["none", "local", "final"]

LOOK_SECONDS = 0.2
SILENT_SECONDS = 10.0
"""After which nobody waits any longer for receivers of webhooks: they are tried again for days."""
MOST_LOOKED_AT = 20
GONE_SECONDS = 10.0
"""A worker that a supervisor starts again is back by then."""
LOOKS_BETWEEN_WORKERS = 5
"""Whether a worker runs is asked less often: the question holds the lock that a starting worker needs."""
NOT_READ_YET = {Step.RECEIVED, Step.SCANNED}
AT_THE_API = {Step.PARSED, Step.UPLOADING, Step.POLLING}
UNFINISHED = {
    "none": frozenset[Step](),
    "local": frozenset(NOT_READ_YET),
    "final": frozenset(NOT_READ_YET | AT_THE_API | {Step.RESOLVED, Step.RECONCILED}),
}


class Waiting:
    """Looks at the bills of ``account`` until each of them, with those it was split into, is as far as ``until`` says.

    ``worker_runs`` is asked only when another process works; None when the worker is our own.
    """

    def __init__(
        self, ledger: Ledger, account: str, until: Until, worker_runs: Callable[[], bool] | None, progress: Progress
    ) -> None:
        self._ledger = ledger
        self._account = account
        self._until = until
        self._worker_runs = worker_runs
        self._progress = progress
        self._looks = 0
        self._gone_since: float | None = None
        self._silent_since: float | None = None

    async def wait(self, bill_ids: Iterable[str]) -> str | None:
        """None when all are there, or why it is of no use to wait on."""
        waiting = set(bill_ids) if self._until != "none" else set[str]()
        task = self._progress.add_task("records", total=len(waiting))
        while waiting:
            steps = await self._ledger.steps(waiting)
            done = {bill_id for bill_id, step in steps.items() if step not in UNFINISHED[self._until]}
            children = await self._children(bill_id for bill_id in done if steps[bill_id] is Step.SPLIT)
            self._progress.update(
                task, advance=len(done), total=(self._progress.tasks[task].total or 0) + len(children)
            )
            waiting = (waiting - done) | children
            if waiting and not children:
                present = {steps[bill_id] for bill_id in waiting}
                stopped = await self._why_not(present, len(waiting)) or await self._who_is_silent(present, waiting)
                if stopped:
                    return stopped
                await asyncio.sleep(LOOK_SECONDS)
        return None

    async def _children(self, split: Iterable[str]) -> set[str]:
        return {child.id for bill_id in split for child in await self._ledger.children(bill_id)}

    async def _why_not(self, steps: set[Step], number: int) -> str | None:
        if steps <= AT_THE_API and (detail := (await self._ledger.stopped_accounts()).get(self._account)) is not None:
            reason = Reason.ACCOUNT_STOPPED
            bills = "1 bill waits" if number == 1 else f"{number} bills wait"
            return f"account {self._account}: {reason.sentence} ({detail}) {bills} for it. {reason.next_step}"
        if not self._worker_is_there():
            return (
                f"the worker on this data folder has stopped; {number} of the bills are not as far as "
                f"'--wait {self._until}' asks. They are kept: start it again, or run the import again"
            )
        return None

    async def _who_is_silent(self, steps: set[Step], waiting: set[str]) -> str | None:
        """All records are made, and nothing is left but receivers of webhooks that do not take them."""
        if steps != {Step.RECONCILED} or self._looks % LOOKS_BETWEEN_WORKERS:
            self._silent_since = self._silent_since if steps == {Step.RECONCILED} else None
            return None
        some = itertools.islice(waiting, MOST_LOOKED_AT)
        found = [delivery for bill_id in some for delivery in await self._ledger.deliveries(bill_id)]
        left = [delivery for delivery in found if delivery.delivered_at is None]
        if not left or any(delivery.target == FILE or not delivery.last_error for delivery in left):
            self._silent_since = None
            return None
        now = asyncio.get_running_loop().time()
        self._silent_since = self._silent_since or now
        if now - self._silent_since < SILENT_SECONDS:
            return None
        return (
            f"the records of {len(waiting)} bills are final and written, but a receiver of webhooks does not take them "
            f"({left[0].last_error}); they are kept, and the service sends them when it does"
        )

    def _worker_is_there(self) -> bool:
        self._looks += 1
        if self._worker_runs is None or self._looks % LOOKS_BETWEEN_WORKERS:
            return True
        if self._worker_runs():
            self._gone_since = None
            return True
        now = asyncio.get_running_loop().time()
        if self._gone_since is None:
            self._gone_since = now
        return now - self._gone_since < GONE_SECONDS
