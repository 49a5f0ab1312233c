"""Which documents are still to be uploaded: one empty file for each, written before the document is in its place.

So it is known after a crash, and by any process of this machine. A key is the document's path in ``data_dir``.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.store.disk import disk_errors, fsync_folder, make_folder


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document that is still to be uploaded. ``age`` in seconds, since it came in last."""

    key: str
    age: float


class Outbox:
    """The folder of these marks. Everything blocks, and raises StorageFull or Unavailable."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note(self, key: str) -> None:
        """Durable when it returns."""
        mark = self._mark(key)
        with disk_errors():
            make_folder(mark.parent)
            mark.touch()
            fsync_folder(mark.parent)

    def done(self, key: str) -> None:
        """It is uploaded, or gone. After a crash it may be there again; that does no harm."""
        with disk_errors():
            self._mark(key).unlink(missing_ok=True)

    def holds(self, key: str) -> bool:
        """Whether it is still to be uploaded."""
        return self._mark(key).exists()

    def waiting(self, kind: str) -> Iterator[Waiting]:
        """Those of one store (``documents``, …), in no order."""
        now = time.time()
        try:
            with os.scandir(self._folder / kind) as marks:
                for mark in marks:
                    yield Waiting(f"{kind}/{mark.name[:2]}/{mark.name}", now - mark.stat().st_mtime)
        except FileNotFoundError:
            return

    def _mark(self, key: str) -> Path:
        kind, _, name = key.split("/")
        return self._folder / kind / name
