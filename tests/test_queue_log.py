"""What PgQueuer notes of jobs that ended: soon, together, again when it failed, and nothing at all at rest."""

import asyncio
from typing import Any

import pytest
from pgqueuer.core import qm

from ingest.engine.queue_manager import WokenLog

SOON = 5.0


class Sink:
    """Takes what is noted; the first ``failures`` times it does not."""

    def __init__(self, failures: int = 0) -> None:
        self.noted: list[list[Any]] = []
        self.failures = failures

    async def log_jobs(self, job_status: list[Any]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the database is gone")
        self.noted.append(job_status)

    async def until(self, number: int) -> None:
        async with asyncio.timeout(SOON):
            while sum(map(len, self.noted)) < number:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)


async def test_jobs_that_end_together_are_noted_together() -> None:
    sink = Sink()
    async with WokenLog(max_size=10, repository=sink) as log:
        await asyncio.gather(*(log.add(number) for number in range(3)))
        await sink.until(3)
    assert sink.noted == [[0, 1, 2]]


async def test_what_could_not_be_noted_is_noted_later() -> None:
    sink = Sink(failures=2)
    async with WokenLog(max_size=10, repository=sink) as log:
        await log.add("job")
        await sink.until(1)
    assert sink.noted == [["job"]]


async def test_nothing_is_left_at_the_end() -> None:
    sink = Sink()
    async with WokenLog(max_size=10, repository=sink) as log:
        await log.add("job")
    assert sink.noted == [["job"]]


async def test_at_rest_it_does_nothing_and_pgqueuer_uses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert qm.buffers.JobStatusLogBuffer is WokenLog
    looked = 0

    class Counted(WokenLog):
        async def flush(self) -> None:
            nonlocal looked
            looked += 1
            await super().flush()

    def looks_by_the_clock(*_: object) -> None:
        raise AssertionError("it waits for a time instead of a job")

    async with Counted(max_size=10, repository=Sink()):
        await asyncio.sleep(0)
        monkeypatch.setattr(asyncio, "wait_for", looks_by_the_clock)
        await asyncio.sleep(0.5)
        monkeypatch.undo()
        assert looked == 0
