"""Documents of this machine that other machines reach as well: written here first, uploaded afterwards.

A mark in the outbox is durable before the document is in its place. A document that is not here is fetched.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from pathlib import Path

from ingest.config import Settings
from ingest.errors import NotReady, Unavailable
from ingest.store.disk import CHUNK, disk_errors, make_folder
from ingest.store.outbox import Outbox
from ingest.store.remote import Remote, open_remote

KINDS = ("documents", "originals", "messages")
"""The stores of a data folder, by the names of their folders."""


class Sharing:
    """One for each process. ``fresh`` are the keys that this process stored and nobody took up yet."""

    def __init__(self, data_dir: Path, remote: Remote) -> None:
        self.data_dir = data_dir
        self.remote = remote
        self.outbox = Outbox(data_dir / "outbox")
        self.fresh: set[str] = set()
        self.noted: Callable[[], None] = lambda: None

    def note(self, key: str) -> None:
        """Will have to be uploaded; durable when it returns. Blocks."""
        self.outbox.note(key)

    def stored(self, key: str) -> None:
        """Is in its place here. On whatever thread."""
        self.fresh.add(key)
        self.noted()

    async def fetch(self, key: str, place: Path) -> None:
        """Puts the document in its place here. Raises Unavailable when it cannot be had, NotReady when it is not
        there yet: the machine that took it in is still to upload it."""
        with disk_errors():
            await asyncio.to_thread(make_folder, place.parent)
        temporary = place.parent.parent / f"incoming-{secrets.token_hex(4)}.part"
        try:
            if not await self.remote.get(key, temporary):
                raise NotReady(f"{key} is not in the document store yet: the machine that took it in will upload it")
            await asyncio.to_thread(_adopt, temporary, place)
        finally:
            await asyncio.to_thread(temporary.unlink, missing_ok=True)

    async def delete(self, key: str) -> None:
        """Neither uploaded any more nor in the shared store."""
        await asyncio.to_thread(self.outbox.done, key)
        await self.remote.delete(key)


def open_sharing(settings: Settings) -> Sharing | None:
    """What connects this machine's documents with those of the others; None where nothing is shared."""
    remote = open_remote(settings.store)
    return Sharing(settings.data_dir, remote) if remote else None


def _adopt(temporary: Path, place: Path) -> None:
    """It can be had again, so that nothing waits for the disk. Its name is the proof of its content."""
    with disk_errors():
        with temporary.open("rb") as file:
            digest = hashlib.sha256()
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        if not place.name.startswith(digest.hexdigest()):
            raise Unavailable(f"the document store gave other bytes for {place.name}: restore it from a backup")
        temporary.replace(place)
