"""Mail in over real sockets: Python's smtplib and hand-written dialogues against the listener as it is in use."""

import asyncio
import contextlib
import errno
import hashlib
import io
import os
import smtplib
import socket
import sqlite3
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import structlog.testing
import trustme
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from smtp_world import DEADLINE, RECIPIENT, SENDER, Client
from source_world import eventually

from ingest.config import Account, Limits, Settings, Smtp
from ingest.intake import Intake
from ingest.mail.opening import MailOpener
from ingest.parsing import ParserPool
from ingest.sources import smtp_replies as replies
from ingest.sources.smtp import SmtpListener
from ingest.store import engine
from ingest.store.documents import DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.rows import Arrival, Outcome

pytestmark = pytest.mark.asyncio(loop_scope="module")


BY_ENVELOPE = {"sender_check": "envelope", "peers": ("127.0.0.0/8", "::1")}
ACCOUNTS = {
    "acme": Account(domains=("corp.example",), recipients=(RECIPIENT, "rechnungen@in.example"), **BY_ENVELOPE),
    "other": Account(domains=("corp.example", "other.example"), recipients=("bills@other.example",), **BY_ENVELOPE),
}


def make_pdf(text: str = "Bill 1", password: str = "") -> bytes:
    target = io.BytesIO()
    encryption = StandardEncryption(password, "owner", strength=128) if password else None
    canvas = Canvas(target, invariant=1, encrypt=encryption)
    canvas.drawString(72, 720, text)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


PDF = make_pdf()
OTHER_PDF = make_pdf("Bill 2")
LOCKED_PDF = make_pdf("Bill 3", password="secret")


@dataclass(frozen=True)
class Setup:
    """A listener that runs, and what stands behind it."""

    listener: SmtpListener
    ledger: Ledger
    settings: Settings
    host: str
    port: int
    came_in: asyncio.Event

    async def arrivals(self) -> list[Arrival]:
        """In the order in which they came; those of one message by their names."""
        return sorted(await self.ledger.arrivals(), key=lambda arrival: (arrival.received_at, arrival.name))

    def kept(self, folder: str) -> set[bytes]:
        """Contents of everything below the folder, half-written files included."""
        return {p.read_bytes() for p in (self.settings.data_dir / folder).rglob("*") if p.is_file()}


Listen = Callable[..., AbstractAsyncContextManager[Setup]]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pool() -> AsyncIterator[ParserPool]:
    async with ParserPool(size=1) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def opener() -> AsyncIterator[MailOpener]:
    async with MailOpener() as opened:
        yield opened


@pytest.fixture
def listen(pool: ParserPool, opener: MailOpener, tmp_path: Path) -> Listen:
    @asynccontextmanager
    async def listening(**smtp: Any) -> AsyncIterator[Setup]:
        settings = Settings(data_dir=tmp_path, accounts=ACCOUNTS, smtp=Smtp(port=0, **smtp))
        came_in = asyncio.Event()
        async with await Ledger.open(settings.ledger_url) as ledger:
            intake = Intake(ledger, DocumentStore(settings.documents_dir), pool, Limits(), came_in.set)
            listener = SmtpListener(settings, intake, opener)
            host, port = await listener.start()
            try:
                yield Setup(listener, ledger, settings, host, port, came_in)
            finally:
                await listener.stop(1)
                await intake.finish()

    return listening


@pytest_asyncio.fixture(loop_scope="module")
async def setup(listen: Listen) -> AsyncIterator[Setup]:
    async with listen() as running:
        yield running


def mail(*pdfs: bytes, sender: str | None = f"Ann <{SENDER}>") -> EmailMessage:
    message = EmailMessage()
    if sender is not None:
        message["From"] = sender
    message["To"] = RECIPIENT
    message["Subject"] = "Fwd: your bill"
    message["Message-ID"] = "<1@corp.example>"
    message["Date"] = "Tue, 03 Mar 2026 10:00:00 +0100"
    message.set_content("Please see below.\n.\n..and a line with dots.\n")
    for number, pdf in enumerate(pdfs, 1):
        message.add_attachment(pdf, "application", "pdf", filename=f"bill {number}.pdf")
    return message


