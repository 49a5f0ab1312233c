"""A real SMTP server on loopback in the place of the smarthost, and a ledger with mails to answer."""

import asyncio
import datetime as dt
import email
import email.policy
import itertools
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from ingest.config import Account, Settings
from ingest.config.smtp import Smarthost
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import Message, NewMessage
from ingest.store.rows import Arrival, Bill, NewArrival, Priority, Step

NOON = dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC)
LOGIN = ("intake", "a secret")

_mails = itertools.count()


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self, at: dt.datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> dt.datetime:
        return self.at

    def pass_(self, **values: float) -> None:
        self.at += dt.timedelta(**values)


@dataclass
class Received:
    """One mail that the server took."""

    sender: str | None
    to: list[str]
    content: bytes
    protected: bool
    login: str | None
    connection: int

    @property
    def mail(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=email.policy.default)  # type: ignore[return-value]

    @property
    def text(self) -> str:
        return str(self.mail.get_content()).replace("\r\n", "\n")


@dataclass
class SmarthostServer:
    """What the server took, and how it is told to misbehave: an answer or 'drop' for the next commands of a phase."""

    port: int = 0
    ca_file: Path | None = None
    received: list[Received] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    on_text: Callable[[], None] | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0
    left: int = 0
    """Connections that said goodbye."""

    def _next(self, phase: str) -> str | None:
        waiting = self.answers.get(phase)
        return waiting.pop(0) if waiting else None

    async def handle_MAIL(  # noqa: N802 - the names are aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._next("MAIL")
        if answer is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
            return "250 fine"
        return _said(server, answer)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._next("RCPT")
        if answer is None:
            envelope.rcpt_tos.append(address)
            return "250 fine"
        return _said(server, answer)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self._next("DATA")
        if answer is None or answer.startswith("take"):
            assert isinstance(envelope.original_content, bytes)
            self.received.append(
                Received(
                    (envelope.mail_from or "").strip("<>"),
                    list(envelope.rcpt_tos),
                    envelope.original_content,
                    session.ssl is not None,
                    session.auth_data.login.decode() if session.authenticated else None,
                    session.number,  # type: ignore[attr-defined]
                )
            )
            if self.on_text is not None:
                self.on_text()
        if answer == "take and say nothing":
            await self.over.wait()
        return "250 taken" if answer is None else _said(server, answer)

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.left += 1
        return "221 goodbye"

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        if not hasattr(session, "number"):
            self.connections += 1
            session.number = self.connections  # type: ignore[attr-defined]
        session.host_name = hostname
        return responses


def _said(server: SMTP, answer: str) -> str:
    if "drop" in answer:
        assert server.transport is not None
        server.transport.abort()
        return "421 gone"
    return answer


@asynccontextmanager
async def smarthost_server(
    folder: Path, *, tls: str = "none", login: bool = False, server: SmarthostServer | None = None
) -> AsyncIterator[SmarthostServer]:
    """``tls`` is that of ``smarthost.tls``; with ``login`` nothing is taken from strangers."""
    world = server or SmarthostServer()
    context: ssl.SSLContext | None = None
    if tls != "none":
        authority = trustme.CA()
        world.ca_file = folder / "smarthost-ca.pem"
        authority.cert_pem.write_to_path(world.ca_file)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)

    def authenticate(*found: Any) -> AuthResult:
        data = found[-1]
        assert isinstance(data, LoginPassword)
        right = (data.login.decode(), data.password.decode()) == LOGIN
        return AuthResult(success=right, handled=False, auth_data=data)

    def protocol() -> SMTP:
        return SMTP(
            world,
            hostname="smarthost.example",
            tls_context=context if tls == "starttls" else None,
            require_starttls=tls == "starttls",
            authenticator=authenticate if login else None,
            auth_required=login and tls == "starttls",
            auth_require_tls=tls == "starttls",
            loop=asyncio.get_running_loop(),
        )

    implicit = context if tls == "implicit" else None
    listening = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=implicit)
    world.port = listening.sockets[0].getsockname()[1]
    try:
        yield world
    finally:
        world.over.set()
        listening.close()
        await listening.wait_closed()


def settings_for(server: SmarthostServer, folder: Path, **smarthost: Any) -> Settings:
    """An account with receipts and an operator, answered through that server."""
    chosen = {"host": "localhost", "port": server.port, "tls": "none", "sender": "intake@bills.example"}
    account = Account(
        domains=("acme.example",), recipients=("bills@in.example",), receipts=True, operator="ops@acme.example"
    )
    return Settings(
        data_dir=folder / "data",
        accounts={"acme": account},
        smarthost=Smarthost(**{**chosen, "ca_file": server.ca_file, **smarthost}),
    )


def login_settings() -> dict[str, Any]:
    """What makes a smarthost's client log in."""
    return {"username": LOGIN[0], "password": SecretStr(LOGIN[1])}


def new_mail(**values: Any) -> NewMessage:
    """An authentic mail of a colleague that is to be answered; each is another one."""
    plain: dict[str, Any] = {
        "account": "acme",
        "sha256": f"{next(_mails):064x}",
        "envelope_from": "jane@acme.example",
        "header_from": "jane@acme.example",
        "authenticated": True,
        "subject": "Bills for March",
        "message_id": "<one@acme.example>",
        "receipt_wanted": True,
    }
    return NewMessage(**{**plain, **values})


def new_document(number: int, **values: Any) -> NewArrival:
    """A document of a mail; the same number is the same document."""
    plain: dict[str, Any] = {
        "account": "acme",
        "source": "smtp",
        "name": f"bill-{number}.pdf",
        "priority": Priority.SMTP,
        "sha256": f"{number:064x}",
        "message": {"part": str(number), "envelope": {"from": "jane@acme.example"}},
    }
    return NewArrival(**{**plain, **values})


RECORD: dict[str, Any] = {
    "utility": "central_maine_power",
    "account_number": "3500-0007-123",
    "billed_on": "2026-02-22",
    "billing_period_from": "2026-01-18",
    "billing_period_to": "2026-02-18",
    "amount_due": 123456,
    "reasons": [],
}


async def mail_came(ledger: Ledger, *documents: NewArrival, **values: Any) -> Message:
    """Puts a mail with its documents into the ledger."""
    came = await ledger.receive(list(documents) or [new_document(1)], new_mail(**values))
    return await message_of(ledger, came[0])


async def message_of(ledger: Ledger, arrival: Arrival) -> Message:
    """The mail that brought a document."""
    message = await ledger.receipts.one(arrival.message_id or "")
    assert message
    return message


async def changed(ledger: Ledger, bill_id: str | None, step: Step, **values: Any) -> Bill:
    """Brings a bill to a step."""
    bill = await ledger.bill(bill_id or "")
    assert bill
    return await ledger.change(bill, "changed", values={"step": step, "wake_at": None, **values})


async def read_all(ledger: Ledger, message: Message, step: Step = Step.POLLING, **record: Any) -> None:
    """Every document of a mail was read."""
    for arrival in await ledger.receipts.arrivals(message.id):
        if arrival.bill_id:
            await changed(ledger, arrival.bill_id, step, record={**RECORD, **record})
