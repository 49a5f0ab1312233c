"""Our listeners, as the mail benchmark measures them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ingest import logs
from ingest.config.settings import EMBEDDED_ACCOUNT, Settings
from ingest.roles import Role, context_of
from ingest.short_turns import spare_what_is_there
from ingest.sources.smtp import MailPort
from ingest.sources.smtp_letter import Letter
from ingest.store.documents import DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.written import keep


def _settings(folder: Path) -> Settings:
    """Limits out of the way; the account is the one of a fresh machine."""
    plenty = 10**6
    caps = ("max_connections", "max_connections_per_peer", "max_messages_per_connection", "max_messages_per_minute")
    account = EMBEDDED_ACCOUNT.model_copy(update={"max_messages_per_minute": plenty})
    return Settings(data_dir=folder, accounts={"demo": account}, smtp={"port": 0} | dict.fromkeys(caps, plenty))


async def prepare(folder: Path) -> None:
    """Makes the tables."""
    async with await Ledger.open(f"sqlite+aiosqlite:///{folder}/ledger.sqlite3"):
        pass


@asynccontextmanager
async def whole(folder: Path) -> AsyncIterator[int]:
    """The role as it runs in production: every message is opened, its bills are stored, and the ledger has them."""
    logs.configure("json", "info", role="smtp")
    async with context_of(Role.SMTP, _settings(folder)) as place:
        spare_what_is_there()
        yield int(place.rsplit(":", 1)[1])


class KeepsThem:
    """Every message is durable when 250 is said; nobody opens it. That is what stock's handler could do besides."""

    def __init__(self, folder: Path) -> None:
        self._messages = DocumentStore(folder, suffix=".eml")

    async def take(self, letter: Letter) -> str:
        """The reply."""
        message = letter.message
        await asyncio.wrap_future(message.durable)
        await asyncio.to_thread(keep, self._messages.adopt(message.path, message.sha256))
        return "250 2.0.0 kept"

    async def finish(self) -> None:
        """Nothing is left to be done."""

    async def give_up(self) -> None:
        """Nothing is left to be done."""


@asynccontextmanager
async def kept(folder: Path) -> AsyncIterator[int]:
    """The listener alone, in a folder of its own."""
    logs.configure("json", "info", role="smtp")
    folder = folder.with_name("kept")
    listener = MailPort(_settings(folder), KeepsThem(folder / "messages"))
    _, port = await listener.start()
    spare_what_is_there()
    yield port
    await listener.stop(1)