def conversation(
    port: int, message: bytes, sender: str, recipients: Sequence[str], options: Sequence[str]
) -> tuple[int, str]:
    """The reply that decided, as an unmodified mail client sees it."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example", timeout=DEADLINE) as client:
        client.ehlo()
        code, text = client.mail(sender, options)
        for recipient in recipients:
            if code == 250:
                code, text = client.rcpt(recipient)
        if code == 250:
            code, text = client.data(message)
    return code, text.decode("ascii")


async def send(
    setup: Setup,
    message: EmailMessage | bytes,
    *,
    sender: str = SENDER,
    recipients: Sequence[str] = (RECIPIENT,),
    options: Sequence[str] = (),
) -> tuple[int, str]:
    content = message if isinstance(message, bytes) else message.as_bytes(policy=SMTP)
    return await asyncio.to_thread(conversation, setup.port, content, sender, recipients, options)


@asynccontextmanager
async def raw(setup: Setup, source: str = "127.0.0.1", *, greeted: bool = True) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection(setup.host, setup.port, local_addr=(source, 0))
    client = Client(reader, writer)
    try:
        if greeted:
            assert (await client.reply()).startswith("220 localhost ESMTP")
        yield client
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def stuffed(message: EmailMessage) -> bytes:
    content = message.as_bytes(policy=SMTP)
    return content.replace(b"\r\n.", b"\r\n..") + b".\r\n"


# -- what is taken


async def test_a_bill_that_is_attached_becomes_a_record_and_all_of_it_is_kept(setup: Setup) -> None:
    message = mail(PDF)
    code, text = await send(setup, message)
    [arrival] = await setup.arrivals()
    assert (code, text.splitlines()[0]) == (250, "2.6.0 1 document taken")
    assert f"{arrival.id} accepted: bill 1.pdf" in text
    assert (arrival.account, arrival.source, arrival.name, arrival.customer) == ("acme", "smtp", "bill 1.pdf", None)
    assert arrival.bill_id
    assert setup.kept("documents") == {PDF}
    assert setup.kept("messages") == {message.as_bytes(policy=SMTP)}, "the dots of SMTP are not part of it"
    assert arrival.message == {
        "from": f"Ann <{SENDER}>",
        "to": RECIPIENT,
        "subject": "Fwd: your bill",
        "date": "2026-03-03T09:00:00+00:00",
        "message_id": "<1@corp.example>",
        "envelope": {"from": SENDER, "to": [RECIPIENT]},
        "peer": "127.0.0.1",
        "helo": "client.example",
        "tls": None,
        "verdict": {
            "mode": "envelope", "envelope_from": SENDER, "header_from": SENDER, "peer": "127.0.0.1",
            "helo": "client.example", "reason": None, "detail": "", "allowed": True, "spf": None, "dkim": [],
            "dmarc": None, "arc": None, "relay": None, "redirect": None,
        },
        "environment": "sandbox",
        "kind": "personal",
        "references": [],
        "sha256": hashlib.sha256(message.as_bytes(policy=SMTP)).hexdigest(),
        "bytes": len(message.as_bytes(policy=SMTP)),
        "part": "2",
    }  # fmt: skip


def inline() -> EmailMessage:
    message = mail()
    message.add_attachment(PDF, "application", "pdf", disposition="inline")
    return message


def oddly_named() -> EmailMessage:
    message = mail()
    message.add_attachment(PDF, "application", "octet-stream", filename="Rechnung März")
    return message


def forwarded_twice() -> EmailMessage:
    inner = mail(PDF, sender="Utility <bills@utility.example>")
    middle = mail(sender="bob@elsewhere.example")
    middle.add_attachment(inner)
    outer = mail()
    outer.add_attachment(middle)
    return outer


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (inline, ["document-1.pdf"]),
        (oddly_named, ["Rechnung März"]),
        (forwarded_twice, ["bill 1.pdf"]),
        (lambda: mail(PDF, OTHER_PDF), ["bill 1.pdf", "bill 2.pdf"]),
        (lambda: mail(PDF, PDF), ["bill 1.pdf"]),
    ],
    ids=["inline", "odd name", "forwarded twice", "two bills", "the same twice"],
)
async def test_however_it_is_packed(setup: Setup, make: Callable[[], EmailMessage], names: list[str]) -> None:
    code, text = await send(setup, make())
    assert code == 250, text
    arrivals = await setup.arrivals()
    assert [arrival.name for arrival in arrivals] == names
    assert {arrival.outcome for arrival in arrivals} == {Outcome.ACCEPTED}
    assert len(await setup.ledger.bills()) == len(names)


async def test_the_same_bill_again_is_a_success_that_says_so(setup: Setup) -> None:
    await send(setup, mail(PDF))
    code, text = await send(setup, mail(PDF, OTHER_PDF, LOCKED_PDF))
    assert code == 250
    assert text.splitlines()[0] == "2.6.0 1 document taken, 1 duplicate, 1 refused (password_required)"
    first, again, new, refused = await setup.arrivals()
    assert (again.outcome, again.bill_id) == (Outcome.DUPLICATE, first.bill_id)
    assert (new.outcome, refused.outcome) == (Outcome.ACCEPTED, Outcome.REFUSED)
    assert f"{refused.id} refused: bill 3.pdf: The PDF is protected with a password." in text
    assert setup.kept("documents") == {PDF, OTHER_PDF}


async def test_the_plus_part_names_the_customer(setup: Setup) -> None:
    await send(setup, mail(PDF), recipients=["Bills+Cust-7@IN.example"])
    [arrival] = await setup.arrivals()
    assert (arrival.account, arrival.customer) == ("acme", "Cust-7")


async def test_eight_bit_content_and_dots_and_long_lines(setup: Setup) -> None:
    head = f"From: {SENDER}\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    dotted = PDF.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n.\r\n..\r\n.x" + b"\xff" * 5000 + b"\r\n"
    code, text = await send(setup, head.encode() + dotted, options=["BODY=8BITMIME", "SIZE=9000"])
    assert code == 250, text
    assert setup.kept("documents") == {dotted}


async def test_commands_all_at_once(setup: Setup) -> None:
    async with raw(setup) as client:
        assert "250-PIPELINING" in await client.say("EHLO client.example")
        commands = f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{RECIPIENT}>\r\nRCPT TO:<nobody@in.example>\r\nDATA\r\n"
        client.writer.write(commands.encode() + stuffed(mail(PDF)) + b"QUIT\r\n")
        replies = [(await client.reply())[:3] for _ in range(6)]
    assert replies == ["250", "250", "550", "354", "250", "221"]
    assert len(await setup.arrivals()) == 1


async def test_several_messages_on_one_connection(setup: Setup) -> None:
    async with raw(setup) as client:
        for pdf in (PDF, OTHER_PDF):
            await client.begin()
            client.writer.write(stuffed(mail(pdf)))
            assert (await client.reply()).startswith("250")
    assert len(await setup.ledger.bills()) == 2


# -- who may send what to whom


@pytest.mark.parametrize(
    ("sender", "recipients", "reply"),
    [
        ("ann@evil.example", [RECIPIENT], "5.7.1 sender_not_allowed: The sender's domain may not"),
        ("ann@sub.corp.example", [RECIPIENT], "5.7.1 sender_not_allowed"),
        ("ann@c0rp.example", [RECIPIENT], "5.7.1 sender_not_allowed"),
        ("ann@other.example", [RECIPIENT], "5.7.1 sender_not_allowed"),
        ("", [RECIPIENT], "5.7.1 sender_not_allowed"),
        (SENDER, ["nobody@in.example"], "5.1.1 recipient_unknown: No account takes bills"),
        (SENDER, ["bills@sub.in.example"], "5.1.1 recipient_unknown"),
    ],
)
async def test_sender_and_recipient_are_refused_before_the_message(
    setup: Setup, sender: str, recipients: list[str], reply: str
) -> None:
    code, text = await send(setup, mail(PDF), sender=sender, recipients=recipients)
    assert code == 550
    assert text.startswith(reply)
    assert await setup.arrivals() == []


@pytest.mark.parametrize(
    "line",
    [
        'MAIL FROM:<"a@corp.example"@evil.example>',
        "MAIL FROM:<@relay.example:ann@corp.example>",
        "MAIL FROM:<ann@[127.0.0.1]>",
        "MAIL FROM:<ann@corp.example\x00.evil.example>",
        "MAIL FROM:ann@corp.example",
        "MAIL FROM:<ann>",
    ],
)
async def test_an_address_of_two_readings_is_no_address(setup: Setup, line: str) -> None:
    async with raw(setup) as client:
        await client.say("EHLO client.example")
        assert (await client.say(line)).startswith("553 5.1.3")
        assert (await client.say(f"MAIL FROM:<{SENDER}>")).startswith("250")
        assert (await client.say(line.replace("MAIL FROM", "RCPT TO"))).startswith("553 5.1.3")
        assert (await client.say("RCPT TO:<>")).startswith("553 5.1.3")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("From: ann@evil.example", "The From header names another domain."),
        ("From: ann@sub.corp.example", "The From header names another domain."),
        (f'From: "{SENDER}" <ann@evil.example>', "The From header names another domain."),
        (f"From: {SENDER}\r\nFrom: ann@evil.example", "The message has 2 From headers; exactly one is needed."),
        (f"From: {SENDER}\r\nFrom: {SENDER}", "The message has 2 From headers"),
        (f"From: {SENDER}, bob@corp.example", "exactly one mailbox"),
        (f"Sender: {SENDER}\r\nReply-To: {SENDER}", "The message has no From header"),
    ],
)
async def test_the_from_header_is_judged_after_the_message(setup: Setup, header: str, said: str) -> None:
    message = header.encode() + b"\r\n" + mail(PDF, sender=None).as_bytes(policy=SMTP)
    code, text = await send(setup, message)
    assert code == 550
    assert text.startswith("5.7.1 sender_not_allowed: ")
    assert said in text
    assert await setup.arrivals() == []
    assert setup.kept("documents") | setup.kept("messages") == set(), "nothing that was refused is kept"


async def test_one_message_is_for_one_account_and_one_customer(setup: Setup) -> None:
    async with raw(setup) as client:
        for line in ("EHLO client.example", f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{RECIPIENT}>"):
            await client.say(line)
        assert (await client.say("RCPT TO:<rechnungen@in.example>")).startswith("250"), "the same account"
        assert (await client.say("RCPT TO:<bills@other.example>")).startswith("452 4.5.3")
        assert (await client.say("RCPT TO:<bills+C7@in.example>")).startswith("452 4.5.3")
        assert (await client.say("DATA")).startswith("354")
        client.writer.write(stuffed(mail(PDF)))
        assert (await client.reply()).startswith("250")
    assert [arrival.account for arrival in await setup.arrivals()] == ["acme"]
    code, _ = await send(setup, mail(PDF), recipients=["bills@other.example"])
    assert code == 250
    assert [arrival.account for arrival in await setup.arrivals()] == ["acme", "other"]


async def test_there_is_no_auth(setup: Setup) -> None:
    async with raw(setup) as client:
        assert "AUTH" not in await client.say("EHLO client.example")
        assert (await client.say("AUTH PLAIN AGEAYg==")).startswith("502")


# -- what is refused


async def test_a_message_without_a_document(setup: Setup) -> None:
    code, text = await send(setup, mail())
    assert code == 550
    assert text.splitlines() == [
        "5.6.0 no_document: The message holds neither a PDF nor a photo as large as a page.",
        "5.6.0 Attach the bill as a PDF file, or forward the utility's message as an attachment.",
    ]
    assert setup.kept("messages") == set()


@pytest.mark.parametrize(
    ("pdf", "reason", "sentence"),
    [
        (LOCKED_PDF, "password_required", "Save it without a password and send it again."),
        (b"%PDF-1.4\nno pdf at all", "damaged", "Download the bill again from the utility"),
        (make_pdf("Bill 4")[:200], "damaged", "Download the bill again from the utility"),
    ],
)
async def test_a_document_that_is_refused_can_be_found_again(
    setup: Setup, pdf: bytes, reason: str, sentence: str
) -> None:
    code, text = await send(setup, mail(pdf))
    [arrival] = await setup.arrivals()
    assert code == 550, text
    assert text.startswith(f"5.6.0 1 refused ({reason})")
    assert sentence in text
    assert arrival.id in text
    assert arrival.reason == reason
    assert setup.kept("documents") | setup.kept("messages") == set()


@pytest.mark.parametrize("announced", [True, False])
async def test_a_message_over_the_limit(listen: Listen, announced: bool) -> None:
    async with listen(max_message_bytes=20_000) as setup:
        message = mail(PDF).as_bytes(policy=SMTP) + b"x" * 70 * 300 + b"\r\n"
        options = [f"SIZE={len(message)}"] if announced else []
        code, text = await send(setup, message, options=options)
        assert code == 552
        assert text.startswith("5.3.4 too_large: ")
        assert await setup.arrivals() == []
        assert (await send(setup, mail(PDF)))[0] == 250


async def test_a_message_without_end_is_cut_off(listen: Listen) -> None:
    async with listen(max_message_bytes=20_000) as setup, raw(setup) as client:
        await client.begin()
        with contextlib.suppress(ConnectionError):
            for _ in range(64):
                client.writer.write((b"A" * 1022 + b"\r\n") * 64)
                await client.writer.drain()
        assert (await client.rest()) in (b"", replies.FAR_TOO_LARGE.encode() + b"\r\n")


# -- what goes wrong here


async def test_a_full_disk_takes_nothing_half(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever of the writes fails: 452, and sent again it is there once."""
    real, calls = os.fsync, 0

    def full_at(place: int) -> Callable[[int], None]:
        def fsync(descriptor: int) -> None:
            nonlocal calls
            calls += 1
            if calls == place:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(descriptor)

        return fsync

    failures = 0
    for place in range(1, 100):
        calls = 0
        message = mail(make_pdf(f"Bill {place}"))
        message.replace_header("Message-ID", f"<{place}@corp.example>")
        before = await setup.arrivals()
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full_at(place))
            code, text = await send(setup, message)
        if calls < place:
            break
        failures += 1
        assert (code, text[:19]) == (452, "4.3.1 storage_full:")
        assert await setup.arrivals() == before
        assert (await send(setup, message))[0] == 250
        assert len(await setup.ledger.bills()) == failures
        assert len(setup.kept("messages")) == failures
    assert failures >= 4, "message, document, and the folders of both"
    assert code == 250


