"""The mail listener. It imports no more than it needs: it may stand in many processes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ingest import wakeup
from ingest.config import Settings
from ingest.heartbeat import heartbeat, own_name
from ingest.listening import port_errors
from ingest.mail.opening import MailOpener
from ingest.metrics import Metrics
from ingest.roles.opening import make_pool, open_intake, open_ledger
from ingest.sources.smtp import SmtpListener


@asynccontextmanager
async def smtp_role(settings: Settings) -> AsyncIterator[str]:
    """The mail listener; yields where to send mail."""
    metrics = Metrics()
    with own_name(settings.data_dir, "smtp", settings.smtp.processes) as name:
        async with (
            open_ledger(settings, "smtp") as ledger,
            make_pool(settings, size=1) as pool,
            MailOpener() as opener,
            open_intake(settings, ledger, pool, lambda: wakeup.wake(settings.data_dir), metrics) as intake,
            heartbeat(settings.data_dir, name, metrics),
        ):
            await opener.start()
            listener = SmtpListener(settings, intake, opener)
            with port_errors("smtp", settings.smtp.host, settings.smtp.port):
                host, port = await listener.start()
            try:
                yield f"{host}:{port}"
            finally:
                await listener.stop(settings.drain_seconds)
