"""The built-in API, for who has no key of the real one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ingest.config import Settings
from ingest.ocr import Readers
from ingest.roles.opening import make_pool, open_scans
from ingest.sandbox.app import API, make_app
from ingest.sandbox.options import DEFAULT_KEY, Options, key_of
from ingest.store.disk import disk_errors
from ingest.web.serving import serving


@asynccontextmanager
async def sandbox_role(settings: Settings) -> AsyncIterator[str]:
    """The built-in API on the local parsers; yields its base URL."""
    chosen, folder = settings.sandbox, settings.data_dir / "sandbox"
    accounts = settings.accounts.items()
    keys = {key_of(name, account) for name, account in accounts if account.environment == "sandbox"}
    options = Options(
        keys=frozenset({DEFAULT_KEY, *keys}),
        data_dir=folder,
        delay_seconds=chosen.delay_seconds,
        not_supported=frozenset(chosen.not_supported),
        max_document_bytes=settings.limits.max_document_bytes,
    )
    with disk_errors():
        folder.mkdir(parents=True, exist_ok=True)
    async with (
        make_pool(settings, size=1) as pool,
        open_scans(settings, size=1) as scans,
    ):
        sandbox = make_app(pool=Readers(pool, scans), options=options)
        async with serving("sandbox", sandbox, chosen.host, chosen.port) as url:
            yield url + API