async def test_a_locked_database_is_tried_again_later(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    async with listen() as setup:
        with contextlib.closing(
            sqlite3.connect(setup.settings.data_dir / "ledger.sqlite3", isolation_level=None)
        ) as other:
            other.execute("BEGIN EXCLUSIVE")
            code, text = await send(setup, mail(PDF))
            assert (code, text[:18]) == (451, "4.3.0 unavailable:")
            other.execute("ROLLBACK")
        assert await setup.arrivals() == []
        assert setup.kept("messages") == set()
        assert (await send(setup, mail(PDF)))[0] == 250


async def test_a_client_may_be_silent_while_we_work(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 1)
    async with listen(timeout_seconds=0.2) as setup:
        file = setup.settings.data_dir / "ledger.sqlite3"
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            assert (await send(setup, mail(PDF)))[0] == 451, "the answer of the ledger, five times the limit later"


async def test_a_mistake_of_ours_costs_no_message_and_tells_no_secrets(setup: Setup) -> None:
    await setup.ledger.__aexit__()
    with structlog.testing.capture_logs() as lines:
        code, text = await send(setup, mail(PDF))
    assert (code, text) == (451, "4.3.0 Something went wrong here; nothing is lost, try again later")
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["a message could not be taken"]


async def test_a_client_that_leaves_after_the_final_dot(setup: Setup) -> None:
    async with raw(setup) as client:
        await client.begin()
        client.writer.write(stuffed(mail(PDF)))
        await client.writer.drain()
    async with asyncio.timeout(DEADLINE):
        await setup.came_in.wait()
    [arrival] = await setup.arrivals()
    assert arrival.outcome is Outcome.ACCEPTED
    await setup.listener.stop(DEADLINE)
    assert len(setup.kept("messages")) == 1


async def test_a_client_that_leaves_before_the_final_dot(setup: Setup) -> None:
    with structlog.testing.capture_logs() as lines:
        async with raw(setup) as client:
            await client.begin()
            client.writer.write(stuffed(mail(PDF))[:-3])
            await client.writer.drain()
        await setup.listener.stop(DEADLINE)
    assert await setup.arrivals() == []
    assert [line["outcome"] for line in lines if "outcome" in line] == ["given_up"]


# -- time, numbers, the end


@pytest.mark.parametrize("begun", [False, True])
async def test_a_silent_client_is_told_and_cut_off(listen: Listen, begun: bool) -> None:
    async with listen(timeout_seconds=0.2) as setup, raw(setup) as client:
        if begun:
            await client.begin()
            client.writer.write(b"Subject: half a mess")
        assert (await client.rest()).startswith(b"421 4.4.2 ")


async def test_a_slow_client_is_not_cut_off_while_bytes_come(listen: Listen) -> None:
    async with listen(timeout_seconds=0.5) as setup, raw(setup) as client:
        await client.begin()
        content = stuffed(mail(PDF))
        step = len(content) // 8 + 1
        for start in range(0, len(content), step):
            client.writer.write(content[start : start + step])
            await asyncio.sleep(0.1)  # the pace of this client, longer in all than the listener waits
        assert (await client.reply()).startswith("250")


async def test_a_client_that_drips_for_ever_is_cut_off(listen: Listen) -> None:
    async with listen(message_seconds=0.5) as setup, raw(setup) as client:
        await client.begin()
        gone = asyncio.create_task(client.rest())
        with contextlib.suppress(ConnectionError):
            while not gone.done():
                client.writer.write(b"x\r\n")
                await client.writer.drain()
                await asyncio.sleep(0.01)  # the pace of this client
        assert (await gone) in (b"", replies.TOO_SLOW.encode() + b"\r\n")


async def test_connections_are_capped_in_all_and_for_each_peer(listen: Listen) -> None:
    async with listen(max_connections=3, max_connections_per_peer=2) as setup, raw(setup), raw(setup) as second:
        async with raw(setup, greeted=False) as third:
            assert await third.rest() == b"421 4.7.0 Too many connections, try again later\r\n"
        async with raw(setup, "127.0.0.2"), raw(setup, "127.0.0.3", greeted=False) as fifth:
            assert (await fifth.rest()).startswith(b"421")
        assert (await second.say("QUIT")).startswith("221")
        assert await second.rest() == b""
        async with raw(setup) as next_one:
            assert (await next_one.say("NOOP")).startswith("250")


async def test_stopping_lets_a_transaction_end_and_says_so_to_the_others(setup: Setup) -> None:
    async with raw(setup) as idle, raw(setup) as busy:
        await idle.say("EHLO client.example")
        await busy.begin()
        stopping = asyncio.create_task(setup.listener.stop(DEADLINE))
        assert (await idle.rest()).startswith(b"421 4.3.2 ")
        with pytest.raises(ConnectionError):
            await asyncio.open_connection(setup.host, setup.port)
        busy.writer.write(stuffed(mail(PDF)))
        assert (await busy.reply()).startswith("250")
        assert (await busy.rest()).startswith(b"421 4.3.2 ")
        await asyncio.wait_for(stopping, DEADLINE)
    assert len(await setup.arrivals()) == 1


async def test_a_transaction_that_is_given_up_ends_the_connection_of_a_stopping_listener(setup: Setup) -> None:
    async with raw(setup) as client:
        await client.begin_recipients()
        stopping = asyncio.create_task(setup.listener.stop(DEADLINE))
        assert (await client.say("NOOP")).startswith("250"), "its transaction may go on"
        assert (await client.say("RSET")).startswith("250")
        assert (await client.rest()).startswith(b"421 4.3.2 ")
        await asyncio.wait_for(stopping, DEADLINE)


async def test_a_client_that_does_not_read_is_cut_off(listen: Listen) -> None:
    async with listen(timeout_seconds=0.3) as setup:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            client.connect((setup.host, setup.port))
            client.setblocking(False)
            loop = asyncio.get_running_loop()
            with contextlib.suppress(ConnectionError, TimeoutError):
                async with asyncio.timeout(DEADLINE):
                    for _ in range(2000):
                        await loop.sock_sendall(client, b"HELP\r\n" * 1000)
            await asyncio.wait_for(setup.listener._empty.wait(), DEADLINE)


async def test_messages_that_are_still_being_taken_are_left_to_their_senders(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 1)
    async with listen() as setup, raw(setup) as client:
        file = setup.settings.data_dir / "ledger.sqlite3"
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            await client.begin()
            client.writer.write(stuffed(mail(PDF)))
            await client.writer.drain()
            with structlog.testing.capture_logs() as lines:
                await asyncio.wait_for(setup.listener.stop(0.1), DEADLINE)
            assert await client.rest() == b"", "no 250"
        assert [line["outcome"] for line in lines if "outcome" in line] == ["cut_off"]
        await eventually(lambda: setup.kept("messages") == set())


async def test_stopping_does_not_wait_for_ever(setup: Setup) -> None:
    async with raw(setup) as busy:
        await busy.begin()
        await asyncio.wait_for(setup.listener.stop(0.05), DEADLINE)
        assert await busy.rest() == b""


async def test_one_line_for_each_transaction(setup: Setup) -> None:
    with structlog.testing.capture_logs() as lines:
        await send(setup, mail(PDF))
        await send(setup, mail(LOCKED_PDF))
        await send(setup, mail())
        await send(setup, mail(PDF), recipients=["nobody@in.example"])
        await send(setup, mail(PDF), sender="ann@evil.example")
    told = [line for line in lines if line["event"] == "mail transaction ended"]
    assert [(line["outcome"], line["reason"], line["documents"]) for line in told] == [
        ("taken", None, 1),
        ("refused", "password_required", 1),
        ("refused", "no_document", 0),
        ("refused", "recipient_unknown", 0),
        ("refused", "sender_not_allowed", 0),
    ]
    assert {line["peer"] for line in told} == {"127.0.0.1"}
    assert [line["account"] for line in told] == ["acme", "acme", "acme", None, None]
    assert [line["bytes"] > 0 for line in told] == [True, True, True, False, False]
    assert all(line["seconds"] >= 0 for line in told)


# -- TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA, tmp_path: Path) -> dict[str, Path]:
    issued = authority.issue_cert("localhost")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    return {"tls_cert": tmp_path / "cert.pem", "tls_key": tmp_path / "key.pem"}


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_mail_over_tls(listen: Listen, certificate: dict[str, Path], authority: trustme.CA) -> None:
    def over_tls(port: int) -> tuple[dict[str, str], dict[str, str], int]:
        with smtplib.SMTP("localhost", port, timeout=DEADLINE) as client:
            client.ehlo()
            before = dict(client.esmtp_features)
            client.starttls(context=trusting(authority))
            client.ehlo()
            refused = client.send_message(mail(PDF), SENDER, [RECIPIENT])
            assert refused == {}
            again, _ = client.docmd("STARTTLS")
            return before, dict(client.esmtp_features), again

    async with listen(**certificate, require_tls=True, host="127.0.0.1") as setup:
        before, after, again = await asyncio.to_thread(over_tls, setup.port)
        [arrival] = await setup.arrivals()
    assert "starttls" in before
    assert "starttls" not in after
    assert "auth" not in before | after
    assert again == 503
    assert arrival.message
    assert arrival.message["tls"]["version"] in ("TLSv1.2", "TLSv1.3")


async def test_a_client_that_stalls_the_handshake_does_not_stop_the_end(
    listen: Listen, certificate: dict[str, Path]
) -> None:
    async with listen(**certificate) as setup, raw(setup) as client:
        await client.say("EHLO client.example")
        assert (await client.say("STARTTLS")).startswith("220")
        await asyncio.wait_for(setup.listener.stop(0.05), DEADLINE)
        assert await client.rest() == b""
        await asyncio.wait_for(setup.listener.stop(DEADLINE), DEADLINE)


async def test_names_outside_ascii_reach_the_reply_as_question_marks(setup: Setup) -> None:
    message = mail()
    message.add_attachment(PDF, "application", "pdf", filename="Überweisung.pdf")
    code, text = await send(setup, message.as_bytes(policy=SMTPUTF8.clone(utf8=False)))
    assert code == 250
    assert "accepted: ?berweisung.pdf" in text
