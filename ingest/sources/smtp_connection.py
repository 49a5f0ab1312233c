"""One client's connection: its bytes, its time, TLS and the balancer's header; what is said is in ``smtp_commands``.

aiosmtpd 1.4.6 reads a message line by line into memory, lets its timer run through a message that is arriving (and
while we work on it), starts TLS with buffers of 1 MiB, and knows no implicit TLS. Each is set right here.

A client that speaks before the greeting is not punished: the greeting leaves at once, so that only chance would tell
one from another. What it says then counts as commands.
"""

import asyncio
from collections.abc import Awaitable
from enum import Enum
from typing import Any, Protocol

import structlog

from ingest.config import Smtp
from ingest.errors import Refused, Unavailable
from ingest.reasons import Reason
from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_commands import Commands
from ingest.sources.smtp_data import IncomingText, TextTooLong
from ingest.sources.smtp_limits import Patience
from ingest.sources.smtp_proxy import NoProxyHeader, is_balancer, peer_behind
from ingest.sources.smtp_tls import Certificate, TlsLayer
from ingest.store.spool import Spool

MOST_COMMANDS_HELD = 8 * 1024
"""Bytes of commands that wait for their turn, or of a command without an end."""

_PACKET = memoryview(bytearray(256 * 1024))
"""Where all connections of the process receive: each takes out what came before the loop turns to the next one."""

log = structlog.get_logger()


class Listener(Protocol):
    """What a connection needs of the listener that it belongs to."""

    def let_in(self, connection: "Connection", peer: str | None) -> bool:
        """Whether there is room for it (None: the balancer has not said yet whose it is); ``gone`` must follow then."""

    def gone(self, connection: "Connection") -> None:
        """Nothing is left of it."""


class Turn(Enum):
    """For whom the time runs."""

    COMMAND = "the client is to say something, a whole command"
    TEXT = "the client sends the text of a message"
    OURS = "we work on a message"


