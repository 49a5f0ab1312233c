"""A document of several bills becomes several documents of one bill each, which keep the whole as their origin."""

import asyncio
import datetime as dt
import tempfile
from dataclasses import replace
from pathlib import Path

from ingest.parsing import ParserPool
from ingest.store.documents import DocumentStore
from ingest.store.rows import Bill, Step, new_id
from parsers.model import Bill as LocalBill
from parsers.model import Document


class Splitter:
    """Cuts a document by the page ranges that its bills were read from."""

    def __init__(self, pool: ParserPool, documents: DocumentStore) -> None:
        self._pool = pool
        self._documents = documents

    async def split(self, whole: Bill, document: Document, at: dt.datetime) -> list[Bill]:
        """A row for each bill, its PDF stored and its reading carried over. Cutting twice gives the same bytes."""
        with tempfile.TemporaryDirectory(prefix="bill-ingest-split-") as folder:
            return [
                await self._child(whole, document, local, Path(folder) / f"{number}.pdf", at)
                for number, local in enumerate(document.bills, start=1)
            ]

    async def _child(self, whole: Bill, document: Document, local: LocalBill, target: Path, at: dt.datetime) -> Bill:
        first, last = local.pages
        await self._pool.cut(self._documents.path(whole.sha256), first, last, target)
        sha256 = await self._documents.put(target)
        await asyncio.to_thread(target.unlink)
        alone = document.model_copy(update={"page_count": last - first + 1, "bills": (renumbered(local),)})
        return replace(
            whole,
            id=new_id("bill"),
            sha256=sha256,
            name=_name(whole.name, first, last),
            parent_id=whole.id,
            first_page=first,
            last_page=last,
            step=Step.RECEIVED,
            step_at=at,
            version=1,
            wake_at=at,
            attempts=0,
            updated_at=at,
            local=alone.to_json(),
        )


def renumbered(bill: LocalBill) -> LocalBill:
    """The bill with its pages counted from its own first page, as in the PDF that it was cut into."""
    shift = bill.pages[0] - 1
    sources = {path: source.model_copy(update={"page": source.page - shift}) for path, source in bill.sources.items()}
    return bill.model_copy(update={"pages": (1, bill.pages[1] - shift), "sources": sources})


def _name(name: str, first: int, last: int) -> str:
    stem = name[:-4] if name.lower().endswith(".pdf") else name
    pages = f"page {first}" if first == last else f"pages {first}-{last}"
    return f"{stem} ({pages}).pdf"
