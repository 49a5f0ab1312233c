"""Who is answered: every rule that forbids a receipt, and the hourly limits."""

from pathlib import Path
from typing import Any

import pytest
from smarthost_world import (
    SmarthostServer,
    changed,
    mail_came,
    message_of,
    new_document,
    new_mail,
    read_all,
    settings_for,
    smarthost_server,
)
from test_receipts_sending import World, opened

from ingest.config import Account, Settings
from ingest.reasons import Reason
from ingest.receipts.rules import LIMITS, receipt_wanted, why_not
from ingest.receipts.sending import ReceiptSender
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import Message, ReceiptState
from ingest.store.rows import Step

FORBIDDEN: list[tuple[str, dict[str, Any]]] = [
    ("null_sender", {"envelope_from": ""}),
    ("list", {"unanswerable": "list"}),
    ("auto_reply", {"unanswerable": "auto_reply"}),
    ("bounce", {"unanswerable": "bounce"}),
    ("calendar", {"unanswerable": "calendar"}),
    ("read_receipt", {"unanswerable": "read_receipt"}),
    ("unauthenticated", {"authenticated": False}),
    ("no_address", {"header_from": None}),
    ("no_address", {"header_from": ""}),
    ("no_address", {"header_from": "jane@acme.example, eve@evil.example"}),
    ("no_address", {"header_from": "Jane <jane@acme.example>"}),
    ("no_address", {"header_from": "jane@acme.example\r\nRCPT TO:<eve@evil.example>"}),
    ("no_address", {"header_from": "jane"}),
    ("smtputf8_address", {"header_from": "jöé@acme.example"}),
    ("address_of_others", {"header_from": "billing@utility.example"}),
    ("address_of_others", {"header_from": "jane@sub.acme.example"}),
    ("address_of_others", {"header_from": "jane@acme.example.evil.example"}),
    ("own_address", {"header_from": "bills@acme.example"}),
    ("own_address", {"header_from": "BILLS@acme.example"}),
    ("own_address", {"header_from": "bills+customer-7@acme.example"}),
    ("own_address", {"header_from": "intake@acme.example"}),
    ("own_address", {"header_from": "others@acme.example"}),
    ("nobody_reads_it", {"header_from": "no-reply@acme.example"}),
    ("nobody_reads_it", {"header_from": "NoReply@acme.example"}),
    ("nobody_reads_it", {"header_from": "no_reply+7@acme.example"}),
    ("nobody_reads_it", {"header_from": "do-not-reply@acme.example"}),
    ("nobody_reads_it", {"header_from": "MAILER-DAEMON@acme.example"}),
    ("nobody_reads_it", {"header_from": "owner-staff@acme.example"}),
    ("nobody_reads_it", {"header_from": "staff-request@acme.example"}),
    ("nobody_reads_it", {"header_from": "staff-bounces@acme.example"}),
    ("account_gone", {"account": "gone"}),
    ("receipts_off", {"account": "quiet"}),
]
ALLOWED = ["jane@acme.example", "Jane.Doe+x@acme.example", "norepliers@acme.example", '"j d"@acme.example']


@pytest.fixture
async def world(tmp_path: Path) -> Any:
    async with smarthost_server(tmp_path) as server, opened(server, _settings(server, tmp_path)) as made:
        yield made


def _settings(server: SmarthostServer, folder: Path) -> Settings:
    plain = settings_for(server, folder, sender="intake@acme.example")
    own = plain.accounts["acme"].model_copy(update={"recipients": ("bills@acme.example",)})
    quiet = Account(domains=("acme.example",))
    other = Account(domains=("other.example",), recipients=("others@acme.example",), receipts=True)
    return plain.model_copy(update={"accounts": {"acme": own, "quiet": quiet, "other": other}})


async def test_every_rule_keeps_its_receipt_back_and_is_noted(world: World) -> None:
    messages: list[tuple[str, Message]] = []
    for number, (reason, values) in enumerate(FORBIDDEN):
        document = new_document(number, account=values.get("account", "acme"))
        message = await mail_came(world.ledger, document, **values)
        await read_all(world.ledger, message)
        messages.append((reason, message))
    assert await world.run_due() == len(FORBIDDEN)
    for (reason, message), (_, values) in zip(messages, FORBIDDEN, strict=True):
        after = await world.state(message)
        assert (after.receipt, after.receipt_reason) == (ReceiptState.SUPPRESSED, reason), values
    assert (world.server.received, world.server.connections) == ([], 0), "the server was not even asked"
    assert world.metrics.receipts.labels("receipt", "suppressed")._value.get() == len(FORBIDDEN)


@pytest.mark.parametrize("address", ALLOWED)
async def test_people_are_answered(world: World, address: str) -> None:
    message = await mail_came(world.ledger, header_from=address)
    assert why_not(message, world.settings) is None
    await read_all(world.ledger, message)
    await world.run_due()
    [received] = world.server.received
    assert received.to == [address]


async def test_the_receipt_goes_to_the_from_address_and_not_to_that_of_the_envelope(world: World) -> None:
    message = await mail_came(world.ledger, envelope_from="bounces@mailer.example")
    await read_all(world.ledger, message)
    await world.run_due()
    assert [received.to for received in world.server.received] == [["jane@acme.example"]]


