"""What is to be said of a document that is offered, and its files on the disk, before anything of it is taken."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.config import Limits
from ingest.errors import Refused
from ingest.offers import Offer
from ingest.parsing import ParserPool
from ingest.passwords import Passwords
from ingest.reasons import BY_CODE, Reason
from ingest.store.disk import disk_errors
from ingest.store.documents import ORIGINALS, DocumentStore
from ingest.store.rows import NewArrival, Priority
from ingest.store.text import storable
from ingest.store.working import working_folder, working_name
from ingest.store.written import Written
from parsers.errors import DocumentError
from parsers.model import DocumentKind
from parsers.pdf.formats import format_of

MAGIC = b"%PDF-"
MAGIC_WITHIN = 1024
ZIP_MAGIC = b"PK\x03\x04"
"""An archive that holds a PDF as it is shows the PDF's own first bytes within the first kilobyte."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A document as the ledger is to have it, and its files, which are kept with that."""

    new: NewArrival
    files: tuple[Written, ...] = ()


class Checker:
    """Looks at documents; ``documents`` and ``originals`` are where their files will be kept."""

    def __init__(
        self, documents: DocumentStore, pool: ParserPool, limits: Limits, passwords: Mapping[str, Passwords]
    ) -> None:
        self.documents = documents
        self.originals = documents.beside(ORIGINALS, suffix="")
        self._pool = pool
        self._limits = limits
        self._passwords = passwords

    async def check(self, offer: Offer, on_disk: list[Written]) -> Brought:
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
            return Brought(replace(new, reason=against.reason, detail=against.detail, place=None))
        try:
            return await self._look(new, offer, on_disk)
        except Refused as refused:
            return Brought(replace(new, reason=refused.reason, detail=refused.detail, place=None))
        except DocumentError as error:
            return Brought(replace(new, reason=BY_CODE[error.kind.value], detail=error.detail, place=None))

    async def _look(self, new: NewArrival, offer: Offer, on_disk: list[Written]) -> Brought:
        """Raises Refused or DocumentError when no bill can come of it."""
        ready = offer.on_disk
        if ready is not None and ready.pages is not None and isinstance(offer.content, Path):
            written = self.documents.adopt(offer.content, ready.sha256)
            on_disk.append(written)
            self._check_size(ready.size)
            self._check_pages(ready.pages)
            return Brought(replace(new, sha256=written.sha256), (written,))
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
        return Brought(replace(new, sha256=written.sha256), (written,))

    async def _unlocked(self, new: NewArrival, locked: Written, on_disk: list[Written]) -> Brought:
        """What comes after us has no password: a copy without one goes on."""
        passwords = self._passwords.get(new.account, Passwords())
        opened_by = ""

        async def unlock(path: Path, copy: Path) -> None:
            nonlocal opened_by
            opened_by = await passwords.unlock(self._pool, path, copy, new.name)

        original = self.originals.adopt(locked.temporary, locked.sha256)
        brought = await self._made(new, original, unlock, on_disk)
        return replace(brought, new=replace(brought.new, detail=opened_by))

    async def _made(
        self,
        new: NewArrival,
        original: Written,
        make: Callable[[Path, Path], Awaitable[None]],
        on_disk: list[Written],
    ) -> Brought:
        """The PDF that ``make`` makes of the original (the API takes PDFs alone), and beside it the original itself."""
        with working_folder(original.temporary.parent) as folder:
            pdf = folder / working_name(0)
            await make(original.temporary, pdf)
            made = await asyncio.to_thread(self.documents.write, pdf)
        on_disk.append(made)
        await self._inspect(made.temporary)
        return Brought(replace(new, sha256=original.sha256, pdf_sha256=made.sha256), (made, original))

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
        store = self.originals if is_photo else self.documents
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
