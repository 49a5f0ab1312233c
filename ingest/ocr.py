"""Scans and photos are read by children of their own, so that they never hold back documents with text.

Every document goes to the parser children first. Those answer in milliseconds, also that a page has no text.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.config import Ocr
from ingest.parsing import Explained, ParserPool
from parsers import ocr
from parsers.model import Bill, Document, DocumentKind

RECYCLE_AFTER = 50
"""Documents for each child; the engines do not give back all that a large page needed."""
FAILURES = (DocumentKind.TOO_LARGE, DocumentKind.DAMAGED)
WHOLE = ("account_number", "billed_on", "billing_period_to", "amount_due", "meters")
"""What a bill lacks, the pages without text may hold."""


def make_ocr_pool(settings: Ocr, *, size: int | None = None) -> ParserPool | None:
    """The children for scans, none of them started yet; None where the extra is not installed or it is switched off."""
    if settings.children == 0 or not ocr.available():
        return None
    return ParserPool(
        size=size or settings.children,
        memory_mb=settings.memory_mb,
        cpu_seconds=int(settings.seconds) + 1,
        wall_seconds=settings.seconds,
        recycle_after=RECYCLE_AFTER,
    )


def wants_ocr(document: Document) -> bool:
    """Whether pages that have no text may hold what was not read."""
    if document.document is DocumentKind.NEEDS_OCR:
        return True
    unread = bool(document.unread_pages)
    return unread and (document.document is not DocumentKind.BILL or any(map(_lacks_something, document.bills)))


def _lacks_something(bill: Bill) -> bool:
    return any(not getattr(bill, name) and getattr(bill, name) != 0 for name in WHOLE)


async def read_scan(pool: ParserPool, path: Path, first: Document, *, priority: int = 0, **options: Any) -> Document:
    """A document read again with its pages' pictures; ``first`` is what its text alone gave."""
    document = await pool.read(path, priority=priority, ocr=True, **options)
    if document.document not in FAILURES:
        return document
    return first.model_copy(update={"detail": f"Its pages without text were not read: {document.detail}"})


@dataclass(frozen=True, slots=True)
class Readers:
    """The children that read text and, where there are any, those that read pictures, as one."""

    pool: ParserPool
    scans: ParserPool | None

    async def read(self, path: Path, *, priority: int = 0, **options: Any) -> Document:
        """As ``ParserPool.read``."""
        document = await self.pool.read(path, priority=priority, **options)
        if self.scans is None or not wants_ocr(document):
            return document
        return await read_scan(self.scans, path, document, priority=priority, **options)

    async def explain(self, path: Path, *, priority: int = 0, **options: Any) -> Explained:
        """As ``ParserPool.explain``."""
        if self.scans and wants_ocr(await self.pool.read(path, priority=priority, **options)):
            return await self.scans.explain(path, priority=priority, ocr=True, **options)
        return await self.pool.explain(path, priority=priority, **options)
