"""The HTTP port: health, metrics, status, and the API's webhooks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ingest import wakeup
from ingest.config import Settings
from ingest.roles.opening import open_ledger
from ingest.web.app import make_app
from ingest.web.serving import serving


@asynccontextmanager
async def web_role(settings: Settings) -> AsyncIterator[str]:
    """The HTTP port; yields its URL."""
    async with open_ledger(settings, "web") as ledger:
        app = make_app(ledger, settings, lambda: wakeup.wake(settings.data_dir))
        async with serving("web", app, settings.web.host, settings.web.port) as url:
            yield url
