"""Listening for HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from ingest.listening import port_errors


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
