"""One client's connection: aiosmtpd's dialogue where it holds, rules of our own where it has none.

aiosmtpd 1.4.6 accepts addresses that others read differently, reads a message line by line into memory, lets its
timer run through a message that is arriving (and while we work on it), offers AUTH once TLS is active, starts TLS
inside TLS, and puts the text of our exceptions into its replies. Each is set right below, and nothing else.
"""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any, AnyStr, Protocol

import structlog
from aiosmtpd.smtp import SMTP, syntax

from ingest.config import Smtp
from ingest.errors import Refused, Unavailable
from ingest.mail.addresses import MalformedAddress, parse_path
from ingest.reasons import Reason
from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_data import IncomingText, TextTooLong
from ingest.sources.smtp_transaction import Transaction
from ingest.store.spool import Spool

COMMAND_BYTES = 1024
MOST_COMMANDS_HELD = 8 * 1024
"""Bytes of commands that wait for their turn, or of a command without an end."""

_PACKET = memoryview(bytearray(256 * 1024))
"""Where all connections of the process receive: each takes out what came before the loop turns to the next one."""

OUR_WORDS = {
    "530 Must issue a STARTTLS command first": replies.TLS_NEEDED,
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


class Connection(SMTP, asyncio.BufferedProtocol):
    """One client's connection."""

    line_length_limit = MOST_COMMANDS_HELD

    def __init__(
        self, dialogue: object, listener: Listener, settings: Smtp, tls: ssl.SSLContext | None, spool: Spool
    ) -> None:
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
        self._spool = spool
        self._settings = settings
        self._text: IncomingText | None = None
        self._heard_at = self._phase_began = self.loop.time()
        self._working = False
        self._draining = False
        self._inside = self._open = False
        self._receiving: asyncio.Task[str] | None = None
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
        self._inside = self._open = True
        super().connection_made(transport)
        assert self._handler_coroutine is not None  # noqa: S101 - just made
        self._handler_coroutine.add_done_callback(self._part_ended)

    def connection_lost(self, error: Exception | None) -> None:
        """Ends the transaction. aiosmtpd calls it itself when TLS fails, so that it can come twice."""
        if self._open:
            self._open = False
            self._transaction().end(self.peer)
            super().connection_lost(error)
            self._leave()

    def _leave(self) -> None:
        """Once nothing of it is left: neither the socket nor a task."""
        tasks = (self._handler_coroutine, self._receiving)
        if self._inside and not self._open and all(task is None or task.done() for task in tasks):
            self._inside = False
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
        if self._receiving is not None:
            self._receiving.cancel()
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

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Where the next bytes go: as many as there is room for."""
        return _PACKET[: MOST_COMMANDS_HELD if self._text is None else self._text.room]

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes came: of the text of a message, or of commands."""
        self._heard_at = self.loop.time()
        data: bytes | memoryview = _PACKET[:nbytes]
        if self._text is not None:
            data = self._take_text(data)
        if data:
            self.data_received(bytes(data))

    def _take_text(self, data: bytes | memoryview) -> bytes:
        """Hands it to the message; what came after the message's end."""
        assert self._text is not None  # noqa: S101 - called within DATA
        try:
            rest = self._text.feed(data)
        except TextTooLong:
            self._transaction().refuse(Reason.TOO_LARGE)
            self.hang_up(replies.FAR_TOO_LARGE)
            return b""
        if self._text.ended:
            self._text = None
            self._transaction().hand_over()
        elif not self._text.room and isinstance(self.transport, asyncio.Transport):
            self.transport.pause_reading()
        return rest

    def _make_room(self) -> None:
        """A part of the message is on the disk."""
        if isinstance(self.transport, asyncio.Transport) and not self.transport.is_closing():
            self._heard_at = self.loop.time()  # until now it was our turn
            self.transport.resume_reading()

    def _reset_timeout(self, duration: float | None = None) -> None:
        """aiosmtpd calls it at each command; the phase of this command begins."""
        self._heard_at = self._phase_began = self.loop.time()
        if self._timeout_handle is None:
            self._look_again_in(duration or self._timeout_duration)

    def _look_again_in(self, seconds: float) -> None:
        """A phase that begins meanwhile may be a shorter one."""
        super()._reset_timeout(min(seconds, self._timeout_duration, self._settings.message_seconds))

    def _timeout_cb(self) -> None:
        """The timer runs out: for good, or only since bytes came or we are at work."""
        silence, phase = self._timeout_duration, self._settings.message_seconds
        left = min(self._heard_at + silence, self._phase_began + phase) - self.loop.time()
        if self._working or left > 0:
            self._look_again_in(silence if self._working else left)
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
        """The text of a message, which aiosmtpd would collect by line and in memory."""
        if await self.check_helo_needed():
            return
        if not self._transaction().rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        reply = await self._message()
        self._set_post_data_state()
        await self.push(reply)
        if self._draining:
            self.hang_up(replies.STOPPING)

    async def _message(self) -> str:
        """Takes one message. One that is here to its final dot is taken even when its client has gone by then."""
        text = IncomingText(self._spool.begin(), self._settings.max_message_bytes, self._make_room)
        self._receiving = asyncio.create_task(self._receive(text), name=f"message from {self.peer}")
        self._receiving.add_done_callback(self._part_ended)
        try:
            return await asyncio.shield(self._receiving)
        except asyncio.CancelledError:
            if not text.ended:
                self._receiving.cancel()
            raise

    async def _receive(self, text: IncomingText) -> str:
        transaction = self._transaction()
        self._text = text
        try:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            self._take_what_came_early()
            transaction.message = await text.receive()
        except Refused as refused:
            transaction.tell(self.peer, "refused", reason=refused.reason)
            return replies.TOO_LARGE
        except Unavailable as error:
            transaction.tell(self.peer, "postponed", reason=error.reason)
            return replies.postponement(error)
        except asyncio.CancelledError:
            if text.ended:
                transaction.tell(self.peer, "cut_off")
            raise
        finally:
            self._text = None
            if not text.ended:
                self.cut()  # what follows is text, whatever it looks like: it must not be read as commands
        hook: Awaitable[str] = self.event_handler.handle_DATA(self, self.session, transaction)
        return await hook

    def _take_what_came_early(self) -> None:
        """A client that does not wait for 354 has sent its text along with DATA."""
        waiting: bytearray = self._reader._buffer  # type: ignore[attr-defined] # noqa: SLF001 - as aiosmtpd does
        early = bytes(waiting)
        waiting.clear()
        if early and (rest := self._take_text(early)):
            self.data_received(rest)

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

    def _part_ended(self, task: asyncio.Task[Any]) -> None:
        """A task of the connection ended: by itself, by cancellation or a lost connection. Else it is our mistake."""
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, ConnectionError):
            log.error("an SMTP connection failed", peer=self.peer, exc_info=error)
        self._leave()


def _turn_away(transport: asyncio.BaseTransport) -> None:
    assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a TCP server
    transport.set_protocol(asyncio.Protocol())
    transport.write(replies.TOO_MANY_CONNECTIONS.encode("ascii") + b"\r\n")
    transport.close()
