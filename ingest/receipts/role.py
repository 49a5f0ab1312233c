"""What the worker runs to answer mails: receipts and digests through one connection. Nothing where no smarthost is."""

import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ingest.config import Settings
from ingest.engine.embedded import Scheduler
from ingest.metrics import Metrics
from ingest.receipts.digests import DigestSender
from ingest.receipts.sending import ReceiptSender
from ingest.receipts.smarthost import SmarthostConnection
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import Digest, Message

AT_ONCE = 16
"""Receipts that wait for their turn at the smarthost: to ask the ledger for each of them anew would take longer."""


@asynccontextmanager
async def answering(
    settings: Settings, ledger: Ledger, metrics: Metrics, clock: Callable[[], dt.datetime]
) -> AsyncIterator[list[Scheduler[Message] | Scheduler[Digest]]]:
    """The loops that are to run while this lasts. Their mails go out one after the other, on the one connection."""
    if settings.smarthost.host is None:
        yield []
        return
    smarthost = SmarthostConnection(settings.smarthost, settings.smtp.hostname)
    receipts = ReceiptSender(ledger, settings, smarthost, clock, metrics)
    digests = DigestSender(ledger, settings, smarthost, clock, metrics)
    try:
        yield [
            Scheduler("receipt", receipts.due, receipts.step, limit=AT_ONCE, clock=clock, hold=ledger.receipts.hold),
            Scheduler("digest", digests.due, digests.step, limit=1, clock=clock),
        ]
    finally:
        await smarthost.close()
