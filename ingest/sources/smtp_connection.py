"""One client's connection: aiosmtpd's dialogue where it holds, rules of our own where it has none.

aiosmtpd 1.4.6 accepts addresses that others read differently, keeps any number of bytes without a line end, lets its
timer run through a message that is arriving (and while we work on it), offers AUTH once TLS is active, starts TLS
inside TLS, and puts the text of our exceptions into its replies. Each is set right below, and nothing else.
"""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import AnyStr, Protocol

import structlog
from aiosmtpd.smtp import SMTP, syntax

from ingest.config import MiB, Smtp
from ingest.mail.addresses import MalformedAddress, parse_path
from ingest.reasons import Reason
from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_limits import LineGuard
from ingest.sources.smtp_transaction import Transaction

LONGEST_LINE = 128 * 1024
"""Bytes. RFC 5321 allows 1,000; mail with a page of HTML on one line is common all the same."""
LONGEST_UNBROKEN = MiB
COMMAND_BYTES = 1024
LONGEST_PHASE = 10
"""Times ``timeout_seconds``: how long one command, or the text of one message, may take in all."""

OUR_WORDS = {
    "500 Line too long (see RFC5321 4.5.3.1.6)": replies.LINE_TOO_LONG,
    "530 Must issue a STARTTLS command first": replies.TLS_NEEDED,
    "552 Error: Too much mail data": replies.TOO_LARGE,
    "552 Error: message size exceeds fixed maximum message size": replies.TOO_LARGE,
    "553 5.1.3 Error: malformed address": replies.MALFORMED_ADDRESS,
}
"""aiosmtpd's replies to ours, which carry the reason and what to do."""

log = structlog.get_logger()


class Listener(Protocol):
    """What a connection needs of the listener that it belongs to."""

    def let_in(self, connection: "Connection") -> bool:
        """Whether there is room for it; ``gone`` must follow then."""

    def gone(self, connection: "Connection") -> None:
        """It is closed."""


