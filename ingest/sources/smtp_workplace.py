"""Where a message is worked on: its file, and a folder for what is in it. Nothing of it is left but what was kept."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

from ingest.mail.headers import MAX_HEADER_BYTES, header_end
from ingest.store.disk import disk_errors
from ingest.store.documents import DocumentStore
from ingest.store.spool import SpooledMessage
from ingest.store.written import Keepable


class Workplace:
    """Of one message that has arrived whole. ``folder`` is made by whoever opens it."""

    def __init__(self, message: SpooledMessage, messages: DocumentStore) -> None:
        self._message = message
        self._written = messages.adopt(message.path, message.sha256)
        self.folder = message.path.with_name(f"opened-{message.path.stem.removeprefix('incoming-')}")
        self._folder = _Emptied(self.folder)

    @property
    def along(self) -> Sequence[Keepable]:
        """What is kept with the documents: the message; and their folder goes once they have left it."""
        return self._written, self._folder

    async def durable(self) -> None:
        """Waits until the message is on the disk. Raises StorageFull or Unavailable."""
        if not self._message.durable.done():
            await asyncio.wait([asyncio.wrap_future(self._message.durable)])
        self._message.durable.result()

    async def header(self) -> bytes:
        """The header block; as much as any real one has, where its end cannot be found. Raises Unavailable."""
        head = self._message.head
        end = header_end(head)
        return head[:end] if end is not None else await asyncio.to_thread(self._first_bytes)

    def _first_bytes(self) -> bytes:
        with disk_errors(), self._message.path.open("rb") as file:
            return file.read(MAX_HEADER_BYTES + 1)

    async def clear(self) -> None:
        """Removes what is left. Raises Unavailable."""
        if not (self._written.kept and self._folder.gone):
            await asyncio.to_thread(self._clear)

    def _clear(self) -> None:
        with disk_errors():
            self._written.drop()
            if self.folder.exists():
                shutil.rmtree(self.folder)


class _Emptied:
    """A folder that goes when the last file has left it for its place; it is none to be kept itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.gone = False

    def settle(self) -> None:
        try:
            self._folder.rmdir()
        except OSError:  # documents that were refused are still there
            return
        self.gone = True

    def settled(self) -> None:
        """Its loss needs not to be durable."""
