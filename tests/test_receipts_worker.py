"""A receipt from the worker itself: a real document, read by the real pipeline, answered through a real server."""

from pathlib import Path

from pipeline_world import BATCH, POWER, UNKNOWN
from smarthost_world import new_mail, settings_for, smarthost_server
from source_world import eventually

from ingest import wakeup
from ingest.intake import Intake
from ingest.offers import Offer
from ingest.roles.opening import make_pool
from ingest.roles.worker import worker_role
from ingest.store.documents import DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import ReceiptState


async def test_the_worker_answers_a_mail(tmp_path: Path) -> None:
    async with smarthost_server(tmp_path) as server:
        settings = settings_for(server, tmp_path)
        unreachable = settings.accounts["acme"].model_copy(update={"base_url": "http://127.0.0.1:9"})
        settings = settings.model_copy(update={"accounts": {"acme": unreachable}})
        async with (
            worker_role(settings, watch=False),
            await Ledger.open(settings.ledger_url) as ledger,
            make_pool(settings, size=1) as pool,
        ):
            intake = Intake(
                ledger, DocumentStore(settings.documents_dir), pool, settings.limits,
                lambda: wakeup.wake(settings.data_dir),
            )  # fmt: skip
            offers = [
                Offer(account="acme", source="smtp", name=path.name, content=path, message={"part": str(number)})
                for number, path in enumerate((POWER, BATCH, UNKNOWN), 1)
            ]
            came = await intake.take(offers, new_mail())
            await eventually(lambda: server.received, "no receipt came")
            [arrival] = await ledger.arrivals(ids=[came[0].arrival_id])
            message = await ledger.receipts.one(arrival.message_id or "")
    [received] = server.received
    text = " ".join(received.text.split())
    assert "3 documents: 3 taken." in text
    assert "Central Maine Power, account …" in text
    assert "It holds 3 bills" in text
    assert text.count("Amount due: $") == 4
    assert text.count("National Grid New York") == 3
    assert message
    assert message.receipt in (ReceiptState.SENDING, ReceiptState.SENT)
