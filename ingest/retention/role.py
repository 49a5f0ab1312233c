"""What the worker does about age: once a day the bills go that are older than their account keeps them."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from ingest.config import Settings
from ingest.errors import IngestError
from ingest.retention.files import FileRemover
from ingest.retention.purger import Outcome, Purger
from ingest.store.ledger import Ledger
from ingest.store.purge_rows import Selection

DAY = 24 * 3600.0
LOOK_SECONDS = 3600.0
"""How often files are looked for that a purge could not remove, or that its end left."""
REST = 4.0
"""A fifth of the time at most: everything else comes first."""

log = structlog.get_logger()


@asynccontextmanager
async def purging(
    settings: Settings, ledger: Ledger, clock: Callable[[], dt.datetime], *, day: float = DAY
) -> AsyncIterator[None]:
    """Purges by age while the work goes on, at the start and then once a day.

    Nothing has to be remembered over a restart: what is too old is asked of the ledger. Stopped in the middle, the
    next run goes on; several workers do the same work without harm.
    """
    task = asyncio.create_task(_run(settings, ledger, clock, day), name="retention")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def by_age(settings: Settings, at: dt.datetime) -> list[Selection]:
    """What the settings let go of now."""
    return [
        Selection(
            account=name,
            rule=f"keep_days = {account.keep_days}",
            received_before=at - dt.timedelta(days=account.keep_days),
        )
        for name, account in settings.accounts.items()
        if account.keep_days is not None
    ]


async def _run(settings: Settings, ledger: Ledger, clock: Callable[[], dt.datetime], day: float) -> None:
    purger = Purger(ledger, FileRemover(ledger, settings), rest=REST)
    loop = asyncio.get_running_loop()
    next_purge = loop.time()
    while True:
        try:
            await purger.remove_files()
            if loop.time() >= next_purge:
                for selection in by_age(settings, clock()):
                    _tell(selection, await purger.purge(selection))
                next_purge = loop.time() + day
        except IngestError as error:
            log.warning("the purge by age stopped; it goes on within the hour", error=str(error))
        except Exception:  # a mistake of ours here must not end the worker; the traceback is logged
            log.exception("the purge by age failed; it is tried again within the hour")
        await asyncio.sleep(min(day, LOOK_SECONDS))


def _tell(selection: Selection, outcome: Outcome) -> None:
    purged, plan = outcome.purged, outcome.plan
    if purged.bills or purged.refused or plan.under_way:
        log.info(
            "purged by age",
            account=selection.account, rule=selection.rule, bills=purged.bills, documents=purged.documents,
            refused=purged.refused, rows=purged.rows, files=outcome.files,
            still_under_way=plan.under_way, changed_meanwhile=purged.skipped,
        )  # fmt: skip