class Connection(SMTP):
    """One client's connection."""

    line_length_limit = LONGEST_LINE

    def __init__(self, dialogue: object, listener: Listener, settings: Smtp, tls: ssl.SSLContext | None) -> None:
        super().__init__(
            dialogue,
            data_size_limit=settings.max_message_bytes,
            hostname=settings.hostname,
            ident="ESMTP bill-ingest",
            tls_context=tls,
            require_starttls=settings.require_tls,
            timeout=settings.timeout_seconds,
            loop=asyncio.get_running_loop(),
        )
        # aiosmtpd keeps one dictionary for all connections and lets every EHLO raise its limits.
        self.command_size_limits = defaultdict(lambda: COMMAND_BYTES)
        self.command_size_limit = COMMAND_BYTES
        self._listener = listener
        self._most_bytes = 2 * settings.max_message_bytes + MiB
        self._line = LineGuard()
        self._received = 0
        self._heard_at = self._phase_began = self.loop.time()
        self._working = False
        self._draining = False
        self._inside = False
        self.peer = ""

    # -- coming and going

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Lets the client in, or answers 421. (After STARTTLS it is called again, with the inner transport.)"""
        if self._inside:
            super().connection_made(transport)
            return
        self.peer = str((transport.get_extra_info("peername") or ["unknown"])[0])
        if not self._listener.let_in(self):
            _turn_away(transport)
            return
        self._inside = True
        super().connection_made(transport)
        assert self._handler_coroutine is not None  # noqa: S101 - just made
        self._handler_coroutine.add_done_callback(self._tell_of_failure)

    def connection_lost(self, error: Exception | None) -> None:
        """Ends the transaction. aiosmtpd calls it itself when TLS fails, so that it can come twice."""
        if self._inside:
            self._inside = False
            self._transaction().end(self.peer)
            super().connection_lost(error)
            self._listener.gone(self)

    def hang_up(self, reply: str) -> None:
        """Says why and closes; a client that does not read is cut off."""
        transport = self.transport
        if not isinstance(transport, asyncio.Transport) or transport.is_closing():
            return
        if transport.get_write_buffer_size():
            transport.abort()
            return
        transport.write(reply.encode("ascii") + b"\r\n")
        transport.close()

    def cut(self) -> None:
        """Closes at once, in the middle of whatever it is."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    def drain(self) -> None:
        """Closes now, or at the end of the transaction that is running."""
        self._draining = True
        if not self._transaction().running:
            self.hang_up(replies.STOPPING)

    @contextmanager
    def working(self) -> Iterator[None]:
        """While it lasts it is our turn, and the client may be silent."""
        self._working = True
        try:
            yield
        finally:
            self._working = False
            self._heard_at = self._phase_began = self.loop.time()

    # -- bytes and time

    def data_received(self, data: bytes) -> None:
        """Notes that the client is alive, and stops one that sends without end."""
        self._heard_at = self.loop.time()
        self._received += len(data)
        if self._line.feed(data) > LONGEST_UNBROKEN:
            self.hang_up(replies.ENDLESS_LINE)
        elif self._received > self._most_bytes:
            self._transaction().refuse(Reason.TOO_LARGE)
            self.hang_up(replies.FAR_TOO_LARGE)
        else:
            super().data_received(data)

    def _reset_timeout(self, duration: float | None = None) -> None:
        """aiosmtpd calls it at each command; the phase of this command begins."""
        self._received = 0
        self._heard_at = self._phase_began = self.loop.time()
        super()._reset_timeout(duration)

    def _timeout_cb(self) -> None:
        """The timer runs out: for good, or only since bytes came or we are at work."""
        limit = self._timeout_duration
        left = min(self._heard_at + limit, self._phase_began + LONGEST_PHASE * limit) - self.loop.time()
        if self._working or left > 0:
            super()._reset_timeout(limit if self._working else left)
        else:
            self.hang_up(replies.SILENT)

    # -- the dialogue

    def _transaction(self) -> Transaction:
        assert isinstance(self.envelope, Transaction)  # noqa: S101 - made by _create_envelope
        return self.envelope

    def _create_envelope(self) -> Transaction:
        return Transaction()

    def _set_post_data_state(self) -> None:
        """Called where a transaction ends in whatever way: after DATA, RSET, EHLO, STARTTLS."""
        if isinstance(self.envelope, Transaction):
            self.envelope.end(self.peer)
        super()._set_post_data_state()  # type: ignore[no-untyped-call] # aiosmtpd left it without annotations

    async def push(self, status: AnyStr) -> None:
        """Answers; replies of aiosmtpd that concern people are put into our words."""
        if isinstance(status, str):
            reply = OUR_WORDS.get(status, status)
            if reply is replies.TOO_LARGE:
                self._transaction().refuse(Reason.TOO_LARGE)
            await super().push(reply)
        else:
            await super().push(status)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The address of MAIL or RCPT and what follows it; (None, None) is answered 553."""
        try:
            address, rest = parse_path(arg)
        except MalformedAddress:
            return None, None
        return str(address or "<>"), rest

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """The text of a message."""
        await super().smtp_DATA(arg)
        if self._draining:
            self.hang_up(replies.STOPPING)

    @syntax("RSET")
    async def smtp_RSET(self, arg: str) -> None:  # noqa: N802
        """The transaction is given up."""
        await super().smtp_RSET(arg)
        if self._draining:
            self.hang_up(replies.STOPPING)

    @syntax("STARTTLS", when="tls_context")
    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802
        """TLS, once."""
        if self._tls_protocol is not None:
            await self.push(replies.TLS_ALREADY)
        else:
            await super().smtp_STARTTLS(arg)
            if self._tls_protocol is not None and self.session is not None and self.session.ssl is None:
                self.connection_lost(None)  # the client left during the handshake, which asyncio does not tell

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: ARG002, N802
        """There are no passwords here to guess at."""
        await self.push(replies.NO_AUTH)

    def _tell_of_failure(self, handler: asyncio.Task[None]) -> None:
        """The task of a connection ends by cancellation or a lost connection; anything else is a mistake of ours."""
        error = None if handler.cancelled() else handler.exception()
        if error is not None and not isinstance(error, ConnectionError):
            log.error("an SMTP connection failed", peer=self.peer, exc_info=error)


def _turn_away(transport: asyncio.BaseTransport) -> None:
    assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a TCP server
    transport.set_protocol(asyncio.Protocol())
    transport.write(replies.TOO_MANY_CONNECTIONS.encode("ascii") + b"\r\n")
    transport.close()
