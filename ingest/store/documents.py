"""Documents on disk under the name of their content: written, fsynced, renamed; never changed afterwards."""

import asyncio
import errno
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO

from ingest.errors import StorageFull, Unavailable

CHUNK = 1024 * 1024
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class DocumentStore:
    """A folder of files by SHA-256. Raises StorageFull or Unavailable when the disk does not take them."""

    def __init__(self, folder: Path, suffix: str = ".pdf") -> None:
        self.folder = folder
        self._suffix = suffix
        self._durable: set[Path] = set()

    def path(self, sha256: str) -> Path:
        """Where the document lies, whether it is there or not."""
        return self.folder / sha256[:2] / f"{sha256}{self._suffix}"

    def exists(self, sha256: str) -> bool:
        """Whether the document is here, whole."""
        return self.path(sha256).is_file()

    async def put(self, content: bytes | Path) -> str:
        """Stores bytes or the content of a file; its SHA-256 once it is durable."""
        return await asyncio.to_thread(self.put_now, content)

    def put_now(self, content: bytes | Path) -> str:
        """``put``, blocking."""
        written = self._write(content)
        try:
            written.keep()
        finally:
            written.drop()
        return written.sha256

    @asynccontextmanager
    async def written(self, content: bytes | Path) -> AsyncIterator["Written"]:
        """Content that is on the disk already but comes into the store only by ``keep``: until then, none sees it."""
        written = await asyncio.to_thread(self._write, content)
        try:
            yield written
        finally:
            written.drop()

    @asynccontextmanager
    async def adopted(self, file: Path, sha256: str) -> AsyncIterator["Written"]:
        """A file in the store's folder, durable already: ``keep`` renames it, and it is removed when it is not kept."""
        written = Written(file, self.path(sha256), sha256)
        try:
            with disk_errors():
                await asyncio.to_thread(self._make_folder, self.path(sha256).parent)
            yield written
        finally:
            await asyncio.to_thread(written.drop)

    def _write(self, content: bytes | Path) -> "Written":
        with disk_errors():
            self._make_folder(self.folder)
            descriptor, name = tempfile.mkstemp(prefix="incoming-", suffix=".part", dir=self.folder)
            temporary = Path(name)
            try:
                with os.fdopen(descriptor, "wb") as target:
                    sha256 = _copy(content, target)
                    target.flush()
                    os.fsync(target.fileno())
                self._make_folder(self.path(sha256).parent)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        return Written(temporary, self.path(sha256), sha256)

    def _make_folder(self, folder: Path) -> None:
        """That it is there already is no proof: the process that made it may not have come to its fsync yet."""
        folder.mkdir(parents=True, exist_ok=True)
        if folder not in self._durable:
            fsync_folder(folder.parent)
            self._durable.add(folder)

    async def delete(self, sha256: str) -> None:
        """Removes the document if it is there."""
        await asyncio.to_thread(self.path(sha256).unlink, missing_ok=True)


class Written:
    """Content under a temporary name, fsynced. It needs no more space to be kept."""

    def __init__(self, temporary: Path, place: Path, sha256: str) -> None:
        self.temporary = temporary
        self._place = place
        self.sha256 = sha256

    def keep(self) -> None:
        """Makes it a document of the store; durable also when another process was first, just now. Blocking."""
        with disk_errors():
            if not self._place.exists():
                self.temporary.replace(self._place)
            fsync_folder(self._place.parent)

    def drop(self) -> None:
        """Removes what was not kept. Blocking."""
        self.temporary.unlink(missing_ok=True)


@contextmanager
def disk_errors() -> Iterator[None]:
    """The one door at which the disk's errors become ours."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise StorageFull(f"no space left: {error.filename or error.strerror}") from error
        raise Unavailable(f"the disk answered: {error}") from error


def fsync_folder(folder: Path) -> None:
    """Makes a rename in the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(place: Path, content: bytes) -> None:
    """Replaces a file as one step: a reader sees the old or the new content, also after a power cut."""
    with disk_errors():
        place.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".incoming-", suffix=".part", dir=place.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as target:
                target.write(content)
                target.flush()
                os.fsync(target.fileno())
            temporary.chmod(0o644)
            temporary.replace(place)
            fsync_folder(place.parent)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


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
