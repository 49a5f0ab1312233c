"""The one door: whatever brings a document in hands it here and gets a receipt.

A receipt is given only when the document's copy and its record are durable. Unavailable (StorageFull, LedgerBusy)
means that nothing was taken and the source must keep the document and offer it again.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import structlog

from ingest.config import Limits
from ingest.metrics import Metrics
from ingest.parsing import ParserPool
from ingest.passwords import Passwords
from ingest.reasons import BY_CODE, Reason
from ingest.store.documents import DocumentStore, disk_errors
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import NewMessage
from ingest.store.rows import Arrival, NewArrival, Outcome, Priority
from parsers.errors import DocumentError
from parsers.model import DocumentKind
from parsers.pdf.formats import format_of

MAGIC = b"%PDF-"
MAGIC_WITHIN = 1024
ZIP_MAGIC = b"PK\x03\x04"
"""An archive that holds a PDF as it is shows the PDF's own first bytes within the first kilobyte."""

ORIGINALS = "originals"
"""The folder beside that of the documents which holds, as they came, the files that a PDF was made of."""

log = structlog.get_logger()

SourceName = Literal["smtp", "folder", "batch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One document that a source offers. ``content`` is its bytes or the path of a file that will not change."""

    account: str
    source: SourceName
    name: str
    content: bytes | Path
    customer: str | None = None
    external_id: str | None = None
    message: dict[str, Any] | None = None
    place: str | None = None
    """Where the source will keep the file once it is taken; results are written beside it."""


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
        self._documents = documents
        self._originals = DocumentStore(documents.folder.with_name(ORIGINALS), suffix="")
        self._pool = pool
        self._limits = limits
        self._wake_worker = wake_worker
        self._metrics = metrics or Metrics()
        self._passwords = passwords or {}
        self._running: set[asyncio.Task[list[Receipt]]] = set()

    async def take(self, offers: Sequence[Offer], message: NewMessage | None = None) -> list[Receipt]:
        """Receipts in the order of the offers, all in one commit. Once begun it is not undone by cancellation.

        ``message`` is the mail that brought them; the ledger notes it with them when at least one is taken.
        """
        taking = asyncio.create_task(self._take(offers, message), name="intake")
        self._running.add(taking)
        taking.add_done_callback(self._running.discard)
        return await asyncio.shield(taking)

    async def finish(self) -> None:
        """Waits for what was begun (at shutdown)."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _take(self, offers: Sequence[Offer], message: NewMessage | None) -> list[Receipt]:
        checked = [await self._check_and_store(offer) for offer in offers]
        arrivals = await self._ledger.receive(checked, message)
        self._wake_worker()
        for arrival in arrivals:
            self._metrics.documents.labels(arrival.source, arrival.outcome.value).inc()
            log.info(
                "document came in",
                source=arrival.source, account=arrival.account, outcome=arrival.outcome.value,
                reason=arrival.reason and arrival.reason.value, arrival=arrival.id, bill=arrival.bill_id,
            )  # fmt: skip
        return [_receipt(arrival) for arrival in arrivals]

    async def _check_and_store(self, offer: Offer) -> NewArrival:
        new = NewArrival(
            account=offer.account,
            source=offer.source,
            name=offer.name,
            priority=Priority[offer.source.upper()],
            customer=offer.customer,
            external_id=offer.external_id,
            message=offer.message,
            place=offer.place,
        )
        reason, is_photo = await asyncio.to_thread(self._first_look, offer.content)
        if reason is not None:
            return replace(new, reason=reason, place=None)
        try:
            return await (self._store_photo(new, offer.content) if is_photo else self._store_pdf(new, offer.content))
        except DocumentError as error:
            return replace(new, reason=BY_CODE[error.kind.value], detail=error.detail, place=None)

    async def _store(self, new: NewArrival, content: bytes | Path) -> NewArrival:
        async with self._documents.written(content) as written:
            await self._inspect(written.temporary)
            await asyncio.to_thread(written.keep)
            return replace(new, sha256=written.sha256)

    async def _store_pdf(self, new: NewArrival, content: bytes | Path) -> NewArrival:
        try:
            return await self._store(new, content)
        except DocumentError as error:
            if error.kind is not DocumentKind.PASSWORD_REQUIRED:
                raise
        return await self._store_unlocked(new, content)

    async def _store_unlocked(self, new: NewArrival, content: bytes | Path) -> NewArrival:
        """What comes after us has no password: a copy without one goes on."""
        passwords = self._passwords.get(new.account, Passwords())
        opened_by = ""

        async def unlock(path: Path, copy: Path) -> None:
            nonlocal opened_by
            opened_by = await passwords.unlock(self._pool, path, copy, new.name)

        stored = await self._store_made(new, content, unlock)
        return replace(stored, detail=opened_by)

    async def _store_photo(self, new: NewArrival, content: bytes | Path) -> NewArrival:
        """The API takes PDFs alone: a photo goes on as one."""
        return await self._store_made(new, content, self._pool.wrap)

    async def _store_made(
        self, new: NewArrival, content: bytes | Path, make: Callable[[Path, Path], Awaitable[None]]
    ) -> NewArrival:
        """Stores the PDF that ``make`` makes of the content, and beside it the content as it came."""
        async with self._originals.written(content) as original:
            with tempfile.TemporaryDirectory(prefix="bill-ingest-making-") as folder:
                pdf = Path(folder) / "made.pdf"
                await make(original.temporary, pdf)
                stored = await self._store(new, pdf)
            await asyncio.to_thread(original.keep)
            return replace(stored, sha256=original.sha256, pdf_sha256=stored.sha256)

    def _first_look(self, content: bytes | Path) -> tuple[Reason | None, bool]:
        """What the size and the first bytes tell: why it is refused, and whether it is a photo."""
        with disk_errors():
            size = len(content) if isinstance(content, bytes) else content.stat().st_size
            if size == 0:
                return Reason.EMPTY, False
            if size > self._limits.max_document_bytes:
                return Reason.TOO_LARGE, False
            head = _head(content)
            if format_of(head):
                return None, True
            return (Reason.NOT_A_PDF if MAGIC not in head or head.startswith(ZIP_MAGIC) else None), False

    async def _inspect(self, stored: Path) -> None:
        """Opens the copy in a parser child; raises DocumentError when no bill can come of it."""
        pages = (await self._pool.inspect(stored)).page_count
        if pages > self._limits.max_pages:
            raise DocumentError(
                DocumentKind.TOO_MANY_PAGES, f"It has {pages} pages; {self._limits.max_pages} are allowed."
            )


def _head(content: bytes | Path) -> bytes:
    if isinstance(content, bytes):
        return content[:MAGIC_WITHIN]
    with content.open("rb") as file:
        return file.read(MAGIC_WITHIN)


def _receipt(arrival: Arrival) -> Receipt:
    return Receipt(
        arrival_id=arrival.id,
        name=arrival.name,
        outcome=arrival.outcome,
        bill_id=arrival.bill_id,
        reason=arrival.reason,
        detail=arrival.detail,
    )
