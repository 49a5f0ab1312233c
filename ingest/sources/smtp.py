"""The mail listener: opens the port, lets connections in up to the limits, and drains them at the end."""

import asyncio
import logging
import ssl

from ingest.config import Settings, Smtp
from ingest.errors import ConfigError
from ingest.intake import Intake
from ingest.sources.smtp_connection import Connection
from ingest.sources.smtp_dialogue import Dialogue
from ingest.sources.smtp_limits import ConnectionCounts
from ingest.sources.smtp_taking import MessageTaker
from ingest.store.documents import DocumentStore
from ingest.store.spool import Spool


class SmtpListener:
    """Takes bills by mail. Messages that brought one are kept in ``data_dir/messages``."""

    def __init__(self, settings: Settings, intake: Intake) -> None:
        self._settings = settings.smtp
        folder = settings.data_dir / "messages"
        self._spool = Spool(folder)
        self._taker = MessageTaker(settings.accounts, intake, DocumentStore(folder, ".eml"))
        self._dialogue = Dialogue(settings.accounts, settings.smtp.max_recipients, self._taker)
        self._counts = ConnectionCounts(
            most=settings.smtp.max_connections, most_per_peer=settings.smtp.max_connections_per_peer
        )
        self._connections: set[Connection] = set()
        self._empty = asyncio.Event()
        self._empty.set()
        self._server: asyncio.Server | None = None

    async def start(self) -> tuple[str, int]:
        """Listens; the address and port that were taken. Raises ConfigError (the certificate) or OSError (the port)."""
        # At its lowest level aiosmtpd logs every line of a message.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        tls = make_tls(self._settings)
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self._dialogue, self, self._settings, tls, self._spool),
            self._settings.host,
            self._settings.port,
        )
        host, port = self._server.sockets[0].getsockname()[:2]
        return str(host), int(port)

    async def stop(self, deadline: float) -> None:
        """Takes no more connections, lets transactions end within ``deadline`` seconds, then closes the rest."""
        if self._server is None:
            return
        self._server.close()
        server, self._server = self._server, None
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
        await server.wait_closed()
        await self._spool.close()

    # -- what connections call

    def let_in(self, connection: Connection) -> bool:
        """Whether there is room for it, and the listener is not stopping."""
        if self._server is None or not self._counts.enter(connection.peer):
            return False
        self._connections.add(connection)
        self._empty.clear()
        return True

    def gone(self, connection: Connection) -> None:
        """It is closed."""
        self._connections.discard(connection)
        self._counts.leave(connection.peer)
        if not self._connections:
            self._empty.set()


def make_tls(settings: Smtp) -> ssl.SSLContext | None:
    """The certificate for STARTTLS, where one is configured. Raises ConfigError when it cannot be used."""
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise ConfigError(f"smtp.tls_cert, smtp.tls_key: cannot be used: {error}") from error
    return context
