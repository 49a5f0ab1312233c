"""The store that all machines reach: a shared folder, or object storage. Keys are paths as in ``data_dir``."""

import asyncio
import shutil
from pathlib import Path
from typing import Protocol

from ingest.config import Store
from ingest.errors import NotReady
from ingest.store.disk import disk_errors, fsync_folder
from ingest.store.documents import DocumentStore


class Remote(Protocol):
    """What a document store must be able to do. Its errors are Unavailable, StorageFull and NotReady."""

    async def put(self, key: str, file: Path) -> None:
        """Stores the file; durable when it returns. Again is no harm."""

    async def get(self, key: str, target: Path) -> bool:
        """Writes it to ``target``; False when it is not there."""

    async def exists(self, key: str) -> bool:
        """Whether it is there, whole."""

    async def delete(self, key: str) -> None:
        """Removes it if it is there."""


def open_remote(chosen: Store) -> Remote | None:
    """The store that the settings name; None where there is none. Connects to nothing yet."""
    if chosen.url is None:
        return None
    if chosen.folder is not None:
        return SharedFolder(chosen.folder)
    from ingest.store.object_storage import ObjectStorage

    return ObjectStorage(chosen)


class SharedFolder:
    """A folder that every machine mounts. It is never made: one that is missing is a share that is not mounted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, key: str, file: Path) -> None:
        """Fsynced, renamed."""
        await asyncio.to_thread(self._put, key, file)

    async def get(self, key: str, target: Path) -> bool:
        """A copy, so that the share may go away afterwards."""
        return await asyncio.to_thread(self._get, key, target)

    async def exists(self, key: str) -> bool:
        """Only whole files have the name."""
        return await asyncio.to_thread(lambda: self._place(key).is_file())

    async def delete(self, key: str) -> None:
        """Durable when it returns."""
        await asyncio.to_thread(self._delete, key)

    def _place(self, key: str) -> Path:
        if not self._folder.is_dir():
            raise NotReady(f"store.url: the shared folder {self._folder} is not there; mount it")
        return self._folder / key

    def _put(self, key: str, file: Path) -> None:
        place = self._place(key)
        if not place.is_file():
            DocumentStore(self._folder / Path(key).parts[0], place.suffix).put_now(file)

    def _get(self, key: str, target: Path) -> bool:
        place = self._place(key)
        if not place.is_file():
            return False
        with disk_errors():
            shutil.copyfile(place, target)
        return True

    def _delete(self, key: str) -> None:
        place = self._place(key)
        with disk_errors():
            if place.is_file():
                place.unlink(missing_ok=True)
                fsync_folder(place.parent)
