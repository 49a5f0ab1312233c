"""Whether an inbox can be watched: it is there, and no other process watches it."""

import asyncio
from pathlib import Path
from typing import Protocol

import structlog

from ingest.errors import Unavailable
from ingest.sources.inbox import Identity, Inbox


class Sole(Protocol):
    """Who watches which folder (``ingest.store.watching``)."""

    async def is_ours(self, name: str) -> bool:
        """Whether this process may watch it. Raises Unavailable."""


class Presence:
    """Of one account's inbox. What changes is logged once."""

    def __init__(self, account: str, inbox: Path, folder: Inbox, sole: Sole | None) -> None:
        """``sole`` says whether this process may watch the folder; without it nobody else does."""
        self.absent: str | None = "the inbox was not looked at yet"
        """Why it cannot be watched; None when it can, or another process does."""
        self.standing_by = False
        """Whether another process watches it, on whatever machine."""
        self._account = account
        self._inbox = folder
        self._sole = sole
        self._log = structlog.get_logger().bind(account=account, inbox=str(inbox))

    async def look(self) -> Identity | None:
        """Which folder it is; None when it is not there, or not ours to watch."""
        identity = await self._there()
        return identity if identity is not None and await self._ours() else None

    async def _there(self) -> Identity | None:
        try:
            identity = await asyncio.to_thread(self._inbox.check)
        except Unavailable as error:
            if self.absent != str(error):
                self._log.warning("the inbox is not ready", reason=str(error))
            self.absent = str(error)
            return None
        if self.absent is not None:
            self._log.info("the inbox is ready")
        self.absent = None
        return identity

    async def _ours(self) -> bool:
        if self._sole is None:
            return True
        try:
            name = await asyncio.to_thread(self._inbox.name)
            ours = await self._sole.is_ours(name or f"of {self._account}")
        except Unavailable as error:
            self.absent = f"it is not known whether another process watches the inbox: {error}"
            return False
        if ours == self.standing_by:
            said = "the inbox is watched here now" if ours else "another process watches the inbox; standing by"
            self._log.info(said)
        self.standing_by = not ours
        return ours
