"""The one door: whatever brings a document in hands it here and gets a receipt.

A receipt is given only when the document's copy and its record are durable. Unavailable (StorageFull, LedgerBusy)
means that nothing was taken and the source must keep the document and offer it again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
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
from ingest.store.disk import disk_errors
from ingest.store.documents import DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import NewMessage
from ingest.store.purge_rows import RemovalKind
from ingest.store.rows import Arrival, NewArrival, Outcome, Priority
from ingest.store.text import storable
from ingest.store.working import working_folder, working_name
from ingest.store.written import Keepable, Written
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


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A file of ours that is fsynced and may be renamed away."""

    sha256: str
    size: int
    """Bytes."""
    pages: int | None = None
    """Of a PDF that was opened already and is sound."""


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
    on_disk: OnDisk | None = None
    """Of any other ``content`` a copy is made."""
    refused: Refused | None = None
    """What the source itself found against it; it is noted, not stored."""


@dataclass(frozen=True, slots=True)
class _Brought:
    """A document as the ledger is to have it, and its files, which are kept with that."""

    new: NewArrival
    files: tuple[Written, ...] = ()


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
            brought = [await self._check(offer, on_disk) for offer in offers]
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
        return (self._originals if kind is RemovalKind.ORIGINAL else self._documents).exists(sha256)

    async def _check(self, offer: Offer, on_disk: list[Written]) -> _Brought:
        """What is to be said of a document. Of ``on_disk``, to which its files are added, the caller keeps some."""
        new = NewArrival(
            account=offer.account,
            source=offer.source,
            name=offer.name,
            priority=Priority[offer.source.upper()],
            customer=offer.customer and storable(offer.customer),
            external_id=offer.external_id and storable(offer.external_id),
            message=offer.message,
            place=offer.place,
        )
        against = offer.refused or _of_its_names(offer)
        if against is not None:
            return _Brought(replace(new, reason=against.reason, detail=against.detail, place=None))
        try:
            return await self._look(new, offer, on_disk)
        except Refused as refused:
            return _Brought(replace(new, reason=refused.reason, detail=refused.detail, place=None))
        except DocumentError as error:
            return _Brought(replace(new, reason=BY_CODE[error.kind.value], detail=error.detail, place=None))

    async def _look(self, new: NewArrival, offer: Offer, on_disk: list[Written]) -> _Brought:
        """Raises Refused or DocumentError when no bill can come of it."""
        ready = offer.on_disk
        if ready is not None and ready.pages is not None and isinstance(offer.content, Path):
            written = self._documents.adopt(offer.content, ready.sha256)
            on_disk.append(written)
            self._check_size(ready.size)
            self._check_pages(ready.pages)
            return _Brought(replace(new, sha256=written.sha256), (written,))
        written, is_photo = await asyncio.to_thread(self._first_look, offer)
        on_disk.append(written)
        if is_photo:
            return await self._made(new, written, self._pool.wrap, on_disk)
        try:
            await self._inspect(written.temporary)
        except DocumentError as error:
            if error.kind is not DocumentKind.PASSWORD_REQUIRED:
                raise
            return await self._unlocked(new, written, on_disk)
        return _Brought(replace(new, sha256=written.sha256), (written,))

    async def _unlocked(self, new: NewArrival, locked: Written, on_disk: list[Written]) -> _Brought:
        """What comes after us has no password: a copy without one goes on."""
        passwords = self._passwords.get(new.account, Passwords())
        opened_by = ""

        async def unlock(path: Path, copy: Path) -> None:
            nonlocal opened_by
            opened_by = await passwords.unlock(self._pool, path, copy, new.name)

        original = self._originals.adopt(locked.temporary, locked.sha256)
        brought = await self._made(new, original, unlock, on_disk)
        return replace(brought, new=replace(brought.new, detail=opened_by))

    async def _made(
        self,
        new: NewArrival,
        original: Written,
        make: Callable[[Path, Path], Awaitable[None]],
        on_disk: list[Written],
    ) -> _Brought:
        """The PDF that ``make`` makes of the original (the API takes PDFs alone), and beside it the original itself."""
        with working_folder(original.temporary.parent) as folder:
            pdf = folder / working_name(0)
            await make(original.temporary, pdf)
            made = await asyncio.to_thread(self._documents.write, pdf)
        on_disk.append(made)
        await self._inspect(made.temporary)
        return _Brought(replace(new, sha256=original.sha256, pdf_sha256=made.sha256), (made, original))

    def _first_look(self, offer: Offer) -> tuple[Written, bool]:
        """Its content on the disk, and whether it is a photo. Raises Refused for its size or first bytes. Blocks."""
        content = offer.content
        with disk_errors():
            size = len(content) if isinstance(content, bytes) else content.stat().st_size
            head = _head(content)
        self._check_size(size)
        is_photo = bool(format_of(head))
        if not is_photo and (MAGIC not in head or head.startswith(ZIP_MAGIC)):
            raise Refused(Reason.NOT_A_PDF)
        store = self._originals if is_photo else self._documents
        if offer.on_disk is not None and isinstance(content, Path):
            return store.adopt(content, offer.on_disk.sha256), is_photo
        return store.write(content), is_photo

    def _check_size(self, size: int) -> None:
        if size == 0:
            raise Refused(Reason.EMPTY)
        if size > self._limits.max_document_bytes:
            raise Refused(Reason.TOO_LARGE)

    async def _inspect(self, stored: Path) -> None:
        """Opens the copy in a parser child; raises DocumentError when no bill can come of it."""
        self._check_pages((await self._pool.inspect(stored)).page_count)

    def _check_pages(self, pages: int) -> None:
        if pages > self._limits.max_pages:
            raise DocumentError(
                DocumentKind.TOO_MANY_PAGES, f"It has {pages} pages; {self._limits.max_pages} are allowed."
            )


def _drop(files: Iterable[Written]) -> None:
    for file in files:
        file.drop()


def _of_its_names(offer: Offer) -> Refused | None:
    """A customer whose name cannot be stored as it is would become another one."""
    named = {"customer": offer.customer, "external id": offer.external_id}
    bad = [what for what, text in named.items() if text and storable(text) != text]
    if not bad:
        return None
    return Refused(
        Reason.CUSTOMER_ID_INVALID,
        f"Its {bad[0]} cannot be stored: it holds a NUL character or bytes that are not UTF-8.",
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
