"""The one door: whatever brings a document in hands it here and gets a receipt.

A receipt is given only when the document's copy and its record are durable. Unavailable (StorageFull, LedgerBusy)
means that nothing was taken and the source must keep the document and offer it again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import structlog

from ingest.config import Limits
from ingest.errors import Refused
from ingest.metrics import Metrics
from ingest.parsing import ParserPool
from ingest.passwords import Passwords
from ingest.reasons import BY_CODE, Reason
from ingest.store.documents import DocumentStore, Written, disk_errors
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import NewMessage
from ingest.store.purge_rows import RemovalKind
from ingest.store.rows import Arrival, NewArrival, Outcome, Priority
from ingest.store.working import working_folder, working_name
from parsers.errors import DocumentError
from parsers.model import DocumentKind
from parsers.pdf.formats import format_of

MAGIC = b"%PDF-"
MAGIC_WITHIN = 1024
ZIP_MAGIC = b"PK\x03\x04"
"""An archive that holds a PDF as it is shows the PDF's own first bytes within the first kilobyte."""

ORIGINALS = "originals"
"""The folder beside that of the documents which holds, as they came, the files that a PDF was made of."""

MESSAGES = "messages"
"""The folder of the mails that brought documents."""

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
    sha256: str | None = None
    """Of a file that is on the disk (fsynced) and may be renamed away; of any other ``content`` a copy is made."""
    refused: Refused | None = None
    """What the source itself found against it; it is noted, not stored."""


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
        self._originals = documents.beside(ORIGINALS, suffix="")
        self.messages = documents.beside(MESSAGES, suffix=".eml")
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
        arrivals = await self._ledger.receive(checked, message, self._still_there)
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
        return (self._originals if kind is RemovalKind.ORIGINAL else self._documents).exists(sha256)

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
        if offer.refused is not None:
            return replace(new, reason=offer.refused.reason, detail=offer.refused.detail, place=None)
        found = await asyncio.to_thread(self._first_look, offer)
        if isinstance(found, Reason):
            return replace(new, reason=found, place=None)
        written, is_photo = found
        async with written:
            try:
                return await (self._store_photo(new, written) if is_photo else self._store_pdf(new, written))
            except DocumentError as error:
                return replace(new, reason=BY_CODE[error.kind.value], detail=error.detail, place=None)

    async def _store(self, new: NewArrival, written: Written) -> NewArrival:
        await self._inspect(written.temporary)
        await asyncio.to_thread(written.keep)
        return replace(new, sha256=written.sha256)

    async def _store_pdf(self, new: NewArrival, written: Written) -> NewArrival:
        try:
            return await self._store(new, written)
        except DocumentError as error:
            if error.kind is not DocumentKind.PASSWORD_REQUIRED:
                raise
        return await self._store_unlocked(new, written)

    async def _store_unlocked(self, new: NewArrival, locked: Written) -> NewArrival:
        """What comes after us has no password: a copy without one goes on."""
        passwords = self._passwords.get(new.account, Passwords())
        opened_by = ""

        async def unlock(path: Path, copy: Path) -> None:
            nonlocal opened_by
            opened_by = await passwords.unlock(self._pool, path, copy, new.name)

        async with self._originals.adopted(locked.temporary, locked.sha256) as original:
            stored = await self._store_made(new, original, unlock)
        return replace(stored, detail=opened_by)

    async def _store_photo(self, new: NewArrival, photo: Written) -> NewArrival:
        """The API takes PDFs alone: a photo goes on as one."""
        return await self._store_made(new, photo, self._pool.wrap)

    async def _store_made(
        self, new: NewArrival, original: Written, make: Callable[[Path, Path], Awaitable[None]]
    ) -> NewArrival:
        """Stores the PDF that ``make`` makes of the original, and beside it the original itself."""
        with working_folder(original.temporary.parent) as folder:
            pdf = folder / working_name(0)
            await make(original.temporary, pdf)
            async with await asyncio.to_thread(self._documents.write, pdf) as made:
                stored = await self._store(new, made)
        await asyncio.to_thread(original.keep)
        return replace(stored, sha256=original.sha256, pdf_sha256=stored.sha256)

    def _first_look(self, offer: Offer) -> Reason | tuple[Written, bool]:
        """Why its size or first bytes refuse it; else its content on the disk, and whether it is a photo. Blocks."""
        content = offer.content
        with disk_errors():
            size = len(content) if isinstance(content, bytes) else content.stat().st_size
            head = _head(content)
        if size == 0:
            return Reason.EMPTY
        if size > self._limits.max_document_bytes:
            return Reason.TOO_LARGE
        is_photo = bool(format_of(head))
        if not is_photo and (MAGIC not in head or head.startswith(ZIP_MAGIC)):
            return Reason.NOT_A_PDF
        store = self._originals if is_photo else self._documents
        if offer.sha256 is not None and isinstance(content, Path):
            return store.adopt(content, offer.sha256), is_photo
        return store.write(content), is_photo

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
