"""TLS of the listener: its certificate, read again when its files change, and the layer between socket and dialogue."""

import asyncio
import ssl
from asyncio import sslproto
from pathlib import Path

import structlog

from ingest.config import Smtp
from ingest.errors import ConfigError

SHUTDOWN_SECONDS = 5

log = structlog.get_logger()


class Certificate:
    """The certificate and key of the settings. Raises ConfigError when they cannot be used at the start."""

    def __init__(self, chain: Path, key: Path) -> None:
        self._chain = chain
        self._key = key
        self._seen = self._state()
        try:
            self._context = self._load()
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise ConfigError(f"smtp.tls_cert, smtp.tls_key: cannot be used: {error}") from error

    def context(self) -> ssl.SSLContext:
        """For the next handshake. New files that cannot be used are told of once, and the old ones stay in use."""
        state = self._state()
        if state != self._seen:
            self._seen = state
            try:
                self._context = self._load()
                log.info("the mail listener's certificate was read again", file=str(self._chain))
            except (OSError, ValueError) as error:
                log.error(  # noqa: TRY400 - it is a sentence for whoever put the files there
                    "the mail listener's new certificate cannot be used; the one before stays in use",
                    file=str(self._chain),
                    error=str(error),
                )
        return self._context

    def _state(self) -> tuple[tuple[int, ...] | None, ...]:
        return tuple(_state_of(file) for file in (self._chain, self._key))

    def _load(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_RENEGOTIATION
        context.load_cert_chain(self._chain, self._key)
        return context


def certificate_of(settings: Smtp) -> Certificate | None:
    """Where one is configured. Raises ConfigError when it cannot be used."""
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    return Certificate(settings.tls_cert, settings.tls_key)


class TlsLayer(sslproto.SSLProtocol):
    """asyncio's, with less memory for each connection; aiosmtpd uses it in the same way.

    (``loop.start_tls`` would let asyncio choose the layer, with buffers of up to 1 MiB for each connection.)
    """

    max_size = 64 * 1024

    def __init__(
        self,
        protocol: asyncio.BaseProtocol,
        context: ssl.SSLContext,
        waiter: "asyncio.Future[None]",
        handshake_seconds: float,
    ) -> None:
        super().__init__(
            asyncio.get_running_loop(),
            protocol,
            context,
            waiter,
            server_side=True,
            ssl_handshake_timeout=handshake_seconds,  # type: ignore[arg-type] # it becomes a timer
            ssl_shutdown_timeout=SHUTDOWN_SECONDS,
        )
        self.transport.set_read_buffer_limits(high=self.max_size)  # type: ignore[attr-defined]

    @property
    def transport(self) -> asyncio.Transport:
        """The one that the dialogue writes to."""
        inner = self._app_transport
        assert isinstance(inner, asyncio.Transport)  # noqa: S101 - made with the layer
        return inner

    @property
    def handshake(self) -> dict[str, object]:
        """What the handshake agreed on: ``cipher``, ``sslcontext`` and more of ``get_extra_info``."""
        extra: dict[str, object] = self._extra
        return extra

    def feed(self, data: bytes) -> None:
        """Bytes that came before the layer was in place."""
        while data:
            buffer = self.get_buffer(len(data))
            part = data[: len(buffer)]
            buffer[: len(part)] = part
            self.buffer_updated(len(part))
            data = data[len(part) :]


def _state_of(file: Path) -> tuple[int, ...] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_dev
