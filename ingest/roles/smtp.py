"""The mail listener. It imports no more than it needs: it may stand in many processes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ingest import wakeup
from ingest.config import Settings
from ingest.heartbeat import heartbeat
from ingest.listening import port_errors
from ingest.metrics import Metrics
from ingest.roles.opening import make_pool, open_intake, open_ledger
from ingest.sources.smtp import SmtpListener


@asynccontextmanager
async def smtp_role(settings: Settings) -> AsyncIterator[str]:
    """The mail listener; yields where to send mail."""
    metrics = Metrics()
    async with (
        open_ledger(settings) as ledger,
        make_pool(settings, size=1) as pool,
        open_intake(settings, ledger, pool, lambda: wakeup.wake(settings.data_dir), metrics) as intake,
        heartbeat(settings.data_dir, "smtp", metrics),
    ):
        await pool.start()
        listener = SmtpListener(settings, intake)
        with port_errors("smtp", settings.smtp.host, settings.smtp.port):
            host, port = await listener.start()
        try:
            yield f"{host}:{port}"
        finally:
            await listener.stop(settings.drain_seconds)
