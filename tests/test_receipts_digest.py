"""The daily digest: once a day, also over restarts; what it tells; and the worker's loops around it."""

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from smarthost_world import (
    RECORD,
    Clock,
    Received,
    SmarthostServer,
    changed,
    mail_came,
    new_document,
    new_mail,
    read_all,
    settings_for,
    smarthost_server,
)
from source_world import eventually

from ingest.config import Settings
from ingest.errors import StaleVersion
from ingest.metrics import Metrics
from ingest.reasons import Reason
from ingest.receipts.digests import DigestSender
from ingest.receipts.role import answering
from ingest.receipts.schedule import WAITS
from ingest.receipts.smarthost import SmarthostConnection
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import Digest, ReceiptState
from ingest.store.rows import Step

DAY = dt.timedelta(days=1)
EVENING = dt.datetime(2026, 3, 3, 20, tzinfo=dt.UTC)


@dataclass
class World:
    ledger: Ledger
    settings: Settings
    clock: Clock
    server: SmarthostServer
    smarthost: SmarthostConnection
    sender: DigestSender

    def restarted(self) -> None:
        """What a process knew by itself is gone."""
        self.sender = DigestSender(self.ledger, self.settings, self.smarthost, self.clock)

    async def run_due(self) -> list[Received]:
        """Sends what is due; the mails that came of it."""
        before = len(self.server.received)
        for digest in (await self.sender.due((), 10))[0]:
            await self.sender.step(digest)
        return self.server.received[before:]

    async def last(self) -> Digest:
        found = await self.ledger.digests.last("acme")
        assert found
        return found


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    clock = Clock(EVENING)
    async with smarthost_server(tmp_path) as server:
        settings = settings_for(server, tmp_path)
        async with await Ledger.open(settings.ledger_url, clock) as ledger:
            smarthost = SmarthostConnection(settings.smarthost, "intake.example", silent_seconds=0)
            made = World(ledger, settings, clock, server, smarthost, DigestSender(ledger, settings, smarthost, clock))
            await made.run_due()  # the day on which it begins
            yield made
            await smarthost.close()


async def test_it_comes_once_a_day_at_its_hour_and_survives_restarts(world: World) -> None:
    came: list[str] = []
    for _ in range(4 * 24):
        world.clock.pass_(hours=1)
        world.restarted()
        came += [f"{world.clock.at:%d. %H:%M} {received.mail['Subject']}" for received in await world.run_due()]
    assert came == [
        "04. 06:00 Bills of acme, 3 March 2026: 0 documents",
        "05. 06:00 Bills of acme, 4 March 2026: 0 documents",
        "06. 06:00 Bills of acme, 5 March 2026: 0 documents",
        "07. 06:00 Bills of acme, 6 March 2026: 0 documents",
    ]


async def test_the_scheduler_is_told_when_its_next_hour_is(world: World) -> None:
    assert await world.sender.due((), 10) == ([], dt.datetime(2026, 3, 4, 6, tzinfo=dt.UTC))
    world.clock.at = dt.datetime(2026, 3, 5, 3, tzinfo=dt.UTC)
    _, upcoming = await world.sender.due((), 10)
    assert upcoming == dt.datetime(2026, 3, 5, 6, tzinfo=dt.UTC)


async def test_an_account_begins_without_a_digest(world: World) -> None:
    assert (await world.last()).state is ReceiptState.NONE
    assert world.server.received == []


async def test_after_a_standstill_one_digest_tells_of_all_days(world: World) -> None:
    world.clock.pass_(days=1)
    await world.run_due()
    await mail_came(world.ledger)
    world.clock.pass_(days=4)
    world.restarted()
    [received] = await world.run_due()
    assert received.mail["Subject"] == "Bills of acme, 4 March 2026 to 7 March 2026: 1 document; ATTENTION"
    assert "by smtp: 1 taken" in received.text
    assert "1 bill waited for more than a day" in received.text
    assert await world.run_due() == []


async def test_a_quiet_day_is_said_in_one_line(world: World) -> None:
    world.clock.pass_(days=1)
    [received] = await world.run_due()
    assert (received.sender, received.to) == ("", ["ops@acme.example"])
    assert received.mail["Auto-Submitted"] == "auto-generated"
    assert received.text == "Account acme, 3 March 2026 (UTC)\n\nNo document came in.\n"


