"""The disk, with care: folders and files that are durable when a call returns, and its errors as ours."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import StorageFull, Unavailable

CHUNK = 1024 * 1024
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


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