async def test_where_no_receipt_was_wanted_none_is_due(world: World) -> None:
    message = await mail_came(world.ledger, receipt_wanted=False)
    await read_all(world.ledger, message)
    assert await world.run_due() == 0
    assert (await world.state(message)).receipt is ReceiptState.NONE


async def test_receipts_are_wanted_only_where_they_are_on_and_can_be_sent(world: World) -> None:
    without = world.settings.model_copy(
        update={"smarthost": world.settings.smarthost.model_copy(update={"host": None})}
    )
    assert receipt_wanted(world.settings, "acme")
    assert not receipt_wanted(world.settings, "quiet")
    assert not receipt_wanted(world.settings, "gone")
    assert not receipt_wanted(without, "acme")


async def refused_mail(ledger: Ledger, number: int, **values: Any) -> Message:
    """A mail whose one document turned out to be no bill."""
    message = await mail_came(ledger, new_document(number), **values)
    [arrival] = await ledger.receipts.arrivals(message.id)
    await changed(ledger, arrival.bill_id, Step.REFUSED, reason=Reason.NOT_A_BILL)
    return message


async def test_one_receipt_an_hour_tells_a_sender_of_problems_alone(world: World) -> None:
    first = await refused_mail(world.ledger, 1)
    second = await refused_mail(world.ledger, 2)
    elsewhere = await refused_mail(world.ledger, 3, header_from="joe@acme.example")
    good = await mail_came(world.ledger, new_document(4))
    await read_all(world.ledger, good)
    await world.run_due()
    assert [(await world.state(m)).receipt.value for m in (first, second, elsewhere, good)] == [
        "sent",
        "suppressed",
        "sent",
        "sent",
    ]
    assert (await world.state(second)).receipt_reason == "hourly_limit_of_problems_told_later"
    assert (await world.state(second)).id in world.server.received[-1].text, "the next receipt speaks of it"
    world.clock.pass_(minutes=61)
    later = await refused_mail(world.ledger, 5)
    await world.run_due()
    assert (await world.state(later)).receipt is ReceiptState.SENT
    assert second.id not in world.server.received[-1].text, "and only that one"
    assert len({received.connection for received in world.server.received}) == 1, "the dialogue was reset, not broken"


async def test_a_mail_of_duplicates_is_no_problem(world: World) -> None:
    await refused_mail(world.ledger, 1)
    await world.ledger.receive([new_document(2)])
    [again] = await world.ledger.receive([new_document(2)], new_mail())
    message = await message_of(world.ledger, again)
    await read_all(world.ledger, message)
    await world.run_due()
    assert (await world.state(message)).receipt is ReceiptState.SENT


async def test_a_mail_that_came_again_is_answered_once(world: World) -> None:
    """The sender's server did not hear our answer, and sends the same bytes again. Another account hears of its own."""
    first = await mail_came(world.ledger)
    again = await mail_came(world.ledger, sha256=first.sha256)
    elsewhere = await mail_came(world.ledger, sha256=first.sha256, account="other", header_from="joe@other.example")
    await read_all(world.ledger, first)
    await world.run_due()
    states = [await world.state(message) for message in (first, again, elsewhere)]
    assert [(state.receipt.value, state.receipt_reason) for state in states] == [
        ("sent", None),
        ("suppressed", "same_mail"),
        ("sent", None),
    ]


async def test_a_mail_that_came_again_is_answered_when_it_was_not_before(world: World) -> None:
    world.server.answers["RCPT"] = ["550 no such user"]
    first = await mail_came(world.ledger)
    again = await mail_came(world.ledger, sha256=first.sha256)
    await read_all(world.ledger, first)
    await world.run_due()
    assert [(await world.state(message)).receipt.value for message in (first, again)] == ["failed", "sent"]


async def test_a_loop_ends_at_the_hourly_limit(world: World) -> None:
    messages = [await mail_came(world.ledger, new_document(number)) for number in range(LIMITS.all + 2)]
    for message in messages:
        await read_all(world.ledger, message)
    await world.run_due()
    states = [(await world.state(message)).receipt for message in messages]
    assert (states.count(ReceiptState.SENT), states.count(ReceiptState.SUPPRESSED)) == (LIMITS.all, 2)
    assert len(world.server.received) == LIMITS.all


async def test_two_senders_at_once_send_one(world: World) -> None:
    message = await mail_came(world.ledger)
    await read_all(world.ledger, message)
    other = ReceiptSender(world.ledger, world.settings, world.smarthost, world.clock)
    await world.sender.step(message)
    stale = message  # as the other process saw it before
    with pytest.raises(Exception, match="another process"):
        await other.step(stale)
    assert len(world.server.received) == 1


@pytest.mark.parametrize("answer", ["450 busy", "550 no such user"])
async def test_who_was_thought_dead_undoes_nothing(world: World, answer: str) -> None:
    """A process stood still before it had asked the smarthost; the receipt was sent by another meanwhile."""
    message = await mail_came(world.ledger)
    await read_all(world.ledger, message)
    await world.sender.step(message)
    world.server.answers["RCPT"] = [answer]
    await ReceiptSender(world.ledger, world.settings, world.smarthost, world.clock).step(message)
    after = await world.state(message)
    assert (after.receipt, after.due_at) == (ReceiptState.SENT, None)
    world.clock.pass_(hours=1)
    assert await world.run_due() == 0
    assert len(world.server.received) == 1
