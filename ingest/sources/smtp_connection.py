"""One client's connection: how it comes and goes, its bytes, TLS and the balancer's header.

How commands come and replies go is in ``smtp_command_loop``, what they do in ``smtp_commands``, their time in
``smtp_turns``, messages in ``smtp_receiving``: each of them inherits from the one before. aiosmtpd 1.4.6 reads a
message line by line into memory, starts TLS with buffers of 1 MiB, and knows no implicit TLS. Each is set right here.

A client that speaks before the greeting is not punished: the greeting leaves at once, so that only chance would tell
one from another. What it says then counts as commands.
"""

import asyncio
from typing import Any, Protocol

import structlog

from ingest.config import Smtp
from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_proxy import NoProxyHeader, is_balancer, peer_behind
from ingest.sources.smtp_receiving import Receiving
from ingest.sources.smtp_tls import Certificate, TlsLayer
from ingest.sources.smtp_turns import MOST_COMMANDS_HELD
from ingest.store.spool import Spool

_PACKET = memoryview(bytearray(256 * 1024))
"""Where all connections of the process receive: each takes out what came before the loop turns to the next one."""

log = structlog.get_logger()


class Listener(Protocol):
    """What a connection needs of the listener that it belongs to."""

    def let_in(self, connection: "Connection", peer: str | None) -> bool:
        """Whether there is room for it (None: the balancer has not said yet whose it is); ``gone`` must follow then."""

    def gone(self, connection: "Connection") -> None:
        """Nothing is left of it."""


class Connection(Receiving, asyncio.BufferedProtocol):
    """One client's connection."""

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
        super().__init__(dialogue, settings, spool)
        self.certificate = certificate
        self.peer = ""
        self._implicit_tls = implicit_tls
        self._listener = listener
        self._inside = self._open = self._heard = False

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
