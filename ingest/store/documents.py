"""Documents on disk under the name of their content: written, fsynced, renamed; never changed afterwards."""

import asyncio
import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ingest.errors import StorageFull, Unavailable

CHUNK = 1024 * 1024
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class DocumentStore:
    """A folder of PDFs by SHA-256. Raises StorageFull or Unavailable when the disk does not take it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the document lies, whether it is there or not."""
        return self.folder / sha256[:2] / f"{sha256}.pdf"

    def exists(self, sha256: str) -> bool:
        """Whether the document is here, whole."""
        return self.path(sha256).is_file()

    async def put(self, content: bytes | Path) -> str:
        """Stores bytes or the content of a file; its SHA-256 once it is durable."""
        return await asyncio.to_thread(self.put_now, content)

    def put_now(self, content: bytes | Path) -> str:
        """``put``, blocking."""
        with disk_errors():
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(prefix="incoming-", suffix=".part", dir=self.folder)
            temporary = Path(name)
            try:
                with os.fdopen(descriptor, "wb") as target:
                    sha256 = _copy(content, target)
                    target.flush()
                    os.fsync(target.fileno())
                place = self.path(sha256)
                if place.exists():
                    temporary.unlink()
                    return sha256
                _make_folder(place.parent)
                temporary.replace(place)
                fsync_folder(place.parent)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        return sha256

    async def delete(self, sha256: str) -> None:
        """Removes the document if it is there."""
        await asyncio.to_thread(self.path(sha256).unlink, missing_ok=True)


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


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(exist_ok=True)
        fsync_folder(folder.parent)
