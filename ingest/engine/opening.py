"""Which engine it is: the ledger's database says, and nothing else asks."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from ingest.engine.embedded import Embedded
from ingest.engine.work import Engine
from ingest.heartbeat import own_name
from ingest.sole_worker import sole_worker
from ingest.store.ledger import Ledger
from ingest.store.urls import is_postgresql
from ingest.web.readiness import MOST_PROCESSES, WORKER


@contextmanager
def claimed(ledger_url: str, data_dir: Path) -> Iterator[str]:
    """The worker's own name in the data folder. On SQLite that is its alone; raises NotReady when another has it."""
    if is_postgresql(ledger_url):
        with own_name(data_dir, WORKER, MOST_PROCESSES) as name:
            yield name
        return
    with sole_worker(data_dir):
        yield WORKER


@asynccontextmanager
async def open_engine(ledger: Ledger, lease: dt.timedelta) -> AsyncIterator[Engine]:
    """The engine of this ledger, for as long as the worker runs; ``lease`` is of use where there may be several."""
    if not is_postgresql(ledger.engine.url.drivername):
        yield Embedded(ledger.clock)
        return
    from ingest.engine.on_postgres import OnPostgres

    async with OnPostgres.open(ledger, lease=lease) as engine:
        yield engine
