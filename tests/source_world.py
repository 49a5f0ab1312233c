"""The intake with all that is behind it, for the tests of what hands documents in."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from ingest.config import Limits
from ingest.intake import Intake, Receipt
from ingest.offers import Offer
from ingest.parsing import ParserPool
from ingest.store.documents import DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import NewMessage
from ingest.store.rows import Arrival

DEADLINE = 30


def pdf(words: str, *, pages: int = 1) -> bytes:
    """The same words give the same bytes."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for page in range(pages):
        canvas.drawString(72, 720, f"{words}, page {page + 1}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


async def eventually(condition: Callable[[], object], what: str = "") -> None:
    """Waits until the condition holds."""
    try:
        async with asyncio.timeout(DEADLINE):
            while not condition():  # noqa: ASYNC110 - files and other processes set no event
                await asyncio.sleep(0.005)
    except TimeoutError as error:
        raise AssertionError(what or "it did not come to pass") from error


class WatchedIntake(Intake):
    """The real intake; a test may do something around it, as other programs do at the worst moment."""

    before: Callable[[Offer], Awaitable[None]] | None = None
    after: Callable[[Offer], None] | None = None

    async def take(self, offers: Sequence[Offer], message: NewMessage | None = None) -> list[Receipt]:
        for offer in offers:
            if self.before is not None:
                await self.before(offer)
        receipts = await super().take(offers, message)
        for offer in offers:
            if self.after is not None:
                self.after(offer)
        return receipts


@dataclass
class Door:
    """What a source needs, and what shows what it did."""

    data_dir: Path
    ledger: Ledger
    documents: DocumentStore
    intake: WatchedIntake

    async def arrivals(self) -> list[Arrival]:
        """Oldest first."""
        return (await self.ledger.arrivals())[::-1]


@asynccontextmanager
async def opened_door(data_dir: Path, pool: ParserPool, documents_dir: Path | None = None) -> AsyncIterator[Door]:
    """A fresh ledger and document store."""
    async with await Ledger.open(f"sqlite+aiosqlite:///{data_dir}/ledger.sqlite3") as ledger:
        documents = DocumentStore(documents_dir or data_dir / "documents")
        intake = WatchedIntake(ledger, documents, pool, Limits(max_pages=20))
        yield Door(data_dir, ledger, documents, intake)
        await intake.finish()
