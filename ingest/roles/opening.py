"""What several roles are made of: each opens what it needs, and closes it at its end."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext

from ingest.config import Settings
from ingest.intake import Intake
from ingest.metrics import Metrics
from ingest.ocr import make_ocr_pool
from ingest.parsing import ParserPool
from ingest.passwords import Passwords
from ingest.store.cache import shrinking
from ingest.store.documents import DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.place import prepare_place
from ingest.store.programs import noted
from ingest.store.purge_rows import RemovalKind
from ingest.store.sharing import Sharing, open_sharing
from ingest.store.uploading import uploading

LAST_UPLOADS_SECONDS = 5.0


def make_pool(settings: Settings, *, size: int | None = None) -> ParserPool:
    """The supervised children that read documents."""
    limits = settings.limits
    return ParserPool(
        size=size or limits.parser_children, memory_mb=limits.parser_memory_mb, wall_seconds=limits.parser_seconds
    )


@asynccontextmanager
async def open_scans(settings: Settings, *, size: int | None = None) -> AsyncIterator[ParserPool | None]:
    """The children for scans, which start with the first of them; None where there are none."""
    pool = make_ocr_pool(settings.ocr, size=size)
    async with pool or nullcontext():
        yield pool


@asynccontextmanager
async def open_ledger(settings: Settings, role: str | None = None) -> AsyncIterator[Ledger]:
    """The ledger, brought up to date. SQLite on a network file system is refused: its locks do not hold there.

    A ``role``, or whatever else runs for a while, is noted in it, so that no other version takes away what it needs.
    """
    prepare_place(settings.ledger_url, settings.data_dir)
    async with await Ledger.open(settings.ledger_url) as ledger, noted(ledger, role) if role else nullcontext():
        yield ledger


@asynccontextmanager
async def open_intake(
    settings: Settings,
    ledger: Ledger,
    pool: ParserPool,
    wake_worker: Callable[[], None],
    metrics: Metrics | None = None,
    sharing: Sharing | None = None,
) -> AsyncIterator[Intake]:
    """The one door, which finishes what it began before it closes. ``sharing`` where the caller has it open already."""
    sharing = sharing or open_sharing(settings)
    documents = DocumentStore(settings.documents_dir, shared=sharing)
    passwords = {name: Passwords(account.passwords) for name, account in settings.accounts.items()}
    intake = Intake(ledger, documents, pool, settings.limits, wake_worker, metrics, passwords)
    async with _kept_in_step(settings, ledger, sharing):
        try:
            yield intake
        finally:
            await intake.finish()


@asynccontextmanager
async def _kept_in_step(settings: Settings, ledger: Ledger, sharing: Sharing | None) -> AsyncIterator[None]:
    """This machine's documents with those in the shared store, where there is one."""

    async def is_needed(kind: str, sha256: str) -> bool:
        return await ledger.removals.is_needed(RemovalKind(kind.removesuffix("s")), sha256)

    last = min(LAST_UPLOADS_SECONDS, settings.drain_seconds)
    async with uploading(sharing, is_needed, last), shrinking(sharing, settings.store, is_needed):
        yield
