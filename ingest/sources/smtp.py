"""The mail listener: opens the port, lets connections in up to the limits, and drains them at the end."""

import asyncio
import logging
import os
import socket

from ingest.config import Settings
from ingest.intake import Intake
from ingest.mail.authentication.resolver import Resolver
from ingest.mail.opening import MailOpener
from ingest.mail.sender import SenderCheck
from ingest.sources.smtp_connection import Connection
from ingest.sources.smtp_dialogue import Dialogue, Taker
from ingest.sources.smtp_limits import ConnectionCounts, peer_key
from ingest.sources.smtp_taking import MessageTaker
from ingest.sources.smtp_tls import Certificate, certificate_of
from ingest.store.spool import Spool

MOST_WAITING = 128
"""Connections that the system holds until they are let in."""
MOST_LET_IN_AT_ONCE = 4
"""In one turn of the event loop: each costs a good part of a millisecond."""


class MailPort:
    """The ports, and who is connected to them; ``taker`` takes the messages that come."""

    def __init__(self, settings: Settings, taker: Taker) -> None:
        self._settings = settings.smtp
        self._spool = Spool(settings.data_dir / "messages")
        self._taker = taker
        self._dialogue = Dialogue(settings.accounts, settings.smtp, taker)
        self._counts = ConnectionCounts(
            most=settings.smtp.max_connections, most_per_peer=settings.smtp.max_connections_per_peer
        )
        self._connections: dict[Connection, str | None] = {}
        self._empty = asyncio.Event()
        self._empty.set()
        self._servers: list[asyncio.Server] = []
        self.tls_place: tuple[str, int] | None = None

    async def start(self) -> tuple[str, int]:
        """Listens; the address and port that were taken. Raises ConfigError (the certificate) or OSError (a port)."""
        # At its lowest level aiosmtpd logs every line of a message; of a PROXY header we tell ourselves.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        logging.getLogger("mail.debug").setLevel(logging.ERROR)
        settings, certificate = self._settings, certificate_of(self._settings)
        place = await self._listen(settings.port, certificate, implicit_tls=False)
        if settings.tls_port is not None:
            self.tls_place = await self._listen(settings.tls_port, certificate, implicit_tls=True)
        return place

    async def _listen(self, port: int, certificate: Certificate | None, *, implicit_tls: bool) -> tuple[str, int]:
        """On all addresses of the host; other processes of ours may share the port."""
        server = await asyncio.get_running_loop().create_server(
            lambda: Connection(
                self._dialogue, self, self._settings, self._spool, certificate, implicit_tls=implicit_tls
            ),
            self._settings.host,
            port,
            reuse_port=self._settings.processes > 1 or None,
            backlog=MOST_LET_IN_AT_ONCE,
        )
        _let_wait(server, MOST_WAITING)
        self._servers.append(server)
        host, taken = server.sockets[0].getsockname()[:2]
        return str(host), int(taken)

    async def stop(self, deadline: float) -> None:
        """Takes no more connections, lets transactions end within ``deadline`` seconds, then closes the rest."""
        servers, self._servers = self._servers, []
        for server in servers:
            server.close()
        for connection in list(self._connections):
            connection.drain()
        try:
            async with asyncio.timeout(deadline):
                await self._empty.wait()
                await self._taker.finish()
        except TimeoutError:
            for connection in list(self._connections):
                connection.cut()
            await self._taker.give_up()
            await self._empty.wait()
        for server in servers:
            await server.wait_closed()
        await self._spool.close()

    # -- what connections call

    def let_in(self, connection: Connection, peer: str | None) -> bool:
        """Whether there is room for it, and the listener is not stopping."""
        name = peer and peer_key(peer)
        if not self._servers or not self._counts.enter(name):
            return False
        self._connections[connection] = name
        self._empty.clear()
        return True

    def gone(self, connection: Connection) -> None:
        """Nothing is left of it."""
        self._counts.leave(self._connections.pop(connection))
        if not self._connections:
            self._empty.set()


def _let_wait(server: asyncio.Server, connections: int) -> None:
    """To asyncio ``backlog`` is both: how many wait, and how many of them it lets in at once."""
    for listening in server.sockets:
        with socket.socket(fileno=os.dup(listening.fileno())) as same:
            same.listen(connections)


class SmtpListener(MailPort):
    """Takes bills by mail. Messages that brought one are kept in ``data_dir/messages``."""

    def __init__(self, settings: Settings, intake: Intake, opener: MailOpener) -> None:
        senders = SenderCheck(settings.accounts, Resolver(settings.dns), opener)
        super().__init__(settings, MessageTaker(settings, intake, senders, opener))
