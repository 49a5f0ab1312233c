"""Batch import: the items of a batch go to the intake, several at a time, and each has its row at the end.

An import can be interrupted and run again: what came in before is a duplicate then, and points to its first bill.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ingest.errors import Refused, Unavailable
from ingest.intake import Intake
from ingest.offers import Offer
from ingest.reasons import Reason
from ingest.sources.archive import ArchiveReader, Zipped
from ingest.sources.collecting import Collected, collect
from ingest.sources.items import BatchItem, BatchOutcome, BatchRow, problem_row, receipt_row, row
from ingest.sources.report import check_report_place, write_report

__all__ = [
    "BatchItem", "BatchOutcome", "BatchRow", "Collected", "check_report_place", "collect", "import_items",
    "write_report",
]  # fmt: skip

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0


async def import_items(
    items: Iterable[BatchItem],
    intake: Intake,
    *,
    account: str,
    on_progress: Callable[[BatchRow], None] = lambda _: None,
    concurrency: int = 4,
    patience_seconds: float = 60,
) -> list[BatchRow]:
    """The rows in the order of the items; ``on_progress`` gets each as soon as it is known.

    While the intake is unavailable it tries again; after ``patience_seconds`` without a success the rest is tried
    once each. When cancelled, documents in the middle of their intake are finished (and told to ``on_progress``).
    """
    importing = _Import(items, intake, account, on_progress, patience_seconds)
    workers = [asyncio.create_task(importing.work(), name=f"import {n}") for n in range(concurrency)]
    with importing.reader:
        try:
            await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            importing.stop.set()
            ended = await asyncio.gather(*workers, return_exceptions=True)
    for fault in filter(None, ended):
        raise fault
    return [importing.rows[number] for number in sorted(importing.rows)]


class _Import:
    """Shared by the workers: what is left to do, how long the intake has been unavailable, and the rows."""

    def __init__(
        self,
        items: Iterable[BatchItem],
        intake: Intake,
        account: str,
        on_progress: Callable[[BatchRow], None],
        patience_seconds: float,
    ) -> None:
        self.rows: dict[int, BatchRow] = {}
        self.reader = ArchiveReader()
        self.stop = asyncio.Event()
        self._left: Iterator[tuple[int, BatchItem]] = iter(enumerate(items))
        self._intake = intake
        self._account = account
        self._on_progress = on_progress
        self._patience_seconds = patience_seconds
        self._patient_until: float | None = None
        self._reading = asyncio.Lock()

    async def work(self) -> None:
        """One worker: item after item, until there is none or the import is stopped."""
        for number, item in self._left:
            done = await self._import(item)
            if done is not None:
                self.rows[number] = done
                self._on_progress(done)
            if self.stop.is_set():
                return

    async def _import(self, item: BatchItem) -> BatchRow | None:
        """The item's row; None when the import was stopped before it could be taken."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await self._offer(item)
            except Unavailable as error:
                if not self._patient():
                    return row(item, BatchOutcome.UNAVAILABLE, error.reason, str(error))
                if await self._stopped_within(pause):
                    return None
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _offer(self, item: BatchItem) -> BatchRow:
        if item.problem is not None:
            return problem_row(item, item.problem, item.detail)
        try:
            content = await self._content(item)
        except Refused as error:
            return problem_row(item, error.reason, error.detail)
        except FileNotFoundError:
            return problem_row(item, Reason.FILE_MISSING, "")
        except OSError as error:
            return problem_row(item, Reason.FILE_UNREADABLE, error.strerror or str(error))
        [receipt] = await self._intake.take([
            Offer(
                account=self._account, source="batch", name=item.name, content=content, customer=item.customer,
                external_id=item.external_id,
            )
        ])  # fmt: skip
        self._patient_until = None
        return receipt_row(item, receipt)

    async def _content(self, item: BatchItem) -> bytes | Path:
        """What is offered: archives are read one document after the other, files are left where they are."""
        assert item.content is not None  # noqa: S101 - an item has content or a problem
        if isinstance(item.content, Zipped):
            async with self._reading:
                return await asyncio.to_thread(self.reader.read, item.content)
        await asyncio.to_thread(_try_to_read, item.content)
        return item.content

    def _patient(self) -> bool:
        now = asyncio.get_running_loop().time()
        if self._patient_until is None:
            self._patient_until = now + self._patience_seconds
        return now < self._patient_until

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self.stop.wait()
        except TimeoutError:
            return False


def _try_to_read(path: Path) -> None:
    with path.open("rb") as file:
        file.read(1)