class Connection(Commands, asyncio.BufferedProtocol):
    """One client's connection."""

    line_length_limit = MOST_COMMANDS_HELD

    def __init__(
        self,
        dialogue: object,
        listener: Listener,
        settings: Smtp,
        spool: Spool,
        certificate: Certificate | None,
        *,
        implicit_tls: bool = False,
    ) -> None:
        super().__init__(
            dialogue,
            data_size_limit=settings.max_message_bytes,
            enable_SMTPUTF8=True,
            hostname=settings.hostname,
            ident="ESMTP bill-ingest",
            timeout=settings.timeout_seconds,
            loop=asyncio.get_running_loop(),
        )
        self.require_starttls = settings.require_tls
        self.certificate = certificate
        self.patience = Patience(
            max_errors=settings.max_errors,
            max_recipients=settings.max_recipients,
            max_messages=settings.max_messages_per_connection,
        )
        self.peer = ""
        self._implicit_tls = implicit_tls
        self._listener = listener
        self._spool = spool
        self._settings = settings
        self._text: IncomingText | None = None
        self._receiving: asyncio.Task[str] | None = None
        self._turn = Turn.COMMAND
        self._heard_at = self._turn_began = self.loop.time()
        self._inside = self._open = self._heard = self._disk_is_slower = False

    @property
    def peer_name(self) -> str:
        """The client's address; the balancer's until it has said whose connection it is."""
        return self.peer

    # -- coming and going

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Lets the client in, or answers 421. (After the handshake it is called again, with the inner transport.)"""
        if self._inside:
            super().connection_made(transport)
            return
        self.peer = str((transport.get_extra_info("peername") or ["unknown"])[0])
        self._behind_balancer = is_balancer(self.peer, self._settings.proxy_protocol_from)
        if not self._listener.let_in(self, None if self._behind_balancer else self.peer):
            _turn_away(transport)
            return
        self._inside = self._open = True
        super().connection_made(transport)
        assert self._handler_coroutine is not None  # noqa: S101 - just made
        self._handler_coroutine.add_done_callback(self._part_ended)

    async def arrive(self) -> bool:
        """The balancer's header, and TLS on the port where it is implicit."""
        if self._behind_balancer and not await self._learn_peer():
            return False
        if self._implicit_tls:
            await self.start_tls(keep_early=True)
        return not self.closing

    async def _learn_peer(self) -> bool:
        try:
            peer = await peer_behind(self._reader) or self.peer
        except NoProxyHeader as error:
            log.warning("a balancer's connection has no usable PROXY header", balancer=self.peer, error=str(error))
            self.cut()
            return False
        self._listener.gone(self)
        self.peer = peer
        self._inside = self._listener.let_in(self, peer)
        if not self._inside:
            self.hang_up(replies.TOO_MANY_CONNECTIONS)
        return self._inside

    def connection_lost(self, error: Exception | None) -> None:
        """Ends the transaction. A failed handshake is not told by asyncio; then we call it, and it may come twice."""
        if self._open:
            self._open = False
            self.transaction().end(self.peer)
            super().connection_lost(error)
            self._leave()

    def _leave(self) -> None:
        """Once nothing of it is left: neither the socket nor a task."""
        tasks = (self._handler_coroutine, self._receiving)
        if self._inside and not self._open and all(task is None or task.done() for task in tasks):
            self._inside = False
            self._listener.gone(self)

    def _part_ended(self, task: asyncio.Task[Any]) -> None:
        """A task of the connection ended: by itself, by cancellation or a lost connection. Else it is our mistake."""
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, ConnectionError):
            log.error("an SMTP connection failed", peer=self.peer, exc_info=error)
            self.cut()
        self._leave()

    def hang_up(self, reply: str) -> None:
        """Says why and closes; a client that does not read is cut off."""
        transport = self.transport
        if not isinstance(transport, asyncio.Transport) or transport.is_closing():
            return
        log.info("hanging up", peer=self.peer, said=reply)
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
        self.draining = True
        self.end_if_draining()

    # -- bytes

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Where the next bytes go: as many as there is room for."""
        return _PACKET[: MOST_COMMANDS_HELD if self._text is None else self._text.room]

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes came: of the text of a message, or of commands."""
        self._heard_at = self.loop.time()
        data: bytes | memoryview = _PACKET[:nbytes]
        if not self._open or self.closing:
            return
        if self._text is not None:
            data = self._take_text(data)
        elif not (self._heard or self._implicit_tls or self._behind_balancer):
            self._heard = True
            if not chr(data[0]).isspace() and not chr(data[0]).isalpha():
                self.hang_up(replies.NO_SMTP)
                return
        if data:
            self.data_received(bytes(data))

    def _take_text(self, data: bytes | memoryview) -> bytes:
        """Hands it to the message; what came after the message's end."""
        assert self._text is not None  # noqa: S101 - called within DATA
        try:
            rest = self._text.feed(data)
        except TextTooLong:
            self.transaction().refuse(Reason.TOO_LARGE)
            self.hang_up(replies.FAR_TOO_LARGE)
            return b""
        if self._text.ended:
            self._text = None
            self._turn = Turn.OURS
            self.transaction().hand_over()
        elif not self._text.room and isinstance(self.transport, asyncio.Transport):
            self._disk_is_slower = True
            self.transport.pause_reading()
        return rest

    def _make_room(self) -> None:
        """A part of the message is on the disk. (Whether commands are read is the reader's to say, not the text's.)"""
        if self._disk_is_slower and isinstance(self.transport, asyncio.Transport):
            self._disk_is_slower = False
            self._heard_at = self.loop.time()  # until now it was our turn
            if not self.closing:
                self.transport.resume_reading()

    # -- time

    def turn(self) -> None:
        """It is the client's turn to say something."""
        self._turn = Turn.COMMAND
        self._turn_began = self.loop.time()

    def _reset_timeout(self, duration: float | None = None) -> None:
        """aiosmtpd calls it at the beginning, and after the handshake."""
        self._turn_began = self.loop.time()
        if self._timeout_handle is None:
            self._look_again_in(duration or self._timeout_duration)

    def _look_again_in(self, seconds: float) -> None:
        """A turn that begins meanwhile may be a shorter one."""
        super()._reset_timeout(min(seconds, self._timeout_duration, self._settings.message_seconds))

    def _timeout_cb(self) -> None:
        """The timer runs out: for good, or only since the client went on or we are at work."""
        now, silence = self.loop.time(), self._timeout_duration
        if self._turn is Turn.OURS or self._disk_is_slower:
            self._look_again_in(silence)
            return
        if self._turn is Turn.COMMAND:
            left, reply = self._turn_began + silence - now, replies.SILENT
        else:
            silent, slow = self._heard_at + silence - now, self._turn_began + self._settings.message_seconds - now
            left, reply = min((silent, replies.SILENT), (slow, replies.TOO_SLOW))
        if left > 0:
            self._look_again_in(left)
        else:
            self.hang_up(reply)

    # -- a message

    async def receive_message(self) -> str:
        """Takes one message. One that is here to its final dot is taken even when its client has gone by then."""
        refusal: str | None = self.event_handler.refuse_message(self, self.transaction())
        if refusal is not None:
            return refusal
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
        transaction = self.transaction()
        self._text, self._turn = text, Turn.TEXT
        self._heard_at = self._turn_began = self.loop.time()
        self.patience.message()
        try:
            self._take_what_came_early()  # before anything is awaited: what comes meanwhile comes after it
            await self.push("354 End data with <CR><LF>.<CR><LF>")
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
        hook: Awaitable[str] = self.event_handler.take_message(self, self.session, transaction)
        return await hook

    def _take_what_came_early(self) -> None:
        """A client that does not wait for 354 has sent its text along with DATA."""
        early = self._waiting()
        if early:
            self._reader._buffer.extend(self._take_text(early))  # type: ignore[attr-defined] # noqa: SLF001

    def _waiting(self) -> bytes:
        """Takes what the reader has got and nobody has read yet. (aiosmtpd empties its buffer in the same way.)"""
        waiting = bytes(self._reader._buffer)  # type: ignore[attr-defined] # noqa: SLF001
        self._reader._buffer.clear()  # type: ignore[attr-defined] # noqa: SLF001
        self._reader._maybe_resume_transport()  # type: ignore[attr-defined] # noqa: SLF001
        return waiting

    # -- TLS

    async def start_tls(self, *, keep_early: bool = False) -> None:
        """The handshake. Closes the connection when it fails."""
        assert self.certificate is not None  # noqa: S101 - asked before
        plain = self.transport
        assert isinstance(plain, asyncio.Transport)  # noqa: S101 - of a TCP server
        early = self._waiting()
        done = self.loop.create_future()
        layer = TlsLayer(self, self.certificate.context(), done, self._timeout_duration)
        self._tls_protocol, self._original_transport, self.transport = layer, plain, layer.transport
        plain.set_protocol(layer)
        layer.connection_made(plain)
        if keep_early:
            layer.feed(early)
        try:
            await done
        except (OSError, EOFError) as error:
            log.info("TLS could not be set up", peer=self.peer, error=str(error))
        if self.session is None or self.session.ssl is None:
            plain.abort()
            self.connection_lost(None)


def _turn_away(transport: asyncio.BaseTransport) -> None:
    assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a TCP server
    transport.set_protocol(asyncio.Protocol())
    transport.write(replies.TOO_MANY_CONNECTIONS.encode("ascii") + b"\r\n")
    transport.close()
