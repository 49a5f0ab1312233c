"""The mail listener with all that it does, and behind it a taker that keeps what arrived instead of opening it."""

import asyncio
import contextlib
import hashlib
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme

from ingest.config import Account, Settings, Smtp
from ingest.errors import Unavailable
from ingest.sources import smtp_replies as replies
from ingest.sources.smtp import MailPort
from ingest.sources.smtp_letter import Letter

SENDER = "ann@corp.example"
RECIPIENT = "bills@in.example"
OTHER_RECIPIENT = "bills@other.example"
DEADLINE = 20
END = b"\r\n.\r\n"

BY_ENVELOPE = {"sender_check": "envelope", "peers": ("127.0.0.0/8", "::1", "192.0.2.0/24", "2001:db8::/32")}
ACCOUNTS = {
    "acme": Account(domains=("corp.example",), recipients=(RECIPIENT,), max_messages_per_minute=100_000, **BY_ENVELOPE),
    "other": Account(
        domains=("other.example",), recipients=(OTHER_RECIPIENT,), max_messages_per_minute=2, **BY_ENVELOPE
    ),
}


@dataclass(repr=False)
class Keeper:
    """A taker as the listener sees one: the message's file is its own, and it answers."""

    contents: list[bytes] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    reply: str = "250 2.6.0 kept"

    async def take(self, letter: Letter) -> str:
        letter.transaction.hand_over()
        content = letter.message.path.read_bytes()
        letter.message.path.unlink()
        try:
            await asyncio.wrap_future(letter.message.durable)
        except Unavailable as failure:
            return replies.postponement(failure)
        assert hashlib.sha256(content).hexdigest() == letter.message.sha256
        assert len(content) == letter.message.size
        self.contents.append(content)
        self.letters.append(letter)
        return self.reply

    async def finish(self) -> None:
        """Nothing is left to be done."""

    async def give_up(self) -> None:
        """Nothing is left to be done."""


@dataclass(frozen=True, repr=False)
class World:
    """A listener that runs, and what came in."""

    port: MailPort
    keeper: Keeper
    host: str
    number: int
    folder: Path

    def spooled(self) -> list[Path]:
        """Files of messages on their way in."""
        return list(self.folder.glob("*.part"))

    @property
    def tls_number(self) -> int:
        """The port with TLS from the first byte."""
        assert self.port.tls_place is not None
        return self.port.tls_place[1]


@asynccontextmanager
async def listening(folder: Path, keeper: Keeper | None = None, **smtp: Any) -> AsyncIterator[World]:
    """A listener on a free port. Rates and messages are not limited unless a test says so."""
    smtp = {"max_messages_per_minute": 1_000_000, "max_messages_per_connection": 1_000_000, "port": 0, **smtp}
    settings = Settings(data_dir=folder, accounts=ACCOUNTS, smtp=Smtp(**smtp))
    keeper = keeper or Keeper()
    port = MailPort(settings, keeper)
    host, number = await port.start()
    try:
        yield World(port, keeper, host, number, folder / "messages")
    finally:
        await port.stop(1)


class Client:
    """A client that says exactly what it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def reply(self) -> str:
        """The next reply, all its lines."""
        lines = [await self._line()]
        while lines[-1][3:4] == "-":
            lines.append(await self._line())
        return "\n".join(lines)

    async def say(self, line: str | bytes) -> str:
        self.writer.write((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return await self.reply()

    async def begin_recipients(self, recipient: str = RECIPIENT, sender: str = SENDER) -> None:
        """Everything up to the recipients."""
        for line in ("EHLO client.example", f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>"):
            reply = await self.say(line)
            assert reply.startswith("250"), reply

    async def begin(self) -> None:
        """Everything up to the text of a message."""
        await self.begin_recipients()
        assert (await self.say("DATA")).startswith("354")

    async def deliver(self, text: bytes) -> str:
        """One message, its dots stuffed already and its end given."""
        await self.begin()
        self.writer.write(text)
        await self.writer.drain()
        return await self.reply()

    async def packet(self, data: bytes) -> None:
        """Bytes that the listener reads before the next ones are sent."""
        self.writer.write(data)
        for _ in range(3):
            await asyncio.sleep(0)  # the listener is on the same loop

    async def rest(self) -> bytes:
        """What comes until the connection is closed."""
        async with asyncio.timeout(DEADLINE):
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                return await self.reader.read()
        return b""

    async def upgrade(self, context: ssl.SSLContext) -> None:
        """STARTTLS."""
        assert (await self.say("STARTTLS")).startswith("220 2.0.0")
        await self.writer.start_tls(context, server_hostname="localhost")

    async def _line(self) -> str:
        async with asyncio.timeout(DEADLINE):
            return (await self.reader.readline()).decode().rstrip("\r\n")


Connect = Callable[..., AbstractAsyncContextManager[Client]]


@asynccontextmanager
async def connected(
    world: World,
    *,
    source: str = "127.0.0.1",
    greeted: bool = True,
    tls: ssl.SSLContext | None = None,
    first: bytes = b"",
    port: int | None = None,
) -> AsyncIterator[Client]:
    """A connection; ``first`` is sent before the greeting is awaited, ``tls`` is the implicit one."""
    extra = {"ssl": tls, "server_hostname": "localhost"} if tls else {}
    number = port or (world.tls_number if tls else world.number)
    reader, writer = await asyncio.open_connection(world.host, number, local_addr=(source, 0), **extra)
    client = Client(reader, writer)
    writer.write(first)
    try:
        if greeted:
            assert (await client.reply()).startswith("220 localhost ESMTP")
        yield client
    finally:
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def issue(authority: trustme.CA, folder: Path) -> dict[str, Path]:
    """A certificate and its key, as the settings want them."""
    issued = authority.issue_cert("localhost")
    issued.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    return {"tls_cert": folder / "cert.pem", "tls_key": folder / "key.pem"}


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """A client's context that believes this authority alone."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context
