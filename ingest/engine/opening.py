"""Which engine it is: the ledger's database says, and nothing else asks."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from ingest.engine.embedded import Embedded
from ingest.engine.work import Engine
from ingest.sole_worker import sole_worker
from ingest.store.ledger import Ledger
from ingest.store.urls import is_postgresql


@contextmanager
def claimed(ledger_url: str, data_dir: Path) -> Iterator[None]:
    """On SQLite the data folder is this worker's alone. Raises NotReady when another one has it."""
    if is_postgresql(ledger_url):
        yield
        return
    with sole_worker(data_dir):
        yield


@asynccontextmanager
async def open_engine(ledger: Ledger, lease: dt.timedelta) -> AsyncIterator[Engine]:
    """The engine of this ledger, for as long as the worker runs; ``lease`` is of use where there may be several."""
    if not is_postgresql(ledger.engine.url.drivername):
        yield Embedded(ledger.clock)
        return
    from ingest.engine.on_postgres import OnPostgres

    async with OnPostgres.open(ledger, lease=lease) as engine:
        yield engine
