"""Documents on disk under the name of their content: written, fsynced, renamed; never changed afterwards."""

import asyncio
import errno
import hashlib
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Protocol, Self

from ingest.errors import StorageFull, Unavailable

CHUNK = 1024 * 1024
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


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
            written.keep()
        finally:
            written.drop()
        return written.sha256

    def write(self, content: bytes | Path) -> "Written":
        """Bytes or the content of a file, on the disk; in the store only by ``keep``: until then, none sees it. Blocks.

        The folders are made here, so that ``keep`` needs no more space.
        """
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
        return self._written(temporary, sha256)

    def adopt(self, file: Path, sha256: str) -> "Written":
        """``write`` without a copy: a file of ours that is fsynced already and that nobody else will miss. Blocks.

        Only where it lies on another file system, it is copied after all. Whatever fails, it does not stay.
        """
        place = self.path(sha256)
        with disk_errors():
            try:
                self._make_folder(self.folder)
                self._make_folder(place.parent)
                return self._written(self._in_folder(file), sha256)
            except OSError as error:
                if error.errno == errno.EXDEV:
                    return self.write(file)
                file.unlink(missing_ok=True)
                raise

    @asynccontextmanager
    async def adopted(self, file: Path, sha256: str) -> AsyncIterator["Written"]:
        """``adopt``, and the file is removed when it is not kept."""
        async with await asyncio.to_thread(self.adopt, file, sha256) as written:
            yield written

    def _written(self, temporary: Path, sha256: str) -> "Written":
        return Written(temporary, self.path(sha256), sha256, self._shared, self._key(sha256))

    def _in_folder(self, file: Path) -> Path:
        if file.parent.absolute() == self.folder.absolute():  # one of them may be relative, as data_dir is
            return file
        return file.rename(self.folder / f"incoming-{secrets.token_hex(4)}.part")

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


class Written:
    """Content under a temporary name, fsynced. It needs no more space to be kept.

    As an async context it is removed at the end, unless it was kept.
    """

    def __init__(self, temporary: Path, place: Path, sha256: str, shared: Shared | None = None, key: str = "") -> None:
        self.temporary = temporary
        self._place = place
        self.sha256 = sha256
        self._shared = shared
        self._key = key
        self._there = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._there:
            await asyncio.to_thread(self.drop)

    def keep(self) -> None:
        """Makes it a document of the store; durable also when another process was first, just now. Blocking."""
        if self._shared is not None:
            self._shared.note(self._key)
        with disk_errors():
            if not self._is_known():
                self.temporary.replace(self._place)
                self._there = False
            fsync_folder(self._place.parent)
        if self._shared is not None:
            self._shared.stored(self._key)

    def _is_known(self) -> bool:
        return self._place.exists() if self._shared is None else _used(self._place)

    def drop(self) -> None:
        """Removes what was not kept. Blocking."""
        if self._there:
            self.temporary.unlink(missing_ok=True)
            self._there = False


@contextmanager
def disk_errors() -> Iterator[None]:
    """The one door at which the disk's errors become ours."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise StorageFull(f"no space left: {error.filename or error.strerror}") from error
        raise Unavailable(f"the disk answered: {error}") from error


def _used(place: Path) -> bool:
    """Whether it is here; the cache of a shared store lets go first of what was not used for long."""
    try:
        os.utime(place)
    except FileNotFoundError:
        return False
    return True


def fsync_folder(folder: Path) -> None:
    """Makes a rename in the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Makes a folder and those above it that are missing, each of them durable."""
    missing = [folder] if not folder.is_dir() else []
    while missing and not missing[-1].parent.is_dir():
        missing.append(missing[-1].parent)
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        fsync_folder(each.parent)


def write_durably(place: Path, content: bytes) -> None:
    """Replaces a file as one step: a reader sees the old or the new content, also after a power cut."""
    with disk_errors():
        make_folder(place.parent)
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
