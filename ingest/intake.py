"""The one door: whatever brings a document in hands it here and gets a receipt.

A receipt is given only when the document's copy and its record are durable. Unavailable (StorageFull, LedgerBusy)
means that nothing was taken and the source must keep the document and offer it again.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from ingest.checking import Checker
from ingest.config import Limits
from ingest.metrics import Metrics
from ingest.offers import Offer
from ingest.parsing import ParserPool
from ingest.passwords import Passwords
from ingest.reasons import Reason
from ingest.store.documents import MESSAGES, DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import NewMessage
from ingest.store.purge_rows import RemovalKind
from ingest.store.rows import Arrival, Outcome
from ingest.store.written import Keepable, Written

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of an offered document. A duplicate is a success that points to the first one's bill."""

    arrival_id: str
    name: str
    outcome: Outcome
    bill_id: str | None
    reason: Reason | None
    detail: str | None

    @property
    def taken(self) -> bool:
        """Whether the document is in the ledger, now or from before."""
        return self.outcome is not Outcome.REFUSED


class Intake:
    """Checks a document, stores it durably, opens its record."""

    def __init__(
        self,
        ledger: Ledger,
        documents: DocumentStore,
        pool: ParserPool,
        limits: Limits,
        wake_worker: Callable[[], None] = lambda: None,
        metrics: Metrics | None = None,
        passwords: Mapping[str, Passwords] | None = None,
    ) -> None:
        """``passwords`` are those of each account, tried on PDFs that open only with one."""
        self._ledger = ledger
        self._checker = Checker(documents, pool, limits, passwords or {})
        self.messages = documents.beside(MESSAGES, suffix=".eml")
        self._wake_worker = wake_worker
        self._metrics = metrics or Metrics()
        self._running: set[asyncio.Task[list[Receipt]]] = set()

    async def take(
        self, offers: Sequence[Offer], message: NewMessage | None = None, along: Sequence[Keepable] = ()
    ) -> list[Receipt]:
        """Receipts in the order of the offers, all in one commit. Once begun it is not undone by cancellation.

        ``message`` is the mail that brought them; the ledger notes it with them, and ``along`` is kept with them, when
        at least one is taken.
        """
        taking = asyncio.create_task(self._take(offers, message, along), name="intake")
        self._running.add(taking)
        taking.add_done_callback(self._running.discard)
        return await asyncio.shield(taking)

    async def finish(self) -> None:
        """Waits for what was begun (at shutdown)."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _take(
        self, offers: Sequence[Offer], message: NewMessage | None, along: Sequence[Keepable]
    ) -> list[Receipt]:
        on_disk: list[Written] = []
        try:
            brought = [await self._checker.check(offer, on_disk) for offer in offers]
            files: list[Keepable] = [file for each in brought for file in each.files]
            if any(each.new.reason is None for each in brought):
                files += along
            arrivals = await self._ledger.receive([each.new for each in brought], message, self._still_there, files)
        finally:
            left = [file for file in on_disk if not file.kept]
            if left:
                await asyncio.to_thread(_drop, left)
        self._wake_worker()
        for arrival in arrivals:
            self._metrics.documents.labels(arrival.source, arrival.outcome.value).inc()
            log.info(
                "document came in",
                source=arrival.source, account=arrival.account, outcome=arrival.outcome.value,
                reason=arrival.reason and arrival.reason.value, arrival=arrival.id, bill=arrival.bill_id,
            )  # fmt: skip
        return [_receipt(arrival) for arrival in arrivals]

    def _still_there(self, kind: RemovalKind, sha256: str) -> bool:
        """Whether what was found in its place, and so not put there again, was not purged since. Blocks, briefly."""
        store = self._checker.originals if kind is RemovalKind.ORIGINAL else self._checker.documents
        return store.exists(sha256)


def _drop(files: Iterable[Written]) -> None:
    for file in files:
        file.drop()


def _receipt(arrival: Arrival) -> Receipt:
    return Receipt(
        arrival_id=arrival.id,
        name=arrival.name,
        outcome=arrival.outcome,
        bill_id=arrival.bill_id,
        reason=arrival.reason,
        detail=arrival.detail,
    )
