"""Results on disk where several workers write them: one that was thought dead leaves nothing older behind."""

import asyncio
import datetime as dt
from pathlib import Path

import aiohttp
import pytest
from postgres_world import database
from test_delivery_files import World, read

from ingest.config import Account, Settings
from ingest.delivery import files
from ingest.delivery.deliverer import Deliverer
from ingest.sources.inbox import MARKER
from ingest.store.ledger import Ledger


@pytest.mark.parametrize("number", [0, 1], ids=["record", "sidecar"])
async def test_who_goes_on_after_standing_still_leaves_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """It has read what the bill was, and writes that after another worker has delivered what the bill is."""
    settings = Settings(data_dir=tmp_path / "data", accounts={"acme": Account()})
    loop, write, writes = asyncio.get_running_loop(), files.write_durably, iter(range(100))
    with database() as url:
        async with await Ledger.open(url) as ledger, aiohttp.ClientSession() as session:
            world = World(ledger, settings, Deliverer(ledger, settings, session, ledger.clock), ledger.clock)
            world.inbox.mkdir(parents=True)
            (world.inbox / MARKER).touch()
            bill = await world.reconciled(await world.bill(await world.drop("a.pdf")), status="unparsed")

            async def overtake() -> None:
                await world.reconciled(bill)
                await files.FileDelivery(ledger, settings, lambda: dt.datetime.now(dt.UTC)).bring_up_to_date(bill.id)

            def stand_still(place: Path, content: bytes) -> None:
                if next(writes) == number:
                    asyncio.run_coroutine_threadsafe(overtake(), loop).result(30)
                write(place, content)

            monkeypatch.setattr(files, "write_durably", stand_still)
            await files.FileDelivery(ledger, settings, ledger.clock).bring_up_to_date(bill.id)
            record = (await ledger.bill(bill.id)).record
    assert record["status"] == "unlocked"
    assert read(settings.output_dir / "acme" / f"{bill.id}.json") == record
    assert read(world.inbox / "processed" / "a.pdf.json")["bills"] == [record]