async def test_it_tells_all_that_an_operator_must_know(world: World) -> None:
    ledger = world.ledger
    locked = new_document(9, sha256=None, reason=Reason.DAMAGED)
    other = {"envelope": {"from": "x@elsewhere.example"}}
    await mail_came(ledger, new_document(1), new_document(1), new_document(2), locked)
    await ledger.receive([new_document(8, sha256=None, reason=Reason.DAMAGED, message=other)])
    await ledger.receive([new_document(3, source="folder"), new_document(4, source="folder")])
    await ledger.receive([new_document(5, account="other")])
    bills = {bill.name: bill.id for bill in await ledger.bills(account="acme")}
    await changed(ledger, bills["bill-1.pdf"], Step.DELIVERED, record={**RECORD, "reasons": ["does_not_add_up"]})
    await changed(ledger, bills["bill-2.pdf"], Step.DELIVERED, record={**RECORD, "reasons": ["does_not_add_up"]})
    await changed(ledger, bills["bill-3.pdf"], Step.REFUSED, reason=Reason.NOT_A_BILL)
    quiet = await mail_came(ledger, new_document(6), unanswerable="list")
    await ledger.receipts.ended(quiet, ReceiptState.SUPPRESSED, "list")
    failed = await mail_came(ledger, new_document(7))
    await ledger.receipts.ended(failed, ReceiptState.FAILED, "the smarthost said 550 5.1.1 no such mailbox")
    await ledger.stop_account("acme", "401: the key is not known")
    world.clock.pass_(days=1, hours=1)
    [received] = await world.run_due()
    assert received.mail["Subject"] == "Bills of acme, 3 March 2026: 9 documents; ATTENTION"
    assert (
        received.text
        == """\
Account acme, 3 March 2026 (UTC)

ATTENTION: The API refuses this account's key, so nothing is uploaded for it. Correct the API key and restart the \
worker; its bills go on from where they are.
  The API said: 401: the key is not known

ATTENTION: 3 bills waited for more than a day.
  The oldest stands at its step since 3 March 2026, 20:00 UTC.
  3 received
  'bill-ingest status' names the newest ones; the worker's log says what they wait for.

Documents that came in:
  by folder: 2 taken
  by smtp: 4 taken, 1 known already, 2 refused

Documents that were refused at the door:
  2 damaged: The PDF is damaged or incomplete.
      sent from acme.example (1), elsewhere.example (1)

Bills that came in, by where they stand now:
  3 received
  2 delivered
  1 refused

Bills that were read and are none, by reason:
  1 not_a_bill: The document is not a utility bill.

Bills with a remark in their record:
  2 does_not_add_up: The numbers on the bill do not add up.

Receipts that were not sent:
  1 failed: the smarthost said 550 5.1.1 no such mailbox
  1 not sent by rule: list
"""
    )


async def test_one_that_fails_is_told_by_the_next(world: World) -> None:
    await mail_came(world.ledger)
    world.server.answers["RCPT"] = ["450 4.2.1 later"] * 4
    world.clock.pass_(days=1)
    assert await world.run_due() == []
    world.clock.pass_(seconds=WAITS[0])
    assert await world.run_due() == []
    before = await world.last()
    assert (before.day, before.state, before.attempts) == ("2026-03-03", ReceiptState.DUE, 2)
    world.server.answers.clear()
    world.clock.pass_(days=1)
    [received] = await world.run_due()
    assert "3 March 2026 to 4 March 2026: 1 document" in received.mail["Subject"]
    assert await world.run_due() == []


async def test_a_lost_answer_and_a_crash_send_no_second_one(world: World) -> None:
    world.clock.pass_(days=1)
    world.server.answers["DATA"] = ["take and drop"]
    assert len(await world.run_due()) == 1
    assert (await world.last()).state is ReceiptState.UNCONFIRMED
    world.clock.pass_(days=1)
    [digest], _ = await world.sender.due((), 10)
    await world.ledger.digests.begin(digest)  # and then the process ended
    with pytest.raises(StaleVersion):
        await world.ledger.digests.begin(digest)
    world.restarted()
    assert await world.run_due() == []
    assert (await world.last()).state is ReceiptState.UNCONFIRMED


async def test_an_account_without_an_operator_gets_none(world: World) -> None:
    nobody = world.settings.accounts["acme"].model_copy(update={"operator": None})
    world.clock.pass_(days=1)
    [digest], _ = await world.sender.due((), 10)
    world.settings = world.settings.model_copy(update={"accounts": {"acme": nobody}})
    world.restarted()
    await world.sender.step(digest)
    assert ((await world.last()).state, world.server.received) == (ReceiptState.FAILED, [])
    world.clock.pass_(days=1)
    assert (await world.sender.due((), 10))[0] == []


async def test_the_worker_s_loops_send_what_is_due_and_stop(world: World) -> None:
    import asyncio

    world.clock.pass_(days=1)
    message = await mail_came(world.ledger)
    await read_all(world.ledger, message)
    async with (
        answering(world.settings, world.ledger, Metrics(), world.clock) as loops,
        asyncio.TaskGroup() as tasks,
    ):
        for loop in loops:
            tasks.create_task(loop.run())
        await eventually(lambda: len(world.server.received) == 2)
        for loop in loops:
            await loop.stop(1)
    assert {received.to[0] for received in world.server.received} == {"jane@acme.example", "ops@acme.example"}
    nowhere = world.settings.smarthost.model_copy(update={"host": None})
    settings = world.settings.model_copy(update={"smarthost": nowhere})
    async with answering(settings, world.ledger, Metrics(), world.clock) as none:
        assert none == []


async def test_a_mail_that_came_later_is_not_of_the_day_before(world: World) -> None:
    world.clock.at = dt.datetime(2026, 3, 4, tzinfo=dt.UTC)
    await world.ledger.receive([new_document(1)], new_mail())
    world.clock.at = dt.datetime(2026, 3, 4, 6, tzinfo=dt.UTC)
    [received] = await world.run_due()
    assert "No document came in." in received.text
