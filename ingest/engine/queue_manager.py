"""PgQueuer's manager, which looks for jobs less often, leaves closed queues alone, and is patient on a busy machine."""

import asyncio
import contextlib
import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from pgqueuer.core import buffers
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import FailingListenerError
from pgqueuer.domain.models import HealthCheckEvent, Job
from pgqueuer.domain.types import QueueEntrypoint, QueueManagerId
from pgqueuer.ports.driver import Driver
from pgqueuer.ports.repository import EntrypointExecutionParameter
from pgqueuer.queries import Queries

from ingest.engine.work import BETWEEN_LOOKS, Work

PROBE, PROBES = dt.timedelta(seconds=10), 3
"""How long PostgreSQL's announcement of a probe is waited for, and how many in a row may be missed. PgQueuer sends its
first one before it listens: on a busy machine that is lost, and the worker ended."""

_WAITING = "FROM pgqueuer WHERE status = 'queued' AND entrypoint = ANY($1) AND execute_after"
_NEXT_JOB = f"""
SELECT CASE WHEN EXISTS (SELECT 1 {_WAITING} <= now()) THEN interval '0'
ELSE (SELECT execute_after - now() {_WAITING} > now() ORDER BY execute_after LIMIT 1) END AS until"""
"""Until the next job that waits may be taken; nothing where none waits."""


@dataclass
class WokenLog(buffers.JobStatusLogBuffer):
    """What became of jobs is written a moment after the first of them ended; nothing is done while none ends.

    PgQueuer's own looks ten times a second whether there is anything to write: with one for each kind of work that was
    most of what a worker at rest cost.
    """

    filled: asyncio.Event = field(init=False, default_factory=asyncio.Event)

    async def add(self, item: Any) -> None:
        """A job's end."""
        await super().add(item)
        self.filled.set()

    async def periodic_flush(self) -> None:
        """Until ``shutdown``. What could not be written stays, and is tried again."""
        while not self.shutdown.is_set():
            await self.filled.wait()
            await asyncio.sleep(BETWEEN_LOOKS)
            self.filled.clear()
            await self.flush()
            if not self.events.empty():
                self.filled.set()

    async def __aexit__(self, *error: object) -> None:
        self.shutdown.set()
        self.filled.set()
        await super().__aexit__(*error)


buffers.JobStatusLogBuffer = WokenLog  # type: ignore[misc] # ``QueueManager.run`` makes it by this name


class GatedManager(QueueManager):
    """Runs the jobs of one kind of work."""

    def __init__(self, driver: Driver, work: Work[Any]) -> None:
        self._looks = _Looks(driver)
        super().__init__(self._looks)
        self._work = work
        self._looked_at = 0.0

    async def listener_healthy(self, timeout: dt.timedelta = PROBE) -> HealthCheckEvent:  # noqa: ASYNC109 - PgQueuer's
        """Raises FailingListenerError when PostgreSQL announces nothing; until then jobs are found by looking."""
        for _ in range(PROBES - 1):
            with contextlib.suppress(FailingListenerError):
                return await super().listener_healthy(timeout)
        return await super().listener_healthy(timeout)

    def entrypoints_below_capacity_limits(self) -> set[QueueEntrypoint]:
        """Those that jobs are asked for."""
        return {queue for queue in super().entrypoints_below_capacity_limits() if self._work.is_open(queue)}

    async def _effective_dequeue_timeout(self, dequeue_timeout: dt.timedelta) -> dt.timedelta:
        """How long to wait for an announcement, once some time has passed since the last look; not at all after a look
        that found something.

        PgQueuer asks two or three questions for it, after each look; here it is one, after a look that found nothing.
        """
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._looked_at + BETWEEN_LOOKS - loop.time())
        self._looked_at = loop.time()
        if self._looks.have_found():
            return dt.timedelta(0)
        [row] = await self.queries.driver.fetch(_NEXT_JOB, list(self.entrypoint_registry))
        until = row["until"]
        if not isinstance(until, dt.timedelta):
            return dequeue_timeout
        return min(dequeue_timeout, max(until, self.min_dequeue_poll_interval))


class _Looks(Queries):
    """PgQueuer asks until it is given nothing; one who was given less than asked for needs not ask again."""

    def __init__(self, driver: Driver) -> None:
        super().__init__(driver)
        self._found = False
        self._was_all = False

    def have_found(self) -> bool:
        """Whether anything was given since this was asked last."""
        found, self._found = self._found, False
        return found

    async def dequeue(
        self,
        batch_size: int,
        entrypoints: dict[QueueEntrypoint, EntrypointExecutionParameter],
        queue_manager_id: QueueManagerId,
        global_concurrency_limit: int | None,
        heartbeat_timeout: dt.timedelta,
    ) -> list[Job]:
        """At most ``batch_size`` jobs, which are taken now; nothing when the last answer was all there is."""
        if self._was_all or not entrypoints:
            self._was_all = False
            return []
        jobs = await super().dequeue(
            batch_size, entrypoints, queue_manager_id, global_concurrency_limit, heartbeat_timeout
        )
        self._found = self._found or bool(jobs)
        self._was_all = 0 < len(jobs) < batch_size
        return jobs
