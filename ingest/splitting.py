"""A document of several bills becomes several documents of one bill each, which keep the whole as their origin.

A bill is known by the bytes of its PDF: in the ledger, and at the API. Bills that share the same pages would be one
and the same there, so each of their PDFs says which of them it is.
"""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.parsing import ParserPool
from ingest.store.documents import DocumentStore
from ingest.store.ids import new_id
from ingest.store.rows import Bill, Step, WholeBill
from ingest.store.working import working_folder, working_name
from parsers.model import Bill as LocalBill
from parsers.model import Document, Piece

AT_ONCE = 25
"""Bills that are cut out of an opened document; their pieces lie on the disk until they are stored."""


@dataclass(frozen=True, slots=True)
class Part:
    """One bill of a document: the ``number``-th of ``count`` that stand on the very same pages."""

    local: LocalBill
    number: int
    count: int

    @property
    def mark(self) -> str | None:
        return f"bill {self.number} of {self.count}" if self.count > 1 else None

    def piece(self, target: Path) -> Piece:
        first, last = self.local.pages
        return Piece(first=first, last=last, target=target, mark=self.mark)

    def name(self, whole: str) -> str:
        """``batch.pdf`` becomes ``batch (pages 3-4).pdf``, or ``batch (page 3, bill 1 of 2).pdf``."""
        stem = whole[:-4] if whole.lower().endswith(".pdf") else whole
        first, last = self.local.pages
        pages = f"page {first}" if first == last else f"pages {first}-{last}"
        return f"{stem} ({', '.join(filter(None, (pages, self.mark)))}).pdf"


def parts_of(bills: Iterable[LocalBill]) -> list[Part]:
    """The bills of a document in their order, with their numbers among those of the same pages."""
    bills = list(bills)
    together = Counter(bill.pages for bill in bills)
    seen: Counter[tuple[int, int]] = Counter()
    parts = []
    for bill in bills:
        seen[bill.pages] += 1
        parts.append(Part(bill, seen[bill.pages], together[bill.pages]))
    return parts


class Splitter:
    """Cuts a document by the page ranges that its bills were read from."""

    def __init__(self, pool: ParserPool, documents: DocumentStore) -> None:
        self._pool = pool
        self._documents = documents

    async def split(self, whole: Bill, document: Document, at: dt.datetime) -> list[WholeBill]:
        """A row for each bill, its PDF stored and its reading carried over. Cutting twice gives the same bytes."""
        parts = parts_of(document.bills)
        children: list[WholeBill] = []
        for start in range(0, len(parts), AT_ONCE):
            some = parts[start : start + AT_ONCE]
            stored = await self._stored(whole, some)
            children += [_child(whole, document, part, sha256, at) for part, sha256 in zip(some, stored, strict=True)]
        return children

    async def _stored(self, whole: Bill, parts: Sequence[Part]) -> list[str]:
        """The hashes of their PDFs, which are in the store then."""
        with working_folder(self._documents.folder) as folder:
            targets = [folder / working_name(number) for number in range(len(parts))]
            pieces = [part.piece(target) for part, target in zip(parts, targets, strict=True)]
            await self._pool.cut(await self._documents.at_hand(whole.sha256), pieces, priority=whole.priority)
            hashes = []
            for target in targets:
                hashes.append(await self._documents.put(target))
                await asyncio.to_thread(target.unlink)
            return hashes


def _child(whole: Bill, document: Document, part: Part, sha256: str, at: dt.datetime) -> WholeBill:
    first, last = part.local.pages
    alone = document.model_copy(update={"page_count": last - first + 1, "bills": (renumbered(part.local),)})
    bill = replace(
        whole,
        id=new_id("bill"),
        sha256=sha256,
        name=part.name(whole.name),
        parent_id=whole.id,
        first_page=first,
        last_page=last,
        step=Step.RECEIVED,
        step_at=at,
        version=1,
        wake_at=at,
        attempts=0,
        updated_at=at,
    )
    return WholeBill.of(bill, local=alone.to_json())


def renumbered(bill: LocalBill) -> LocalBill:
    """The bill with its pages counted from its own first page, as in the PDF that it was cut into."""
    shift = bill.pages[0] - 1
    sources = {path: source.model_copy(update={"page": source.page - shift}) for path, source in bill.sources.items()}
    return bill.model_copy(update={"pages": (1, bill.pages[1] - shift), "sources": sources})
