"""What a receipt tells, read from the ledger: each document of a mail with the bills that came of it."""

import datetime as dt
from dataclasses import dataclass

from ingest.store.ledger import Ledger
from ingest.store.mail_rows import Message
from ingest.store.rows import Arrival, Outcome, Step, WholeBill

MOST_BILLS = 100
"""Of one split document that are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldDocument:
    """One document of a mail. ``bill`` and ``children`` are as the ledger has them when the receipt is written."""

    arrival: Arrival
    bill: WholeBill | None
    children: tuple[WholeBill, ...]
    """The bills that it was split into, at most MOST_BILLS of them."""
    more_children: int
    first: Arrival | None
    """Of a duplicate: how the same document came before, where it came alone."""

    @property
    def taken(self) -> bool:
        """It brought something new, and nobody has found it to be no bill."""
        refused = self.bill is None or self.bill.step is Step.REFUSED
        return self.arrival.outcome is Outcome.ACCEPTED and not refused

    @property
    def known(self) -> bool:
        """It came before."""
        return self.arrival.outcome is Outcome.DUPLICATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All that one receipt tells."""

    message: Message
    at: dt.datetime
    documents: tuple[ToldDocument, ...]
    stopped: str | None
    """Why the API refuses the account, so that nothing goes on."""
    left_out: tuple[Message, ...] = ()
    """Earlier mails of the same sender that were not answered, since nothing of them was taken."""

    @property
    def taken(self) -> int:
        """Documents that brought something new."""
        return sum(document.taken for document in self.documents)

    @property
    def known(self) -> int:
        """Documents that came before."""
        return sum(document.known for document in self.documents)

    @property
    def refused(self) -> int:
        """Documents of which nothing becomes."""
        return len(self.documents) - self.taken - self.known

    @property
    def problems_only(self) -> bool:
        """Nothing was taken, and something was refused. What came before alone is no problem: its record stands."""
        return self.taken == 0 and self.refused > 0


async def read_contents(ledger: Ledger, message: Message, at: dt.datetime) -> Contents:
    """Raises LedgerBusy."""
    documents = [await _told(ledger, arrival) for arrival in await ledger.receipts.arrivals(message.id)]
    stopped = (await ledger.stopped_accounts()).get(message.account)
    left_out = tuple(await ledger.receipts.left_out(message))
    return Contents(message=message, at=at, documents=tuple(documents), stopped=stopped, left_out=left_out)


async def _told(ledger: Ledger, arrival: Arrival) -> ToldDocument:
    bill = await ledger.bill(arrival.bill_id) if arrival.bill_id else None
    children = await ledger.children(bill.id) if bill and bill.step is Step.SPLIT else []
    known = bill is not None and arrival.outcome is Outcome.DUPLICATE
    return ToldDocument(
        arrival=arrival,
        bill=bill,
        children=tuple(children[:MOST_BILLS]),
        more_children=max(0, len(children) - MOST_BILLS),
        first=await ledger.receipts.first_arrival(bill.id) if known and bill else None,
    )
