"""Receipts on their way: through a real SMTP server, once at most, with every error that a server can make."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from smarthost_world import (
    LOGIN,
    NOON,
    Clock,
    SmarthostServer,
    changed,
    login_settings,
    mail_came,
    new_document,
    read_all,
    settings_for,
    smarthost_server,
)
from source_world import eventually
from structlog.testing import capture_logs

from ingest.config import Settings
from ingest.metrics import Metrics
from ingest.receipts.role import answering
from ingest.receipts.schedule import WAITS
from ingest.receipts.sending import ReceiptSender
from ingest.receipts.smarthost import SmarthostConnection
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import Message, ReceiptState
from ingest.store.rows import Step


@dataclass
class World:
    ledger: Ledger
    settings: Settings
    clock: Clock
    server: SmarthostServer
    smarthost: SmarthostConnection
    sender: ReceiptSender
    metrics: Metrics

    async def run_due(self) -> int:
        """One attempt for each receipt that is due; how many there were."""
        found, _ = await self.sender.due((), 1000)
        for message in found:
            await self.sender.step(message)
        return len(found)

    async def state(self, message: Message) -> Message:
        found = await self.ledger.receipts.one(message.id)
        assert found
        return found


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with smarthost_server(tmp_path) as server, opened(server, settings_for(server, tmp_path)) as made:
        yield made


class opened:  # noqa: N801 - used as a function
    """A world around a server."""

    def __init__(self, server: SmarthostServer, settings: Settings, **options: Any) -> None:
        self.server, self.settings = server, settings
        self.options = {"command_seconds": 5, "text_seconds": 5, "silent_seconds": 0, **options}

    async def __aenter__(self) -> World:
        clock, metrics = Clock(), Metrics()
        self.ledger = await (await Ledger.open(self.settings.ledger_url, clock)).__aenter__()
        self.smarthost = SmarthostConnection(self.settings.smarthost, "intake.example", **self.options)
        sender = ReceiptSender(self.ledger, self.settings, self.smarthost, clock, metrics)
        return World(self.ledger, self.settings, clock, self.server, self.smarthost, sender, metrics)

    async def __aexit__(self, *_: object) -> None:
        await self.smarthost.close()
        await self.ledger.__aexit__()


async def test_a_receipt_is_sent_when_every_document_was_read(world: World) -> None:
    message = await mail_came(world.ledger, new_document(1), new_document(2))
    first, second = await world.ledger.receipts.arrivals(message.id)
    await changed(world.ledger, first.bill_id, Step.POLLING)
    assert await world.run_due() == 0, "one is still to be read"
    await changed(world.ledger, second.bill_id, Step.REFUSED)
    assert await world.run_due() == 1
    [sent] = world.server.received
    assert (sent.sender, sent.to) == ("", ["jane@acme.example"])
    after = await world.state(message)
    assert (after.receipt, after.attempts, after.sent_at, after.due_at) == (ReceiptState.SENT, 1, NOON, None)
    assert await world.run_due() == 0


async def test_after_ten_minutes_it_says_what_is_pending(world: World) -> None:
    message = await mail_came(world.ledger, new_document(1), new_document(2))
    first, _ = await world.ledger.receipts.arrivals(message.id)
    await changed(world.ledger, first.bill_id, Step.SCANNED)
    found, upcoming = await world.sender.due((), 10)
    assert (found, upcoming) == ([], NOON + dt.timedelta(minutes=10))
    world.clock.pass_(minutes=10)
    assert await world.run_due() == 1
    assert "text recognition has not come to it yet" in " ".join(world.server.received[0].text.split())


async def test_the_headers_thread_and_forbid_answers(world: World) -> None:
    message = await mail_came(world.ledger, references=("<root@acme.example>", "<mid@acme.example>"))
    await read_all(world.ledger, message)
    await world.run_due()
    [received] = world.server.received
    mail = received.mail
    assert mail["Subject"] == "Re: Bills for March"
    assert mail["In-Reply-To"] == "<one@acme.example>"
    assert mail["References"].split() == ["<root@acme.example>", "<mid@acme.example>", "<one@acme.example>"]
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["From"] == "Bill intake <intake@bills.example>"
    assert mail["To"] == "jane@acme.example"
    assert mail["Message-ID"] == f"<receipt.{message.id}@bills.example>"
    assert mail["Date"].datetime == NOON
    assert mail.get_content_type() == "text/plain"
    assert received.content.isascii()


async def test_several_mails_go_through_one_connection(world: World) -> None:
    for number in range(5):
        message = await mail_came(world.ledger, new_document(number), header_from=f"p{number}@acme.example")
        await read_all(world.ledger, message)
    assert await world.run_due() == 5
    assert {received.connection for received in world.server.received} == {1}


async def test_a_connection_that_the_server_closed_meanwhile_is_made_anew(world: World) -> None:
    await read_all(world.ledger, await mail_came(world.ledger, new_document(1)))
    await world.run_due()
    world.server.answers["MAIL"] = ["drop"]
    second = await mail_came(world.ledger, new_document(2))
    await read_all(world.ledger, second)
    await world.run_due()
    after = await world.state(second)
    assert (after.receipt, after.last_error) == (ReceiptState.SENT, None)
    assert [received.connection for received in world.server.received] == [1, 2]


@pytest.mark.parametrize(
    ("phase", "answer"),
    [
        ("MAIL", "451 4.3.0 later"),
        ("MAIL", "421 4.3.0 going away"),
        ("RCPT", "450 4.2.1 mailbox busy"),
        ("RCPT", "drop"),
        ("DATA", "452 4.3.1 no space"),
    ],
)
async def test_a_temporary_error_is_tried_again_and_what_follows_is_not_held_up(
    world: World, phase: str, answer: str
) -> None:
    message = await mail_came(world.ledger)
    await read_all(world.ledger, message)
    world.server.answers[phase] = [answer, answer] if answer == "drop" else [answer]
    assert await world.run_due() == 1
    after = await world.state(message)
    assert (after.receipt, after.attempts, after.sent_at) == (ReceiptState.DUE, 1, None)
    assert after.last_error
    assert after.due_at == NOON + dt.timedelta(seconds=WAITS[0])
    world.server.answers.clear()
    other = await mail_came(world.ledger, new_document(2), header_from="joe@acme.example")
    await read_all(world.ledger, other)
    assert await world.run_due() == 1
    assert (await world.state(other)).receipt is ReceiptState.SENT
    world.clock.pass_(seconds=WAITS[0])
    await world.run_due()
    assert (await world.state(message)).receipt is ReceiptState.SENT
    assert [received.to for received in world.server.received] == [["joe@acme.example"], ["jane@acme.example"]]


async def test_it_is_given_up_after_a_day_of_attempts(world: World) -> None:
    message = await mail_came(world.ledger)
    await read_all(world.ledger, message)
    world.server.answers["RCPT"] = ["450 4.2.1 mailbox busy"] * 20
    attempts = 0
    while (await world.state(message)).receipt is ReceiptState.DUE:
        attempts += await world.run_due()
        _, upcoming = await world.sender.due((), 10)
        world.clock.at = upcoming or world.clock.at
    after = await world.state(message)
    assert (after.receipt, after.receipt_reason) == (
        ReceiptState.FAILED,
        "the smarthost said 450 4.2.1 mailbox busy",
    )
    assert (attempts, world.clock.at - NOON) == (len(WAITS) + 1, dt.timedelta(days=1))


@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA"])
async def test_a_permanent_refusal_fails_at_once_and_is_logged(world: World, phase: str) -> None:
    message = await mail_came(world.ledger)
    await read_all(world.ledger, message)
    world.server.answers[phase] = ["550 5.1.1 no such mailbox"]
    with capture_logs() as logs:
        await world.run_due()
    after = await world.state(message)
    assert (after.receipt, after.receipt_reason) == (
        ReceiptState.FAILED,
        "the smarthost said 550 5.1.1 no such mailbox",
    )
    [line] = [entry for entry in logs if entry["event"] == "a mail of ours is done"]
    assert (line["log_level"], line["to_domain"]) == ("warning", "acme.example")
    assert "jane" not in str(logs)
    assert world.metrics.receipts.labels("receipt", "failed")._value.get() == 1


async def test_a_lost_answer_is_not_answered_with_a_second_receipt(world: World) -> None:
    message = await mail_came(world.ledger)
    await read_all(world.ledger, message)
    world.server.answers["DATA"] = ["take and drop"]
    await world.run_due()
    after = await world.state(message)
    assert after.receipt is ReceiptState.UNCONFIRMED
    assert "answer to the text was lost" in (after.receipt_reason or "")
    world.clock.pass_(days=3)
    assert await world.run_due() == 0
    assert len(world.server.received) == 1


async def test_a_silent_server_is_waited_for_no_longer_than_allowed(tmp_path: Path) -> None:
    async with smarthost_server(tmp_path) as server:
        stuck = asyncio.Event()

        async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await stuck.wait()
            writer.close()
            await writer.wait_closed()

        wait = await asyncio.start_server(silent, "127.0.0.1", 0)
        port = wait.sockets[0].getsockname()[1]
        settings = settings_for(server, tmp_path, host="127.0.0.1", port=port)
        async with opened(server, settings, command_seconds=0.1, silent_seconds=100) as world:
            messages = [await mail_came(world.ledger, new_document(n)) for n in range(5)]
            for message in messages:
                await read_all(world.ledger, message)
            async with asyncio.timeout(5):
                assert await world.run_due() == 5
            first, *_, last = [await world.state(message) for message in messages]
        stuck.set()
        await asyncio.sleep(0)  # the other side goes
        wait.close()
        await wait.wait_closed()
    assert first.receipt is last.receipt is ReceiptState.DUE
    assert (first.last_error or "").startswith("no connection")
    assert (last.last_error or "").startswith("not tried again yet: no connection")


async def test_a_crash_between_sending_and_noting_sends_no_second_one(world: World) -> None:
    message = await mail_came(world.ledger)
    await read_all(world.ledger, message)
    dead = asyncio.Event()

    def die() -> None:
        attempt.cancel()
        dead.set()

    world.server.on_text = die
    world.server.answers["DATA"] = ["take and say nothing"]
    attempt = asyncio.create_task(world.run_due())
    await asyncio.gather(attempt, return_exceptions=True)
    assert dead.is_set()
    assert attempt.cancelled()
    assert (await world.state(message)).receipt is ReceiptState.SENDING, "as the dead process left it"
    assert await world.run_due() == 1
    after = await world.state(message)
    assert (after.receipt, len(world.server.received)) == (ReceiptState.UNCONFIRMED, 1)
    world.server.on_text = None
    other = await mail_came(world.ledger, new_document(2))
    await read_all(world.ledger, other)
    await world.run_due()
    assert (await world.state(other)).receipt is ReceiptState.SENT, "the broken dialogue is not gone on with"


async def test_an_untrusted_certificate_gets_nothing(tmp_path: Path) -> None:
    async with smarthost_server(tmp_path, tls="starttls", login=True) as server:
        settings = settings_for(server, tmp_path, tls="starttls", ca_file=None, **login_settings())
        async with opened(server, settings) as world:
            message = await mail_came(world.ledger)
            await read_all(world.ledger, message)
            await world.run_due()
            after = await world.state(message)
    assert after.receipt is ReceiptState.DUE
    assert "certificate verify failed" in (after.last_error or "")
    assert server.received == []


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_login_over_tls(tmp_path: Path, tls: str) -> None:
    async with (
        smarthost_server(tmp_path, tls=tls, login=True) as server,
        opened(server, settings_for(server, tmp_path, tls=tls, **login_settings())) as world,
    ):
        message = await mail_came(world.ledger)
        await read_all(world.ledger, message)
        await world.run_due()
        assert (await world.state(message)).receipt is ReceiptState.SENT
    [received] = server.received
    assert (received.protected or tls == "implicit", received.login) == (True, LOGIN[0])


async def test_a_wrong_password_waits_for_its_correction(tmp_path: Path) -> None:
    async with smarthost_server(tmp_path, tls="starttls", login=True) as server:
        wrong = {"username": LOGIN[0], "password": SecretStr("another secret")}
        async with opened(server, settings_for(server, tmp_path, tls="starttls", **wrong)) as world:
            message = await mail_came(world.ledger)
            await read_all(world.ledger, message)
            with capture_logs() as logs:
                await world.run_due()
            after = await world.state(message)
    assert after.receipt is ReceiptState.DUE
    assert "535" in (after.last_error or "")
    assert "another secret" not in str(logs) + str(after)


async def test_a_server_without_starttls_gets_nothing_in_the_clear(tmp_path: Path) -> None:
    async with (
        smarthost_server(tmp_path) as server,
        opened(server, settings_for(server, tmp_path, tls="starttls")) as world,
    ):
        message = await mail_came(world.ledger)
        await read_all(world.ledger, message)
        await world.run_due()
        after = await world.state(message)
    assert (after.receipt, server.received) == (ReceiptState.DUE, [])
    assert "STARTTLS" in (after.last_error or "")


async def test_the_connection_is_left_when_nothing_more_is_to_be_sent(tmp_path: Path) -> None:
    async with (
        smarthost_server(tmp_path) as server,
        opened(server, settings_for(server, tmp_path), idle_seconds=0.05) as world,
    ):
        for number in (1, 2):
            await read_all(world.ledger, await mail_came(world.ledger, new_document(number)))
            await world.run_due()
            await eventually(lambda n=number: server.left == n)  # type: ignore[misc]
    assert [received.connection for received in server.received] == [1, 2]


async def test_a_mail_under_way_is_waited_for_at_the_end(world: World) -> None:
    message = await mail_came(world.ledger)
    await read_all(world.ledger, message)
    sending = asyncio.create_task(world.run_due())
    await eventually(lambda: world.server.connections)
    await world.smarthost.close()
    await sending
    assert (await world.state(message)).receipt is ReceiptState.SENT


async def test_a_smarthost_that_says_nothing_does_not_hold_up_the_end(world: World) -> None:
    message = await mail_came(world.ledger)
    await read_all(world.ledger, message)
    world.server.answers["DATA"] = ["take and say nothing"]
    async with asyncio.timeout(10):
        async with (
            answering(world.settings, world.ledger, Metrics(), world.clock) as loops,
            asyncio.TaskGroup() as tasks,
        ):
            for loop in loops:
                tasks.create_task(loop.run())
            await eventually(lambda: world.server.received)
            for loop in loops:
                await loop.stop(0.05)
    assert (await world.state(message)).receipt is ReceiptState.SENDING
    await world.run_due()
    assert (await world.state(message)).receipt is ReceiptState.UNCONFIRMED
    assert len(world.server.received) == 1
