"""Listening on a port, and saying in words which setting to change when that is not possible."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from aiohttp import web

from ingest.errors import NotReady


@asynccontextmanager
async def serving(section: str, app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Listens for HTTP; yields the origin. Raises NotReady when the port is taken."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        with port_errors(section, host, port):
            await web.TCPSite(runner, host, port).start()
        taken = runner.addresses[0][1]
        yield f"http://{f'[{host}]' if ':' in host else host}:{taken}"
    finally:
        await runner.cleanup()


@contextlib.contextmanager
def port_errors(section: str, host: str, port: int) -> Iterator[None]:
    """A port that cannot be listened on, in words that name the setting."""
    try:
        yield
    except OSError as error:
        raise NotReady(f"{section}: cannot listen on {host}:{port}: {error.strerror}; set {section}.port") from error
