"""Documents on disk under the name of their content: written, fsynced, renamed; never changed afterwards."""

import asyncio
import errno
import hashlib
import os
import tempfile
from pathlib import Path
from typing import IO, Protocol

from ingest.store.disk import CHUNK, disk_errors, fsync_folder, make_folder
from ingest.store.written import Written, keep

ORIGINALS = "originals"
"""The folder beside that of the documents which holds, as they came, the files that a PDF was made of."""

MESSAGES = "messages"
"""The folder of the mails that brought documents."""


class Shared(Protocol):
    """A store that other machines reach (``ingest.store.sharing``). ``key`` is a path in ``data_dir``."""

    def note(self, key: str) -> None:
        """Before it is in its place here: it will have to be uploaded. Durable; blocks."""

    def stored(self, key: str) -> None:
        """It is in its place: from now on it is uploaded."""

    async def fetch(self, key: str, place: Path) -> None:
        """Puts it in its place here."""

    async def delete(self, key: str) -> None:
        """Removes it there."""


class DocumentStore:
    """A folder of files by SHA-256. Raises StorageFull or Unavailable when the disk does not take them.

    What is ``shared`` is written here first, and fetched where it is not here.
    """

    def __init__(self, folder: Path, suffix: str = ".pdf", shared: Shared | None = None) -> None:
        self.folder = folder
        self._suffix = suffix
        self._shared = shared
        self._durable: set[Path] = set()

    def beside(self, name: str, suffix: str) -> "DocumentStore":
        """Another store of the same data folder, shared or not as this one is."""
        return DocumentStore(self.folder.with_name(name), suffix, self._shared)

    def path(self, sha256: str) -> Path:
        """Where the document lies, whether it is there or not."""
        return self.folder / sha256[:2] / f"{sha256}{self._suffix}"

    def exists(self, sha256: str) -> bool:
        """Whether the document is here, whole."""
        return self.path(sha256).is_file()

    async def at_hand(self, sha256: str) -> Path:
        """The document's path, on this machine for the next quarter of an hour. Raises NotReady while it is not in the
        shared store yet, Unavailable while that does not answer."""
        place = self.path(sha256)
        if self._shared is not None and not await asyncio.to_thread(_used, place):
            await self._shared.fetch(self._key(sha256), place)
        return place

    def _key(self, sha256: str) -> str:
        return f"{self.folder.name}/{sha256[:2]}/{sha256}{self._suffix}"

    async def put(self, content: bytes | Path) -> str:
        """Stores bytes or the content of a file; its SHA-256 once it is durable."""
        return await asyncio.to_thread(self.put_now, content)

    def put_now(self, content: bytes | Path) -> str:
        """``put``, blocking."""
        written = self.write(content)
        try:
            keep(written)
        finally:
            written.drop()
        return written.sha256

    def write(self, content: bytes | Path) -> Written:
        """Bytes or the content of a file, on the disk; in the store only once it is kept: until then, none sees it.
        Blocks.
        """
        with disk_errors():
            self._make_folder(self.folder)
            descriptor, name = tempfile.mkstemp(prefix="incoming-", suffix=".part", dir=self.folder)
            try:
                with os.fdopen(descriptor, "wb") as target:
                    sha256 = _copy(content, target)
                    target.flush()
                    os.fsync(target.fileno())
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        return self.adopt(Path(name), sha256)

    def adopt(self, file: Path, sha256: str) -> Written:
        """``write`` without a copy: a file of ours that nobody else will miss, fsynced before it is kept."""
        return Written(file, sha256, self)

    def settle(self, file: Path, sha256: str) -> Path:
        """Puts a file in its place, and returns the folder that makes it durable there once that is fsynced; then
        ``settled`` is called. Again is no harm. Blocks.

        What is known already is made durable again: the process that was first may not have come to its fsync yet.
        """
        place = self.path(sha256)
        with disk_errors():
            self._make_folder(self.folder)
            self._make_folder(place.parent)
            if self._shared is not None:
                self._shared.note(self._key(sha256))
            if self._has(place):
                file.unlink(missing_ok=True)
            else:
                self._move(file, place)
        return place.parent

    def settled(self, sha256: str) -> None:
        """It is durable in its place."""
        if self._shared is not None:
            self._shared.stored(self._key(sha256))

    def _has(self, place: Path) -> bool:
        return place.exists() if self._shared is None else _used(place)

    def _move(self, file: Path, place: Path) -> None:
        try:
            file.replace(place)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            copy = self.write(file)
            copy.temporary.replace(place)
            file.unlink()

    def _make_folder(self, folder: Path) -> None:
        """That it is there already is no proof: the process that made it may not have come to its fsync yet."""
        if folder not in self._durable:
            if folder.is_dir():
                fsync_folder(folder.parent)
            else:
                make_folder(folder)
            self._durable.add(folder)

    async def delete(self, sha256: str) -> None:
        """Removes the document if it is there, the shared one first."""
        if self._shared is not None:
            await self._shared.delete(self._key(sha256))
        await asyncio.to_thread(self.path(sha256).unlink, missing_ok=True)


def _used(place: Path) -> bool:
    """Whether it is here; the cache of a shared store lets go first of what was not used for long."""
    try:
        os.utime(place)
    except FileNotFoundError:
        return False
    return True


def _copy(content: bytes | Path, target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    if isinstance(content, bytes):
        digest.update(content)
        target.write(content)
    else:
        with content.open("rb") as source:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
    return digest.hexdigest()
